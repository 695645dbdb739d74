"""From what a team chose to leaderboards, clustered by person.

The strengths are those of one person's ledger, with a person in place of a file; so
intervals are clustered by person, which is the coarser. Verdicts are bets of weeks, in
which each person bets once: `bets.py` says why.

Nothing is counted that fewer than five people have compared, so no part of a result
speaks of fewer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, groupby
from operator import itemgetter

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.figures import By
from hexai.domain.ranking import Leaderboard, Model, Rated
from hexai.ledger.leaderboard import without_verdicts
from hexai.ledger.ratings.ranking import rank
from hexai.ledger.ratings.trials import Outcome, Trials
from hexai.team.bets import RoundBets
from hexai.team.cells import Cell
from hexai.team.results import LEAST
from hexai.team.rounding import rounded
from hexai.team.trials import cells_of, read_trial

Told = tuple[int, str]
"""A person and a trial of his, as it was sent."""
Dated = tuple[int, float, str]
"""A person, a day in seconds since 1970, and a trial."""


def identity(cell: Cell, by: By) -> Model:
    """Write in one word whom figures are of."""
    whom = (cell.host, cell.model)
    if by == "model":
        return "\n".join(whom)
    return "\n".join((*whom, cell.provider, cell.options))


class _Known(Struct, frozen=True):
    """What a trial tells, and where."""

    surface: str
    outcome: Outcome


class Ratings:
    """The ratings of all surfaces, of entries or of models."""

    def __init__(self, cells: Mapping[int, Cell], by: By) -> None:
        """Only trials count all of whose cells are among `cells`."""
        self._cells = cells
        self._by = by
        self._models = {number: identity(cell, by) for number, cell in cells.items()}
        self._known: dict[str, _Known | None] = {}
        self._trials: dict[str, Trials] = defaultdict(Trials)
        self._numbers: dict[str, int] = {}

    def learn(self, told: Iterable[Told]) -> None:
        """Find out which trials count: `told` are all different ones, by person."""
        people: Counter[frozenset[Model]] = Counter()
        for _person, theirs in groupby(told, itemgetter(0)):
            met = {pair for _, word in theirs for pair in self._pairs(word)}
            people.update(met)
        few = {pair for pair, count in people.items() if count < LEAST}
        for word, known in self._known.items():
            if known is not None and few & {*_pairs(known.outcome)}:
                self._known[word] = None

    def count(self, dated: Iterable[Dated]) -> None:
        """Count all trials, given week by week, and in each person by person.

        No sitting is noted: a person is the coarser cluster.
        """
        people: dict[int, str] = {}
        for person, at, word in dated:
            known = self._known.get(word)
            if known is not None:
                who = people.setdefault(person, str(person))
                trials = self._trials[known.surface]
                number = self._numbers.get(word)
                if number is None:
                    number = self._numbers[word] = trials.number(*known.outcome)
                trials.add(number, who, "", at)

    def boards(self) -> tuple[Leaderboard, ...]:
        """Give the leaderboards of all surfaces that have anything on them."""
        made = (self._board(s, self._trials[s]) for s in sorted(self._trials))
        return tuple(map(rounded, made))

    def _board(self, surface: str, trials: Trials) -> Leaderboard:
        rankings = rank(trials, bets=RoundBets)
        there = {each.model for ranking in rankings for each in ranking.standings}
        cells = [cell for cell in self._cells.values() if cell.surface == surface]
        entries: dict[Model, set[tuple[str, str]]] = defaultdict(set)
        rated: dict[Model, Rated] = {}
        for cell in cells:
            model = identity(cell, self._by)
            entries[model].add((cell.provider, cell.options))
            if model in there:
                rated.setdefault(model, self._rated(cell))
        pooled = {model for model, each in entries.items() if len(each) > 1}
        if self._by == "model":
            rankings = tuple(without_verdicts(ranking, pooled) for ranking in rankings)
        return Leaderboard(
            surface=surface,
            models=rated,
            rankings=rankings,
            clusters="weeks of one person each",
        )

    def _rated(self, cell: Cell) -> Rated:
        rated = Rated(provider=cell.provider, model=cell.model, upstream=cell.host)
        return (
            rated if self._by == "model" else replace(rated, fingerprint=cell.options)
        )

    def _pairs(self, word: str) -> Iterator[frozenset[Model]]:
        if word not in self._known:
            self._known[word] = self._read(word)
        known = self._known[word]
        return iter(()) if known is None else _pairs(known.outcome)

    def _read(self, word: str) -> _Known | None:
        outcome = read_trial(word, self._models)
        surfaces = {self._cells[c].surface for c in cells_of(word) if c in self._cells}
        if outcome is None or len(surfaces) != 1:
            return None
        return _Known(surfaces.pop(), outcome)


def _pairs(outcome: Outcome) -> Iterator[frozenset[Model]]:
    return map(frozenset, combinations(sorted(outcome[0].models), 2))
