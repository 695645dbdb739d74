"""Which pairs of models are decided, and what has changed since; pure."""

from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import exp, log, log1p

from msgspec import Struct

from hexai.domain.figures_by_week import week_of
from hexai.domain.ranking import Model
from hexai.ledger.ratings.bets import DECIDED_AT, Bet, Unit

# Of many pairs of equal models one is bound to look different, so at most one in twenty
# such *leaderboards* may ever name a winner. A verdict that was reached has to stay
# when a third model appears, so no pair may pay for pairs that are not born yet.
#
# Be S a set of pairs. If all models of S are equal, the mean of what their bets hold,
#
#     M(S) = sum over i in S and born of  a(i) * capital(i) / number of S that are born,
#
# neither grows nor shrinks while no pair is born. When one is, everybody's part
# shrinks, and the newborn j gets such a part as well, with a(j) the least that a bet of
# S has then kept, its own a included, and never more than 1. So M(S) does not grow by a
# birth, and reaches 20 with a probability of at most 1/20. A pair is decided once every
# S that it is in has reached 20 at some time (closed testing: Marcus, Peritz and
# Gabriel 1976). Then no pair of equal models is decided unless the set of all such
# pairs has reached 20.
#
# It is enough that one part of the sum has. Parts only grow if S loses members, so not
# all sets have to be tried: decide the pairs that are decided among all, leave them
# out, and begin again (Holm 1979).


def decide(born: Sequence[Bet]) -> dict[frozenset[Model], Model]:
    """Give the winners of the pairs that are decided, from all in order of birth."""
    winners: dict[frozenset[Model], Model] = {}
    rest = [*born]
    while True:
        needed = goals(rest)
        found = [bet for bet in rest if _reached(bet, needed[frozenset(bet.models)])]
        if not found:
            return winners
        for bet in found:
            winner = max(bet.peaks.values(), key=lambda peak: peak.capital).winner
            winners[frozenset(bet.models)] = winner or bet.models[0]
        rest = [bet for bet in rest if bet not in found]


def goals(bets: Sequence[Bet]) -> dict[frozenset[Model], list[float]]:
    """Give what each bet has to reach among these, in each era since its birth."""
    eras = max((max(bet.peaks) for bet in bets), default=-1) + 1
    members = [0] * eras
    for bet in bets:
        for era in bet.peaks:
            members[era] += 1
    found: dict[frozenset[Model], list[float]] = {}
    parts: list[tuple[Bet, float]] = []
    for born in sorted({min(bet.peaks) for bet in bets}):
        part = min(
            (1.0, *(part * bet.kept[born] for bet, part in parts)),
        )
        newborn = [bet for bet in bets if bet.born == born]
        parts += [(bet, part) for bet in newborn]
        for bet in newborn:
            limits = [DECIDED_AT * members[era] / part for era in sorted(bet.peaks)]
            found[frozenset(bet.models)] = limits
    return found


def reached(born: Sequence[Bet]) -> dict[frozenset[Model], float]:
    """Say what part of the evidence that a verdict takes each bet has reached."""
    winners = decide(born)
    rest = [bet for bet in born if frozenset(bet.models) not in winners]
    needed = goals(rest)
    return dict.fromkeys(winners, 1.0) | {
        pair: min(1.0, _part(bet, needed[pair]))
        for bet in rest
        for pair in (frozenset(bet.models),)
    }


def _part(bet: Bet, needed: Sequence[float]) -> float:
    peaks = (bet.peaks[era].capital for era in sorted(bet.peaks))
    return max(peak / goal for peak, goal in zip(peaks, needed, strict=True))


def _reached(bet: Bet, needed: Sequence[float]) -> bool:
    return _part(bet, needed) >= 1


# A detector in the manner of Shiryaev (1963) and Roberts (1966), made of e-values
# (Shin, Ramdas and Rinaldo 2024). Each week may have begun something new. What was
# before it is compared with what came since: the ratio of the odds with a change of
# some size to those without one, whatever the preference was. That ratio is Student's,
# with scale and location integrated out, so it is 1 on average at any time if nothing
# has changed, about as far as sums over sittings are normal. The sum over all weeks
# grows by one a week, so it reaches 52 / 0.05 within a year with a probability of at
# most 5 %, looked at always.
#
# A preference is read in logits from what a unit of `ratings.bets` has paid, so
# habits may change without anybody's being blamed.

_LIMIT = 52 / 0.05
"""What the sum over the weeks of a year reaches in one of twenty years."""
_SIZE = 1.0
"""How large a change is that matters, in logits: from 60 to 40 it is 0.8."""
_EACH = 8
"""Units before and after a change without which nothing can be said of it."""


class Change(Struct, frozen=True):
    """A preference that has changed."""

    at: float
    """About when, of the wall clock in seconds since 1970: what came from then on."""
    before: float
    """The time of what came last before."""
    shift: float
    """By how much, in logits for the first model of the bet."""


def find_change(bet: Bet, pairs: int = 1) -> Change | None:
    """Give the last change of a preference, if any is shown.

    What came after a change may hold another, so it is looked at by itself; that can
    move an alarm, and raises none. `pairs` are all that are looked at.
    """
    units = [unit for unit in bet.all_units if unit.weight > 0]
    last: Change | None = None
    while (found := _likeliest(units, pairs)) is not None:
        number, shift = found
        last = Change(units[number].at, units[number - 1].at, shift)
        units = units[number:]
    return last


def _likeliest(units: Sequence[Unit], pairs: int) -> tuple[int, float] | None:
    """Give the first unit after the likeliest change, and how large that is."""
    sums, weeks = _Sums(units), _weeks(units)
    scores = [sums.compare(number)[0] for number in weeks]
    if sum(exp(min(score, 100.0)) for score in scores) < _LIMIT * pairs:
        return None
    place = scores.index(max(scores))
    least = weeks[place - 1] if place else _EACH
    most = weeks[place + 1] if place + 1 < len(weeks) else len(units) - _EACH
    found = max(range(least, most + 1), key=lambda number: sums.compare(number)[0])
    return found, sums.compare(found)[1]


def _weeks(units: Sequence[Unit]) -> list[int]:
    """Give the first unit of each week, with enough before and after it."""
    found: list[int] = []
    week = None
    for number, unit in enumerate(units):
        begun = week_of(unit.at)
        if begun != week and _EACH <= number <= len(units) - _EACH:
            found.append(number)
        week = begun
    return found


class _Sums:
    """Sums over the units before each, so that a comparison costs nothing."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._count = len(units)
        self._paid = _running(unit.paid for unit in units)
        self._weight = _running(unit.weight for unit in units)
        self._squares = _running(unit.paid**2 for unit in units)
        self._products = _running(unit.paid * unit.weight for unit in units)
        self._weights = _running(unit.weight**2 for unit in units)

    def compare(self, number: int) -> tuple[float, float]:
        """Give the logarithm of the odds of a change before this unit, and its size."""
        one, one_weight, one_rest = self._side(0, number)
        other, other_weight, other_rest = self._side(number, self._count)
        freedom = self._count - 2
        # Of units on both sides, since there may be few on one.
        each = (one_rest + other_rest) / (one_weight + other_weight)
        each *= self._count / freedom
        variance = max(1e-9, each * (1 / one_weight + 1 / other_weight))
        less = variance / (variance + _SIZE**2)
        square = (other - one) ** 2 / variance / freedom
        score = (freedom + 1) / 2 * (log1p(square) - log1p(less * square))
        return score + log(less) / 2, other - one

    def _side(self, begin: int, end: int) -> tuple[float, float, float]:
        """Give a preference, its weight, and how much units differ from it."""

        def over(sums: Sequence[float]) -> float:
            return sums[end] - sums[begin]

        weight = over(self._weight)
        mean = over(self._paid) / weight
        rest = (
            over(self._squares)
            - 2 * mean * over(self._products)
            + mean**2 * over(self._weights)
        )
        return mean, weight, rest


def _running(values: Iterable[float]) -> list[float]:
    return [*accumulate(values, initial=0.0)]
