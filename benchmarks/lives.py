"""What users do in `benchmarks.verdicts`: the settings, as a table.

Habits are the share of first places taken by somebody to whom both models are equal.
Effects of sittings and files are added to the preference, in logits.
"""

from collections.abc import Callable, Iterator
from math import log, pi, sin

import numpy as np
from msgspec import Struct

from benchmarks.crowd import Bools, Floats, Step

Habit = Callable[[int, Bools], Floats | float]
"""From the number of a choice, and whether its order was drawn."""
Wander = Callable[[int, np.random.Generator, int], Floats | float]


class Life(Struct, frozen=True, kw_only=True):
    """One setting."""

    name: str
    habit: Habit = lambda _number, _drawn: 0.5
    drawn: float = 1.0
    """The share of choices whose order was drawn."""
    swapped: int = 0
    """The choice at which the order that is not drawn is swapped; 0 for never."""
    arrival: float = 0.0
    """How much the place of the first model depends on how easy a place is."""
    sitting: int = 1
    """Choices of a sitting."""
    topics: float = 0.0
    """How much sittings differ, as a standard deviation."""
    file: int = 0
    """Choices of a file within its sitting; 0 for none."""
    files: float = 0.0
    """How much files differ."""
    large: float = 0.0
    """The share of choices that are in one file which is there all the time."""
    ties: float = 0.0
    preference: float = 0.0
    moves: Callable[[int], float] | None = None
    """What is added to the preference as time goes by."""

    def steps(self, users: int, choices: int, seed: int) -> Iterator[Step]:
        """Choose, everybody at once."""
        dice = np.random.default_rng(seed)
        topic = file = np.zeros(users)
        large = dice.normal(0, self.files or 1.0, users)
        rows = np.arange(users)
        for number in range(choices):
            if number % self.sitting == 0:
                topic = dice.normal(0, self.topics, users)
            if self.file and number % self.file == 0:
                file = dice.normal(0, self.files, users)
            in_large = dice.random(users) < self.large
            drawn = dice.random(users) < self.drawn
            ease = dice.normal(0, 1, users)
            fixed = np.full(users, number < self.swapped or not self.swapped)
            if self.arrival:
                fixed = dice.random(users) < _sigmoid(self.arrival * ease)
            upright = np.where(drawn, dice.random(users) < 0.5, fixed)
            habit = np.clip(self.habit(number, drawn), 0.01, 0.99)
            pull = np.log(habit / (1 - habit)) + (ease if self.arrival else 0.0)
            ahead = self.preference + topic + np.where(in_large, large, file)
            ahead = ahead + (self.moves(number) if self.moves else 0.0)
            odds = pull + np.where(upright, ahead, -ahead)
            own = number // self.file + 1 if self.file else -1
            yield Step(
                upright=upright,
                first=dice.random(users) < _sigmoid(odds),
                drawn=drawn,
                counts=dice.random(users) >= self.ties,
                sitting=np.full(users, number // self.sitting),
                file=np.where(in_large, 0, own) + 0 * rows,
            )


def _sigmoid(values: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-values))
    return found


def steady(share: float) -> Habit:
    """Take the first place always as often."""
    return lambda _number, _drawn: share


def blind(fixed: float, drawn: float) -> Habit:
    """Take it more often where names are in sight, in the order of the entries."""
    return lambda _number, is_drawn: np.where(is_drawn, drawn, fixed)


def turned(before: float, after: float, at: int) -> Habit:
    """Take it as often as before, until a choice."""
    return lambda number, _drawn: before if number < at else after


def _half_blind(fixed: float, drawn: float, share: float) -> Life:
    return Life(
        name=f"A1 {share:.0%} blind, first {fixed:.0%} and {drawn:.0%}",
        habit=blind(fixed, drawn),
        drawn=share,
    )


EQUAL: tuple[Life, ...] = (
    _half_blind(0.82, 0.55, 0.5),
    _half_blind(0.75, 0.52, 0.5),
    _half_blind(0.82, 0.55, 0.2),
    Life(
        name="A2 entries swapped at 500, never drawn",
        habit=turned(0.82, 0.75, 500),
        drawn=0.0,
        swapped=500,
    ),
    Life(
        name="A2 entries swapped at 500, a third drawn",
        habit=turned(0.82, 0.75, 500),
        drawn=0.33,
        swapped=500,
    ),
    Life(name="A3 order by arrival", drawn=0.0, arrival=0.5, habit=steady(0.7)),
    Life(name="A3 the same, half drawn", drawn=0.5, arrival=2.0, habit=steady(0.7)),
    Life(name="A4 sittings of 10 votes (0.8)", sitting=10, topics=0.8),
    Life(name="A4 sittings of 3 votes (1.5)", sitting=3, topics=1.5),
    Life(
        name="A4 sittings of 50 votes (0.8), first 82%",
        sitting=50,
        topics=0.8,
        habit=steady(0.82),
    ),
    *(
        Life(
            name=f"A5 sittings of 30 over {30 // each} files (0.8; 0.5)",
            sitting=30,
            topics=0.8,
            file=each,
            files=0.5,
            habit=steady(0.82),
        )
        for each in (6, 3, 1)
    ),
    Life(name="holds: no habit"),
    Life(name="holds: first 82%", habit=steady(0.82)),
    Life(
        name="holds: a habit that drifts, 50 to 82%",
        habit=lambda number, _drawn: min(0.82, 0.5 + number / 5000),
    ),
    Life(
        name="holds: a habit that swings",
        habit=lambda number, _drawn: 0.66 + 0.16 * sin(number * pi / 150),
    ),
    Life(name="holds: 70% ties", ties=0.7, habit=steady(0.82)),
    Life(
        name="holds: one file with 60% (0.8)",
        large=0.6,
        file=1,
        files=0.8,
        habit=steady(0.7),
    ),
    Life(
        name="one file with 60% (0.8), sittings of 30",
        large=0.6,
        file=6,
        files=0.8,
        sitting=30,
    ),
    Life(name="holds: files of 20 (0.5)", file=20, files=0.5, habit=steady(0.82)),
    Life(name="holds: files of 50 (0.5)", file=50, files=0.5, habit=steady(0.82)),
)
"""Settings in which the models are equal."""

WANDERING: tuple[Life, ...] = (
    Life(name="A6 wanders a little", moves=lambda n: 0.4 * sin(n * pi / 250)),
    Life(name="A6 wanders much", moves=lambda n: 0.9 * sin(n * pi / 250)),
    Life(name="A6 switches every 300", moves=lambda n: 0.85 * (-1) ** (n // 300)),
)
"""A preference that is none on average: what is said of a while is no error."""


def preferring(share: float, first: float, **facts: float) -> Life:
    """Prefer the first model, in so many of 100 cases."""
    name = f"{share:.0%} preferred, first {first:.0%}"
    return Life(
        name=name,
        preference=log(share / (1 - share)),
        habit=steady(first),
        **facts,  # type: ignore[arg-type]
    )
