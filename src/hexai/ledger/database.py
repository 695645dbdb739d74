"""The database file: opened, migrated, how its values are written, and what is damage.

Many processes write at once, and any of them may be killed, so the file is in WAL mode
and every fact is one transaction. `synchronous=NORMAL` never waits for the disk at a
commit: a killed process loses nothing, a power cut perhaps the last runs, and neither
harms the file. Deleted text is overwritten (`secure_delete`).

A program older than the schema may read, since columns are only added, but not write.
SQLite gives WAL and shared memory the mode of the database, which the caller has made
before. Nothing here may open that file beside SQLite: to close it again would drop the
locks of the whole process.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TypeVar, overload

import msgspec
from msgspec import Struct

from hexai.errors import BadFact, LedgerBusy, LedgerError, LedgerTooNew

_BILLION = 10**9


@overload
def milliseconds(seconds: float) -> int: ...
@overload
def milliseconds(seconds: float | None) -> int | None: ...
def milliseconds(seconds: float | None) -> int | None:
    """Write a time or a duration."""
    return None if seconds is None else round(seconds * 1000)


@overload
def seconds(milliseconds: int) -> float: ...
@overload
def seconds(milliseconds: int | None) -> float | None: ...
def seconds(milliseconds: int | None) -> float | None:
    """Read a time or a duration."""
    return None if milliseconds is None else milliseconds / 1000


def billionths(dollars: Decimal | None) -> int | None:
    """Write a price."""
    return None if dollars is None else round(dollars * _BILLION)


def dollars(billionths: int | None) -> Decimal | None:
    """Read a price."""
    return None if billionths is None else Decimal(billionths) / _BILLION


def run_key(run_id: str) -> bytes:
    """Write a run's global id, which is hex digits; raises `ValueError` if not."""
    return bytes.fromhex(run_id)


def name_number(connection: sqlite3.Connection, text: str) -> int:
    """Give the number of a name that repeats."""
    return number_of(connection, "name", text=text)


def number_of(connection: sqlite3.Connection, table: str, **values: str | int) -> int:
    """Give the number of what is kept once, inserting it if it is new.

    Nothing is remembered between transactions: another process may have removed it.
    """
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    given = tuple(values.values())
    # The names are ours, the values are bound.
    query = f"SELECT id FROM {table} WHERE ({columns}) = ({marks})"  # noqa: S608
    row = connection.execute(query, given).fetchone()
    if row is None:
        insertion = f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING id"  # noqa: S608
        row = connection.execute(insertion, given).fetchone()
    number: int = row[0]
    return number


def cell_number(  # noqa: PLR0913 - what a cell is made of
    connection: sqlite3.Connection,
    *,
    whom: tuple[str, str, str],
    surface: str,
    language: str = "",
    project: str,
    fingerprint: str,
    label: str,
    prompts: str = "",
) -> int:
    """Give the number of whom an answer is of; `whom`: provider, model, upstream."""
    provider, model, upstream = whom
    return number_of(
        connection,
        "cell",
        model=number_of(
            connection, "model", provider=provider, model=model, upstream=upstream
        ),
        surface=surface,
        language=name_number(connection, language),
        project=name_number(connection, project),
        fingerprint=name_number(connection, fingerprint),
        label=name_number(connection, label),
        prompts=name_number(connection, prompts),
    )


def json_list(numbers: Iterable[int | str]) -> str:
    """Write values for `json_each`; the standard library's JSON is slow to load."""
    return msgspec.json.encode([*numbers]).decode("ascii")


DAMAGE = (
    sqlite3.Error,
    msgspec.MsgspecError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
"""What reading a damaged value may raise; see `is_damage` for those of SQLite.

SQLite keeps any value in any column, so a changed byte shows only then. The message
quotes the value, so nobody repeats it.
"""

_OF_FILE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_Read = TypeVar("_Read")


def is_damage(error: Exception) -> bool:
    """Tell damage from a lock, a full disk, and whatever else is no value's fault."""
    if not isinstance(error, sqlite3.Error):
        return True
    return code_of(error) in (0, sqlite3.SQLITE_CORRUPT)


def code_of(error: sqlite3.Error) -> int:
    """Give SQLite's primary code; 0 where Python could not read what SQLite gave."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def is_file_damage(error: sqlite3.Error) -> bool:
    """Tell whether the file as a whole is no database, or not any more."""
    return code_of(error) in _OF_FILE


@contextmanager
def damaged_names_shown(connection: sqlite3.Connection) -> Iterator[None]:
    """Read texts that are damaged with a mark for each damaged byte."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        connection.text_factory = str


def with_damaged_names(
    connection: sqlite3.Connection, read: Callable[[], _Read]
) -> _Read:
    """Read figures; where a name among them is damaged, the name shows that.

    To decode every text with care costs time, so it is done only where it must be.
    """
    try:
        return read()
    except sqlite3.Error as error:
        if code_of(error):
            raise
    with damaged_names_shown(connection):
        return read()


SCHEMA = 19
"""The number of the newest migration."""

_MIGRATIONS = Path(__file__).with_name("migrations")
_OBJECTS = "SELECT name, sql FROM sqlite_master WHERE name NOT GLOB 'sqlite_*'"
"""All but what SQLite makes by itself: indexes of keys, figures for its planner."""
_COLUMNS = (
    "SELECT made.name, c.name FROM sqlite_master made, pragma_table_info(made.name) c"
    " WHERE made.name NOT GLOB 'sqlite_*'"
)


class _Shape(Struct, frozen=True, kw_only=True):
    """What a database is made of."""

    columns: frozenset[tuple[str, str]]
    """Each with its table."""
    objects: frozenset[tuple[str, str | None]]
    """Tables and indexes, each with the SQL that made it."""

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> "_Shape":
        """Look at a database."""
        objects = connection.execute(_OBJECTS)
        columns = connection.execute(_COLUMNS)
        return cls(columns=frozenset(columns), objects=frozenset(objects))


def version_of(connection: sqlite3.Connection) -> int:
    """Give the number that a database's schema has."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def is_ours(connection: sqlite3.Connection) -> bool:
    """Tell an empty file, and a ledger of any version, from all else.

    Any program may set `user_version`, so the tables have to be those of the number.
    """
    connection.execute("BEGIN")  # so that no other process migrates in between
    try:
        version, found = version_of(connection), _Shape.of(connection)
    finally:
        connection.execute("COMMIT")
    if version <= 0:
        return version == 0 and not found.objects
    newest = _shape(SCHEMA)
    if version > SCHEMA:  # every migration adds something, and takes no column away
        return found.columns >= newest.columns and found.objects != newest.objects
    return found.columns & newest.columns == _shape(version).columns


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a ledger, or an empty file, to this program's schema; in a transaction."""
    _migrate(connection, SCHEMA)
    connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _migrate(connection: sqlite3.Connection, last: int) -> None:
    for number in range(version_of(connection) + 1, last + 1):
        [script] = _MIGRATIONS.glob(f"{number:04}_*.sql")
        for statement in statements(script.read_text("utf-8")):
            connection.execute(statement)


def _shape(version: int) -> _Shape:
    """Give the shape that a ledger of a version has."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _migrate(connection, version)
        return _Shape.of(connection)


def statements(script: str) -> Iterator[str]:
    """Split a script; `executescript` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


_NUMBERS = (OverflowError, ValueError)
"""What a figure raises that no column can hold."""
_DISK = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    }
)
_CHECKPOINT_PAGES = 250
"""1 MiB of WAL: short to recover for the next process if this one does not close."""
_LONG = 200 * (4096 + 24)
"""Bytes of a WAL that one run more, some ten pages, does not let a commit copy."""


def open_database(path: Path, *, patience: float) -> sqlite3.Connection:
    """Open the database, making its tables if they are missing.

    `patience` is how many seconds a statement waits for another process's lock. The
    file must be there. Raises `LedgerError`, but not for a newer schema.
    """
    with translated(path):
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode=rw",
            uri=True,
            timeout=patience,
            isolation_level=None,
        )
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def shorten_log(connection: sqlite3.Connection, path: Path) -> None:
    """Empty a long WAL, which a commit would have to copy into the database.

    Commands end as if they were killed, and the next one does not know what of the WAL
    was copied already: each commit would copy all of it once more, for some thirty
    commands. The first page of an empty one waits for the disk, so one is written here
    that changes nothing.
    """
    wal = path.with_name(f"{path.name}-wal")
    size = wal.stat().st_size if os.path.isfile(wal) else 0
    if size < _LONG or version_of(connection) != SCHEMA:
        return
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if not busy:
        connection.execute(f"PRAGMA user_version = {SCHEMA}")


def check_writable(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `LedgerTooNew` if a newer program has changed the schema."""
    if version_of(connection) > SCHEMA:
        raise LedgerTooNew(
            f"a newer Hexai has written {path}, and this one cannot add to it; "
            "nothing is recorded until you update"
        )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Make all that is written here be there whole or not at all."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise what SQLite says as a `LedgerError` that names the file."""
    try:
        yield
    except sqlite3.IntegrityError as error:  # names columns, and quotes nothing
        raise BadFact(f"a record contradicts itself: {error}") from error
    except (sqlite3.DataError, *_NUMBERS):
        raise BadFact("a record contradicts itself: a value does not fit") from None
    except sqlite3.Error as error:
        if code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LedgerBusy(
                f"another program holds {path}; wait until it is done"
            ) from None
        if "no such table" in str(error):
            raise _not_ours(path) from None
        raise LedgerError(
            f"the ledger cannot be used: {_reason(error)} ({path}){_advice(error)}"
        ) from None


def _reason(error: sqlite3.Error) -> str:
    """Give SQLite's words; those of Python about a text quote it."""
    return str(error) if code_of(error) else "a text in it is damaged"


def _advice(error: sqlite3.Error) -> str:
    if is_file_damage(error):
        return "; move it away, and a new one is begun"
    if code_of(error) in _DISK:
        return "; see whether its disk is full or must not be written to"
    return ""


def _not_ours(path: Path) -> LedgerError:
    return LedgerError(
        f"{path} is no ledger that Hexai has written; move it away, and a new one "
        "is begun"
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    version = version_of(connection)
    if version == SCHEMA:
        return
    if not is_ours(connection):
        raise _not_ours(path)
    if version < SCHEMA:
        connection.execute("PRAGMA journal_mode = WAL")
        with transaction(connection):
            migrate(connection)
