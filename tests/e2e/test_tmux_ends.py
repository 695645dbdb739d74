"""A menu that ends amid an answer, or in front of one, eats nothing either."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.popups import Stage, answering, configure
from tests.support.replies import hang
from tests.support.tmux import wait_until
from tests.support.upstream import Reply, Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]  # tmux

SELECTION = b"\tone\r\n\r\n  two \x1b[31m\r\n\xe2\x80\xa8three"
ENDS = {
    "Escape": 3,
    "C-c": 130,
    "closed": 1,
    "detached": 1,
    "server": 1,
    "view": 1,
    "parent": -signal.SIGKILL,
}


@pytest.fixture(name="stage")
def fixture_stage(tmp_path: Path) -> Iterator[Stage]:
    """Open a tmux that somebody looks at."""
    with Stage(tmp_path / "stage") as stage:
        yield stage


@pytest.mark.parametrize("how", ENDS)
@pytest.mark.parametrize(
    ("reply", "shown"),
    [(hang(), "waiting"), (answering("four"), "Enter take")],
    ids=["asked", "answered"],
)
def test_an_end_amid_an_answer_gives_the_selection_back(
    stage: Stage, reply: Reply, shown: str, how: str
) -> None:
    """Byte for byte, and its exit tells; only a killed parent writes nothing."""
    with Upstream(reply) as upstream:
        configure(upstream)
        with stage.acting(SELECTION) as acting:
            stage.wait_for("Simplify")
            stage.press("i")
            stage.wait_for(shown)
            wait_until(lambda: bool(upstream.requests), "nobody was asked")
            match how:
                case "closed":
                    stage.inner.run("display-popup", "-C")
                case "detached":
                    stage.inner.run("detach-client")
                case "server":
                    stage.inner.run("kill-server")
                case "view":
                    os.kill(stage.view_pid(), signal.SIGKILL)
                case "parent":
                    acting.child.kill()
                case key:
                    stage.press(key)
            ended = acting.end()

    written = b"" if how == "parent" else SELECTION
    assert (ended.out, ended.code) == (written, ENDS[how])
