"""The status in a real tmux, which obeys what it is shown."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE

import msgspec
import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import write_config
from tests.support.lsp_client import connected_to
from tests.support.patience import PATIENCE
from tests.support.started import SCRIPT, hexai
from tests.support.tmux import Tmux, wait_until
from tests.support.upstream import Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.debian]

OPTION = "@hexai_status"
URI = "file:///tmp/code.py"


@pytest.fixture(name="tmux")
def fixture_tmux(tmp_path: Path) -> Iterator[Tmux]:
    """Start a tmux that shows the status, and ends with the test."""
    folder = tmp_path / "inner"
    folder.mkdir()
    tmux = Tmux(folder, columns=100, lines=24)
    tmux.run("set-option", "-g", "status-right", f"#{{E:{OPTION}}}")
    tmux.run("set-option", "-g", "status-right-length", "150")
    tmux.run("set-option", "-g", "status-left", "")
    yield tmux
    tmux.run("kill-server")


def configure(upstream: Upstream, model: str) -> None:
    """Let the terminal and the editor ask one model, however it is called."""
    write_config(
        f"""
[[models.cli]]
provider = "there"
model = {msgspec.json.encode(model).decode()}
[[models.completion]]
provider = "there"
model = {msgspec.json.encode(model).decode()}
[providers.there]
type = "openai"
base_url = "{upstream.url}"
[tmux]
status_theme = "black-on-yellow"
"""
    )


def status_line(tmux: Tmux, folder: Path) -> str:
    """Look at the status line, as a terminal shows it."""
    folder.mkdir()
    outer = Tmux(folder, columns=160, lines=10)
    try:
        inner = tmux.variable.partition(",")[0]
        outer.start(["env", "-u", "TMUX", "tmux", "-u", "-S", inner, "attach"])
        outer.wait_for("Σ@1h")
        return next(line for line in outer.everything() if "Σ@1h" in line)
    finally:
        outer.run("kill-server")


def test_a_question_is_followed_and_nothing_in_its_model_acts(
    tmux: Tmux, tmp_path: Path
) -> None:
    """While the model answers it is named, then the figures are; `#(…)` is not run."""
    mark = tmp_path / "P"
    model = f"m#(touch {mark})#[fg=red]\u202e"
    with Upstream(openai_answer("ok", delay=1.0)) as upstream:
        configure(upstream, model)
        tmux.start([str(SCRIPT), "a question"])
        wait_until(lambda: "⏳" in tmux.option(OPTION), "nobody is named")
        waiting = tmux.option(OPTION)
        tmux.wait_for("TOTAL   IN")
        wait_until(lambda: tmux.option(OPTION).endswith("1r#[default]"), "no figures")
    shown = status_line(tmux, tmp_path / "outer")

    assert f"LLM:there:m##(touch {mark})##[fg=red]\\u202e ⏳" in waiting
    assert f"| there:m#(touch {mark})#[fg=red]\\u202e 0.0rpm 1r" in shown
    assert not mark.exists()


def test_the_editor_server_shows_what_it_did(tmux: Tmux) -> None:
    """At first who will be asked, then the figures of the ledger."""
    with Upstream(openai_answer("return 1")) as upstream:
        configure(upstream, "m")
        environ = {**os.environ, "TMUX": tmux.variable}  # noqa: TID251
        with hexai("lsp", stdin=PIPE, stdout=PIPE, environ=environ) as process:
            asyncio.run(_complete(process, tmux))
            assert process.wait(PATIENCE) == 0

    assert "| there:m 0.0rpm 1r" in tmux.option(OPTION)


async def _complete(process: "subprocess.Popen[bytes]", tmux: Tmux) -> None:
    async with connected_to(process) as client:
        await client.initialize()
        wait = asyncio.to_thread
        await wait(wait_until, lambda: "LLM:there:m ⏳" in tmux.option(OPTION), "start")
        client.open(URI, "def one():\n    ", "python")
        while not await client.complete(URI, 15):
            pass
        await wait(wait_until, lambda: "1r" in tmux.option(OPTION), "no figures")
        await client.leave()


def test_without_a_status_the_option_is_left_alone(tmux: Tmux) -> None:
    """`HEXAI_TMUX_STATUS=off` is enough."""
    tmux.run("set-option", "-g", OPTION, "mine")
    with Upstream(openai_answer("ok")) as upstream:
        configure(upstream, "m")
        tmux.start(["env", "HEXAI_TMUX_STATUS=off", str(SCRIPT), "a question"])
        tmux.wait_for("TOTAL   IN")
        tmux.start(["echo", "the prompt is", "back"])
        tmux.wait_for("the prompt is back")

    assert tmux.option(OPTION) == "mine"
