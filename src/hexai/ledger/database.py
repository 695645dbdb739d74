"""The database file: opened, brought to this program's schema, and its errors named.

Many processes write at once, and any of them may be killed, so the file is in WAL mode
and every fact is one transaction. `synchronous=NORMAL` never waits for the disk at a
commit: a killed process loses nothing, a power cut perhaps the last runs, and neither
harms the file. Deleted text is overwritten (`secure_delete`).

The schema is numbered by `user_version`, and migration N is the file `000N_….sql`. A
program older than the schema may read, since columns are only added, but not write.
SQLite gives WAL and shared memory the mode of the database, which the caller has made
before. Nothing here may open that file beside SQLite: to close it again would drop
the locks of the whole process.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hexai.errors import BadFact, LedgerBusy, LedgerError, LedgerTooNew

SCHEMA = 4
"""The number of the newest migration."""

_NUMBERS = (OverflowError, ValueError)
"""What a figure raises that no column can hold."""
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_DISK = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    }
)
_MIGRATIONS = Path(__file__).with_name("migrations")
_CHECKPOINT_PAGES = 250
"""1 MiB of WAL: short to recover for the next process if this one does not close."""


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
            _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def check_writable(connection: sqlite3.Connection, path: Path) -> None:
    """Raise `LedgerTooNew` if a newer program has changed the schema."""
    if _version(connection) > SCHEMA:
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
    except (sqlite3.IntegrityError, sqlite3.DataError, *_NUMBERS) as error:
        raise BadFact(f"a record contradicts itself: {error}") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LedgerBusy(
                f"another program holds {path}; wait until it is done"
            ) from None
        raise LedgerError(
            f"the ledger cannot be used: {error} ({path}){_advice(code)}"
        ) from error


def _advice(code: int) -> str:
    if code in _DAMAGED:
        return "; move it away, and a new one is begun"
    if code in _DISK:
        return "; see whether its disk is full or must not be written to"
    return ""


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
    if _version(connection) < SCHEMA:
        connection.execute("PRAGMA journal_mode = WAL")
        _migrate(connection)


def _migrate(connection: sqlite3.Connection) -> None:
    with transaction(connection):
        for number in range(_version(connection) + 1, SCHEMA + 1):
            [script] = _MIGRATIONS.glob(f"{number:04}_*.sql")
            for statement in _statements(script.read_text("utf-8")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA}")


def _statements(script: str) -> Iterator[str]:
    """Split a script; `executescript` would commit before it begins."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version
