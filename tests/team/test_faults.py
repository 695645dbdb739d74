"""What befalls a push: a server that is killed, a full disk, a slow line, a cut one.

Whatever it is, nothing is lost, nothing is there twice, and the next push goes on.
"""

import asyncio
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest

from hexai.domain.record import Fact
from tests.support.lsp_client import connected_to
from tests.support.patience import PATIENCE
from tests.support.postgres import Postgres, running
from tests.support.relay import Relay, relay
from tests.support.started import hexai
from tests.support.team import Person, Team, a_team, make_template, shown_run

pytestmark = pytest.mark.debian

RUNS = 900
FACTS = 5 * RUNS


def many(count: int = RUNS) -> list[Fact]:
    """Record so many runs, of five facts each."""
    runs = (shown_run(number) for number in range(1, count + 1))
    return [*chain.from_iterable(runs)]


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[Team]:
    """Make a team on a server of its own, which keeps what it has said yes to."""
    with running(durable=True) as server:
        make_template(server, tmp_path / "template")
        with a_team(server, tmp_path) as team:
            yield team


def by(line: Relay, team: Team, person: Person) -> Person:
    """Give somebody who connects by a line."""
    url = f"postgresql://{person.role}@127.0.0.1:{line.port}/{team.database}"
    return Person(person.home, url)


def unix_socket(server: Postgres) -> Path:
    """Give the socket on which a server listens."""
    return server.folder / f".s.PGSQL.{server.port}"


def test_a_server_that_is_killed_during_a_push(durable: Team) -> None:
    """In the middle of a batch, after others were taken in; and it comes up again."""
    anna = durable.enrol("anna")
    anna.record(*many())
    with relay(unix_socket(durable.server)) as line:
        killed: list[int] = []

        def kill(carried: int) -> None:
            if carried > 200_000 and not killed:
                killed.append(carried)
                durable.server.kill()

        line.watch = kill
        result = by(line, durable, anna).run("team", "push")
    away = anna.run("team", "push")
    durable.server.start()

    assert killed
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "cannot be reached" in away.err
    before = durable.count()
    assert 0 < before < FACTS
    anna.team("push")
    assert durable.count() == FACTS
    assert anna.team("push") == "0 facts of 0 runs sent\n"


def test_a_line_that_is_cut(team: Team) -> None:
    """At any place: what was not acknowledged goes again, and changes nothing."""
    anna = team.enrol("anna")
    anna.record(*many(300))
    with relay(unix_socket(team.server)) as line:
        for place in (100, 30_000, 90_000, 130_000):
            end = line.carried + place

            def cut(carried: int, end: int = end) -> None:
                if carried > end:
                    line.cut()

            line.watch = cut
            by(line, team, anna).run("team", "push")
        line.watch = lambda _carried: None
        by(line, team, anna).team("push")

    assert team.count() == 5 * 300


def test_a_slow_line(team: Team) -> None:
    """At 10 KB a second it takes its time, and ends."""
    anna = team.enrol("anna")
    anna.record(*many(40))
    with relay(unix_socket(team.server), rate=10_000) as line:
        began = time.monotonic()
        out = by(line, team, anna).team("push")
        spent = time.monotonic() - began

    assert out == "200 facts of 40 runs sent\n"
    assert spent > 2


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Mount a disk of 140 MB, in memory.

    It is in no folder of pytest's, which every new session closes to other users.
    """
    with tempfile.TemporaryDirectory(prefix="hexai-disk-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        options = "size=140m,mode=0777"
        mount = ("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder)
        subprocess.run(mount, check=True)
        yield place
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(file: Path) -> None:
    """Write to a file until the disk is full."""
    with suppress(OSError), file.open("wb", buffering=0) as filler:
        while filler.write(bytes(1 << 16)):
            pass


def test_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    """The push fails in one line, and goes on once there is room."""
    with running(within=small_disk, durable=True) as server:
        make_template(server, tmp_path / "template")
        with a_team(server, tmp_path) as team:
            anna = team.enrol("anna")
            anna.record(*many())
            filler = small_disk / "filler"
            fill(filler)

            result = anna.run("team", "push")

            assert result.code == 1
            assert len(result.err.splitlines()) == 1
            filler.unlink()
            server.kill()  # it may have ended by itself, and may not
            server.start()
            anna.team("push")
            assert team.count() == FACTS


def test_an_editor_is_not_held_up_by_a_silent_server(tmp_path: Path) -> None:
    """It completes meanwhile, and leaves when it is told to."""
    config = "[[models.completion]]\nprovider = 'simulated'\nmodel = 'echo'\n"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        port = silent.getsockname()[1]
        url = f"postgresql://anna@127.0.0.1:{port}/none"
        anna = Person(tmp_path / "anna", url)
        anna.configure(f"[completion]\ncompletion_debounce_ms = 0\n{config}")

        async def work(process: "subprocess.Popen[bytes]") -> None:
            async with connected_to(process) as client:
                await client.initialize("helix", encodings=("utf-8",))
                client.open("file:///tmp/x.py", "x\n" + "\n" * 9, "python")
                await client.complete("file:///tmp/x.py", 2)
                connection, _ = await asyncio.to_thread(silent.accept)
                with connection:
                    for line in range(3, 10):
                        await client.complete("file:///tmp/x.py", line)
                    await client.leave()

        with hexai("lsp", environ=anna.environ, stdin=-1, stdout=-1) as process:
            asyncio.run(work(process))
            assert process.wait(PATIENCE) == 0
