"""What a push would send, and how things stand, without sending anything."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexai.ledger.changes import ChangedCell, ChangedRun, Changes, Pushed
from hexai.service.team_secret import make_secret
from hexai.team.cells import Cell
from hexai.team.push import after, read_known
from hexai.team.sent import Batch, Sender, batch_of
from hexai.team.server import NOTHING_SETTLED, read_me, read_setting

if TYPE_CHECKING:
    from psycopg import Connection

_AT_ONCE = 2000


class Pending(Struct, frozen=True, kw_only=True):
    """What would go."""

    newest: Batch | None
    """The newest run, whole; None if there is none."""
    runs: int
    withheld: int
    facts: Mapping[str, int]
    """By their kind."""
    cells: Sequence[Cell]
    forgotten: int
    is_known: bool
    """Whether anything is remembered of the server."""


def pending(
    changes: Changes, state: Path, projects: Mapping[str, str], now: float
) -> Pending:
    """Find exactly what a push would send; nobody is asked.

    What the server has settled is remembered. Raises `TeamError`, `LedgerError`.
    """
    known = read_known(state)
    setting = NOTHING_SETTLED if known is None else known.setting
    pushed = Pushed()
    if known is not None:
        pushed = changes.pushed(str(setting.team), known.person)
    sender = Sender(secret=make_secret(state), setting=setting, projects=projects)
    facts: Counter[str] = Counter()
    cells: dict[int, Cell] = {}
    newest: Batch | None = None
    looked = withheld = 0
    for runs, of_benches in _new(changes, pushed, now):
        batch = batch_of(sender, runs, of_benches)
        facts.update(row.kind for row in batch.rows)
        cells |= batch.cells
        looked += len(runs) + len(of_benches)
        withheld += batch.withheld
        sent = (batch_of(sender, [run]) for run in reversed(runs))
        newest = next((each for each in sent if each.rows), newest)
    return Pending(
        newest=newest,
        runs=looked - withheld,
        withheld=withheld,
        facts=facts,
        cells=tuple(cells.values()),
        forgotten=changes.count_forgotten(),
        is_known=known is not None,
    )


def has_news(changes: Changes, state: Path) -> bool:
    """Tell whether there is anything to send, as far as one knows without asking."""
    known = read_known(state)
    if known is None or changes.count_forgotten():
        return True
    pushed = changes.pushed(str(known.setting.team), known.person)
    return changes.count(pushed) > 0


def _new(
    changes: Changes, pushed: Pushed, now: float
) -> Iterator[tuple[Sequence[ChangedRun], Sequence[ChangedCell]]]:
    while True:
        runs = changes.runs(pushed.change, most=_AT_ONCE, now=now)
        cells = changes.cells(pushed.bench_change, most=_AT_ONCE)
        if not (runs or cells):
            return
        yield runs, cells
        pushed = after(pushed, runs, cells)


class Mine(Struct, frozen=True, kw_only=True):
    """How things stand for the person whose role has logged in."""

    name: str
    pseudonym: int
    facts: int
    runs: int
    first: str
    last: str
    """Days; empty where there is nothing."""
    left: int
    """Runs that are not sent yet."""
    forgotten: int
    """Runs that the server does not know to be forgotten."""


class Stand(Struct, frozen=True, kw_only=True):
    """How things stand."""

    schema: int
    mine: Mine | None
    """None for a role of nobody who was enrolled, as an owner's may be."""
    published: str
    """The week that was published last; empty if none was."""


def standing(connection: "Connection[Any]", changes: Changes) -> Stand:
    """Ask the server, and the ledger here, how things stand."""
    setting = read_setting(connection)
    me = read_me(connection)
    mine = None
    if me is not None:
        row = connection.execute(_OWN).fetchone()
        assert row is not None
        mine = Mine(
            name=me.name,
            pseudonym=me.pseudonym,
            facts=row[0],
            runs=row[1],
            first=row[2],
            last=row[3],
            left=changes.count(changes.pushed(str(setting.team), me.pseudonym)),
            forgotten=changes.count_forgotten(),
        )
    week = connection.execute(_WEEK).fetchone()
    return Stand(schema=setting.schema, mine=mine, published=week[0] if week else "")


_OWN = """
SELECT count(*), count(DISTINCT run), coalesce(min(day)::text, ''),
    coalesce(max(day)::text, '')
FROM hexai.fact WHERE person = hexai.me()
"""
_WEEK = "SELECT coalesce(max(week)::text, '') FROM hexai.result"
