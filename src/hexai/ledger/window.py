"""Sums up the answered requests of the last minutes, for a status line."""

import sqlite3
from collections.abc import Sequence

from hexai.domain.window import Traffic
from hexai.ledger.units import json_list, milliseconds, run_key, seconds

# The index on the runs' beginning makes this as long as the window, not the ledger.
_TRAFFIC = """
SELECT provider, model.model, count(*), total(sent), total(received),
    max(contender.started_at + total)
FROM run
JOIN contender ON contender.run = run.number
JOIN cell ON cell.id = contender.cell
JOIN model ON model.id = cell.model
WHERE run.started_at >= ? AND hex(run.id) NOT IN (SELECT value FROM json_each(?))
    AND contender.status = 'answered' AND NOT cached
    AND (choice IS NOT NULL OR NOT blind)
GROUP BY provider, model.model
"""


def read_traffic(
    connection: sqlite3.Connection, since: float, *, without: Sequence[str] = ()
) -> tuple[Traffic, ...]:
    """Sum up what began at `since` or later, by model, `without` some runs."""
    own = json_list(run_key(each).hex().upper() for each in without)
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
