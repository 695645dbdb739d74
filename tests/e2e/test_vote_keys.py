"""The vote question on a real terminal: its keys, and how the terminal is left."""

import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.command_line import Terminal, simulated

QUESTION = "skip: "


@contextmanager
def _asked(terminal: Terminal) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a question up to its vote."""
    simulated("echo", "lorem?tokens=9&seed=1")
    words = [sys.executable, "-m", "hexai", "--vote", "--layout", "plain", "hi"]
    slave = terminal.descriptor
    process = subprocess.Popen(
        words, stdin=slave, stdout=slave, stderr=slave, process_group=0
    )
    try:
        terminal.wait_for(QUESTION)
        yield process
    finally:
        process.kill()
        process.wait()


def _modes(terminal: Terminal) -> object:
    return termios.tcgetattr(terminal.descriptor)[:4]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT]
)
def test_a_signal_leaves_the_terminal_as_it_was(number: int) -> None:
    """Echo, lines and Ctrl-C are there for the shell."""
    # Where the tests run in the background, a shell has them ignore some signals, and
    # children inherit that.
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
    terminal = Terminal(columns=100)
    before = _modes(terminal)
    with _asked(terminal) as process:
        assert _modes(terminal) != before
        process.send_signal(number)
        code = process.wait(20)

    assert code != 0
    assert _modes(terminal) == before


def test_who_was_stopped_is_asked_as_before() -> None:
    """While it is stopped the terminal is the shell's."""
    terminal = Terminal(columns=100)
    before = _modes(terminal)
    with _asked(terminal) as process:
        asking = _modes(terminal)
        process.send_signal(signal.SIGTSTP)
        os.waitpid(process.pid, os.WUNTRACED)
        assert _modes(terminal) == before
        process.send_signal(signal.SIGCONT)
        os.write(terminal.master, b"x")
        terminal.wait_for("x is no answer")
        assert _modes(terminal) == asking
        os.write(terminal.master, b"A")
        assert process.wait(20) == 0

    assert _modes(terminal) == before


@pytest.mark.parametrize("piece", [b"\x03", b"a\x03", b"pasted\x03line", b"q\x04"])
def test_to_stop_counts_wherever_it_stands(piece: bytes) -> None:
    """Keys that come in one piece are no other keys."""
    terminal = Terminal(columns=100)
    with _asked(terminal) as process:
        os.write(terminal.master, piece)
        process.wait(20)

    assert "skipped" in terminal.text()


@pytest.mark.parametrize(
    ("piece", "told"),
    [
        (b"a", "a is no answer"),
        (b"\x1b[A", "[A is no answer"),
        (b"a whole line", "is no answer"),
    ],
)
def test_an_unknown_key_is_answered(piece: bytes, told: str) -> None:
    """And the question goes on."""
    terminal = Terminal(columns=100)
    with _asked(terminal) as process:
        os.write(terminal.master, piece)
        terminal.wait_for(told)
        terminal.wait_for("press A, B, t, b or s: ")
        os.write(terminal.master, b"B")
        assert process.wait(20) == 0
