r"""A paste in a real tmux is text wherever the view stands, whatever it holds."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.popups import Stage, answering, configure
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux

CODE = b"x = 0\n"
HOSTILE = [
    b"i\x1b[31mi\x1b[0mq\r",
    b"\x1bq\x1b\x1b\r\x1b[A\x1bOA\x03",
    b"i\n\x1b[200~q\x1b[20",
    b"\x1b]0;title\x07i\x1b[Ii\x1b[<0;1;1Mq\r",
    b"fa\xe7ade \xff\xe6\x97 i\r\x1b",
]


@pytest.fixture(name="stage")
def fixture_stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a tmux that somebody looks at."""
    with Stage(tmp_path / "stage") as stage:
        yield stage


@pytest.mark.parametrize("pasted", HOSTILE, ids=range(len(HOSTILE)))
def test_a_paste_acts_nowhere(stage: Stage, pasted: bytes, tmp_path: Path) -> None:
    """In the menu and at an answer nothing happens; in the field it is words."""
    buffer = tmp_path / "pasted"
    buffer.write_bytes(pasted)
    stage.outer.run("load-buffer", str(buffer))
    with Upstream(answering("x = 1")) as upstream:
        configure(upstream)
        with stage.acting(CODE) as acting:
            stage.wait_for("Rewrite")
            stage.outer.run("paste-buffer", "-p")
            stage.press("p")
            stage.wait_for("what should change?")
            stage.press("-l", "before")
            stage.outer.run("paste-buffer", "-p")
            stage.press("-l", "after")
            stage.wait_for("after")
            stage.press("Enter")
            stage.wait_for("Enter take")
            stage.outer.run("paste-buffer", "-p")
            stage.press("d")
            stage.wait_for("d unify")
            stage.press("Enter")
            ended = acting.end()

    assert (ended.out, ended.code) == (b"x = 1\n", 0)
    [request] = upstream.requests
    assert re.search(rb"before[^\x00-\x1f]*after", request.body)
