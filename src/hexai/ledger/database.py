"""The database file: opened, brought to this program's schema, and its errors named.

Many processes write at once, and any of them may be killed, so the file is in WAL mode
and every fact is one transaction. `synchronous=NORMAL` never waits for the disk at a
commit: a killed process loses nothing, a power cut perhaps the last runs, and neither
harms the file. Deleted text is overwritten (`secure_delete`).

A program older than the schema (`schema.py`) may read, since columns are only added,
but not write. SQLite gives WAL and shared memory the mode of the database, which the
caller has made before. Nothing here may open that file beside SQLite: to close it again
would drop the locks of the whole process.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hexai.errors import BadFact, LedgerBusy, LedgerError, LedgerTooNew
from hexai.ledger.damage import code_of, is_file_damage
from hexai.ledger.schema import SCHEMA, is_ours, migrate, version_of

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
