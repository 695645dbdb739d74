r"""Whether one model is really chosen over another, however often one looks; pure.

A 95 % interval that is looked at after every vote names a false winner in a quarter of
all cases before the fiftieth vote. So a winner is declared by a test whose error holds
at every moment at once: a betting score, the beta-binomial mixture (Ville 1939; Robbins
1970). Of n decisive comparisons of two equal models, each is won with probability 1/2.
The score is the likelihood under a mixture of all probabilities, over that; it exceeds
20 at any time at all with a probability of at most 1/20. With several pairs of models
the limit is 20 for each of them (Bonferroni).

What stands first is taken more often, and by how much nobody knows. Under the choice
model, two equal models at two positions are chosen with probabilities that depend on
the positions only. So two trials are matched in which they stood at the same positions
the other way round: if one model won both, that is a win, whatever the positions do;
if the same position won twice, it says nothing. (This is McNemar's test, 1947, and the
conditional likelihood of the model with the position as a nuisance.) Where the order
never changes, nothing is ever decisive, and that is right: the first place and the
model in it cannot be told apart. A trial is matched with the newest one that waits, so
mostly with one of the same file.

What is chosen in one file is not independent. So the number of comparisons is divided
by the design effect: how much more their sum varies than that of independent ones
would. Two comparisons depend on each other if they share a file, of which each has one
or two; the variance is that of dyadic clusters (Cameron and Miller 2014), which is the
sum over files of the squared net wins, less what comparisons that share both files
would count twice.
"""

from math import inf, lgamma, log

from hexai.domain.ranking import Model
from hexai.ledger.ratings.trials import Pattern, Trials

_PRIOR = 1.0
LIMIT = 20.0
"""The score at which one pair of models is decided."""
_CERTAIN = 50.0
"""The logarithm of a score that no number of pairs asks for: it need not grow."""


def log_score(wins: float, losses: float) -> float:
    """Give the logarithm of the betting score after so many decisive comparisons.

    The beta-binomial with Beta(1, 1) over the binomial with 1/2. Won by both of two
    matched trials, 70 to 30 is 84 to 16, so it takes wider odds than single votes do.
    """
    return (
        _log_beta(_PRIOR + wins, _PRIOR + losses)
        - _log_beta(_PRIOR, _PRIOR)
        + (wins + losses) * log(2.0)
    )


def comparisons_missing(
    wins: float, losses: float, *, share: float, pairs: int = 1
) -> float:
    """Guess how many more decisive comparisons decide, if this share of them is won.

    `inf` where that is beyond what a person will ever do.
    """
    more = 1.0
    while more < 1e5:
        total_wins, total_losses = wins + share * more, losses + (1 - share) * more
        if log_score(total_wins, total_losses) >= log(LIMIT * pairs):
            return more
        more = max(more + 1, more * 1.05)
    return inf


class _Squares:
    """The sum of the squared nets of groups, kept while comparisons come in."""

    def __init__(self) -> None:
        self.total = 0
        self._nets: dict[object, int] = {}

    def add(self, group: object, sign: int) -> None:
        net = self._nets.get(group, 0)
        self._nets[group] = net + sign
        self.total += 2 * net * sign + 1


class Duel:
    """The comparisons of two models, taken in the order in which they were made."""

    def __init__(self, one: Model, other: Model) -> None:
        self.models = one, other
        self.shown = 0
        """Trials that one of the two won and the other could have."""
        self.orders = set[bool]()
        """Whether the first stood before the second: both, if the order changed."""
        self.winner: Model | None = None
        """Who was ahead when the score was highest; None before any comparison."""
        self.highest = 0.0
        """The highest logarithm of the score so far; what it has shown, it has."""
        self._wins = [0, 0]
        self._waiting: dict[tuple[int, int], list[tuple[bool, int, str]]] = {}
        self._by_file, self._by_files = _Squares(), _Squares()
        self._alone = 0

    @property
    def decisive(self) -> tuple[float, float]:
        """The comparisons that each has won, as if they were independent."""
        effect = self.design_effect
        return self._wins[0] / effect, self._wins[1] / effect

    @property
    def design_effect(self) -> float:
        """How many dependent comparisons tell as much as an independent one; >= 1."""
        total = sum(self._wins)
        variance = self._by_file.total - self._by_files.total + self._alone
        return max(1.0, variance / total) if total else 1.0

    def add(
        self, places: tuple[int, int], *, upright: bool, winner: int, cluster: str
    ) -> None:
        """Take one trial in which the models stood at two different places.

        `upright` says that the first of `models` stood at the first place; `winner`
        is 0 or 1.
        """
        self.shown += 1
        if self.highest > _CERTAIN:
            return
        waiting = self._waiting.setdefault(places, [])
        if not waiting or waiting[-1][0] == upright:
            waiting.append((upright, winner, cluster))
            return
        _upright, other_winner, other_cluster = waiting.pop()
        if other_winner == winner:
            self._decide(winner, cluster, other_cluster)

    def _decide(self, winner: int, one: str, other: str) -> None:
        self._wins[winner] += 1
        sign = 1 if winner == 0 else -1
        if not one and not other:
            self._alone += 1
        else:
            for file in {one, other} - {""}:
                self._by_file.add(file, sign)
            if one and other and one != other:
                self._by_files.add(frozenset((one, other)), sign)
        self._note_score()

    def _note_score(self) -> None:
        ahead, total = self._wins[0] - self._wins[1], sum(self._wins)
        # No score, of fewer comparisons least of all, exceeds this, which is cheaper.
        if ahead**2 <= self.highest * total:
            return
        wins, losses = self.decisive
        score = log_score(wins, losses)
        if score > self.highest:
            self.highest, self.winner = score, self.models[wins < losses]


def duels(trials: Trials) -> dict[frozenset[Model], Duel]:
    """Compare every two models of which one was chosen and the other was there."""
    found: dict[frozenset[Model], Duel] = {}
    steps = [
        _steps(found, pattern, choice) if choice >= 0 else ()
        for pattern, choice in trials.outcomes
    ]
    for number, cluster in zip(trials.numbers, trials.clusters, strict=True):
        for duel, places, upright, winner in steps[number]:
            duel.add(places, upright=upright, winner=winner, cluster=cluster)
    return {pair: duel for pair, duel in found.items() if duel.shown}


_Step = tuple[Duel, tuple[int, int], bool, int]


def _steps(
    found: dict[frozenset[Model], Duel], pattern: Pattern, choice: int
) -> tuple[_Step, ...]:
    """List whom this outcome compares, and how."""
    steps: list[_Step] = []
    for better in pattern.items[choice]:
        for place, item in enumerate(pattern.items):
            for worse in item:
                if place == choice or worse == better:
                    continue
                pair = frozenset((better, worse))
                duel = found.setdefault(pair, Duel(*sorted(pair)))
                winner = int(better != duel.models[0])
                upright = (choice < place) == (winner == 0)
                places = min(choice, place), max(choice, place)
                steps.append((duel, places, upright, winner))
                duel.orders.add(upright)
    return tuple(steps)


def _log_beta(one: float, other: float) -> float:
    return lgamma(one) + lgamma(other) - lgamma(one + other)
