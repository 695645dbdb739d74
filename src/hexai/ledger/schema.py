"""The tables of each version, and whether those of a database are such.

The schema is numbered by `user_version`, and migration N is the file `000N_….sql`. A
number alone proves nothing: any program may set it, and a damaged byte changes it. So a
database is ours if its tables are those of its number. A number that is newer than this
program must come with more than this program knows, since every migration changes what
`sqlite_master` says, and columns are only added.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from msgspec import Struct

SCHEMA = 11
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
    """Tell an empty file, and a ledger of any version, from all else."""
    connection.execute("BEGIN")  # so that no other process migrates in between
    try:
        version, found = version_of(connection), _Shape.of(connection)
    finally:
        connection.execute("COMMIT")
    if version <= 0:
        return version == 0 and not found.objects
    newest = _shape(SCHEMA)
    if version > SCHEMA:
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
