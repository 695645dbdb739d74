"""Which contender is better, and whether that is known yet; pure.

Commits are drawn in random order, and count for two contenders in that order, each once
both have answered all of its tasks: else the answers that come late are the bad ones,
and who is slow looks good until they are there. What a commit says of two contenders is
one value, since its tasks are alike; the bets on it are those of `bench.duel`.

A pair is decided by the highest capital that it has ever had, all pairs together by
Holm's steps: of 20 runs at most one ever names a better one of two that are equal.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from hexai.bench.bets import CERTAIN, WRONG_WINNERS, Bounds
from hexai.bench.duel import KNOWN, WIDEST, Both, Duel
from hexai.bench.figures import Block, Figures, average
from hexai.bench.intervals import interval
from hexai.bench.standing import Cheaper, Cheapest, Mean, Standing
from hexai.domain.bench import MARGIN


class Comparison:
    """All contenders of a run, compared block by block.

    Blocks have to come in the order that was drawn, for each two once both have
    answered: one that lacks a cell holds those after it, whatever they say. Others need
    not wait for that, since bets on a pair are on what these two said, however far.
    """

    def __init__(
        self, contenders: int, *, margin: float = MARGIN, span: float = WIDEST
    ) -> None:
        """Compare so many contenders; who is set aside later counts among them.

        What is compared lies within `span`: from -1 to 1, or from 0 to 1.
        """
        self.contenders = contenders
        self._margin = margin
        self._contenders = [_Contender(span) for _ in range(contenders)]
        self._pairs = {
            pair: Duel(pair, margin, span)
            for pair in combinations(range(contenders), 2)
        }
        self.taken = 0
        """How often anything was taken; it says more once this has changed."""

    def add(self, block: Block) -> None:
        """Take a block that all contenders have answered."""
        for number in range(len(self._contenders)):
            self.add_one(number, [row.figures[number] for row in block.rows])
        for one, other in self._pairs:
            both = [(row.figures[one], row.figures[other]) for row in block.rows]
            self.add_two((one, other), both)

    def add_one(self, number: int, cells: Iterable[Figures | None]) -> None:
        """Take what one contender made of its next block."""
        self._contenders[number].add(cells)
        self.taken += 1

    def add_two(self, pair: tuple[int, int], cells: Sequence[Both]) -> None:
        """Take what two contenders made of their next block."""
        self._pairs[pair].add(cells)
        self.taken += 1

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
        )

    def cheapest(
        self, prices: Sequence[float | None], waited: Collection[tuple[int, int]] = ()
    ) -> Cheapest:
        """Find the cheapest that is not worse; a price of None is not known.

        Any of all but one may be worse than another, and each may seem not to be by
        chance, so each has to be the surer of it the more there are. Of two who are
        `waited` for and were not compared yet, either may be much worse.
        """
        limit = max(CERTAIN, (len(prices) - 1) / WRONG_WINNERS)
        priced = [
            (price, number)
            for number, price in enumerate(prices)
            if price is not None and self._contenders[number].commits
        ]
        open_: list[Cheaper] = []
        for _, number in sorted(priced):
            pairs = [pair for pair in self._pairs.values() if pair.holds(number)]
            doubtful = [pair for pair in pairs if pair.not_worse(number) < limit]
            is_waited = any(
                number in pair and not self._pairs[pair].values for pair in waited
            )
            if not doubtful and not is_waited:
                return Cheapest(contender=number, open=tuple(open_))
            if not doubtful:
                continue
            if not any(pair.is_worse(number, limit) for pair in doubtful):
                worst = min(doubtful, key=lambda pair: pair.not_worse(number))
                open_.append(worst.cheaper(number, limit))
        return Cheapest(contender=None, open=tuple(open_))

    def _decided(self) -> frozenset[Duel]:
        """Give the pairs that are decided, by Holm's steps."""
        order = sorted(self._pairs.values(), key=lambda pair: -pair.highest)
        for count, pair in enumerate(order):
            if pair.highest < (len(order) - count) / WRONG_WINNERS:
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
