"""The server's schema: numbered migrations, forward only, and partitions made ahead.

The scripts are plain SQL that an owner may read before, and run with psql instead.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hexai.errors import TeamError
from hexai.team.server import NOT_ENROLLED, SCHEMA, read_value

if TYPE_CHECKING:
    from psycopg import Connection

_MIGRATIONS = Path(__file__).with_name("migrations")
_BEGIN, _COMMIT = "BEGIN;\n", "COMMIT;\n"
_NAMED_AT_MOST = 40
_ODD = re.compile(r"[^A-Za-z0-9_]")
BACK, AHEAD = 12, 3
"""Months for which there are partitions, before this one and after it."""


def member_role(database: str) -> str:
    """Name the role of all members; roles are shared by all databases of a server."""
    return f"hexai_{_ODD.sub('_', database)[:_NAMED_AT_MOST]}_member"


def script(connection: "Connection[Any]") -> str:
    """Give all that brings the schema up to date, as SQL that psql can run too.

    What there is belongs to its owner, and so does what is added, whoever applies it.
    """
    database, since = connection.info.dbname, version(connection)
    if since > SCHEMA:
        raise TeamError("a newer Hexai has made the team's ledger; update yours")
    member = member_role(database)
    quoted, name = _quoted(member), _quoted(database)
    parts = ["SET LOCAL search_path = '';", "SET LOCAL lock_timeout = '20s';"]
    if since:
        parts.append(f"SET LOCAL ROLE {_quoted(owner(connection))};")
    else:
        parts += [
            f"DO $$ BEGIN CREATE ROLE {quoted} NOLOGIN;",
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$;",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {quoted};",
        ]
    for number in range(since + 1, SCHEMA + 1):
        [path] = _MIGRATIONS.glob(f"{number:04}_*.sql")
        text = path.read_text("utf-8").replace("{member_text}", f"'{member}'")
        parts.append(text.replace("{member}", quoted))
    parts.append(f"UPDATE hexai.setting SET schema = {SCHEMA};")  # noqa: S608
    return _BEGIN + "\n".join(parts) + "\n" + _COMMIT


def owner(connection: "Connection[Any]") -> str:
    """Name the role that owns the ledger; a member of it may act as it."""
    query = "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'hexai'"
    return str(read_value(connection, query))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def version(connection: "Connection[Any]") -> int:
    """Tell the number of the newest migration; 0 where there is no ledger yet.

    Raises `TeamError` if it may not be read.
    """
    query = "SELECT to_regclass('hexai.setting') IS NOT NULL"
    if not read_value(connection, query):
        return 0
    found = read_value(connection, "SELECT max(schema) FROM hexai.setting")
    if found is None:  # row security hides it from who is not enrolled
        raise TeamError(NOT_ENROLLED)
    return int(found)


def migrate(connection: "Connection[Any]") -> None:
    """Bring the schema up to date, whole or not at all; raises as psycopg does."""
    if version(connection):
        check_owner(connection)
    whole = script(connection).removeprefix(_BEGIN).removesuffix(_COMMIT)
    with connection.transaction():
        connection.execute(whole.encode())


def settle(
    connection: "Connection[Any]", labels: Sequence[str], hosts: Sequence[str]
) -> None:
    """Let members send these labels and hosts too."""
    connection.execute(
        "UPDATE hexai.setting SET"
        " labels = ARRAY(SELECT DISTINCT unnest(labels || %s::text[])),"
        " hosts = ARRAY(SELECT DISTINCT unnest(hosts || %s::text[]))",
        [[*labels], [*hosts]],
    )


def is_owner(connection: "Connection[Any]") -> bool:
    """Tell whether the role that logged in owns the ledger."""
    query = (
        "SELECT pg_has_role(session_user, nspowner, 'MEMBER') FROM pg_namespace"
        " WHERE nspname = 'hexai'"
    )
    return bool(read_value(connection, query))


def check_owner(connection: "Connection[Any]") -> None:
    """Raise `TeamError` unless the role that logged in owns the ledger."""
    if not is_owner(connection):
        raise TeamError("only the owner of the team's ledger can do that")


def months(today: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """Give first days of the months for which there are partitions, and of the next."""
    for offset in range(-BACK, AHEAD + 1):
        yield _month(today, offset), _month(today, offset + 1)


def _month(day: dt.date, offset: int) -> dt.date:
    number = day.year * 12 + day.month - 1 + offset
    return dt.date(number // 12, number % 12 + 1, 1)


def make_partitions(connection: "Connection[Any]") -> tuple[str, ...]:
    """Make the partitions that are missing; gives their names.

    What came for a month that had none lies in the one for all others, and moves.
    """
    today = read_value(connection, "SELECT current_date")
    made = []
    for first, end in months(today):
        name = f"fact_{first:%Y_%m}"
        if not read_value(connection, "SELECT to_regclass(%s)", [f"hexai.{name}"]):
            _make_partition(connection, name, first, end)
            made.append(name)
    return tuple(made)


def _make_partition(
    connection: "Connection[Any]", name: str, first: dt.date, end: dt.date
) -> None:
    from psycopg import sql

    table = sql.Identifier("hexai", name)
    values = {
        "table": table,
        "name": sql.Literal(f"hexai.{name}"),
        "first": sql.Literal(first),
        "end": sql.Literal(end),
        "owner": sql.Identifier(owner(connection)),
    }
    with connection.transaction():
        for statement in _PARTITION:
            connection.execute(sql.SQL(statement).format(**values))


_MOVED = """WITH moved AS (
    DELETE FROM hexai.fact_other WHERE day >= {first} AND day < {end} RETURNING *
) INSERT INTO {table} SELECT * FROM moved"""
_PARTITION = (
    "SET LOCAL lock_timeout = '3s'",
    "SET LOCAL ROLE {owner}",
    "CREATE TABLE {table} (LIKE hexai.fact INCLUDING ALL)",
    "SELECT hexai.learn_nothing({name})",
    _MOVED,
    # What members have inserted meanwhile is little, whatever lay there before. Who
    # changes a row that was just moved may wait for us as we do for him: then
    # PostgreSQL ends one of both, who tries again.
    "LOCK TABLE hexai.fact IN SHARE ROW EXCLUSIVE MODE",
    _MOVED,
    "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY own ON {table} USING (person = (SELECT hexai.me()))",
    """ALTER TABLE hexai.fact ATTACH PARTITION {table}
    FOR VALUES FROM ({first}) TO ({end})""",
)
