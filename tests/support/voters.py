"""Simulated users with known preferences, who choose from lists and vote."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, count, permutations
from math import exp
from random import Random
from typing import Literal

from msgspec import Struct

from hexai.ledger.ratings.trials import Instead, Pattern, Trial

_Odds = tuple[Pattern, list[int], list[float]]
"""What is shown, what can be chosen, and the weights of that, summed up."""


class Voter(Struct, frozen=True, kw_only=True):
    """Somebody who chooses as the conditional logit says."""

    strengths: Mapping[str, float]
    positions: Sequence[float] = (0.0, 0.0, 0.0)
    """What standing first, second, third does, in logits."""
    first: Mapping[str, float] = {}
    """What standing first does to a model more than to the others, in logits; 0 on
    average over the positions."""
    kind: Literal["list", "vote"] = "vote"
    none: float | None = None
    """The utility of taking nothing, in logits; None where something always is."""
    tie: float | None = None
    """The constant of a tie, in logits; None for no ties."""
    cluster_size: int = 0
    """Trials of one file; 0 for none."""
    cluster_spread: float = 0.0
    """The standard deviation of what a file does to each model, in logits."""
    sitting_size: int = 1
    """Trials of one sitting."""
    sitting_spread: float = 0.0
    """The standard deviation of what a sitting does to each model, in logits."""
    pause: float = 3600.0
    """Seconds from one trial to the next."""

    def trials(self, dice: Random) -> Iterator[Trial]:
        """Choose, for ever; the order is drawn each time."""
        file = sitting = ""
        in_file = in_sitting = dict.fromkeys(self.strengths, 0.0)
        odds = self._odds(self.strengths)
        for number in count():
            if self.cluster_size and number % self.cluster_size == 0:
                file = f"file {number // self.cluster_size}"
                in_file = self._around(self.cluster_spread, dice)
            if number % self.sitting_size == 0:
                sitting = f"sitting {number // self.sitting_size}"
                in_sitting = self._around(self.sitting_spread, dice)
            if self.cluster_spread or self.sitting_spread:
                odds = self._odds(
                    {
                        name: strength + in_file[name] + in_sitting[name]
                        for name, strength in self.strengths.items()
                    }
                )
            pattern, choices, weights = dice.choice(odds)
            [choice] = dice.choices(choices, cum_weights=weights)
            yield Trial(pattern, choice, file, sitting, number * self.pause)

    def _around(self, spread: float, dice: Random) -> dict[str, float]:
        return {
            name: dice.gauss(0, spread) if spread else 0.0 for name in self.strengths
        }

    def _odds(self, strengths: Mapping[str, float]) -> list[_Odds]:
        """Give the odds of every order."""
        return [self._odds_of(order, strengths) for order in permutations(strengths)]

    def _effect(self, name: str, place: int, places: int) -> float:
        own = self.first.get(name, 0.0)
        return self.positions[place] + own * ((place == 0) - 1 / places)

    def _odds_of(self, order: Sequence[str], strengths: Mapping[str, float]) -> _Odds:
        utilities = [
            strengths[name] + self._effect(name, place, len(order))
            for place, name in enumerate(order)
        ]
        choices = [*range(len(order))]
        weights = [*map(exp, utilities)]
        if self.tie is not None:
            choices.append(Instead.TIE)
            weights.append(exp(self.tie + sum(utilities) / len(utilities)))
        if self.none is not None:
            choices.append(Instead.NONE)
            weights.append(exp(self.none))
        pattern = Pattern(self.kind, tuple((name,) for name in order), drawn=True)
        return pattern, choices, [*accumulate(weights)]
