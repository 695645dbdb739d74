"""What a user was shown and chose, as the ratings count it; pure.

A trial is one list or one vote. Which of its figures a rating uses is settled here and
nowhere else: who gave each item, in which order the items stood, whether that order was
drawn, what was chosen, and which trials belong together. What was late, failed or
cached was not shown, so it is in no trial; what answers a prompt that was cut is not
either, since it answers another question.

There are few different outcomes and many trials, so each outcome is kept once and a
trial is a number: a million answers are rated in a second or two.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from itertools import islice
from operator import le
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
    drawn: bool = False
    """Whether the order of the items was drawn at random, by us."""
    joined: bool = False
    """Whether it is of several servers, so that nobody can draw its order."""
    together: tuple[int, ...] = ()
    """The items that were chosen at once, as by typing what they share; else empty.
    They compare with the others, and not with each other."""

    @property
    def models(self) -> frozenset[Model]:
        """All that were shown."""
        return frozenset(model for item in self.items for model in item)

    def chosen(self, choice: int) -> tuple[int, ...]:
        """Give the items that a choice credits."""
        if choice < 0:
            return ()
        return self.together or (choice,)


class Trial(Struct, frozen=True):
    """One list or vote and what was chosen."""

    pattern: Pattern
    choice: int
    """The index of an item, the first of several, or one of `Instead`."""
    cluster: str = ""
    """The file; empty where there is none."""
    sitting: str = ""
    """The sitting; empty where it stands alone. Choices that share a file or a sitting
    are not independent."""
    at: float = 0.0
    """The wall clock in seconds since 1970."""


Outcome = tuple[Pattern, int]
"""What was shown and what was chosen."""


class Trials:
    """Trials as numbers of their outcomes and what they share.

    Ratings read them in order of time.
    """

    def __init__(self, trials: Iterable[Trial] = ()) -> None:
        self.outcomes: list[Outcome] = []
        self.numbers: list[int] = []
        """For each trial, the number of its outcome."""
        self.clusters: list[str] = []
        """For each trial, its file."""
        self.sittings: list[str] = []
        """For each trial, its sitting."""
        self.times: list[float] = []
        """For each trial, when it was."""
        self._known: dict[Outcome, int] = {}
        for trial in trials:
            number = self.number(trial.pattern, trial.choice)
            self.add(number, trial.cluster, trial.sitting, trial.at)

    def add(self, number: int, cluster: str, sitting: str, at: float) -> None:
        """Take a trial by the number of its outcome."""
        self.numbers.append(number)
        self.clusters.append(cluster)
        self.sittings.append(sitting)
        self.times.append(at)

    def put_in_order(self) -> None:
        """Put them in order of time; those of one time stay as they were taken."""
        if all(map(le, self.times, islice(self.times, 1, None))):
            return
        order = sorted(range(len(self.times)), key=self.times.__getitem__)
        self.numbers = [self.numbers[i] for i in order]
        self.clusters = [self.clusters[i] for i in order]
        self.sittings = [self.sittings[i] for i in order]
        self.times = [self.times[i] for i in order]

    def number(self, pattern: Pattern, choice: int) -> int:
        """Give the number of an outcome."""
        outcome = pattern, choice
        number = self._known.setdefault(outcome, len(self.outcomes))
        if number == len(self.outcomes):
            self.outcomes.append(outcome)
        return number

    def __iter__(self) -> Iterator[tuple[int, str, str, float]]:
        """Give the outcome's number, file, sitting and time of each."""
        return zip(self.numbers, self.clusters, self.sittings, self.times, strict=True)

    def among(self, models: frozenset[Model]) -> "Trials":
        """Give the trials in which no other model was shown."""
        inside = [pattern.models <= models for pattern, _choice in self.outcomes]
        if all(inside):
            return self
        found = Trials()
        found.outcomes, found._known = self.outcomes, self._known
        for number, cluster, sitting, at in self:
            if inside[number]:
                found.add(number, cluster, sitting, at)
        return found


def connected(outcomes: Iterable[Outcome]) -> tuple[frozenset[Model], ...]:
    """Group the models that comparisons connect, the largest group first.

    Two models that were never shown together, nor each together with a third one, have
    no common scale: the difference of their strengths would be the prior's word alone.
    A trial in which nothing was taken compares its models with nothing, but not with
    each other, so it connects none. Neither does an item that both gave.
    """
    groups: list[frozenset[Model]] = []
    for pattern, choice in outcomes:
        apart_items = len(pattern.items) - max(0, len(pattern.together) - 1)
        compares = choice != Instead.NONE and apart_items > 1
        apart = [frozenset({model}) for model in pattern.models]
        for models in [pattern.models] if compares else apart:
            met = [group for group in groups if group & models]
            groups = [group for group in groups if not group & models]
            groups.append(models.union(*met))
    return tuple(sorted(groups, key=lambda group: (-len(group), sorted(group))))
