"""Commands that print a key: bounded, private, and never in the way."""

import asyncio
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from hexai.providers.key_command import LIMIT, KeyCommand, Printed


def run(command: KeyCommand) -> Printed:
    """Run a command to its end."""
    return asyncio.run(command.printed())


def make(
    *command: str,
    path: str = "/usr/bin:/bin",
    home: str = "/",
    seconds: float = 10.0,
) -> KeyCommand:
    """Make a command that runs in the root directory unless told otherwise."""
    return KeyCommand(command, environ={"PATH": path}, home=home, seconds=seconds)


def shell(script: str, **how: Any) -> KeyCommand:
    """Make a command that is a shell script."""
    return make("sh", "-c", script, **how)


def test_it_runs_at_home_with_empty_input(tmp_path: Path) -> None:
    """The working directory is the home, and stdin is at its end."""
    printed = run(shell("pwd; wc -c", home=str(tmp_path)))

    assert printed.output.split() == [str(tmp_path).encode(), b"0"]


def test_it_runs_once_for_all_who_ask(tmp_path: Path) -> None:
    """Concurrent and later askers share one run."""
    log = tmp_path / "log"
    command = shell(f"echo ran >> {log}; sleep 0.1; echo key")

    async def ask_often() -> list[Printed]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(command.printed()) for _ in range(5)]
        return [task.result() for task in tasks]

    results = [*asyncio.run(ask_often()), run(command)]

    assert results == [Printed(output=b"key\n")] * 6
    assert log.read_text() == "ran\n"
    assert command.done


def test_an_asker_that_leaves_stops_nothing() -> None:
    """A cancelled attempt does not take the key from the next one."""
    command = shell("sleep 0.2; echo key")

    async def leave_and_ask() -> Printed:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await command.printed()
        return await command.printed()

    assert asyncio.run(leave_and_ask()) == Printed(output=b"key\n")


def test_the_event_loop_goes_on_meanwhile() -> None:
    """A slow command delays nobody but those who need its key."""
    command = shell("sleep 0.3; echo key")

    async def count() -> int:
        ticks = 0
        async with asyncio.TaskGroup() as group:
            task = group.create_task(command.printed())
            while not task.done():
                await asyncio.sleep(0.01)
                ticks += 1
        return ticks

    assert asyncio.run(count()) > 10


def test_it_ends_in_time_with_all_that_it_started(tmp_path: Path) -> None:
    """Past its seconds the command and its children are killed."""
    child = tmp_path / "pid"
    command = shell(f"sleep 60 & echo $! > {child}; wait", seconds=0.3)

    printed = run(command)

    assert printed.failure == "sh did not end within 0.3 s"
    assert _gone(int(child.read_text()))


def test_closing_ends_it(tmp_path: Path) -> None:
    """Nothing stays behind when Hexai ends first, and nothing starts after."""
    child = tmp_path / "pid"
    os.mkfifo(child)
    command = shell(f"echo $$ > {child}; sleep 60")

    async def close_early() -> Printed:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(command.printed())
            pid = int(await asyncio.to_thread(child.read_text))
            command.close()
        assert _gone(pid)
        return task.result()

    assert asyncio.run(close_early()).failure == f"sh ended with code {-signal.SIGKILL}"
    closed = shell("echo key")
    closed.close()
    assert "cannot be started" in run(closed).failure


def test_too_much_output_is_refused() -> None:
    """8 KiB pass, one byte more does not, and an endless command is ended."""
    assert len(run(shell(f"head -c {LIMIT} /dev/zero")).output) == LIMIT
    for script in (f"head -c {LIMIT + 1} /dev/zero", "yes"):
        assert run(shell(script)).failure == "sh printed more than 8 KiB"


@pytest.mark.parametrize("path", ["", ".", "::", "bin:./bin", "relative"])
def test_nothing_is_found_relative_to_the_working_directory(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program beside us is not run, whatever PATH says."""
    for folder in (tmp_path, tmp_path / "bin", tmp_path / "relative"):
        folder.mkdir(exist_ok=True)
        (folder / "pass").write_text("#!/bin/sh\necho stolen\n")
        (folder / "pass").chmod(0o755)
    monkeypatch.chdir(tmp_path)

    assert "no program pass" in run(make("pass", path=path)).failure
    for name in ("./pass", "bin/pass"):
        assert f"no program {name}" in run(make(name, path=path)).failure


def test_its_own_lookups_are_absolute_too() -> None:
    """The PATH that the command sees holds absolute entries alone."""
    printed = run(shell('echo "$PATH"', path=".:/usr/bin::bin:/bin"))

    assert printed.output == b"/usr/bin:/bin\n"


def test_what_cannot_be_started_is_said_so(tmp_path: Path) -> None:
    """A missing home or a broken program is a failure with its reason."""
    assert run(make("sh", home=str(tmp_path / "none"))).failure == (
        "sh cannot be started (No such file or directory)"
    )


def test_arguments_that_no_program_can_take_are_said_so() -> None:
    """A NUL character is a failure like any other."""
    failure = run(make("sh", "-c", "echo a\0b")).failure

    assert failure == "sh cannot be started (a NUL in its arguments)"


def test_output_that_ends_is_not_the_end() -> None:
    """A command that closes its output and runs on is late all the same."""
    printed = run(shell("exec >&-; exec sleep 60", seconds=0.3))

    assert printed.failure == "sh did not end within 0.3 s"


def test_what_a_command_leaves_behind_does_not_hold_its_key_back(
    tmp_path: Path,
) -> None:
    """An agent that it started may have its output open; it is not ended with it."""
    agent = tmp_path / "pid"
    command = shell(f"sleep 60 & echo $! > {agent}; echo key", seconds=30)
    began = time.monotonic()

    assert run(command) == Printed(output=b"key\n")
    assert time.monotonic() - began < 20
    os.kill(int(agent.read_text()), signal.SIGKILL)


def test_a_command_gets_nobodys_key() -> None:
    """Neither a vendor's, nor one that the configuration names; all else it gets."""
    path = os.environ["PATH"]  # noqa: TID251 - the edge
    environ = {
        "PATH": path,
        "OPENAI_API_KEY": "MARK-1",
        "HEXAI_HOME_API_KEY": "MARK-2",
        "mistral_api_key": "MARK-3",
        "WORK_SECRET": "MARK-4",
        "VAULT_ADDR": "http://127.0.0.1:8200",
    }
    command = KeyCommand(("env",), environ=environ, home="/", keys={"WORK_SECRET"})

    printed = run(command).output.decode()

    assert "MARK" not in printed
    assert "VAULT_ADDR=http://127.0.0.1:8200" in printed


def test_no_thread_stays_behind() -> None:
    """The waiting thread ends with the command."""
    run(shell("echo key"))
    for thread in threading.enumerate():
        if thread.name == "key":
            thread.join(5)

    assert not [one for one in threading.enumerate() if one.name == "key"]


def _gone(pid: int) -> bool:
    """Tell whether a killed process disappears, or is a zombie of somebody else's."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
    return False
