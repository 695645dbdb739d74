"""`hexai --pick`: one answer goes out, and a person has chosen it."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run_cli, run_typed, simulated
from tests.support.tmux import Tmux

QUESTION = "skip: "


@pytest.mark.parametrize(
    ("key", "code", "end"),
    [
        ("A", 0, "\ntwo words\n"),
        ("t", 0, "as good as the others: that of a goes out\ntwo words\n"),
        ("s", 1, "none was picked, so nothing goes out\n"),
        ("b", 1, "none was picked, so nothing goes out\n"),
        ("\x03", 130, "skipped\n"),
    ],
)
def test_what_is_chosen_is_printed_last(key: str, code: int, end: str) -> None:
    """Of a tie the first one, and of none good nothing."""
    simulated("echo", "lorem?tokens=4&seed=1")
    given, shown = run_typed(key, "--pick", "two", "words", when=QUESTION)
    assert given == code
    assert shown.replace("\r\n", "\n").endswith(end)


def test_the_choice_is_a_vote() -> None:
    """It counts like one that was asked for by itself."""
    simulated("echo", "lorem?tokens=4&seed=1")
    run_typed("B", "--pick", "hi", when=QUESTION)
    assert "chosen: b" in run_cli("show").out


def test_an_answer_of_the_cache_is_asked_anew() -> None:
    """Nobody can vote for one that was paid for in another run."""
    simulated("echo", "lorem?tokens=4&seed=1")
    assert run_cli("hi").code == 0
    code, shown = run_typed("B", "--pick", "hi", when=QUESTION)
    assert code == 0
    assert "cached" not in shown


def test_who_alone_answers_needs_no_choice() -> None:
    """The others failed."""
    simulated("echo", "echo?fail=401")
    code, shown = run_typed("", "--pick", "hi")
    assert code == 0
    assert "only a answered, so that goes out" in shown
    assert shown.replace("\r\n", "\n").endswith("\nhi\n")


def test_nobody_is_asked_where_nobody_can_choose() -> None:
    """Nothing is sent, and another way is named."""
    simulated("echo")
    words = [sys.executable, "-m", "hexai", "--pick", "hi"]
    done = subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        start_new_session=True,
        check=False,
        text=True,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "--first" in done.stderr
    assert "nothing is recorded" in run_cli("show").err


@pytest.mark.parametrize("other", ["--json", "--jsonl", "--first", "--no-vote"])
def test_other_forms_of_output_are_refused(other: str) -> None:
    """One of the two would be ignored."""
    simulated("echo")
    assert run_cli("--pick", other, "hi").code == 2


@pytest.mark.debian
def test_a_pipe_gets_nothing_but_what_was_chosen(tmp_path: Path) -> None:
    """The answers are seen on the terminal around it, byte for byte goes out."""
    simulated("echo", "lorem?tokens=4&seed=1")
    out = tmp_path / "out"
    tmux = Tmux(tmp_path, columns=100, lines=30)
    try:
        here = {k: v for k, v in os.environ.items() if k.startswith(("XDG_", "HOME"))}  # noqa: TID251
        variables = [f"{name}={value}" for name, value in here.items()]
        asked = [*variables, sys.executable, "-m", "hexai", "--pick", "two  words"]
        line = f"env {shlex.join(asked)} | tee {out}; echo en''ded"
        tmux.run("send-keys", "-l", line)
        tmux.press("Enter")
        tmux.wait_for(QUESTION.strip())
        tmux.press("A")
        tmux.wait_for("two  wordsended")
    finally:
        tmux.run("kill-server")
    assert out.read_bytes() == b"two  words"
