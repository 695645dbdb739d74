"""A window that is closed over `hexai chat`: a real terminal that goes away."""

import json
import os
import pty
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import run_cli, write_config
from tests.support.on_terminal import HEXAI, start_on
from tests.support.replies import stall
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

CONFIG = """
[[models.cli]]
provider = "one"
model = "m-one"
[providers.one]
type = "openai"
base_url = "{url}/one"
"""
PROMPT = b"\x1b[?2004h"


class Window:
    """A chat in a window."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        self.process = start_on(slave, *HEXAI, "chat")
        os.close(slave)

    def wait_for(self, sought: bytes) -> None:
        """Read until something is shown."""
        shown = b""
        while sought not in shown:
            assert select.select([self.master], [], [], 20)[0], shown
            shown += os.read(self.master, 1 << 16)

    def close(self) -> int:
        """Close the window, and hang up again until it has ended; gives the code."""
        os.close(self.master)
        for _ in range(4000):
            try:
                return self.process.wait(0.003)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGHUP)
        raise AssertionError("it never ended")


@contextmanager
def window() -> Iterator[Window]:
    """Open one whose chat ends with the test."""
    opened = Window()
    try:
        opened.wait_for(PROMPT)
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()


def crashes() -> list[Path]:
    """Give the reports of bugs that were left behind."""
    state = Path(os.environ["XDG_STATE_HOME"])  # noqa: TID251 - the edge
    return [*state.rglob("crash.txt")]


def test_a_window_closed_at_the_prompt_is_no_bug() -> None:
    """However often it says so."""
    with Upstream() as upstream:
        write_config(CONFIG.format(url=upstream.url))
        with window() as chat:
            code = chat.close()

    assert code == 128 + signal.SIGHUP
    assert crashes() == []


def test_a_window_closed_over_an_answer_keeps_it() -> None:
    """What had come, and was paid for, is in the ledger."""
    with Upstream() as upstream:
        broken = stall(openai_answer(["half-an-answer ", "never"]), after=2)
        upstream.on("/one/chat/completions", broken)
        write_config(CONFIG.format(url=upstream.url))
        with window() as chat:
            os.write(chat.master, b"first\r")
            chat.wait_for(b"half-an-answer")
            code = chat.close()
    record = json.loads(run_cli("show", "--json").out)

    assert code == 128 + signal.SIGHUP
    assert crashes() == []
    assert record["prompt"] == "first"
    assert "half-an-answer" in json.dumps(record)
