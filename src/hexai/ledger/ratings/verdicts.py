r"""Which pairs of models are decided, of all that are looked at; pure.

Of many pairs of equal models one is bound to look different, so at most one in twenty
such *leaderboards* may ever name a winner. A verdict that was reached has to stay when
a third model appears, so no pair may pay for pairs that are not born yet.

Be S a set of pairs. If all models of S are equal, the mean of what their bets hold,

    M(S) = sum over i in S and born of  a(i) * capital(i) / number of S that are born,

neither grows nor shrinks while no pair is born. When one is, everybody's part shrinks,
and the newborn j gets such a part as well, with a(j) the least that a bet of S has then
kept, its own a included, and never more than 1. So M(S) does not grow by a birth, and
reaches 20 with a probability of at most 1/20. A pair is decided once every S that it is
in has reached 20 at some time (closed testing: Marcus, Peritz and Gabriel 1976). Then
no pair of equal models is decided unless the set of all such pairs has reached 20.

It is enough that one part of the sum has. Parts only grow if S loses members, so not
all sets have to be tried: decide the pairs that are decided among all, leave them out,
and begin again (Holm 1979).
"""

from collections.abc import Sequence

from hexai.domain.ranking import Model
from hexai.ledger.ratings.evidence import LIMIT, Bet


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
            limits = [LIMIT * members[era] / part for era in sorted(bet.peaks)]
            found[frozenset(bet.models)] = limits
    return found


def _reached(bet: Bet, needed: Sequence[float]) -> bool:
    peaks = (bet.peaks[era].capital for era in sorted(bet.peaks))
    return any(peak >= goal for peak, goal in zip(peaks, needed, strict=True))
