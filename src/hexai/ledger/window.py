"""Sums up the answered requests of the last minutes, for a status line."""

import sqlite3

from hexai.domain.window import Traffic
from hexai.ledger.units import milliseconds, run_key, seconds

# The index on the runs' beginning makes this as long as the window, not the ledger.
_TRAFFIC = """
SELECT provider, model.model, count(*), total(sent), total(received),
    max(contender.started_at + total)
FROM run
JOIN contender ON contender.run = run.number
JOIN cell ON cell.id = contender.cell
JOIN model ON model.id = cell.model
WHERE run.started_at >= ? AND run.id IS NOT ?
    AND contender.status = 'answered' AND NOT cached
    AND (choice IS NOT NULL OR NOT blind)
GROUP BY provider, model.model
"""


def read_traffic(
    connection: sqlite3.Connection, since: float, *, without: str = ""
) -> tuple[Traffic, ...]:
    """Sum up what began at `since` or later, by model, `without` one run."""
    own = run_key(without) if without else None
    rows = connection.execute(_TRAFFIC, (milliseconds(since), own))
    return tuple(
        Traffic(
            provider=provider,
            model=model,
            requests=requests,
            sent=int(sent),
            received=int(received),
            newest_at=seconds(newest),
        )
        for provider, model, requests, sent, received, newest in rows
    )
