"""What a confined command sees of places that are empty in a room."""

import shutil
import socket
import sys
from pathlib import Path

import pytest

from hexai.bench.confined.surroundings import tools
from tests.support.rooms import confined


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make an environment below a place that is empty in a room."""
    if not tmp_path.is_relative_to("/tmp"):
        pytest.fail("these tests need pytest's folders below /tmp")
    for name in ("bin", "lib"):
        (tmp_path / "env" / name).mkdir(parents=True)
    (tmp_path / "env/lib/words").write_text("from the environment\n")
    tool = tmp_path / "env/bin/tool"
    tool.write_text(f"#!/bin/sh\ncat {tmp_path}/env/lib/words\n")
    tool.chmod(0o755)
    (tmp_path / "secret").write_text("secret\n")
    return tmp_path


def test_an_environment_below_tmp_is_seen_and_nothing_beside_it(place: Path) -> None:
    """By `PATH`, as somebody has who made a clone there."""
    path = f"{place}/env/bin:/usr/bin:/bin"

    ended = confined(
        *("/bin/sh", "-c", f"tool; ls -A {place}; echo >{place}/env/lib/new"),
        tools=tools((), {"PATH": path}, ()),
        environ={"PATH": path},
    )

    assert ended.said.startswith("from the environment\nenv\n"), ended.said
    assert "Read-only" in ended.said


@pytest.mark.parametrize(
    ("command", "environ"),
    [
        (("{}/env/bin/tool", "a"), {}),
        (("/usr/bin/env", "A=1", "{}/env/bin/tool"), {}),
        (("sh", "-c", "cd a/b&&'{}/env/bin/tool' x; ls a{}/missing"), {}),
        ((), {"VIRTUAL_ENV": "{}/env"}),
        ((), {"PATH": "relative:{}/env/bin:{}/missing/bin"}),
        ((), {"LD_LIBRARY_PATH": "/usr/lib:{}/env"}),
    ],
)
def test_what_is_named_is_shown(
    place: Path, command: tuple[str, ...], environ: dict[str, str]
) -> None:
    """In the command, or by the variables that say where tools are."""
    words = tuple(each.format(place, place) for each in command)
    given = {name: each.format(place, place) for name, each in environ.items()}

    assert tools(words, given, ()) == (f"{place}/env",)


def test_what_an_environment_is_made_of_is_shown(place: Path) -> None:
    """Its interpreter may be one that lies below `/tmp` as well."""
    for name in ("bin", "lib"):
        (place / "base" / name).mkdir(parents=True)
    (place / "base/bin/python").write_text("")
    (place / "env/bin/python").symlink_to(place / "base/bin/python")

    found = tools((), {"VIRTUAL_ENV": f"{place}/env"}, ())

    assert found == (f"{place}/base", f"{place}/env")


def test_a_link_leads_to_what_it_names(place: Path) -> None:
    """On NixOS programs are found by links below `/run`."""
    (place / "current").symlink_to(place / "env")
    path = f"{place}/current/bin:/usr/bin:/bin"
    seen = tools((), {"PATH": path}, ())

    ended = confined(
        *("/bin/sh", "-c", f"ls {place}; cat {place}/current/lib/words"),
        tools=seen,
        environ={"PATH": path},
    )

    assert ended.said == "current\nfrom the environment\n"


def test_what_holds_secrets_is_not_shown_with_its_programs(place: Path) -> None:
    """A home below `/tmp` with a `bin` and a `lib`: only the former, and not `.ssh`."""
    environ = {"PATH": f"{place}/env/bin:{place}/env/.ssh/bin"}
    (place / "env/.ssh/bin").mkdir(parents=True)

    assert tools((), environ, (f"{place}/env/.ssh",)) == (f"{place}/env/bin",)


def test_what_is_no_program_is_not_shown(place: Path) -> None:
    """A command may write there, to a place of the room's own."""
    ended = confined("/bin/sh", "-c", f"mkdir -p {place} && echo a >{place}/secret")

    assert ended.passes, ended.said
    assert (place / "secret").read_text() == "secret\n"


def test_no_socket_is_shown(place: Path) -> None:
    """Whoever listens there is outside."""
    with socket.socket(socket.AF_UNIX) as bus:
        bus.bind(str(place / "bus"))

        assert tools((f"{place}/bus",), {}, ()) == ()


def test_an_emptied_place_itself_is_not_shown(place: Path) -> None:
    """Neither is what is outside of all: that is seen anyway."""
    shutil.rmtree(place / "env")

    assert tools(("/tmp", sys.prefix), {"PATH": "/tmp:/run:/usr/bin"}, ()) in (
        (),
        (sys.prefix,),
    )
