"""Questions and votes that are killed, and go on as if nothing had been."""

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.bench_command import by_prompt, cells, entries
from tests.support.command_line import run_cli
from tests.support.tmux import Tmux, wait_until
from tests.support.upstream import Exchange, Upstream

QUESTIONS = 16
KILLS = 4


def write(folder: Path, count: int) -> Path:
    """Write questions with a check each."""
    file = folder / "q.jsonl"
    asked = ({"question": f"what is {n}", "contains": "e"} for n in range(count))
    file.write_text("".join(json.dumps(each) + "\n" for each in asked), "utf-8")
    return file


def start(*arguments: str) -> subprocess.Popen[bytes]:
    """Start a process of its own."""
    command = [sys.executable, "-P", "-m", "hexai", "bench", "ask", "--yes"]
    return subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def test_a_reader_that_has_left_is_no_bug(tmp_path: Path) -> None:
    """As in `| head -1`: it ends quietly, and what was asked is kept."""
    reads, writes = os.pipe()
    os.close(reads)
    with Upstream(by_prompt()) as one, os.fdopen(writes, "wb") as nobody:
        entries(one, surface="cli")
        command = [sys.executable, "-P", "-m", "hexai", "bench", "ask"]
        done = subprocess.run(
            [*command, str(write(tmp_path, 2))],
            stdin=subprocess.DEVNULL,
            stdout=nobody,
            stderr=subprocess.PIPE,
            check=False,
        )

    assert (done.returncode, done.stderr) == (141, b"")
    assert len(cells("1")) == 2


def test_a_bench_that_runs_is_asked_by_nobody_else(tmp_path: Path) -> None:
    """It is neither resumed nor forgotten meanwhile, and shown as what it is."""
    file = write(tmp_path, QUESTIONS)
    with Upstream(by_prompt(delay=0.1)) as one:
        entries(one, surface="cli")
        process = start(str(file))
        one.wait(lambda: len(one.requests) >= 2)
        again = run_cli("bench", "ask", "--resume", "1")
        gone = run_cli("bench", "forget", "1", "--yes")
        listed, shown = run_cli("bench", "list"), run_cli("bench", "show", "1")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert (again.code, gone.code) == (2, 2)
    assert "is being asked by another process" in again.err
    assert "is being asked just now" in gone.err
    assert "is asked now" in listed.out
    assert "is being asked just now" in shown.out
    assert "unfinished" in run_cli("bench", "list").out


def test_killed_questions_go_on_to_the_same_end(tmp_path: Path) -> None:
    """The same cells, each once, and the same money, as undisturbed."""
    drawn, file, killed = random.Random(5), write(tmp_path, QUESTIONS), 0
    begin = (str(file), "--seed", "s", "--repeat", "2")
    with Upstream(by_prompt(delay=0.03)) as one, Upstream(by_prompt()) as other:
        entries(one, other, local=False, surface="cli")
        _, err = start(*begin).communicate(timeout=60)
        assert len(cells("1")) == 4 * QUESTIONS, err
        process = start(*begin)
        for _ in range(KILLS):
            wanted = len(one.requests) + drawn.randrange(1, 5)
            one.wait(lambda: len(one.requests) >= wanted or process.poll() is not None)  # noqa: B023
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
            killed += process.returncode == -signal.SIGKILL
            process = start("--resume", "2")
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0 or b"is done" in err, err
    assert killed >= 2
    assert cells("2") == cells("1")
    listed = json.loads(run_cli("bench", "list", "--json").out)
    assert listed[0]["cost_usd"] == listed[1]["cost_usd"] != 0


async def long_answer(exchange: Exchange) -> None:
    """Say more than a screen holds, and another thing for each temperature."""
    body = exchange.request.json
    name = "hot" if body.get("temperature") else "cold"
    asked = body["messages"][-1]["content"]
    lines = "\n".join(f"- {name} line {n}" for n in range(60))
    await openai_answer(f"# {asked}\n\n```python\nx = '{name}'\n```\n\n{lines}")(
        exchange
    )


@contextmanager
def voting(place: Path, columns: int, lines: int) -> Iterator[Tmux]:
    """Vote on bench 1 in a real terminal."""
    terminal = Tmux(place, columns=columns, lines=lines)
    try:
        begin(terminal)
        yield terminal
    finally:
        terminal.run("kill-server")


def begin(terminal: Tmux) -> None:
    """Give the command."""
    command = f"clear; {sys.executable} -P -m hexai bench vote 1"
    terminal.press("-l", command)
    terminal.press("Enter")


def process_of(terminal: Tmux) -> int:
    """Find who votes there."""
    shell = terminal.run("display-message", "-p", "#{pane_pid}").strip()
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", shell],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(found.stdout.split()[0])


@pytest.mark.e2e
@pytest.mark.debian  # tmux
@pytest.mark.parametrize(("columns", "lines"), [(120, 35), (80, 24)])
def test_a_killed_vote_goes_on_at_the_next_pair(
    tmp_path: Path, columns: int, lines: int
) -> None:
    """Side by side or stacked; every vote that was given is there."""
    file = write(tmp_path, 5)
    with Upstream(long_answer) as one:
        config = entries(one, surface="cli")
        text = config.read_text("utf-8")
        entry = text[text.index("[[models.cli]]") :]
        more = entry.replace('"a"', '"b"') + "temperature = 0.9\n"
        config.write_text(f"{text}temperature = 0\n{more}", "utf-8")
        assert run_cli("bench", "ask", str(file)).code == 0

    with voting(tmp_path, columns, lines) as terminal:
        for number, key in enumerate("AtB", 1):
            terminal.wait_for(f"pair {number} of 5")
            terminal.press(key)
        terminal.wait_for("pair 4 of 5")
        shown = terminal.screen()
        subprocess.run(["kill", "-9", str(process_of(terminal))], check=True)
        terminal.press("-l", "reset")
        terminal.press("Enter")
        wait_until(lambda: "pair" not in "\n".join(terminal.screen()), "it is left")
        begin(terminal)
        terminal.wait_for("pair 4 of 5")
        again = terminal.screen()
        terminal.press("End")
        wait_until(lambda: "line 59" in "\n".join(terminal.screen()), "no end")
        terminal.resize(100, 30)
        terminal.wait_for("pair 4 of 5")
        for number, key in ((4, "A"), (5, "A")):
            terminal.wait_for(f"pair {number} of 5")
            terminal.press(key)
        terminal.wait_for("That was the last pair")
        terminal.press("Enter")
        terminal.wait_for("5 of 5 pairs are voted on, 2 of them just now")
        end = "\n".join(terminal.everything())

    assert [line[:40] for line in shown[1:9]] == [line[:40] for line in again[1:9]]
    assert ("│ B" in "\n".join(shown)) is (columns == 120)
    assert "x = " in "\n".join(shown)
    assert "```" not in "\n".join(shown)
    assert "rows 1 to" in "\n".join(shown)
    assert "by your votes on these questions: " in end
    votes = json.loads(run_cli("bench", "export", "1").out)["votes"]
    assert [each["choice"] for each in votes] == [
        "taken",
        "tie",
        "taken",
        "taken",
        "taken",
    ]
