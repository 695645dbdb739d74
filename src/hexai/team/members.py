"""Enrols people: one role a person, which may add and read what is its own."""

import re
import secrets
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexai.errors import TeamError
from hexai.team.schema import check_owner

if TYPE_CHECKING:
    from psycopg import Connection

_ODD = re.compile(r"\W+")
_LONGEST_NAME, _LONGEST_ROLE = 100, 60
"""Letters of a name, and bytes of a role: PostgreSQL cuts names at 63."""
LIMITS = {
    "statement_timeout": "120s",
    "lock_timeout": "20s",
    "idle_in_transaction_session_timeout": "60s",
}
"""What a new role's sessions begin with; its user can change them for a session."""
CONNECTIONS = 4
"""Connections of one role at once, which its user cannot change."""


_IS_MEMBER = (
    "coalesce(pg_has_role(rolname, (SELECT members FROM hexai.setting), 'MEMBER'),"
    " false)"
)


class Enrolled(Struct, frozen=True, kw_only=True):
    """A person who was enrolled."""

    name: str
    role: str
    password: str | None
    """None where the role was there before."""

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"Enrolled(name={self.name!r}, role={self.role!r})"


class Member(Struct, frozen=True, kw_only=True):
    """A person as the owner sees him."""

    name: str
    role: str
    """Empty for who has left, and has no role of a member any more."""
    rows: int
    pushed_on: str


def enrol(connection: "Connection[Any]", name: str, *, role: str = "") -> Enrolled:
    """Enrol a person, with a new role or one that is there; whole or not at all.

    Whoever has left, and has no role any more, is again who he was: what he had the
    server forget stays forgotten. Raises `TeamError` for a second role of one person.
    """
    name = _spelt(name)
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise TeamError(f"a name has 1 to {_LONGEST_NAME} printable characters")
    check_owner(connection)
    name = _as_enrolled(connection, name)
    known = _role_of(connection, name)
    if known is not None:
        raise TeamError(
            f"{name} is enrolled already, by the role {known}: a person has one role, "
            f"so that five people are five; psql's \\password {known} gives it a new "
            "password"
        )
    password = None
    with connection.transaction():
        if role:
            _check_role(connection, name, role)
        else:
            role = _role_for(name)
            password = _create(connection, role)
        _admit(connection, name, role)
    return Enrolled(name=name, role=role, password=password)


def listed(connection: "Connection[Any]") -> tuple[Member, ...]:
    """Give all who are enrolled, for their owner."""
    rows = connection.execute(
        f"SELECT name, CASE WHEN {_IS_MEMBER} THEN role ELSE '' END, rows,"  # noqa: S608
        " coalesce(pushed_on::text, '')"
        " FROM hexai.person LEFT JOIN pg_roles ON rolname = role ORDER BY lower(name)"
    )
    return tuple(
        Member(name=name, role=role, rows=count, pushed_on=day)
        for name, role, count, day in rows
    )


def pseudonym_of(connection: "Connection[Any]", name: str) -> int:
    """Give the pseudonym of a person; raises `TeamError` if nobody is called so."""
    check_owner(connection)
    row = connection.execute(
        "SELECT pseudonym FROM hexai.person WHERE lower(name) = lower(%s)",
        [_as_enrolled(connection, name)],
    ).fetchone()
    if row is None:
        raise TeamError(f"nobody is enrolled as {name}; see hexai team status")
    return int(row[0])


def is_own_name(connection: "Connection[Any]", name: str) -> bool:
    """Tell whether a name is that of the person who has logged in."""
    row = connection.execute(
        "SELECT 1 FROM hexai.person WHERE role = session_user"
        " AND lower(name) = lower(%s)",
        [_as_enrolled(connection, name)],
    ).fetchone()
    return row is not None


def _spelt(name: str) -> str:
    """Spell a name in one way, however it was typed: composed, and with single blanks.

    Its letters' case is for the server to leave aside.
    """
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _as_enrolled(connection: "Connection[Any]", name: str) -> str:
    """Give a name as it is there; as `_spelt` if it is not.

    Before names were spelt in one way, some were enrolled with letters that are
    written as two characters each.
    """
    name = _spelt(name)
    row = connection.execute(
        "SELECT name FROM hexai.person WHERE lower(name) IN (lower(%s), lower(%s))"
        " ORDER BY lower(name) = lower(%s) DESC LIMIT 1",
        [name, unicodedata.normalize("NFD", name), name],
    ).fetchone()
    return name if row is None else str(row[0])


def _role_for(name: str) -> str:
    role = _ODD.sub("_", _spelt(name).lower()).strip("_").encode()[:_LONGEST_ROLE]
    return role.decode(errors="ignore") or "member"


def _role_of(connection: "Connection[Any]", name: str) -> str | None:
    """Give the role by which a person can log in; None if there is none, or no more."""
    query = (
        "SELECT role FROM hexai.person JOIN pg_roles ON rolname = role"  # noqa: S608
        f" WHERE lower(name) = lower(%s) AND {_IS_MEMBER}"
    )
    row = connection.execute(query, [name]).fetchone()
    return None if row is None else str(row[0])


def _check_role(connection: "Connection[Any]", name: str, role: str) -> None:
    row = connection.execute(
        "SELECT (rolsuper OR rolbypassrls) AND rolname <> session_user,"
        " EXISTS (SELECT FROM hexai.person"
        " WHERE role = rolname AND lower(name) <> lower(%s)),"
        " rolcanlogin, starts_with(rolname, 'pg_')"
        " FROM pg_roles WHERE rolname = %s",
        [name, role],
    ).fetchone()
    if row is None:
        raise TeamError(f"there is no role {role}; leave --role out to have one made")
    if row[3]:
        raise TeamError(f"{role} is a role of PostgreSQL's own, and nobody's")
    if not row[2]:
        raise TeamError(
            f"{role} cannot log in, so nobody can push by it; ALTER ROLE … LOGIN lets "
            "it, if it is this person's"
        )
    if row[0]:
        raise TeamError(f"{role} may read everything, and is for nobody's daily work")
    if row[1]:
        raise TeamError(f"the role {role} is another person's already")


def _create(connection: "Connection[Any]", role: str) -> str:
    """Make a role; its password goes over the line as a digest only."""
    from psycopg import sql

    if _exists(connection, role):
        raise TeamError(
            f"there is a role {role} already: --role {role} enrols it, if it is this "
            "person's; else write the name in another way"
        )
    _check_may_create(connection)
    password = secrets.token_urlsafe(24)
    digest = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN CONNECTION LIMIT {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(CONNECTIONS), sql.Literal(digest.decode())
        )
    )
    # Whoever had a role of that name has left, and is not taken for this person.
    connection.execute(
        "UPDATE hexai.person SET role = pseudonym::text WHERE role = %s", [role]
    )
    for name, value in LIMITS.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(role), sql.Identifier(name), sql.Literal(value)
            )
        )
    return password


def _check_may_create(connection: "Connection[Any]") -> None:
    row = connection.execute(
        "SELECT rolname FROM pg_roles"
        " WHERE rolname = current_user AND NOT (rolcreaterole OR rolsuper)"
    ).fetchone()
    if row is not None:
        raise TeamError(
            "this role may not make roles, which PostgreSQL hands on to no member of "
            f'the owner\'s role: a superuser says ALTER ROLE "{row[0]}" CREATEROLE'
        )


def _exists(connection: "Connection[Any]", role: str) -> bool:
    query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    return connection.execute(query, [role]).fetchone() is not None


def _admit(connection: "Connection[Any]", name: str, role: str) -> None:
    from psycopg import sql

    row = connection.execute("SELECT members FROM hexai.setting").fetchone()
    group = row[0] if row else ""
    connection.execute(
        sql.SQL("GRANT {} TO {}").format(sql.Identifier(group), sql.Identifier(role))
    )
    values: Sequence[object] = [secrets.randbelow(2**63), name, role]
    connection.execute(
        "INSERT INTO hexai.person (pseudonym, name, role) VALUES (%s, %s, %s)"
        " ON CONFLICT (lower(name)) DO UPDATE SET role = excluded.role",
        values,
    )
