"""A connection to a team's server, and what PostgreSQL says in words of ours.

Nothing waits for ever: a server that is gone is noticed within half a minute.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from msgspec import Struct

from hexai.errors import SetupError, TeamError, TeamUnreachable
from hexai.extras import install_command
from hexai.team.address import Words

if TYPE_CHECKING:
    from psycopg import Connection, Error

    Link = Connection[Any]
    """An open connection, for who only passes it on."""

SCHEMA = 3
"""The newest migration of the server's schema that this program knows."""

_PATIENCE = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
    "application_name": "hexai",
    "client_encoding": "utf8",
}


class Setting(Struct, frozen=True, kw_only=True):
    """What a team has settled, the same for all its members."""

    schema: int
    team: UUID
    salt: bytes
    labels: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()


NOTHING_SETTLED = Setting(schema=SCHEMA, team=UUID(int=0), salt=b"")
"""What is known of a team before its server was ever asked."""


class Me(Struct, frozen=True, kw_only=True):
    """The person that a role is of."""

    pseudonym: int
    name: str
    rows: int


NOT_ENROLLED = (
    "the team's server knows nobody of this role; its owner enrols you by "
    "`hexai team member add NAME`"
)


class TooManyRows(TeamError):
    """The day's rows are used up; tomorrow more are taken."""


_REFUSED = TeamError, "the team's server does not let you in"
_AWAY = TeamUnreachable, "the team's server cannot be reached"
_BUSY = TeamUnreachable, "the team's server is busy"
_MEANT: tuple[tuple[tuple[str, ...], type[TeamError], str], ...] = (
    (("28",), *_REFUSED),
    (("53100", "53200"), TeamUnreachable, "the team's server is full"),
    (("55P03", "57014", "40"), *_BUSY),
    (
        ("23505", "42P06", "42P07", "42710"),
        TeamUnreachable,
        "somebody else is changing the team's ledger; try again",
    ),
    (("08", "57P", "53"), TeamUnreachable, "the connection to the server is lost"),
    (("54000",), TooManyRows, "the team's server takes no more today"),
    (
        ("3F000", "42P01"),
        TeamError,
        "there is no team's ledger in this database (`hexai team init` makes one)",
    ),
    (("42501",), TeamError, "the team's server refuses"),
)
"""By how SQLSTATE begins, what it means; the first that fits."""
_UNPROVEN = (
    TeamError,
    (
        "the team's server does not prove who it is (the certificate of its authority "
        "belongs into ~/.postgresql/root.crt)"
    ),
)
_WORDED: tuple[tuple[tuple[str, ...], type[TeamError], str], ...] = (
    (
        ("no password supplied",),
        TeamError,
        (
            "the team's server wants a password (a line of ~/.pgpass, which only you "
            "may read: chmod 600)"
        ),
    ),
    (
        ("valid client certificate", "certificate authentication failed"),
        TeamError,
        (
            "the team's server wants a certificate of yours (sslcert and sslkey of its "
            "address, or ~/.postgresql/postgresql.crt and postgresql.key)"
        ),
    ),
    (("certificate", "SSL error", "support SSL"), *_UNPROVEN),
    (("too many", "slots are reserved", "starting up", "shutting down"), *_BUSY),
    (("authentication failed", "FATAL:"), *_REFUSED),
    (
        ("is bad: invalid", "definition of service"),
        TeamError,
        "the team's address cannot be used",
    ),
)
"""The same of what libpq says without a state, since there is no session yet."""


@contextmanager
def connect(words: Words) -> "Iterator[Connection[Any]]":
    """Open a connection; every statement is one transaction unless said otherwise.

    Raises `SetupError` without the extra, and translates whatever psycopg raises.
    """
    _psycopg()
    from hexai.team.session import Session

    with translated(), Session.opened(_PATIENCE | words) as session:
        session.begin()
        yield session


def check_installed() -> None:
    """Raise `SetupError` if the extra is missing."""
    _psycopg()


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError:
        raise SetupError(
            f"a team's ledger needs an extra: {install_command('team')}"
        ) from None
    return psycopg


@contextmanager
def translated() -> Iterator[None]:
    """Raise what PostgreSQL says as a `TeamError`."""
    psycopg = _psycopg()
    try:
        yield
    except psycopg.Error as error:
        raise _translate(error) from None


def _translate(error: "Error") -> TeamError:
    said, state = first_line(error), error.sqlstate or ""
    for begins, kind, words in _MEANT:
        if state.startswith(begins):
            return kind(f"{words}: {said}")
    if state:
        return TeamError(f"the team's server says: {said} ({state})")
    meant = ((k, w) for signs, k, w in _WORDED if any(sign in said for sign in signs))
    kind, words = next(meant, _AWAY)
    for begin in ("connection failed: ", "connection is bad: "):
        said = said.removeprefix(begin)
    return kind(f"{words}: {' '.join(said.split())}")


def first_line(error: "Error") -> str:
    """Give the first line of what was said, without the values of any row."""
    primary = error.diag.message_primary if error.sqlstate else None
    lines = (primary or str(error)).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def read_setting(connection: "Connection[Any]") -> Setting:
    """Read what the team has settled.

    Raises `TeamError` for a schema that this program does not know: an older program
    never writes to a newer schema.
    """
    query = "SELECT schema, team, salt, labels, hosts FROM hexai.setting"
    row = connection.execute(query).fetchone()
    if row is None:
        raise TeamError(NOT_ENROLLED)
    setting = Setting(
        schema=row[0],
        team=row[1],
        salt=bytes(row[2]),
        labels=frozenset(row[3]),
        hosts=frozenset(row[4]),
    )
    if setting.schema > SCHEMA:
        raise TeamError(
            "a newer Hexai has made the team's ledger; nothing is sent until you "
            "update yours"
        )
    if setting.schema < SCHEMA:
        raise TeamError(
            "the team's ledger is older than this Hexai; its owner brings it up to "
            "date by `hexai team init --apply`"
        )
    return setting


def read_me(connection: "Connection[Any]") -> Me | None:
    """Tell whose role has logged in; None if it is nobody's who was enrolled."""
    query = "SELECT pseudonym, name, rows FROM hexai.person WHERE role = session_user"
    row = connection.execute(query).fetchone()
    if row is None:
        return None
    return Me(pseudonym=row[0], name=row[1], rows=row[2])


def read_value(
    connection: "Connection[Any]", query: str, values: Sequence[object] = ()
) -> Any:
    """Give the first value of the first row; None if there is no row."""
    row = connection.execute(query.encode(), values).fetchone()
    return None if row is None else row[0]


def described(connection: "Connection[Any]") -> str:
    """Say where the connection leads, without anything secret."""
    info = connection.info
    host = info.host or "this machine"
    return f"{info.dbname} at {host}:{info.port} as {info.user}"
