"""Has what was chosen ranked: the leaderboards of a ledger.

One pass over the runs gives the trials of all languages together and of each, since
verdicts of parts do not add up to one of the whole.
"""

import sqlite3
from collections.abc import Container, Mapping

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.domain.figures import By, Filter, Subject, Title
from hexai.domain.ranking import (
    Counted,
    Leaderboard,
    Model,
    Ranking,
    Rated,
    Returned,
    Stood,
    Verdict,
)
from hexai.ledger.cells import Cells
from hexai.ledger.counted_choices import Choices, Where, identity, read_choices
from hexai.ledger.database import milliseconds, seconds
from hexai.ledger.ratings.ranking import rank
from hexai.ledger.ratings.trials import Trials
from hexai.ledger.threads import is_decided_before

_NARROWED = """
SELECT surface, count(*) FROM run
WHERE narrowed AND choice IS NOT NULL AND method != 'vote' AND started_at >= ?
GROUP BY surface
"""


def read_leaderboard(
    connection: sqlite3.Connection,
    chosen: Filter,
    counted: Counted,
    by: By = "entry",
) -> tuple[Leaderboard, ...]:
    """Rank the contenders of every surface that has trials, or had some left out."""
    cells = Cells(connection, by)
    found = read_choices(connection, chosen, counted, cells)
    return _Boards.of(connection, chosen, cells).make(found)


def read_boards(
    connection: sqlite3.Connection,
    chosen: Filter,
    counted: Counted,
    *,
    looks: int,
    most: int,
) -> dict[str, tuple[Leaderboard, ...] | None]:
    """Rank them for all languages together, which has no name, and for each.

    Only the `most` languages in which most was chosen are ranked; None stands for the
    leaderboards of each of the others. How verdicts came about is told for so many
    `looks`, over the time of the choices.
    """
    cells = Cells(connection)
    found = read_choices(connection, chosen, counted, cells, by_language=True)
    boards = _Boards.of(connection, chosen, cells)
    languages: dict[str, dict[Where, Choices]] = {"": {}}
    for where, choices in found.items():
        languages.setdefault(where[1], {})[where] = choices
    ordered = sorted(languages, key=lambda each: (-_trials(languages[each]), each))
    ranked = {"", *[each for each in ordered if each][:most]}
    return {
        language: boards.make(there, looks) if language in ranked else None
        for language, there in languages.items()
    }


def _trials(found: Mapping[Where, Choices]) -> int:
    return sum(len(choices.trials.numbers) for choices in found.values())


_COMPARED = """
SELECT idx, cell FROM contender
WHERE run = ? AND status = 'answered' AND late = 0 AND cached = 0 AND cut = 0
"""


def read_standing(
    connection: sqlite3.Connection, number: int, surface: Surface, now: float
) -> Stood:
    """Tell how the contenders of a run stand, by all that was chosen on its surface."""
    cells = Cells(connection)
    rows = connection.execute(_COMPARED, (number,))
    counted = Counted(now=now)
    boards = read_leaderboard(connection, Filter(surface=surface), counted)
    return Stood(
        models={index: identity(cells.subjects[cell]) for index, cell in rows},
        board=boards[0] if boards else None,
        decided_before=is_decided_before(connection, number),
    )


class _Boards(Struct, frozen=True, kw_only=True):
    """What leaderboards tell beside what was chosen."""

    titles: Mapping[Subject, Title]
    narrowed: Mapping[str, int]
    """By surface, the lists that are left out."""
    ids: Mapping[int, str]
    """What upstreams called models, by number."""

    @classmethod
    def of(
        cls, connection: sqlite3.Connection, chosen: Filter, cells: Cells
    ) -> "_Boards":
        """Read it."""
        narrowed = _read_narrowed(connection, chosen.since)
        if chosen.surface:
            narrowed = {chosen.surface: narrowed.get(chosen.surface, 0)}
        returned = connection.execute("SELECT id, text FROM name")
        return cls(titles=cells.titles(), narrowed=narrowed, ids=dict(returned))

    def make(
        self, found: Mapping[Where, Choices], looks: int = 0
    ) -> tuple[Leaderboard, ...]:
        """Make the leaderboards of some surfaces that have anything on them."""
        choices = {surface: each for (surface, _language), each in found.items()}
        boards = []
        for surface in sorted({*choices, *self.narrowed}):
            narrowed = self.narrowed.get(surface, 0)
            board = Leaderboard(
                surface=surface, models={}, rankings=(), narrowed=narrowed
            )
            if surface in choices:
                board = self._ranked(board, choices[surface], looks)
            boards.append(board)
        return tuple(each for each in boards if each.rankings or each.left_out)

    def _ranked(self, board: Leaderboard, choices: Choices, looks: int) -> Leaderboard:
        """Put the contenders of a surface on its leaderboard."""
        board = replace(board, same=len(choices.same.numbers))
        if not choices.trials.numbers:
            return board
        rankings = rank(choices.trials, watch=_moments(choices.trials, looks))
        pooled = {model for model, each in choices.contenders.items() if len(each) > 1}
        if pooled:
            rankings = tuple(without_verdicts(ranking, pooled) for ranking in rankings)
        return replace(
            board,
            models=self._rated(choices),
            rankings=rankings,
            of_benches=choices.of_benches,
        )

    def _rated(self, choices: Choices) -> dict[Model, Rated]:
        returned: dict[Model, list[Returned]] = {}
        for (model, number), at in sorted(choices.returned.items(), key=lambda x: x[1]):
            called = Returned(model=self.ids[number], since=seconds(at))
            returned.setdefault(model, []).append(called)
        return {
            model: Rated(
                provider=subject.provider,
                model=subject.model,
                upstream=subject.upstream,
                fingerprint=subject.fingerprint,
                title=self.titles[subject],
                returned=tuple(returned.get(model, ())),
            )
            for model, subject in choices.subjects.items()
        }


def without_verdicts(ranking: Ranking, pooled: Container[Model]) -> Ranking:
    """Take back verdicts on models of which several entries are rolled up.

    What differs between their choices is not one thing, so nothing of it is decided.
    """
    return replace(
        ranking,
        comparisons=tuple(
            replace(
                each,
                verdict=Verdict.POOLED,
                missing=None,
                sittings=None,
                until=None,
                changed=None,
            )
            if each.better in pooled or each.worse in pooled
            else each
            for each in ranking.comparisons
        ),
    )


def _moments(trials: Trials, looks: int) -> list[float]:
    """Give moments that part the time of the trials evenly, the last one at its end."""
    first, last = trials.times[0], trials.times[-1]
    earlier = (first + (last - first) * look / looks for look in range(1, looks))
    return [*earlier, last] if looks else []


def _read_narrowed(connection: sqlite3.Connection, since: float) -> dict[str, int]:
    """Count on each surface the lists that an older version recorded in part."""
    return dict(connection.execute(_NARROWED, (milliseconds(since),)).fetchall())
