"""What a terminal sends beside keys neither acts in the menu nor ends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.popups import ACTION, answering, configure
from tests.support.tmux import Tmux, wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux

SENT = {
    "a click": b"\x1b[<0;70;20M\x1b[<0;70;20m",
    "a click far away": b"\x1b[<0;99999;99999M",
    "a click of rxvt's": b"\x1b[32;70;20M",
    "the wheel": b"\x1b[<65;5;5M" * 3,
    "no size": b"\x1b[48;0;0;0;0t",
    "another size": b"\x1b[48;3;9;60;90t",
    "a number beyond all characters": b"\x1b[9999999999u",
    "half of a character": b"\x1b[97;;55296u",
    "a key that nobody knows": b"\x1b[113;1A\x1b[13;5~\x1b\x1b[B",
    "what the terminal is": b"\x1b[?64;1;9c\x1b[>41;354;0c\x1bP>|tmux 3.3a\x1b\\",
    "which colours it has": b"\x1b]11;rgb:1111/2222/3333\x07\x1b]10;rgb:q/q/q\x1b\\",
    "no UTF-8": b"\xff\xc3(\xe6\x97",
}
"""Whoever has started us may have had the terminal tell of the mouse."""


@contextmanager
def acting(place: Path) -> Iterator[Tmux]:
    """Show the menu for one line on a whole terminal, and wait for the action's end."""
    (place / "in").write_bytes(b"x = 0\n")
    terminal = Tmux(place, columns=80, lines=24)
    files = f"< {place}/in > {place}/out 2> {place}/err"
    try:
        terminal.press("-l", f"env -u TMUX {ACTION} {files}; echo $? > {place}/code")
        terminal.press("Enter")
        terminal.wait_for("Custom prompt")
        yield terminal
        wait_until((place / "code").exists, "it has not ended")
    finally:
        terminal.run("kill-server")


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
def test_what_is_no_key_does_nothing(tmp_path: Path, sent: bytes) -> None:
    """In the menu, in the field and at an answer the keys are where they were."""
    written = [f"{byte:02x}" for byte in sent]
    with Upstream(answering("x = 1")) as upstream:
        configure(upstream)
        with acting(tmp_path) as terminal:
            terminal.press("-H", *written)
            terminal.press("p")
            terminal.wait_for("Enter ask")
            terminal.press("-l", "make ")
            terminal.press("-H", *written)
            terminal.press("-l", "it better")
            terminal.wait_for("it better")
            terminal.press("Enter")
            terminal.wait_for("Enter take")
            terminal.press("-H", *written)
            terminal.press("d")
            terminal.wait_for("d unify")
            terminal.press("Enter")

    assert (tmp_path / "out").read_bytes() == b"x = 1\n", (tmp_path / "err").read_text()
    [request] = upstream.requests
    assert b"it better" in request.body


def test_words_typed_before_there_is_a_field_are_in_it(tmp_path: Path) -> None:
    """Hotkey, words and Enter at once: no letter is lost, and none acts in the menu."""
    with Upstream(answering("x = 1")) as upstream:
        configure(upstream)
        with acting(tmp_path) as terminal:
            terminal.press("-l", "ptest jokes skippp")
            terminal.press("BSpace", "BSpace", "Enter")
            terminal.wait_for("Enter take")
            terminal.press("Enter")

    assert (tmp_path / "out").read_bytes() == b"x = 1\n", (tmp_path / "err").read_text()
    [request] = upstream.requests
    assert b"test jokes skip" in request.body
    assert b"skipp" not in request.body
