"""A bench that is killed, at any moment, and goes on: as if nothing had been."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.bench_command import by_prompt, cells, entries, history
from tests.support.checked_code import RIGHT, checked, says
from tests.support.command_line import run_cli
from tests.support.rooms import is_running
from tests.support.tmux import wait_until
from tests.support.upstream import Upstream

TASKS = 16
KILLS = int(os.environ.get("KILLS", "4"))  # noqa: TID251 - tests have a clean one
"""Kills of each run; `KILLS` in the environment asks for more."""


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a process of its own."""
    command = [sys.executable, "-P", "-m", "hexai", "bench", "run", "--yes"]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Wait for its end; gives the code and what it complained of."""
    _, err = process.communicate(timeout=120)
    return process.returncode, err.decode()


def kill_after(process: subprocess.Popen[bytes], upstream: Upstream, some: int) -> bool:
    """Kill it after some more requests; says whether it still ran."""
    wanted = len(upstream.requests) + some
    upstream.wait(
        lambda: len(upstream.requests) >= wanted or process.poll() is not None
    )
    process.send_signal(signal.SIGKILL)
    return finish(process)[0] == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(2))
def test_a_killed_bench_goes_on_to_the_same_end(tmp_path: Path, seed: int) -> None:
    """The same cells, each once, and the same money, as undisturbed."""
    drawn = random.Random(seed)
    made = history(tmp_path / "repo", commits=20)
    begin = ("--since", "2020-01-01", "--tasks", str(TASKS), "--seed", "s")
    with Upstream(by_prompt(delay=0.03)) as one, Upstream(by_prompt()) as other:
        entries(one, other, local=False)
        code, err = finish(start(made.folder, *begin))
        assert code == 0, err

        process, killed = start(made.folder, *begin), 0
        for _ in range(KILLS):
            some = drawn.randrange(1, max(3, 36 // KILLS))
            killed += kill_after(process, one, some)
            process = start(made.folder, "--resume", "2")
        code, err = finish(process)

    assert code == 0 or "is done" in err, err
    assert killed >= KILLS / 2
    assert cells("2") == cells("1")
    assert len(cells("2")) >= TASKS
    listed = json.loads(run_cli("bench", "list", "--json").out)
    assert [each["ending"] for each in listed] == ["done", "done"]
    assert listed[0]["cost_usd"] == listed[1]["cost_usd"] != 0


def test_ctrl_c_prints_the_standing_and_how_to_go_on(tmp_path: Path) -> None:
    """What is known by then is kept, and the rest can be asked later."""
    made = history(tmp_path / "repo")
    begin = ("--since", "2020-01-01", "--tasks", str(TASKS), "--seed", "s")
    with Upstream(by_prompt(delay=0.1)) as one:
        entries(one)
        command = [sys.executable, "-P", "-m", "hexai", "bench", "run", *begin]
        process = subprocess.Popen(
            command, cwd=made.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        one.wait(lambda: len(one.requests) >= 6)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

        assert process.returncode == 130, err
        assert b"hexai bench run --resume 1 goes on" in out
        assert b"SAVED" in out
        asked = len(cells())
        assert asked > 0
        assert finish(start(made.folder, "--resume", "1"))[0] == 0

    assert len(cells()) > asked


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_command_outlives_the_bench(tmp_path: Path, sent: signal.Signals) -> None:
    """Whatever ends it, while a command of --test sleeps and ignores signals."""
    made = checked(tmp_path / "repo")
    word = f"98{sent:d}.5"
    command = f"sh -c 'trap \"\" TERM INT; sleep {word}'"
    with Upstream(says(RIGHT)) as one:
        entries(one)
        words = ("--since", "2020-01-01", "--kind", "body", "--tasks", "2")
        process = start(made.folder, *words, "--test", command)
        wait_until(lambda: is_running(word), "the command runs")
        process.send_signal(sent)
        code, err = finish(process)

    assert code == (130 if sent is signal.SIGINT else -sent), err
    wait_until(lambda: not is_running(word), "nothing of it is left")
