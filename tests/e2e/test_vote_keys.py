"""The vote question on a real terminal: its keys, and how the terminal is left."""

import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.command_line import Terminal, run_cli, simulated, write_config
from tests.support.patience import PATIENCE
from tests.support.popups import ACTION
from tests.support.tmux import Tmux, wait_until

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
        code = process.wait(PATIENCE)

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
        assert process.wait(PATIENCE) == 0

    assert _modes(terminal) == before


def test_after_ctrl_z_a_question_of_y_or_n_stands_there_again() -> None:
    """Whoever comes back reads what is to go for good, and has not answered yet."""
    simulated("echo")
    run_cli("hi")
    terminal = Terminal(columns=100)
    command = [sys.executable, "-m", "hexai", "history", "forget", "--all"]
    with subprocess.Popen(
        command,
        stdin=terminal.descriptor,
        stdout=terminal.descriptor,
        process_group=0,
    ) as process:
        try:
            terminal.wait_for("[y/N]")
            process.send_signal(signal.SIGTSTP)
            os.waitpid(process.pid, os.WUNTRACED)
            process.send_signal(signal.SIGCONT)
            terminal.wait_for("[y/N] ", times=2)
            os.write(terminal.master, b"n\n")
            assert process.wait(PATIENCE) == 1
        finally:
            process.kill()
        terminal.wait_for("nothing was forgotten")


@pytest.mark.debian
def test_after_ctrl_z_the_question_stands_there_again(tmp_path: Path) -> None:
    """The shell has its terminal meanwhile, and the keys act as before."""
    simulated("lorem?tokens=9", "lorem?tokens=9&seed=1")
    tmux = Tmux(tmp_path, columns=80, lines=24)
    try:
        tmux.start([sys.executable, "-m", "hexai", "--vote", "--fresh", "hi"])
        tmux.wait_for("skip:")
        tmux.press("C-z")
        tmux.wait_for("Stopped")
        tmux.run("send-keys", "-l", "stty -a | grep -ow -e -echo -e echo; fg")
        tmux.press("Enter")
        wait_until(
            lambda: "\n".join(tmux.everything()).count("skip:") == 2,
            "the question was not asked again",
        )
        shown = tmux.everything()
        tmux.press("A")
        tmux.wait_for("ahead 1:0; about ")
    finally:
        tmux.run("kill-server")

    assert "echo" in shown


@pytest.mark.parametrize("piece", [b"\x03", b"a\x03", b"pasted\x03line", b"q\x04"])
def test_to_stop_counts_wherever_it_stands(piece: bytes) -> None:
    """Keys that come in one piece are no other keys."""
    terminal = Terminal(columns=100)
    with _asked(terminal) as process:
        os.write(terminal.master, piece)
        process.wait(PATIENCE)

    assert "skipped" in terminal.text()


@pytest.mark.parametrize(
    ("piece", "told"),
    [
        (b"a", "a is no answer"),
        (b"\x1b[A", "that is no answer"),
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
        assert process.wait(PATIENCE) == 0


@pytest.mark.debian
@pytest.mark.parametrize(("columns", "lines"), [(120, 35), (40, 15)])
def test_in_tmux_a_vote_ends_with_how_they_stand(
    columns: int, lines: int, tmp_path: Path
) -> None:
    """Keys that mean nothing are answered, then come the names and the standing."""
    write_config(
        "".join(
            f'[[models.cli]]\nprovider = "simulated"\nmodel = "lorem?tokens=9"\n'
            f'label = "{label}"\ntemperature = {temperature}\n'
            for label, temperature in (("careful", 0.0), ("lively", 0.9))
        )
    )
    tmux = Tmux(tmp_path, columns=columns, lines=lines)
    try:
        tmux.start([sys.executable, "-m", "hexai", "--blind", "--vote", "hi"])
        tmux.wait_for("skip:")
        tmux.press("x")
        tmux.wait_for("x is no answer; press A, B, t, b or s")
        tmux.press("A")
        tmux.wait_for("ahead 1:0; about ")
        said = "\n".join(tmux.everything())
        tmux.start([sys.executable, "-m", "hexai", "vote", "1", "tie"])
        tmux.wait_for("tie? [y/N]")
        tmux.press("n", "Enter")
        tmux.wait_for("nothing was changed")
    finally:
        tmux.run("kill-server")

    assert "A = " in said
    assert said.index("A = ") < said.index("ahead 1:0")


@pytest.mark.debian
def test_in_the_menu_what_is_taken_is_told_where_a_person_reads(tmp_path: Path) -> None:
    """In a pipe, as an editor has it, nothing is."""
    write_config(
        "".join(
            f'[[models.code_action]]\nprovider = "simulated"\n'
            f'model = "lorem?tokens=9&seed={seed}"\nlabel = "{label}"\n'
            for seed, label in enumerate(("careful", "lively"))
        )
    )
    (tmp_path / "in").write_text("x = 1\n")
    tmux = Tmux(tmp_path, columns=100, lines=30)
    try:
        _take_first(tmux, tmp_path, "")
        said = "\n".join(tmux.everything())
        _take_first(tmux, tmp_path, f"2>{tmp_path}/err")
    finally:
        tmux.run("kill-server")

    assert "hexai: careful ahead 1:0; about " in said
    assert "its order was not drawn: --blind draws it" in said
    assert (tmp_path / "err").read_text() == ""


def _take_first(tmux: Tmux, folder: Path, redirected: str) -> None:
    """Take the first answer once both have been before somebody's eyes."""
    action = f"{ACTION} --compare --action simplify --infile {folder}/in"
    line = f"clear; env -u TMUX {action} >{folder}/out {redirected}; echo ended $?"
    tmux.run("send-keys", "-l", line)
    tmux.press("Enter")
    wait_until(
        lambda: "\n".join(tmux.screen()).count(" tok") >= 2,
        "the answers were not shown",
    )
    seen = time.monotonic()
    wait_until(lambda: time.monotonic() > seen + 0.6, "half a second counts as shown")
    tmux.press("Enter")
    tmux.wait_for("ended 0")
