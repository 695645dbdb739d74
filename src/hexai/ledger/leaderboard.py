"""The leaderboard of a ledger: a ranking for each surface, and what the models are."""

import sqlite3

from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted, Leaderboard
from hexai.ledger.choices import read_choices, read_narrowed
from hexai.ledger.outcomes import Choices
from hexai.ledger.ratings.ranking import rank


def read_leaderboard(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted
) -> tuple[Leaderboard, ...]:
    """Rank the models of every surface that has trials, or had some left out."""
    found = read_choices(connection, chosen, counted)
    narrowed = read_narrowed(connection, chosen.since)
    if chosen.surface:
        narrowed = {chosen.surface: narrowed.get(chosen.surface, 0)}
    boards = (
        _board(surface, found.get(surface), narrowed.get(surface, 0))
        for surface in sorted({*found, *narrowed})
    )
    return tuple(board for board in boards if board.rankings or board.narrowed)


def _board(surface: str, choices: Choices | None, narrowed: int) -> Leaderboard:
    has_trials = choices is not None and bool(choices.trials.numbers)
    return Leaderboard(
        surface=surface,
        models=choices.models if choices and has_trials else {},
        rankings=rank(choices.trials) if choices and has_trials else (),
        narrowed=narrowed,
    )
