"""Which contender is better, and whether that is known yet; pure.

Commits are drawn in random order, and all contenders answer all tasks of a commit
before it counts: else the answers that come late are the bad ones, and who is slow
looks good until they are there. What a commit says of two contenders is one value, the
sum of their differences divided by its tasks, since tasks of one commit are alike.

For each pair of contenders four bets are made on these values (`bench.sequences`): that
either is better, and that either is not worse by more than a margin. A pair is decided
by the highest capital that the first two have ever had, all pairs together by Holm's
steps: of 20 runs at most one ever names a better one of two that are equal. Two are
equal where both of the others have reached 40 and still hold it: then the interval of
their difference lies within the margin.

A winner is named only if what is known now agrees: the mean of what was saved so far,
and the order of the two by `similar`, which sees a right answer in other words.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum
from itertools import combinations

from msgspec import Struct

from hexai.bench import forecast
from hexai.bench.figures import Block, Figures, average
from hexai.bench.intervals import chance_above_zero, interval
from hexai.bench.sequences import CERTAIN, Bet, Bounds, bounds, capital_above

MARGIN = 0.05
"""Within which two contenders are equal, if nothing else is asked for."""
_FALSE = 0.05
"""The share of runs that may name a better one of equals."""
_WIDEST = 2.0
"""How far two contenders may differ."""
_LEANING = 0.9
"""The probability of being the better one from which one may speak of a leaning."""
_ANY_AFTER = 20
"""Tasks, and half as many commits, before anything at all is said about a pair."""
_SEEN = 0.005
"""The difference by `similar` that a table shows."""


class Verdict(StrEnum):
    """What can be said of two contenders so far."""

    OVER = "over"
    """Decided, however often one looked."""
    EQUAL = "equal"
    """They differ by less than the margin."""
    SPLIT = "saved and similar disagree"
    """One saves more keys, the other is more similar to what was written; no winner."""
    LEANING = "leaning"
    """Probably better; not decided."""
    OPEN = "not enough yet"


class Pair(Struct, frozen=True, kw_only=True):
    """What is known of two contenders."""

    better: int
    """Whom a verdict names first; without one, who saved more so far."""
    worse: int
    verdict: Verdict
    difference: float
    """By how much the better one saves more, as a share, on average over commits."""
    low: float
    high: float
    """The confidence sequence of the difference: it holds whenever one looks."""
    likely: float
    """How likely the better one is to be so, for what was seen so far."""
    similar: float | None
    """By how much the better one is more similar; None where nobody knows."""
    tasks: int
    commits: int
    missing: int | None
    """About how many more tasks decide it, or show them to be equal, if all goes on as
    it went; None where it is known, or further away than anybody will go."""


class Mean(Struct, frozen=True, kw_only=True):
    """What one contender did on average; each commit counts the same."""

    figures: Figures
    saved: Bounds | None
    """The 95 % interval of what was saved; None if there are no two commits."""
    useful: Bounds | None
    tasks: int
    commits: int


class Cheaper(Struct, frozen=True, kw_only=True):
    """A contender that is cheaper, and not known to be worse or not to be."""

    contender: int
    against: int
    """The other one that it may be worse than by most."""
    low: float
    high: float
    """How much more it saves than that one; below 0 it is worse."""


class Cheapest(Struct, frozen=True, kw_only=True):
    """The answer that somebody came for."""

    contender: int | None
    """The cheapest of those that are known not to be worse than any other one by more
    than the margin; None while that is known of none."""
    open: tuple[Cheaper, ...]
    """Those that are cheaper, the cheapest first, of which nobody knows yet."""


class Standing(Struct, frozen=True, kw_only=True):
    """What is known by now."""

    means: tuple[Mean | None, ...]
    """By contender; None for one without a cell that counts."""
    pairs: tuple[Pair, ...]
    """Of all two that have a task in common, by contenders."""
    tasks: int
    commits: int


class Comparison:
    """All contenders of a run, compared block by block.

    Blocks have to come in the order that was drawn, each once all have answered it: one
    that lacks a cell holds those after it, whatever they say.
    """

    def __init__(self, contenders: int, *, margin: float = MARGIN) -> None:
        """Compare so many contenders; who is set aside later counts among them."""
        self._margin = margin
        self._contenders = [_Contender() for _ in range(contenders)]
        self._pairs = {
            pair: _Pair(pair, margin) for pair in combinations(range(contenders), 2)
        }
        self._tasks, self._commits = 0, 0

    def add(self, block: Block) -> None:
        """Take a block that all contenders have answered."""
        self._tasks += len(block.rows)
        self._commits += 1
        for number, contender in enumerate(self._contenders):
            contender.add([row.figures[number] for row in block.rows])
        for (one, other), pair in self._pairs.items():
            pair.add([(row.figures[one], row.figures[other]) for row in block.rows])

    def is_settled(self, aside: Collection[int] = ()) -> bool:
        """Tell whether the run may stop: each two are decided, or equal.

        Contenders that were set aside are not waited for.
        """
        waited = [
            each for each in self._pairs.values() if not {*aside} & {*each.contenders}
        ]
        decided = self._decided()
        return all(pair.known(decided) in _KNOWN for pair in waited)

    def standing(self) -> Standing:
        """Say all that is known by now; takes longer than a look."""
        decided = self._decided()
        left = len(self._pairs) - len(decided)
        seen = [pair for pair in self._pairs.values() if pair.values]
        return Standing(
            means=tuple(each.mean() for each in self._contenders),
            pairs=tuple(pair.judged(decided, left) for pair in seen),
            tasks=self._tasks,
            commits=self._commits,
        )

    def cheapest(self, prices: Sequence[float | None]) -> Cheapest:
        """Find the cheapest that is not worse; a price of None is not known.

        Any of all but one may be worse than another, and each may seem not to be by
        chance, so each has to be the surer of it the more there are.
        """
        limit = max(CERTAIN, (len(prices) - 1) / _FALSE)
        priced = [
            (price, number)
            for number, price in enumerate(prices)
            if price is not None and self._contenders[number].commits
        ]
        open_: list[Cheaper] = []
        for _, number in sorted(priced):
            pairs = [pair for pair in self._pairs.values() if pair.holds(number)]
            doubtful = [pair for pair in pairs if pair.not_worse(number) < limit]
            if not doubtful:
                return Cheapest(contender=number, open=tuple(open_))
            if not any(pair.is_worse(number, limit) for pair in doubtful):
                worst = min(doubtful, key=lambda pair: pair.not_worse(number))
                open_.append(worst.cheaper(number, limit))
        return Cheapest(contender=None, open=tuple(open_))

    def _decided(self) -> "frozenset[_Pair]":
        """Give the pairs that are decided, by Holm's steps."""
        order = sorted(self._pairs.values(), key=lambda pair: -pair.highest)
        for count, pair in enumerate(order):
            if pair.highest < (len(order) - count) / _FALSE:
                return frozenset(order[:count])
        return frozenset(order)


_KNOWN = (Verdict.OVER, Verdict.EQUAL)


class _Contender:
    """What one contender did, commit by commit."""

    def __init__(self) -> None:
        self._means: list[Figures] = []
        self._saved: Counter[float] = Counter()
        self._useful: Counter[float] = Counter()

    @property
    def commits(self) -> int:
        return len(self._means)

    def add(self, cells: Iterable[Figures | None]) -> None:
        counted = [cell for cell in cells if cell is not None]
        if not counted:
            return
        self._means.append(average(counted))
        self._saved.update(cell.saved for cell in counted)
        self._useful.update(cell.useful for cell in counted if cell.useful is not None)

    def mean(self) -> Mean | None:
        if not self._means:
            return None
        useful = [each.useful for each in self._means if each.useful is not None]
        return Mean(
            figures=average(self._means),
            saved=interval([each.saved for each in self._means], self._saved),
            useful=interval(useful, self._useful),
            tasks=self._saved.total(),
            commits=self.commits,
        )


class _Pair:
    """The bets on two contenders, for the first of them where nothing else is said."""

    def __init__(self, contenders: tuple[int, int], margin: float) -> None:
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
        self._better = _bets(0.0)
        self._not_worse = _bets(-margin)
        self._margin = margin

    def add(self, cells: Sequence[tuple[Figures | None, Figures | None]]) -> None:
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

    def known(self, decided: "Collection[_Pair]") -> Verdict | None:
        """Say what is known for certain, with the pairs that are decided."""
        if self in decided and self._leader == self._ahead and not self._is_split:
            return Verdict.OVER if self._is_enough else None
        if self._is_equal:
            return Verdict.EQUAL
        return Verdict.SPLIT if self in decided and self._is_split else None

    def verdict(self, decided: "Collection[_Pair]") -> Verdict:
        """Say what is known or likely."""
        known = self.known(decided)
        if known is not None:
            return known
        leans = self._is_enough and self._likely >= _LEANING
        return Verdict.LEANING if leans else Verdict.OPEN

    @property
    def _is_enough(self) -> bool:
        return self._tasks >= _ANY_AFTER and len(self.values) >= _ANY_AFTER / 2

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

    @property
    def _similar_ahead(self) -> float | None:
        """Say by how much the one that saved more is more similar."""
        if not self._compared:
            return None
        mean = self._similar / self._compared
        return -mean if self._ahead else mean

    @property
    def _is_split(self) -> bool:
        similar = self._similar_ahead
        return similar is not None and similar < -_SEEN

    def judged(self, decided: "Collection[_Pair]", left: int) -> Pair:
        """Say all that is known; `left` are the pairs that are not decided."""
        verdict = self.verdict(decided)
        first, second = self.contenders
        within = bounds(self._turned(self._ahead), bound=_WIDEST)
        return Pair(
            better=second if self._ahead else first,
            worse=first if self._ahead else second,
            verdict=verdict,
            difference=abs(self._sum) / len(self.values),
            low=within.low,
            high=within.high,
            likely=self._likely,
            similar=self._similar_ahead,
            tasks=self._tasks,
            commits=len(self.values),
            missing=None if verdict in _KNOWN else self._missing(max(left, 1)),
        )

    def _missing(self, left: int) -> int | None:
        blocks = forecast.blocks_missing(
            self.values,
            better=forecast.Goal(self._better, 2 * left / _FALSE),
            equal=forecast.Goal(self._not_worse, CERTAIN),
        )
        each = self._tasks / len(self.values)
        least = max(_ANY_AFTER - self._tasks, 1)
        return None if blocks is None else max(round(blocks * each), least)

    def holds(self, number: int) -> bool:
        """Tell whether it compares a contender with another one by now."""
        return number in self.contenders and bool(self.values)

    def not_worse(self, number: int) -> float:
        """Give the capital on its not being worse than the other by the margin."""
        return self._not_worse[self.contenders.index(number)].capital

    def is_worse(self, number: int, limit: float) -> bool:
        """Tell whether it is known to be worse than the other by the margin."""
        values = self._turned(1 - self.contenders.index(number))
        return capital_above(values, self._margin, _WIDEST) >= limit

    def cheaper(self, number: int, limit: float) -> Cheaper:
        """Compare one of the two with the other."""
        place = self.contenders.index(number)
        within = bounds(self._turned(place), bound=_WIDEST, limit=limit)
        return Cheaper(
            contender=number,
            against=self.contenders[1 - place],
            low=within.low,
            high=within.high,
        )

    def _turned(self, place: int) -> list[float]:
        """Give the differences for one of the two."""
        return [-value for value in self.values] if place else self.values


def _bets(above: float) -> tuple[Bet, Bet]:
    """Make a bet for each of two contenders."""
    return Bet(above=above, bound=_WIDEST), Bet(above=above, bound=_WIDEST)
