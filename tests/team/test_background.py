"""The push that a real editor server starts by itself."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hexai.service.team_secret import secret_file
from tests.support.coming_up import wait_up
from tests.support.lsp_client import LspClient, connected_to
from tests.support.started import hexai
from tests.support.team import Person, Team, shown_run

pytestmark = [pytest.mark.debian, pytest.mark.e2e]

CONFIG = """\
[completion]
completion_debounce_ms = 0
[[models.completion]]
provider = "simulated"
model = "echo"
"""


@asynccontextmanager
async def _completing(
    process: "subprocess.Popen[bytes]",
) -> AsyncIterator[LspClient]:
    """Be an editor whose server has just recorded something."""
    async with connected_to(process) as client:
        await client.initialize("helix", encodings=("utf-8",))
        client.open("file:///tmp/x.py", "x\n\n\n", "python")
        await client.complete("file:///tmp/x.py", 2)
        yield client


def _shown(client: LspClient) -> list[str]:
    return [
        message["params"]["message"]
        for message in client.messages
        if message.get("method") == "window/showMessage"
    ]


def test_what_an_editor_records_is_pushed(team: Team) -> None:
    """Without a word to anybody."""
    anna = team.enrol("anna")
    anna.configure(CONFIG)

    async def work(process: "subprocess.Popen[bytes]") -> list[str]:
        async with _completing(process) as client:
            await asyncio.to_thread(
                wait_up, lambda: team.count() > 0, process.poll, str, seconds=20
            )
            return _shown(client)

    with hexai("lsp", environ=anna.environ, stdin=-1, stdout=-1) as process:
        assert asyncio.run(work(process)) == []


def test_a_server_that_is_away_is_told_once_a_day(team: Team) -> None:
    """The first server of a day says so, and the next does not."""
    anna = Person(team.folder / "anna", "postgresql://anna@127.0.0.1:9/none")
    anna.configure(CONFIG)
    tried = secret_file(anna.state).with_name("tried")

    async def told(process: "subprocess.Popen[bytes]") -> str:
        async with _completing(process) as client:
            message: str = (await client.message("window/showMessage"))["message"]
            return message

    async def tries(process: "subprocess.Popen[bytes]") -> list[str]:
        async with _completing(process) as client:
            await asyncio.to_thread(
                wait_up, tried.exists, process.poll, str, seconds=20
            )
            await client.leave()
            return _shown(client)

    with hexai("lsp", environ=anna.environ, stdin=-1, stdout=-1) as process:
        message = asyncio.run(told(process))
    tried.unlink()
    with hexai("lsp", environ=anna.environ, stdin=-1, stdout=-1) as process:
        again = asyncio.run(tries(process))

    assert "nothing was pushed to your team's ledger" in message
    assert again == []


def test_it_is_not_tried_too_often(team: Team) -> None:
    """A second one within ten minutes leaves at once, whatever is new."""
    anna = team.enrol("anna")
    anna.record(*shown_run(1))
    anna.team("push", "--background")
    anna.record(*shown_run(2))

    anna.team("push", "--background")

    assert team.count() == 5
    assert anna.team("push") == "5 facts of 1 run sent\n"
