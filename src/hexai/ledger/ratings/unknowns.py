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
    own: float = 0.5
    """Of what standing first does to one model more than to all."""


DEFAULT_PRIORS = Priors()
"""Weak: a model that never lost may still be some hundred times as strong."""


class Unknowns(Struct, frozen=True, kw_only=True):
    """Which unknown is where in the vector of all."""

    models: tuple[Model, ...]
    positions: int
    """Positions but the first, whose effect is 0."""
    orders: tuple[bool, ...] = (True,)
    """Whether orders were drawn: each kind that there is has effects of its own. Where
    the order is always the same, the place and the model in it are one, and what stands
    there tells nothing about drawn orders, in which names are often hidden as well."""
    own: bool = False
    """Whether standing first does more to one model than to another."""

    @property
    def shared(self) -> int:
        """Count those that are no model's own effects; they come first."""
        return len(self.models) + self.positions * len(self.orders) + 3

    @property
    def size(self) -> int:
        """Count them all."""
        return self.shared + (len(self.models) if self.own else 0)

    def item(self, number: int, place: int, *, drawn: bool) -> Feature:
        """Give the utility of a model, by its number, at a place, from 0."""
        place = min(place, self.positions)
        before = len(self.models) + self.positions * self.orders.index(drawn)
        effect = ((before + place - 1, 1.0),) if place else ()
        own = ((self.shared + number, self._first(place)),) if self.own else ()
        return ((number, 1.0), *effect, *own)

    def _first(self, place: int) -> float:
        """Give how much of its own effect a model has; 0 on average over the places."""
        return (place == 0) - 1 / (self.positions + 1)

    def none(self, kind: str) -> Feature:
        """Give the utility of taking nothing."""
        return ((self.shared - (3 if kind == "list" else 2), 1.0),)

    @property
    def tie(self) -> Feature:
        """Give the constant of a tie."""
        return ((self.shared - 1, 1.0),)
