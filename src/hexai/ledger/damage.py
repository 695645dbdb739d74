"""What tells that a value in the database is not what any Hexai has written.

SQLite keeps any bytes as a text and any value in any column, so a changed byte shows
only when a value is read. What Python says of it quotes the value; nobody repeats that.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

DAMAGE = (
    sqlite3.Error,
    msgspec.MsgspecError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
)
"""What reading a damaged value may raise; see `is_damage` for those of SQLite."""

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
