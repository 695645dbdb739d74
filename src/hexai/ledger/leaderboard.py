"""The leaderboard of a ledger: a ranking for each surface, and what the models are."""

import sqlite3

from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted, Leaderboard
from hexai.ledger.choices import read_choices
from hexai.ledger.ratings.ranking import rank


def read_leaderboard(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted
) -> tuple[Leaderboard, ...]:
    """Rank the models of every surface that has trials."""
    found = read_choices(connection, chosen, counted)
    return tuple(
        Leaderboard(
            surface=surface, models=choices.models, rankings=rank(choices.trials)
        )
        for surface, choices in sorted(found.items())
        if choices.trials.numbers
    )
