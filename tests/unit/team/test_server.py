"""What libpq says before there is a session, in words of ours."""

import psycopg
import pytest

from hexai.errors import TeamError, TeamUnreachable
from hexai.team.server import translated

AT = 'connection failed: connection to server at "10.0.0.1", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (f"{AT}fe_sendauth: no password supplied", TeamError, "wants a password"),
        (
            f'{AT}FATAL:  password authentication failed for user "anna"',
            TeamError,
            "does not let you in",
        ),
        (
            f'{AT}FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "anna"',
            TeamError,
            "does not let you in",
        ),
        (f"{AT}FATAL:  Datenbank »x« existiert nicht", TeamError, "let you in"),
        (f'{AT}FATAL:  too many connections for role "anna"', TeamUnreachable, "busy"),
        (f"{AT}FATAL:  the database system is starting up", TeamUnreachable, "busy"),
        (f"{AT}SSL error: certificate verify failed", TeamError, "root.crt"),
        (
            f'{AT}server certificate for "a" does not match host name "b"',
            TeamError,
            "does not prove who it is",
        ),
        (
            f"{AT}server does not support SSL, but SSL was required",
            TeamError,
            "does not prove who it is",
        ),
        (
            f"{AT}FATAL:  connection requires a valid client certificate",
            TeamError,
            "certificate of yours",
        ),
        (
            f'{AT}FATAL:  certificate authentication failed for user "anna"',
            TeamError,
            "certificate of yours",
        ),
        (f"{AT}Connection refused", TeamUnreachable, "cannot be reached"),
        ("connection timeout expired", TeamUnreachable, "cannot be reached"),
        (
            'connection is bad: invalid sslmode value: "no"',
            TeamError,
            "address cannot be used",
        ),
        (
            'connection is bad: definition of service "x" not found',
            TeamError,
            "address cannot be used",
        ),
    ],
)
def test_what_keeps_one_out_is_told_apart(
    said: str, kind: type[TeamError], words: str
) -> None:
    """Only what may pass by itself is called unreachable."""
    with pytest.raises(TeamError) as raised, translated():
        raise psycopg.OperationalError(said)

    assert type(raised.value) is kind
    assert words in str(raised.value)
    assert "connection failed" not in str(raised.value)
