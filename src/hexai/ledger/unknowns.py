"""What a choice model estimates: strengths, positions, ties, nothing taken; pure."""

from msgspec import Struct

from hexai.domain.ranking import Model

Feature = tuple[tuple[int, float], ...]
"""The unknowns that an alternative's utility is made of, each with its factor."""


class Priors(Struct, frozen=True, kw_only=True):
    """Standard deviations of the Gaussian priors, in logits; None for no prior."""

    strength: float | None = 2.0
    other: float | None = 3.0
    """Of positions, ties and nothing taken."""
    positions: bool = True
    """Whether the position has an effect at all."""


DEFAULT_PRIORS = Priors()
"""Weak: a model that never lost may still be some hundred times as strong."""


class Unknowns(Struct, frozen=True, kw_only=True):
    """Which unknown is where in the vector of all."""

    models: tuple[Model, ...]
    positions: int
    """Positions but the first, whose effect is 0."""

    @property
    def size(self) -> int:
        """Count them."""
        return len(self.models) + self.positions + 3

    def position(self, place: int) -> Feature:
        """Give the effect of standing at a place, from 0."""
        if place == 0 or self.positions == 0:
            return ()
        return ((len(self.models) + min(place, self.positions) - 1, 1.0),)

    def none(self, kind: str) -> Feature:
        """Give the utility of taking nothing."""
        return ((self.size - (3 if kind == "list" else 2), 1.0),)

    @property
    def tie(self) -> Feature:
        """Give the constant of a tie."""
        return ((self.size - 1, 1.0),)
