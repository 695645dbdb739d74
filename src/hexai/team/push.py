"""Sends what a team's server has not got yet, and has it forget what is forgotten.

Rows go by COPY into a temporary table, since PostgreSQL takes no COPY into a table with
row-level security, and from there into the ledger, where a row that is there already
changes nothing. So a push that was cut off, by whomever, is made again from where the
local ledger knows that it came to. Batches grow while they are quick, so that a slow
line is not asked for more than it carries within a statement's time.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import astuple

from hexai.errors import HexaiError, TeamError
from hexai.ledger.changes import EVERYTHING, ChangedCell, ChangedRun, Changes, Pushed
from hexai.service.private_files import make_private_folder, read_private, write_private
from hexai.service.team_secret import Secret, make_secret, outside, secret_file
from hexai.team.cells import Cell
from hexai.team.sent import NOTHING, Batch, Row, Sender, batch_of, lines
from hexai.team.server import (
    NOT_ENROLLED,
    Me,
    Setting,
    first_line,
    read_me,
    read_setting,
    translated,
)

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.errors import ProgramLimitExceeded

_FEW, _MANY = 200, 4000
"""Runs that go at once, to begin with and at most."""
_LEAST = 20
"""Those that go at once by the slowest line."""
_QUICK, _SLOW = 1.0, 8.0
"""Seconds of a batch below which the next one is larger, or above which smaller."""
_BURIED_AT_ONCE = 2000
"""Runs that the server is told at once to forget."""
_LONGEST = 1 << 20
"""Bytes of a file that is remembered."""
_KNOWN = "setting.json"
_LAST = "last.json"

T = TypeVar("T")

_COLUMNS = ", ".join(Row.__struct_fields__)
_INCOMING = """
CREATE TEMPORARY TABLE incoming (
    run uuid, kind "char", idx smallint, revision integer, day date, cell bigint,
    state "char", flags smallint, cost bigint, sitting bigint, document bigint,
    project bigint, ttft integer, total integer, generating integer, input integer,
    output integer, number integer, share real, trial text
) ON COMMIT DROP
"""
_COPY = f"COPY pg_temp.incoming ({_COLUMNS}) FROM STDIN (NULL '{NOTHING}')"
# What is put in is our own, and fixed.
_TAKE = f"""
INSERT INTO hexai.fact (person, {_COLUMNS})
SELECT (SELECT hexai.me()), {_COLUMNS} FROM pg_temp.incoming ON CONFLICT DO NOTHING
"""  # noqa: S608
_CELL = f"""
INSERT INTO hexai.cell (person, {", ".join(Cell.__struct_fields__)})
VALUES ((SELECT hexai.me()), {", ".join("%s" for _ in Cell.__struct_fields__)})
ON CONFLICT DO NOTHING
"""  # noqa: S608
_BURY = """
INSERT INTO hexai.tombstone (person, run)
SELECT (SELECT hexai.me()), unnest(%s::uuid[]) ON CONFLICT DO NOTHING
"""


class Known(Struct, frozen=True, kw_only=True):
    """What is remembered of the server since it was last talked to."""

    setting: Setting
    person: int


class Done(Struct, frozen=True, kw_only=True):
    """What came of a push."""

    rows: int = 0
    """Facts that the server had not got."""
    runs: int = 0
    """Runs and cells of benches that were looked at."""
    withheld: int = 0
    """Runs and cells that their projects keep back."""
    forgotten: int = 0
    """Runs that the server was told to forget."""
    left: int = 0
    """Runs and cells that wait: their choices may still change, or the day is full."""
    full: str = ""
    """Why the server takes no more today."""


class Pusher:
    """Pushes what is new of one ledger by one connection."""

    def __init__(
        self,
        connection: "Connection[Any]",
        changes: Changes,
        *,
        sender: Sender,
        me: Me,
        clock: Callable[[], float],
    ) -> None:
        """Push as `me`; `clock` times batches. `open` finds out what it takes."""
        self._connection = connection
        self._changes = changes
        self.sender = sender
        self.me = me
        self._clock = clock
        self._sent: set[int] = set()

    @classmethod
    def open(
        cls,
        connection: "Connection[Any]",
        changes: Changes,
        state: Path,
        projects: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> Self:
        """Ask the server who we are and what it has settled, and remember it.

        `state` is the folder of the user's state; a secret is made there if it has
        none. Raises `TeamError`.
        """
        with translated():
            setting = read_setting(connection)
            me = _enrolled(read_me(connection))
            secret = make_secret(state)
            _check_secret(connection, secret, state)
        keep_known(state, Known(setting=setting, person=me.pseudonym))
        sender = Sender(secret=secret, setting=setting, projects=projects or {})
        return cls(connection, changes, sender=sender, me=me, clock=clock)

    @property
    def server(self) -> str:
        """Name the team's ledger, wherever it lies."""
        return str(self.sender.setting.team)

    def run(
        self, now: float, progress: Callable[[int], None] = lambda _rows: None
    ) -> Done:
        """Send all that is new; `now` is the wall clock, `progress` hears of rows.

        What is to be forgotten goes first. Raises `TeamError`: what was sent until
        then is noted.
        """
        with translated():
            forgotten = self.bury()
            return self._send(now, forgotten, progress)

    def bury(self) -> int:
        """Have the server forget what is in the outbox."""
        count = 0
        while runs := self._changes.forgotten(most=_BURIED_AT_ONCE):
            keys = [run.hex() for run in runs if run != EVERYTHING]
            with self._connection.transaction():
                if EVERYTHING in runs:
                    forget_person(self._connection, self.me.pseudonym)
                    _introduce(self._connection, self.sender.secret)
                self._connection.execute(_BURY, [keys])
            self._changes.deliver(runs)
            count += len(keys)
        return count

    def _send(
        self, now: float, forgotten: int, progress: Callable[[int], None]
    ) -> Done:
        pushed = self._changes.pushed(self.server, self.me.pseudonym)
        rows = looked = withheld = 0
        size, full = _FEW, ""
        while True:
            runs = self._changes.runs(pushed.change, most=size, now=now)
            cells = self._changes.cells(pushed.bench_change, most=size)
            if not (runs or cells):
                break
            batch = batch_of(self.sender, runs, cells)
            began = self._clock()
            try:
                rows += self.put(batch)
            except _too_many() as error:
                full = first_line(error)
                break
            pushed = after(pushed, runs, cells)
            self._changes.note_pushed(self.server, self.me.pseudonym, pushed)
            looked += len(runs) + len(cells)
            withheld += batch.withheld
            progress(rows)
            size = _next_size(size, self._clock() - began)
        return Done(
            rows=rows,
            runs=looked,
            withheld=withheld,
            forgotten=forgotten,
            left=self._changes.count(pushed),
            full=full,
        )

    def put(self, batch: Batch) -> int:
        """Write a batch in one transaction; gives how many facts were new."""
        if not batch.rows:
            return 0
        connection = self._connection
        new = [cell for cell in batch.cells.values() if cell.id not in self._sent]
        with connection.transaction(), connection.cursor() as cursor:
            cursor.execute(_INCOMING)
            with cursor.copy(_COPY.encode()) as copy:
                for piece in _pieces(batch.rows):
                    copy.write(piece)
            cursor.executemany(_CELL.encode(), [astuple(cell) for cell in new])
            cursor.execute(_TAKE.encode())
            count = cursor.rowcount
        self._sent |= {cell.id for cell in new}
        return count


def forget_me(connection: "Connection[Any]", changes: Changes, state: Path) -> int:
    """Have the server forget this person; what is here now never comes to it.

    Gives how many runs it has had. Raises `TeamError`.
    """
    with translated():
        runs = forget_person(connection, _enrolled(read_me(connection)).pseudonym)
    # Only now: `open` refuses a secret that is not the one the server knows, and to
    # have all of it forgotten is the way out of that.
    pusher = Pusher.open(connection, changes, state)
    changes.put_forgotten(outside(state, changes))
    changes.note_pushed(pusher.server, pusher.me.pseudonym, changes.newest())
    with translated():
        pusher.bury()
    return runs


def forget_person(connection: "Connection[Any]", pseudonym: int) -> int:
    """Have the server forget all of a person; gives how many runs that were."""
    row = connection.execute("SELECT hexai.forget(%s)", [pseudonym]).fetchone()
    return int(row[0]) if row else 0


def keep_known(state: Path, known: Known) -> None:
    """Remember what the server has settled, so that it need not be asked."""
    folder = secret_file(state).parent
    try:
        make_private_folder(folder)
        write_private(folder / _KNOWN, msgspec.json.encode(known))
    except OSError as error:
        reason = error.strerror or str(error)
        raise TeamError(f"{folder} cannot be written to: {reason}") from None


def read_known(state: Path) -> Known | None:
    """Give what is remembered of the server; None if nothing is, or it is unreadable.

    Who is told None may take it for a server that was never talked to: the next push
    finds all of it again.
    """
    return _read(state, _KNOWN, Known)


class LastPush(Struct, frozen=True, kw_only=True):
    """When it was tried last to push, and what came of it."""

    at: float
    """The wall clock in seconds since 1970."""
    failed: str = ""
    """Why nothing, or not all, was pushed; empty if it was."""


@contextmanager
def noted(state: Path, now: float) -> Iterator[None]:
    """Remember what comes of a push, for who asks how things stand."""
    try:
        yield
    except HexaiError as error:
        _note(state, LastPush(at=now, failed=str(error)))
        raise
    _note(state, LastPush(at=now))


def read_last(state: Path) -> LastPush | None:
    """Give what came of the last push; None if none is remembered, or readable."""
    return _read(state, _LAST, LastPush)


def _read(state: Path, name: str, kind: type[T]) -> T | None:
    path = secret_file(state).with_name(name)
    try:
        return msgspec.json.decode(read_private(path, limit=_LONGEST), type=kind)
    except (OSError, msgspec.DecodeError):
        return None


def _note(state: Path, last: LastPush) -> None:
    path = secret_file(state).with_name(_LAST)
    with suppress(OSError):  # it is no part of the push
        make_private_folder(path.parent)
        write_private(path, msgspec.json.encode(last))


def _enrolled(me: Me | None) -> Me:
    if me is None:
        raise TeamError(NOT_ENROLLED)
    return me


def _check_secret(connection: "Connection[Any]", secret: Secret, state: Path) -> None:
    """Make sure that all machines of a person call a run alike."""
    if _introduce(connection, secret) != secret.check:
        raise TeamError(
            "you have pushed from another machine before, with another secret, so that "
            f"each run would count twice; copy {secret_file(state)} from there to "
            "here, or have all of it forgotten: hexai team forget"
        )


def _introduce(connection: "Connection[Any]", secret: Secret) -> str:
    """Tell the server the check of our secret; gives that of the first it was told."""
    row = connection.execute("SELECT hexai.introduce(%s)", [secret.check]).fetchone()
    return str(row[0]) if row else ""


def after(
    pushed: Pushed, runs: Sequence[ChangedRun], cells: Sequence[ChangedCell]
) -> Pushed:
    """Say how far a server was told once it has these too."""
    return Pushed(
        runs[-1].change if runs else pushed.change,
        cells[-1].change if cells else pushed.bench_change,
    )


def _next_size(size: int, seconds: float) -> int:
    if seconds < _QUICK:
        return min(_MANY, size * 2)
    return max(_LEAST, size // 2) if seconds > _SLOW else size


def _pieces(rows: Sequence[Row], size: int = 500) -> Iterable[bytes]:
    for start in range(0, len(rows), size):
        yield lines(rows[start : start + size])


def _too_many() -> "type[ProgramLimitExceeded]":
    from psycopg.errors import ProgramLimitExceeded

    return ProgramLimitExceeded
