"""What a user was shown and chose, as the ratings count it; pure.

A trial is one list or one vote. Which of its figures a rating uses is settled here and
nowhere else: who gave each item, in which order the items stood, and what was chosen.
What was late, failed or cached was not shown, so it is in no trial.

There are few different outcomes and many trials, so each outcome is kept once and a
trial is a number: a million answers are rated in a second or two.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Literal

from msgspec import Struct

from hexai.domain.ranking import Model


class Instead(IntEnum):
    """What was chosen, if it was none of the items."""

    NONE = -1
    """Nothing was taken, or all were voted bad."""
    TIE = -2
    """A vote: they are equally good."""


class Pattern(Struct, frozen=True):
    """What was shown."""

    kind: Literal["list", "vote"]
    items: tuple[tuple[Model, ...], ...]
    """From first to last, the models that gave each item; several are a tie there."""

    @property
    def models(self) -> frozenset[Model]:
        """All that were shown."""
        return frozenset(model for item in self.items for model in item)


class Trial(Struct, frozen=True):
    """One list or vote and what was chosen."""

    pattern: Pattern
    choice: int
    """The index of an item, or one of `Instead`."""
    cluster: str = ""
    """The file; empty for what stands alone. What is chosen in one file is not
    independent."""


Outcome = tuple[Pattern, int]
"""What was shown and what was chosen."""


class Trials:
    """Trials in order of time, as numbers of their outcomes and clusters."""

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        self.outcomes: list[Outcome] = []
        self.numbers: list[int] = []
        """For each trial, the number of its outcome."""
        self.clusters: list[str] = []
        """For each trial, its cluster."""
        self._known: dict[Outcome, int] = {}
        for trial in trials:
            self.numbers.append(self.number(trial.pattern, trial.choice))
            self.clusters.append(trial.cluster)

    def number(self, pattern: Pattern, choice: int) -> int:
        """Give the number of an outcome."""
        outcome = pattern, choice
        number = self._known.setdefault(outcome, len(self.outcomes))
        if number == len(self.outcomes):
            self.outcomes.append(outcome)
        return number

    def among(self, models: frozenset[Model]) -> "Trials":
        """Give the trials in which no other model was shown."""
        inside = [pattern.models <= models for pattern, _choice in self.outcomes]
        if all(inside):
            return self
        found = Trials()
        found.outcomes, found._known = self.outcomes, self._known
        for number, cluster in zip(self.numbers, self.clusters, strict=True):
            if inside[number]:
                found.numbers.append(number)
                found.clusters.append(cluster)
        return found
