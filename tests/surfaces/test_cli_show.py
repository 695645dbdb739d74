"""`hexai show --winner`, `--only-text` and `--copy`: what is done with an answer."""

import base64
import os
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.command_line import run_cli, run_typed, simulated
from tests.support.tmux import Tmux, wait_until

_ATTRIBUTES = "\x1b[c"


def _asked(*words: str) -> None:
    """Ask two models, one of which repeats the words."""
    simulated("echo", "lorem?tokens=4&seed=1")
    assert run_cli("--fresh", *words).code == 0


def _decided(winner: str, *words: str) -> None:
    _asked(*words)
    assert run_cli("vote", winner).code == 0


def test_the_winner_alone_is_printed() -> None:
    """With its label and closing line; no prompt, no loser."""
    _decided("A", "how", "so")
    result = run_cli("show", "--winner")
    heading, text, closing = result.out.splitlines()
    assert (result.code, heading, text) == (0, "=== a ===", "how so")
    assert closing.startswith("(done provider=simulated")


@pytest.mark.parametrize("text", ["a", "a\n\n  b\tc", "漢 \x1b[31m"])
def test_its_text_is_given_to_a_pipe_byte_for_byte(text: str) -> None:
    """Nothing before it, nothing behind it."""
    simulated("echo", "lorem?tokens=4&seed=1")
    assert run_cli("--fresh", "--", text, stdin=None).code == 0
    assert run_cli("vote", "A").code == 0
    assert run_cli("show", "--winner", "--only-text").out == text


def test_without_a_winner_all_texts_are_given() -> None:
    """A blank line between them, as between paragraphs."""
    _asked("how", "so")
    one, other = run_cli("show", "--only-text").out.split("\n\n")
    assert one == "how so"
    assert other


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        (None, "is undecided; hexai vote 1 WINNER decides it, between a, b"),
        ("tie", "has no winner: a tie"),
        ("bad", "has no winner: none is good"),
    ],
)
@pytest.mark.parametrize("option", ["--winner", "--copy"])
def test_where_nobody_won_it_is_said_why(
    vote: str | None, said: str, option: str
) -> None:
    """No answer is taken for the winner because it stood first."""
    _asked("how", "so")
    if vote:
        run_cli("vote", vote)
    result = run_cli("show", option)
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_on_a_terminal_answers_are_drawn_as_when_they_came() -> None:
    """Rendered, wrapped at words, and harmless; in a pipe they are what was said."""
    said = "## Head\n\n" + "**bold** words " * 8 + "\n\n- \x1b[31m item\n"
    simulated("echo")
    run_cli(said)
    drawn = run_cli("show", stdout="terminal").out
    plain = run_cli("show", "--plain", stdout="terminal").out
    piped = run_cli("show", "--only-text").out
    simulated("echo", more="[cli]\nrender = false\n")
    unwanted = run_cli("show", stdout="terminal").out

    answer = drawn.partition("── \x1b[1ma\x1b[m  done ")[2]
    assert "===" not in drawn
    assert "ttft=" not in drawn
    assert answer.splitlines()[-2].split()[:3] == ["STATE", "FIRST", "TOTAL"]
    assert answer.splitlines()[-1].split()[:2] == ["a", "done"]
    assert "\x1b[1mHead" in answer
    assert "**" not in answer
    assert "• \\x1b[31m item" in answer
    assert "**bold** words **bold** words" in plain.partition("=== a ===")[2]
    assert unwanted == plain
    assert "\x1b[31m item" not in drawn + plain
    assert piped == said.strip()


def test_on_a_terminal_a_failure_is_told_once_and_nobody_named_who_hides() -> None:
    """Its reason stands below the table; blind, there is none."""
    simulated("echo", "echo?fail=401")
    run_cli("hi")
    told = run_cli("show", stdout="terminal").out
    simulated("echo", "lorem")
    run_cli("--fresh", "--blind", "hi")
    blind = run_cli("show", stdout="terminal").out

    assert "\x1b[31mfailed\x1b[m ──" in told
    assert told.splitlines()[-1].startswith("b: ")
    assert told.count(told.splitlines()[-1]) == 1
    assert "STATE" not in blind
    assert "── \x1b[1mA\x1b[m  " in blind


def test_an_only_answer_needs_no_vote_to_be_copied() -> None:
    """There is nobody that it could have lost against."""
    simulated("echo")
    assert run_cli("hi").code == 0
    code, shown = run_typed("\x1b[?62;22;52c", "show", "--copy", when=_ATTRIBUTES)
    assert code == 0
    assert f"\x1b]52;c;{base64.b64encode(b'hi').decode()}\x1b\\" in shown
    assert "2 characters copied to the clipboard" in shown


def test_an_only_answer_needs_no_vote_to_be_the_winner() -> None:
    """Where others failed that is said; where several were cached, what can be done."""
    simulated("echo")
    run_cli("hi")
    alone = run_cli("show", "--winner", "--only-text")
    simulated("echo", "echo?fail=500")
    run_cli("--fresh", "hi")
    only = run_cli("show", "--winner", "--only-text")
    simulated("echo", "lorem?tokens=4")
    run_cli("hi")
    run_cli("hi")
    cached = run_cli("show", "--winner")

    assert (alone.out, alone.err) == ("hi", "")
    assert (only.out, only.err) == (
        "hi",
        "hexai: nobody else answered, so this was not voted on\n",
    )
    assert cached.code == 2
    assert "run 4 has no winner, and cannot be voted on: a vote takes two" in cached.err
    assert "hexai show 4 prints all of it" in cached.err


@pytest.mark.parametrize("answer", ["\x1b[?62;22c", "\x1b[?6c", "x", ""])
def test_a_terminal_that_does_not_say_so_is_not_believed_to_copy(answer: str) -> None:
    """It may do it all the same."""
    _decided("A", "hi")
    code, shown = run_typed(answer, "show", "--copy", when=_ATTRIBUTES)
    assert code == 0
    assert "does not tell whether it took it" in shown


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_only_prints_is_sent_no_sequence(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would show them; where the text goes to is said instead."""
    _decided("A", "hi")
    monkeypatch.setenv("TERM", term)
    code, shown = run_typed("", "show", "--copy")
    assert code == 1
    assert "\x1b" not in shown
    assert f"cannot copy: this terminal only prints (TERM={term or 'not set'})" in shown
    assert "hexai show --winner --only-text" in shown


def test_without_a_terminal_nothing_is_copied() -> None:
    """The text can be piped instead."""
    _decided("A", "hi")
    result = run_cli("show", "--copy")
    assert (result.code, result.out) == (1, "")
    assert "no terminal" in result.err
    assert "hexai show --winner --only-text" in result.err


@pytest.mark.debian
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("external", "in tmux's buffer"),
        ("off", "tmux's set-clipboard is off"),
    ],
)
def test_within_tmux_its_buffer_has_the_text(
    tmp_path: Path, option: str, said: str
) -> None:
    """And it is said whether the terminal around it can have got it."""
    _decided("A", "two", "words")
    tmux = Tmux(tmp_path, columns=150, lines=20)
    try:
        tmux.run("set-option", "-g", "set-clipboard", option)
        names = ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
        here = {n: os.environ[n] for n in names if n in os.environ}  # noqa: TID251
        variables = [f"{name}={value}" for name, value in here.items()]
        words = [*variables, sys.executable, "-m", "hexai", "show", "--copy"]
        tmux.run("send-keys", "-l", f"env {shlex.join(words)}")
        tmux.press("Enter")
        tmux.wait_for(said)
        wait_until(
            lambda: tmux.run("show-buffer") == "two words", "the buffer is another"
        )
    finally:
        tmux.run("kill-server")


def test_options_that_exclude_each_other_are_refused() -> None:
    """JSON has the winner already."""
    _decided("A", "hi")
    result = run_cli("show", "--json", "--winner")
    assert (result.code, result.out) == (2, "")
