"""Has what was chosen ranked: the leaderboards of a ledger.

One pass over the runs gives the trials of all languages together and of each, since
verdicts of parts do not add up to one of the whole.
"""

import sqlite3
from collections.abc import Mapping

from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted, Leaderboard
from hexai.ledger.choices import Choices, Where, read_apart
from hexai.ledger.database import milliseconds
from hexai.ledger.ratings.ranking import rank
from hexai.ledger.ratings.trials import Trials

_NARROWED = """
SELECT surface, count(*) FROM run
WHERE narrowed AND choice IS NOT NULL AND method != 'vote' AND started_at >= ?
GROUP BY surface
"""


def read_leaderboard(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted
) -> tuple[Leaderboard, ...]:
    """Rank the models of every surface that has trials, or had some left out."""
    found = read_apart(connection, chosen, counted, by_language=False)
    return _boards(found, _narrowed(connection, chosen))


def read_boards(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted, *, looks: int
) -> dict[str, tuple[Leaderboard, ...]]:
    """Rank them for all languages together, which has no name, and for each.

    How verdicts came about is told for so many `looks`, over the time of the choices.
    """
    found = read_apart(connection, chosen, counted, by_language=True)
    narrowed = _narrowed(connection, chosen)
    return {
        language: _boards(there, narrowed, looks)
        for language in sorted({"", *(language for _, language in found)})
        for there in ({w: c for w, c in found.items() if w[1] == language},)
    }


def _narrowed(connection: sqlite3.Connection, chosen: Filter) -> dict[str, int]:
    narrowed = _read_narrowed(connection, chosen.since)
    if chosen.surface:
        return {chosen.surface: narrowed.get(chosen.surface, 0)}
    return narrowed


def _boards(
    found: Mapping[Where, Choices], narrowed: Mapping[str, int], looks: int = 0
) -> tuple[Leaderboard, ...]:
    choices = {surface: each for (surface, _language), each in found.items()}
    boards = (
        _board(surface, choices.get(surface), narrowed.get(surface, 0), looks)
        for surface in sorted({*choices, *narrowed})
    )
    return tuple(board for board in boards if board.rankings or board.narrowed)


def _board(
    surface: str, choices: Choices | None, narrowed: int, looks: int
) -> Leaderboard:
    if choices is None or not choices.trials.numbers:
        return Leaderboard(surface=surface, models={}, rankings=(), narrowed=narrowed)
    return Leaderboard(
        surface=surface,
        models=choices.models,
        rankings=rank(choices.trials, watch=_moments(choices.trials, looks)),
        narrowed=narrowed,
    )


def _moments(trials: Trials, looks: int) -> list[float]:
    """Give moments that part the time of the trials evenly, the last one at its end."""
    first, last = trials.times[0], trials.times[-1]
    earlier = (first + (last - first) * look / looks for look in range(1, looks))
    return [*earlier, last] if looks else []


def _read_narrowed(connection: sqlite3.Connection, since: float) -> dict[str, int]:
    """Count on each surface the lists that an older version recorded in part."""
    return dict(connection.execute(_NARROWED, (milliseconds(since),)).fetchall())
