"""Which contender is better, and whether that is known yet; pure.

Commits are drawn in random order, and all contenders answer all tasks of a commit
before it counts: else the answers that come late are the bad ones, and who is slow
looks good until they are there. What a commit says of two contenders is one value,
since its tasks are alike; the bets on it are those of `bench.duel`.

A pair is decided by the highest capital that it has ever had, all pairs together by
Holm's steps: of 20 runs at most one ever names a better one of two that are equal.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from hexai.bench.duel import FALSE, KNOWN, WIDEST, Duel
from hexai.bench.figures import Block, Figures, average
from hexai.bench.intervals import interval
from hexai.bench.sequences import CERTAIN, Bounds
from hexai.bench.standing import Cheaper, Cheapest, Mean, Standing

MARGIN = 0.05
"""Within which two contenders are equal, if nothing else is asked for."""


class Comparison:
    """All contenders of a run, compared block by block.

    Blocks have to come in the order that was drawn, each once all have answered it: one
    that lacks a cell holds those after it, whatever they say.
    """

    def __init__(
        self, contenders: int, *, margin: float = MARGIN, span: float = WIDEST
    ) -> None:
        """Compare so many contenders; who is set aside later counts among them.

        What is compared lies within `span`: from -1 to 1, or from 0 to 1.
        """
        self._margin = margin
        self._contenders = [_Contender(span) for _ in range(contenders)]
        self._pairs = {
            pair: Duel(pair, margin, span)
            for pair in combinations(range(contenders), 2)
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
        return all(pair.known(decided) in KNOWN for pair in waited)

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
        limit = max(CERTAIN, (len(prices) - 1) / FALSE)
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

    def _decided(self) -> frozenset[Duel]:
        """Give the pairs that are decided, by Holm's steps."""
        order = sorted(self._pairs.values(), key=lambda pair: -pair.highest)
        for count, pair in enumerate(order):
            if pair.highest < (len(order) - count) / FALSE:
                return frozenset(order[:count])
        return frozenset(order)


class _Contender:
    """What one contender did, commit by commit."""

    def __init__(self, span: float) -> None:
        self._bound = span / 2
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
            saved=self._interval([each.saved for each in self._means], self._saved),
            useful=self._interval(useful, self._useful),
            tasks=self._saved.total(),
            commits=self.commits,
        )

    def _interval(
        self, commits: Sequence[float], tasks: "Counter[float]"
    ) -> Bounds | None:
        """Give the interval of a mean of values that end at 1."""
        middle = 1 - self._bound
        moved = [each - middle for each in commits]
        found = interval(moved, tasks, bound=self._bound)
        return found and Bounds(found.low + middle, found.high + middle)
