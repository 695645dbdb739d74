"""Where a team's server is, and how the connection to it is secured."""

from pathlib import Path

import pytest

from hexai.config.schema_team import Team
from hexai.errors import TeamError
from hexai.team.address import address

ELSEWHERE = "postgresql://anna@db.example/hexai"


def words(
    url: str = "", team: Team | None = None, *, home: Path = Path("/nonexistent")
) -> dict[str, str]:
    """Say what libpq is told, of a server that a variable names."""
    return address(team or Team(), {"HEXAI_TEAM_URL": url}, home)


def test_a_server_elsewhere_has_to_prove_who_it_is() -> None:
    """Whatever the environment has for others."""
    assert words(ELSEWHERE)["sslmode"] == "verify-full"


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca"])
def test_an_address_does_not_lift_that(mode: str) -> None:
    """It says how to: in the user's own file."""
    with pytest.raises(TeamError, match=f'set sslmode = "{mode}" below'):
        words(f"{ELSEWHERE}?sslmode={mode}")


def test_the_users_own_file_may() -> None:
    """With the address, or without a word of it there."""
    team = Team(sslmode="require")

    assert words(ELSEWHERE, team)["sslmode"] == "require"
    assert words(f"{ELSEWHERE}?sslmode=require", team)["sslmode"] == "require"


def test_a_service_of_ones_own_may(tmp_path: Path) -> None:
    """Its file is the user's own too; one that it does not know is elsewhere."""
    services = tmp_path / ".pg_service.conf"
    services.write_text("[near]\nhost=127.0.0.1\n[far]\nhost=db\nsslmode=require\n")

    found = {
        name: words(team=Team(service=name), home=tmp_path).get("sslmode")
        for name in ("near", "far", "unknown")
    }

    assert found == {"near": None, "far": "require", "unknown": "verify-full"}


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna@localhost/hexai",
        "postgresql://anna@[::1]/hexai",
        "postgresql://anna@%2Frun%2Fpostgresql/hexai",
        "postgresql:///hexai",
    ],
)
def test_on_this_machine_libpq_decides(url: str) -> None:
    """A socket and loopback are nobody else's."""
    assert "sslmode" not in words(url)


def test_one_of_several_hosts_is_enough_to_be_elsewhere() -> None:
    """Libpq would go on to it."""
    assert words("postgresql://anna@localhost,db/hexai")["sslmode"] == "verify-full"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:MARK@ED@db.example/hexai",
        "postgresql://anna:12/MARKED@db.example/hexai",
        "postgresql://anna:MARK/ED@db.example/hexai",
        "postgresql://anna:MA@RK:ED@db.example/hexai",
        "postgresql://anna:MARK@@ED@db.example/hexai",
        "postgresql://anna:MARKED%@db.example/hexai",
        "host=db.example password=MARK ED",
    ],
)
def test_no_part_of_a_password_becomes_a_host(url: str) -> None:
    """Which would be looked up, and named where that fails."""
    with pytest.raises(TeamError, match="%40 for @") as raised:
        words(url)

    assert "MARK" not in str(raised.value)
    assert "ED" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://anna:a%40b@db.example:5433,10.0.0.1:5434/hexai",
        "postgresql://anna@bücher.example/hexai",
        "postgresql://anna@[fe80::1%25eth0]/hexai",
        "host=@abstract dbname='my database'",
    ],
)
def test_an_address_of_any_form_is_taken(url: str) -> None:
    """As libpq reads it."""
    assert words(url)["host"]


def test_without_a_server_it_says_how_to_name_one() -> None:
    """And a switched-off team is told apart from none."""
    with pytest.raises(TeamError, match="or the variable HEXAI_TEAM_URL"):
        words()
    with pytest.raises(TeamError, match="switched off"):
        words(ELSEWHERE, Team(enabled=False))


def test_a_password_is_no_argument() -> None:
    """Everybody on the machine would see it; and no error repeats one."""
    with pytest.raises(TeamError, match="pgpass") as refused:
        address(Team(), {}, Path("/"), url="postgresql://anna:MARK@db/hexai")
    with pytest.raises(TeamError, match="cannot be read") as odd:
        words("postgresql://anna:MARK@db:x:y/hexai?z")
    with pytest.raises(TeamError, match="cannot be read"):
        words("postgresql://ann\udce9@db/hexai")

    assert "MARK" not in str(refused.value) + str(odd.value)
