r"""Whether one model is really chosen over another, however often one looks; pure.

A 95 % interval that is looked at after every vote names a false winner in a quarter of
all cases before the fiftieth vote. So a winner is declared by a test whose error holds
at every moment at once: a betting score, the beta-binomial mixture (Ville 1939; Robbins
1970). Of n decisive comparisons of two equal models, each is won with probability 1/2.
The score is the likelihood under a mixture of other probabilities, Beta(3, 3), over
that; it exceeds 20 at any time at all with a probability of at most 1/20. With several
pairs of models the limit is 20 for each of them (Bonferroni).

What stands first is taken more often, and by how much nobody knows. Under the choice
model, two equal models at two positions are chosen with probabilities that depend on
the positions only. So two trials are matched in which they stood at the same positions
the other way round: if one model won both, that is a win, whatever the positions do;
if the same position won twice, it says nothing. (This is McNemar's test, 1947, and the
conditional likelihood of the model with the position as a nuisance.) Where the order
never changes, nothing is ever decisive, and that is right: the first place and the
model in it cannot be told apart.

What is chosen in one file is not independent. So trials are matched within a cluster
only, and the number of comparisons is divided by how much more the clusters' sums vary
than those of independent comparisons would.
"""

from collections import Counter
from collections.abc import Iterable
from math import exp, inf, lgamma, log

from hexai.ledger.trials import Model, Trial

_PRIOR = 3.0
LIMIT = 20.0
"""The score at which one pair of models is decided."""


def log_score(wins: float, losses: float) -> float:
    """Give the logarithm of the betting score after so many decisive comparisons.

    The beta-binomial with Beta(3, 3) over the binomial with 1/2.
    """
    return (
        _log_beta(_PRIOR + wins, _PRIOR + losses)
        - _log_beta(_PRIOR, _PRIOR)
        + (wins + losses) * log(2.0)
    )


def comparisons_missing(wins: float, losses: float, pairs: int = 1) -> float:
    """Guess how many more decisive comparisons decide, if all goes on as it went.

    `inf` where that is beyond what a person will ever do.
    """
    share = (wins + _PRIOR) / (wins + losses + 2 * _PRIOR)
    more = 1.0
    while more < 1e5:
        total_wins, total_losses = wins + share * more, losses + (1 - share) * more
        if log_score(total_wins, total_losses) >= log(LIMIT * pairs):
            return more
        more = max(more + 1, more * 1.05)
    return inf


class Duel:
    """The comparisons of two models, taken in the order in which they were made."""

    def __init__(self, one: Model, other: Model) -> None:
        self.models = one, other
        self.shown = 0
        """Trials that one of the two won and the other could have."""
        self.won = [0, 0]
        """How many of those each won, whatever the position."""
        self.orders = set[bool]()
        """Whether the first stood before the second: both, if the order changed."""
        self._waiting: dict[tuple[str, int, int], list[tuple[bool, bool]]] = {}
        self._wins = [0, 0]
        self._net: Counter[str] = Counter()
        self._squares = 0
        self._alone = 0
        self.highest = 0.0
        """The highest logarithm of the score so far; what it has shown, it has."""

    @property
    def decisive(self) -> tuple[float, float]:
        """The comparisons that each has won, as if they were independent."""
        effect = self.design_effect
        return self._wins[0] / effect, self._wins[1] / effect

    @property
    def design_effect(self) -> float:
        """How many dependent comparisons tell as much as an independent one; >= 1."""
        total = sum(self._wins)
        return max(1.0, (self._squares + self._alone) / total) if total else 1.0

    def add(self, places: tuple[int, int], winner: int, cluster: str) -> None:
        """Take one trial in which the models stood at two different places.

        `winner` is 0 or 1, as in `models`.
        """
        self.shown += 1
        self.won[winner] += 1
        upright = places[0] < places[1]
        self.orders.add(upright)
        key = cluster, min(places), max(places)
        waiting = self._waiting.setdefault(key, [])
        if not waiting or waiting[0][0] == upright:
            waiting.append((upright, winner == 0))
            return
        if waiting.pop(0)[1] == (winner == 0):
            self._decide(winner, cluster)

    def _decide(self, winner: int, cluster: str) -> None:
        self._wins[winner] += 1
        sign = 1 if winner == 0 else -1
        if cluster:
            net = self._net[cluster]
            self._net[cluster] = net + sign
            self._squares += 2 * net * sign + 1
        else:
            self._alone += 1
        self.highest = max(self.highest, log_score(*self.decisive))

    @property
    def score(self) -> float:
        """The betting score as it stands."""
        return exp(min(700.0, log_score(*self.decisive)))


def duels(trials: Iterable[Trial]) -> dict[tuple[Model, Model], Duel]:
    """Compare every two models that stood in one list; trials in order of time."""
    found: dict[tuple[Model, Model], Duel] = {}
    for trial in trials:
        if trial.choice < 0:
            continue
        items = trial.pattern.items
        chosen = items[trial.choice]
        for place, item in enumerate(items):
            if place != trial.choice:
                _compare(found, (chosen, trial.choice), (item, place), trial.cluster)
    return found


def _compare(
    found: dict[tuple[Model, Model], Duel],
    winner: tuple[tuple[Model, ...], int],
    loser: tuple[tuple[Model, ...], int],
    cluster: str,
) -> None:
    for better in winner[0]:
        for worse in loser[0]:
            pair = (better, worse) if better < worse else (worse, better)
            duel = found.setdefault(pair, Duel(*pair))
            if better == pair[0]:
                duel.add((winner[1], loser[1]), 0, cluster)
            else:
                duel.add((loser[1], winner[1]), 1, cluster)


def _log_beta(one: float, other: float) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)
