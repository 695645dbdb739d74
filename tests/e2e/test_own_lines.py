"""Where a person types, what is said begins a line; and a wait says for what."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import Terminal, simulated
from tests.support.on_terminal import HEXAI, start_on
from tests.support.patience import PATIENCE
from tests.support.replies import stall
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e


@contextmanager
def typed_at(*arguments: str) -> Iterator[tuple[Terminal, "subprocess.Popen[bytes]"]]:
    """Start `hexai ARGUMENTS` on a terminal of its own."""
    terminal = Terminal(columns=250)
    process = start_on(terminal.descriptor, *HEXAI, *arguments)
    try:
        yield terminal, process
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("key", "code", "shown"),
    [(b"\x04", 1, "[y/N] \nhexai: nothing was"), (b"\x03", 130, "[y/N] ^C\n")],
    ids=["ctrl-d", "ctrl-c"],
)
def test_a_question_that_is_not_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: bytes, code: int, shown: str
) -> None:
    """Its line ends, for what is said next and for the shell."""
    monkeypatch.setenv("OPENAI_API_KEY", "of-nobody")
    file = tmp_path / "config.toml"
    with typed_at("--config", str(file), "config", "init") as (terminal, process):
        terminal.wait_for("[y/N] ")
        os.write(terminal.master, key)
        assert process.wait(PATIENCE) == code

    assert shown in terminal.text()


def test_a_page_that_does_not_come_is_named_and_can_be_given_up() -> None:
    """After a second, so that a quick one is fetched without a word."""
    simulated("echo")
    with Upstream(stall(openai_answer("a page"), after=0)) as upstream:
        page = f"{upstream.url}/page"
        with typed_at("-f", page, "sum up") as (terminal, process):
            terminal.wait_for(f"hexai: fetching {page}\n")
            os.write(terminal.master, b"\x03")
            assert process.wait(PATIENCE) == 130

    assert terminal.text().endswith("^C\n")
