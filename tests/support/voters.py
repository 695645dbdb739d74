"""Simulated users with known preferences, who choose from lists and vote."""

from collections.abc import Iterator, Mapping, Sequence
from math import exp
from random import Random
from typing import Literal

from msgspec import Struct

from hexai.ledger.trials import Instead, Pattern, Trial


class Voter(Struct, frozen=True, kw_only=True):
    """Somebody who chooses as the conditional logit says."""

    strengths: Mapping[str, float]
    positions: Sequence[float] = (0.0, 0.0, 0.0)
    """What standing first, second, third does, in logits."""
    kind: Literal["list", "vote"] = "vote"
    none: float | None = None
    """The utility of taking nothing, in logits; None where something always is."""
    tie: float | None = None
    """The constant of a tie, in logits; None for no ties."""
    cluster_size: int = 0
    """Trials of one file; 0 for none."""
    cluster_spread: float = 0.0
    """The standard deviation of what a file does to each model, in logits."""

    def trials(self, dice: Random) -> Iterator[Trial]:
        """Choose, for ever; the order is shuffled each time."""
        names, number, here = [*self.strengths], 0, dict(self.strengths)
        while True:
            if self.cluster_size and number % self.cluster_size == 0:
                here = {
                    name: strength + dice.gauss(0, self.cluster_spread)
                    for name, strength in self.strengths.items()
                }
            shown = dice.sample(names, len(names))
            cluster = ""
            if self.cluster_size:
                cluster = f"file {number // self.cluster_size}"
            pattern = Pattern(self.kind, tuple((name,) for name in shown))
            yield Trial(pattern, self._choice(shown, here, dice), cluster)
            number += 1

    def _choice(
        self, shown: Sequence[str], here: Mapping[str, float], dice: Random
    ) -> int:
        utilities = [
            here[name] + effect
            for name, effect in zip(shown, self.positions, strict=False)
        ]
        choices = [*range(len(shown))]
        weights = [*map(exp, utilities)]
        if self.tie is not None:
            choices.append(Instead.TIE)
            weights.append(exp(self.tie + sum(utilities) / len(utilities)))
        if self.none is not None:
            choices.append(Instead.NONE)
            weights.append(exp(self.none))
        return dice.choices(choices, weights)[0]
