"""A real process on real terminals: a pty, and tmux, which wraps its lines anew."""

import os
import pty
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import msgspec
import pytest

from hexai.text.cells import width
from tests.support.answers import openai_answer
from tests.support.command_line import simulated
from tests.support.on_terminal import HEXAI, start_on
from tests.support.patience import PATIENCE
from tests.support.replies import gated
from tests.support.terminal import Terminal
from tests.support.tmux import Tmux, wait_until
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

WORDS = "The quick brown fox 漢字 jumps over e\u0301 the lazy 🐕 dog"
FAMILY = "👨\u200d👩\u200d👧"
"""Tmux 3.3 draws only its first part if a read of it ends within."""


class Steps:
    """The FIFO through which a shown race is told what happens."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR)

    def send(self, *step: object) -> None:
        """Let one thing happen."""
        os.write(self._descriptor, msgspec.json.encode(step) + b"\n")

    def close(self) -> None:
        """End the race."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.close()
        except OSError:
            return  # the test has ended the race


@pytest.fixture(name="steps")
def fixture_steps(tmp_path: Path) -> Iterator[Steps]:
    """Make a race that ends with the test."""
    with Steps(tmp_path / "steps") as steps:
        yield steps


def command(steps: Steps, layout: str, *labels: str) -> list[str]:
    """Tell how to show a race."""
    program = [sys.executable, "-m", "tests.support.show_race"]
    return [*program, str(steps.path), layout, *labels]


class Pty:
    """A process on a pseudo-terminal, with what a user sees of it."""

    def __init__(self, arguments: list[str], *, columns: int, lines: int) -> None:
        self.terminal = Terminal(columns, lines)
        self._rest = b""
        self._ours, self.theirs = pty.openpty()
        termios.tcsetwinsize(self.theirs, (lines, columns))
        self.process = start_on(self.theirs, *arguments, as_job=True)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._ours, keys)

    def echoes(self) -> bool:
        """Tell whether keys are echoed."""
        return bool(termios.tcgetattr(self.theirs)[3] & termios.ECHO)

    def shows(self, text: str) -> bool:
        """Tell whether a text is on the screen or above it by now."""
        while select.select([self._ours], [], [], 0)[0]:
            data = self._rest + os.read(self._ours, 65536)
            text_so_far = data.decode(errors="ignore")
            self._rest = data[len(text_so_far.encode()) :]
            self.terminal.feed(text_so_far)
        return text in "\n".join(self.terminal.everything)

    def is_stopped(self) -> bool:
        """Tell whether the job in the foreground was stopped."""
        stat = Path(f"/proc/{os.tcgetpgrp(self._ours)}/stat").read_text("utf-8")
        return stat.rpartition(")")[2].split()[0] == "T"

    def go_on(self) -> None:
        """Continue the job in the foreground, as `fg` does."""
        os.killpg(os.tcgetpgrp(self._ours), signal.SIGCONT)

    def resize(self, *, columns: int, lines: int) -> None:
        """Give the terminal another size; what is on it is cut, not wrapped."""
        termios.tcsetwinsize(self.theirs, (lines, columns))
        self.terminal.resize(columns, lines)

    def close(self) -> None:
        """End the process and the terminal."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self.theirs)


@pytest.fixture(name="on_pty")
def fixture_on_pty(steps: Steps) -> Iterator[Pty]:
    """Show a race of two on a terminal of 80 columns."""
    shown = Pty(command(steps, "auto", "home", "cloud"), columns=80, lines=24)
    yield shown
    shown.close()


def test_two_answers_on_a_pty(steps: Steps, on_pty: Pty) -> None:
    """They stream side by side in 80 columns, and all is readable at the end."""
    for word in WORDS.split():
        for index in (0, 1):
            steps.send("say", index, f"{word} ")
    wait_until(lambda: on_pty.shows("dog"), "the answers were not shown")
    steps.send("end", 0)
    steps.send("end", 1)
    steps.close()
    wait_until(lambda: on_pty.shows("all shown"), "no end")
    left = [line.split("│")[0].strip() for line in on_pty.terminal.everything]

    assert on_pty.process.wait(PATIENCE) == 0
    assert left[0] == "home  done 2.1 s"
    assert left[2:4] == [
        "The quick brown fox 漢字 jumps over e\u0301",
        "the lazy 🐕 dog",
    ]
    assert on_pty.terminal.modes["cursor_shown"]


def test_what_is_typed_ahead_stays_out_of_plain_answers_and_is_no_vote() -> None:
    """It is neither echoed into them nor taken for a key, and it is told."""
    typed = threading.Event()
    answer = gated(openai_answer(["half ", "an answer"]), typed, after=2)
    with Upstream(answer) as upstream:
        profile = f'[providers.slow]\ntype = "openai"\nbase_url = "{upstream.url}"\n'
        entry = '[[models.cli]]\nprovider = "slow"\nmodel = "m"\nlabel = "b"\n'
        simulated("echo", more=entry + profile)
        shown = Pty([*HEXAI, "--layout", "plain", "--vote", "hi"], columns=80, lines=24)
        try:
            upstream.wait(lambda: bool(upstream.requests))
            wait_until(lambda: not shown.echoes(), "keys are still echoed")
            shown.type(b"ls -la\rb")
            typed.set()
            wait_until(lambda: shown.shows("skip:"), "no question")
            assert shown.shows("what was typed meanwhile is dropped")
            assert not shown.shows("ls -la")
            shown.type(b"s")
            assert shown.process.wait(PATIENCE) == 0
        finally:
            shown.close()


def test_an_interrupt_leaves_the_terminal_as_it_was(steps: Steps, on_pty: Pty) -> None:
    """What had arrived stays, keys typed meanwhile do not show, the cursor is back."""
    before = on_pty.echoes()
    steps.send("say", 0, "half an answer")
    wait_until(lambda: on_pty.shows("half an answer"), "no answer")
    during = on_pty.echoes()
    hidden = not on_pty.terminal.modes["cursor_shown"]
    on_pty.type(b"hello\r\n\x03")
    wait_until(lambda: on_pty.shows("all shown"), "the interrupt did not end it")

    assert on_pty.process.wait(PATIENCE) in {0, -signal.SIGINT}
    assert (before, during, on_pty.echoes()) == (True, False, True)
    assert hidden
    assert on_pty.terminal.modes["cursor_shown"]
    assert not on_pty.shows("hello")
    assert not on_pty.shows("^C")
    assert on_pty.terminal.everything[2].startswith("half an answer")


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(
    steps: Steps, on_pty: Pty
) -> None:
    """Columns stop and go on, in a terminal that was resized meanwhile."""
    steps.send("say", 0, "before")
    steps.send("say", 1, "too")
    wait_until(lambda: on_pty.shows("before"), "no answer")
    on_pty.type(b"\x1a")
    wait_until(on_pty.is_stopped, "it does not stop")
    wait_until(lambda: on_pty.shows("before"), "the answer is gone")
    stopped = (on_pty.echoes(), on_pty.terminal.modes["cursor_shown"])
    on_pty.resize(columns=60, lines=20)
    steps.send("say", 0, " and-after")
    on_pty.go_on()
    wait_until(lambda: on_pty.shows("and-after"), "it does not go on")
    going = (on_pty.echoes(), on_pty.terminal.modes["cursor_shown"])
    steps.send("end", 0)
    steps.send("end", 1)
    steps.close()
    wait_until(lambda: on_pty.shows("all shown"), "no end")

    assert on_pty.process.wait(PATIENCE) == 0
    assert stopped == (True, True)
    assert going == (False, False)
    assert on_pty.echoes()
    assert on_pty.terminal.modes["cursor_shown"]
    assert on_pty.shows("before and-after")


@pytest.fixture(name="tmux")
def fixture_tmux(tmp_path: Path) -> Iterator[Callable[[int, int], Tmux]]:
    """Make a window of any size, gone after the test."""
    made: list[Tmux] = []

    def make(columns: int, lines: int) -> Tmux:
        made.append(Tmux(tmp_path, columns=columns, lines=lines))
        return made[-1]

    yield make
    for tmux in made:
        tmux.run("kill-server")


def column(lines: list[str], index: int) -> str:
    """Read down one column, without blanks, headers and rules."""
    rows = [line for line in lines if "│" in line and "home" not in line]
    return "".join("".join(row.split("│")[index].split()) for row in rows)


@pytest.mark.debian
@pytest.mark.parametrize(("columns", "lines"), [(200, 50), (80, 24)])
def test_columns_in_tmux(
    steps: Steps, tmux: Callable[[int, int], Tmux], columns: int, lines: int
) -> None:
    """Long answers of all kinds of characters can be read down their columns."""
    window = tmux(columns, lines)
    window.start(command(steps, "auto", "home", "cloud"))
    text = f"{WORDS} {WORDS}\n\tindented\n"
    for _ in range(40):
        for index in (0, 1):
            steps.send("say", index, text)
    for index in (0, 1):
        steps.send("say", index, FAMILY)
    window.wait_for("indented")
    steps.close()
    window.wait_for("all shown")
    shown = window.everything()
    places = {width(line[: line.index("│")]) for line in shown if "│" in line}

    assert len(places) == 1
    for index in (0, 1):
        read = column(shown, index).rstrip(FAMILY)
        assert read == "".join(text.split()) * 40


@pytest.mark.debian
def test_narrow_windows_stack_the_answers(
    steps: Steps, tmux: Callable[[int, int], Tmux]
) -> None:
    """In 30 columns the first streams and the second follows whole."""
    window = tmux(30, 24)
    window.start(command(steps, "auto", "home", "cloud"))
    steps.send("say", 1, "from the cloud, which is longer than a line")
    steps.send("end", 1)
    steps.send("start", 0)
    steps.send("say", 0, "streams")
    window.wait_for("streams")
    steps.send("end", 0)
    window.wait_for("than a line")
    steps.close()
    window.wait_for("all shown")
    shown = window.everything()

    begin = shown.index("streams")
    assert shown[begin : begin + 4] == [
        "streams",
        "",
        "── cloud  done 2.1 s ──",
        "from the cloud, which is longer than a line",
    ]


@pytest.mark.debian
def test_resizing_while_it_streams(
    steps: Steps, tmux: Callable[[int, int], Tmux]
) -> None:
    """Wider, narrower, lower and higher: no character is lost, no live line is left."""
    window = tmux(120, 40)
    window.start(["seq", "60"])
    window.wait_for("60")
    window.run("send-keys", "-l", " ".join(command(steps, "columns", "home", "cloud")))
    window.run("send-keys", "Enter")
    steps.send("start", 0)
    window.wait_for("waiting")
    said: list[str] = []
    for columns, lines in [(100, 40), (70, 30), (110, 20), (90, 45), (120, 40)]:
        for _ in range(6):  # the first while nobody knows the new size
            said.append(f"{WORDS} number {len(said)}.\n")
            for index in (0, 1):
                steps.send("say", index, said[-1])
            window.wait_for(f"{len(said) - 1}.")
        window.resize(columns, lines)
    steps.close()
    window.wait_for("all shown")
    shown = window.everything()

    assert column(shown, 0) == column(shown, 1) == "".join("".join(said).split())
    assert len([line for line in shown if "home  " in line]) <= 2


HOSTILE = "a\x1b]0;stolen\x07b\x1b[31m\x1b[2J\x1b[H\x9b5Ac\u202ed"


@pytest.mark.debian
def test_an_answer_cannot_reach_tmux(
    steps: Steps, tmux: Callable[[int, int], Tmux]
) -> None:
    """No title, no colour, no cursor movement comes from an answer."""
    window = tmux(120, 24)
    title = window.run("display-message", "-p", "#{pane_title}")
    window.start(command(steps, "auto", "home", "cloud"))
    for index in (0, 1):
        steps.send(
            "say", index, "a\x1b]0;stolen\x07b\x1b[31m\x1b[2J\x1b[H\x9b5Ac\u202ed"
        )
    window.wait_for("u202ed")
    coloured = window.run("capture-pane", "-p", "-e")
    steps.close()
    window.wait_for("all shown")

    assert window.run("display-message", "-p", "#{pane_title}") == title
    assert "\x1b[31m" not in coloured
    assert "a\\x1b]0;stolen\\x07b\\x1b[31m\\x1b[2J" in coloured


@pytest.mark.debian
def test_a_stop_leaves_the_terminal_to_the_shell(
    steps: Steps, tmux: Callable[[int, int], Tmux]
) -> None:
    """After Ctrl-Z the shell has a cursor and a line of its own; `fg` goes on."""
    window = tmux(100, 40)
    window.start(command(steps, "auto", "home", "cloud"))
    steps.send("say", 0, "said before")
    window.wait_for("said before")
    hidden = window.run("display-message", "-p", "#{cursor_flag}")
    window.run("send-keys", "C-z")
    window.wait_for("Stopped")
    shown = window.run("display-message", "-p", "#{cursor_flag}")
    window.run("send-keys", "-l", "echo the shell; fg")
    window.run("send-keys", "Enter")
    window.wait_for("\nthe shell")
    steps.send("say", 0, " and after")
    window.wait_for("said before and after")
    steps.close()
    window.wait_for("all shown")
    lines = window.everything()

    assert (hidden, shown) == ("0\n", "1\n")
    assert lines.index("the shell") > [line[:11] for line in lines].index("said before")
    assert [line[:21] for line in lines].count("said before and after") == 1


@pytest.fixture(name="rendered_on_pty")
def fixture_rendered_on_pty(steps: Steps) -> Iterator[Pty]:
    """Show a race of two, rendered, on a terminal of 80 columns."""
    shown = Pty(command(steps, "rendered", "home", "cloud"), columns=80, lines=24)
    yield shown
    shown.close()


def test_a_key_shows_the_text_as_it_was_written(
    steps: Steps, rendered_on_pty: Pty
) -> None:
    """Ctrl-R ends nothing, and afterwards it is a key like any other."""
    for index in (0, 1):
        steps.send("say", index, "- **one**\n- two\n\n")
    wait_until(lambda: rendered_on_pty.shows("• **one**"), "it was not rendered")

    rendered_on_pty.type(b"x\x12")
    wait_until(lambda: rendered_on_pty.shows("- **one**"), "the text was not shown")
    steps.close()
    wait_until(lambda: rendered_on_pty.shows("all shown"), "it did not end")
    wait_until(rendered_on_pty.echoes, "keys are still not echoed")
    controls = termios.tcgetattr(rendered_on_pty.theirs)[6]
    assert controls[termios.VQUIT] == b"\x1c"
