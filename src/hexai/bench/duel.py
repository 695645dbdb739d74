"""Two contenders, commit by commit: four bets, and what they show; pure.

That either is better, and that either is not worse by more than the margin: each is a
bet on what commits say of the two (`bench.bets`), which is the sum of their
differences divided by the tasks. Two are equal where both of the latter have reached 40
and still hold it: then the interval of their difference lies within the margin.

A winner is named only if what is known now agrees: the interval of the difference so
far, so that a model that changes in the middle of a run does not stay a winner, and the
order of the two by `similar`, which sees a right answer in other words.
"""

from collections.abc import Collection, Sequence

from hexai.bench import commits_missing
from hexai.bench.bets import CERTAIN, WRONG_WINNERS, Bet, bounds, capital_above
from hexai.bench.figures import Figures
from hexai.bench.intervals import chance_above_zero
from hexai.bench.standing import Cheaper, Decision, Pair

KNOWN = (Decision.OVER, Decision.EQUAL)
"""What leaves nothing to be waited for."""
WIDEST = 2.0
"""How far two contenders may differ in keys that are saved."""
_LEANING = 0.9
"""The probability of being the better one from which one may speak of a leaning."""
_ANY_AFTER = 20
"""Tasks, and half as many commits, before a winner or a leaning is named."""
_SEEN = 0.005
"""The difference by `similar` that a table shows."""

Both = tuple[Figures | None, Figures | None]
"""What two made of a task; None for a cell that leaves the comparison."""


class Duel:
    """The bets on two contenders, for the first of them where nothing else is said."""

    def __init__(
        self, contenders: tuple[int, int], margin: float, span: float = WIDEST
    ) -> None:
        """`span` is how far the two may differ."""
        self.contenders = contenders
        self.values: list[float] = []
        """By how much the first one saves more, commit by commit."""
        self.highest = 0.0
        """The highest capital so far of the bets that either is better, with half of 1
        on each."""
        self._leader = 0
        self._tasks = 0
        self._sum = 0.0
        self._similar, self._compared = 0.0, 0
        self._better = _bets(0.0, span)
        self._not_worse = _bets(-margin, span)
        self._span = span
        self._margin = margin

    def add(self, cells: Sequence[Both]) -> None:
        """Take what both made of each task of a commit."""
        both = [(one, other) for one, other in cells if one and other]
        if not both:
            return
        value = sum(one.saved - other.saved for one, other in both) / len(both)
        self._tasks += len(both)
        self.values.append(value)
        self._sum += value
        for bets in (self._better, self._not_worse):
            bets[0].add(value)
            bets[1].add(-value)
        self._note_similar(both)
        capitals = [bet.capital / 2 for bet in self._better]
        if max(capitals) > self.highest:
            self.highest = max(capitals)
            self._leader = capitals.index(self.highest)

    def _note_similar(self, both: Sequence[tuple[Figures, Figures]]) -> None:
        known = [
            one.similar - other.similar
            for one, other in both
            if one.similar is not None and other.similar is not None
        ]
        if known:
            self._similar += sum(known) / len(known)
            self._compared += 1

    def known(self, decided: "Collection[Duel]") -> Decision | None:
        """Say what is known for certain, with the pairs that are decided."""
        is_decided = self in decided and self._still_holds
        if is_decided and not self._is_split:
            return Decision.OVER if self._is_enough else None
        if self._is_equal:
            return Decision.EQUAL
        return Decision.SPLIT if is_decided else None

    def verdict(self, decided: "Collection[Duel]") -> Decision:
        """Say what is known or likely."""
        known = self.known(decided)
        if known is not None:
            return known
        leans = self._is_enough and self._likely >= _LEANING
        return Decision.LEANING if leans else Decision.OPEN

    @property
    def _is_enough(self) -> bool:
        return self._tasks >= _ANY_AFTER and len(self.values) >= _ANY_AFTER / 2

    @property
    def _still_holds(self) -> bool:
        """Tell whether who was ahead most is so now, beyond the interval's end."""
        ahead = self._better[self._leader]
        return self._leader == self._ahead and ahead.capital >= CERTAIN

    @property
    def _is_equal(self) -> bool:
        return all(bet.capital >= CERTAIN for bet in self._not_worse)

    @property
    def _ahead(self) -> int:
        """Say which of the two saved more so far: 0 or 1."""
        return int(self._sum < 0)

    @property
    def _likely(self) -> float:
        chance = chance_above_zero(self.values)
        return 1 - chance if self._ahead else chance

    def _similar_of(self, place: int) -> float | None:
        """Say by how much one of the two is more similar to what was written."""
        if not self._compared:
            return None
        mean = self._similar / self._compared
        return -mean if place else mean

    @property
    def _is_split(self) -> bool:
        """Tell whether the one that saved more is less similar, as tables show it."""
        similar = self._similar_of(self._ahead)
        return similar is not None and similar < -_SEEN

    def judged(self, decided: "Collection[Duel]", left: int) -> Pair:
        """Say all that is known; `left` are the pairs that are not decided."""
        verdict = self.verdict(decided)
        first, second = self.contenders
        within = bounds(self._turned(self._ahead), bound=self._span)
        return Pair(
            better=second if self._ahead else first,
            worse=first if self._ahead else second,
            verdict=verdict,
            difference=abs(self._sum) / len(self.values),
            low=within.low,
            high=within.high,
            likely=self._likely,
            similar=self._similar_of(self._ahead),
            tasks=self._tasks,
            commits=len(self.values),
            missing=None if verdict in KNOWN else self._missing(max(left, 1)),
        )

    def _missing(self, left: int) -> int | None:
        blocks = commits_missing.blocks_missing(
            self.values,
            better=commits_missing.Goal(self._better, 2 * left / WRONG_WINNERS),
            equal=commits_missing.Goal(self._not_worse, CERTAIN),
        )
        each = self._tasks / len(self.values)
        least = max(_ANY_AFTER - self._tasks, 1)
        return None if blocks is None else max(_about(blocks * each), least)

    def holds(self, number: int) -> bool:
        """Tell whether it compares a contender with another one by now."""
        return number in self.contenders and bool(self.values)

    def not_worse(self, number: int) -> float:
        """Give the capital on its not being worse than the other by the margin.

        Nothing, if it is less similar to what was written though it saves more.
        """
        place = self.contenders.index(number)
        splits = self._is_split and place == self._ahead
        return 0.0 if splits else self._not_worse[place].capital

    def is_worse(self, number: int, limit: float) -> bool:
        """Tell whether it is known to be worse than the other by the margin."""
        values = self._turned(1 - self.contenders.index(number))
        return capital_above(values, self._margin, self._span) >= limit

    def cheaper(self, number: int, limit: float) -> Cheaper:
        """Compare one of the two with the other."""
        place = self.contenders.index(number)
        within = bounds(self._turned(place), bound=self._span, limit=limit)
        return Cheaper(
            contender=number,
            against=self.contenders[1 - place],
            low=within.low,
            high=within.high,
            similar=self._similar_of(place),
        )

    def _turned(self, place: int) -> list[float]:
        """Give the differences for one of the two."""
        return [-value for value in self.values] if place else self.values


def _bets(above: float, bound: float) -> tuple[Bet, Bet]:
    """Make a bet for each of two contenders."""
    return Bet(above=above, bound=bound), Bet(above=above, bound=bound)


def _about(number: float) -> int:
    """Round a guess to two digits, so that it looks like one."""
    return int(float(f"{number:.1e}"))
