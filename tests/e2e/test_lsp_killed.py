"""Editor servers that are killed while they answer and record: what that may cost."""

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from hexai.config.folders import LEDGER_FILE
from hexai.domain.outcome import Status
from hexai.ledger.access import Ledger
from tests.support.answers import ollama_answer, openai_answer
from tests.support.command_line import write_config
from tests.support.lsp_client import LspClient, connected_to
from tests.support.patience import PATIENCE
from tests.support.started import hexai
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

KILLS = 5
ACKNOWLEDGED = 1.0
"""Seconds after the end of a race by which its run is recorded for good."""
BEGUN = "x = 1\n"
"""So that there is something to go on with; the lines below it are blank."""
LINES = 200
ANSWERS = ["a = 1", "b = 2"]


def configure(first: Upstream, second: Upstream) -> None:
    """Make two entries, one of which answers slowly."""
    write_config(
        "[completion]\ncompletion_debounce_ms = 0\nwait = 'all'\n"
        f"[providers.first]\ntype = 'openai'\nmodel = 'm'\nbase_url = '{first.url}'\n"
        f"[providers.second]\ntype = 'ollama'\nmodel = 'm'\nbase_url = '{second.url}'\n"
        "[[models.completion]]\nprovider = 'first'\n"
        "[[models.completion]]\nprovider = 'second'\n"
    )


def ledger_file() -> Path:
    """Give the ledger's file."""
    return Path(os.environ["XDG_STATE_HOME"]) / "hexai" / LEDGER_FILE  # noqa: TID251


async def _complete_until_killed(
    process: "subprocess.Popen[bytes]", round_: int, seconds: float
) -> int:
    """Ask line by line, and kill the server so long after the first list.

    Gives how many runs were acknowledged by then.
    """
    ended: list[float] = []
    uri = f"file:///tmp/killed{round_}.py"

    async def ask(client: LspClient) -> None:
        for line in range(LINES):
            result = await client.complete(uri, len(BEGUN) + line * 2)
            assert len(result["items"]) == 2
            ended.append(time.monotonic())

    async with connected_to(process) as client:
        await client.initialize("helix", encodings=("utf-8",))
        client.open(uri, BEGUN + "\n\n" * LINES, "python")
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(ask(client))
            async with asyncio.timeout(30):
                while not ended:
                    await asyncio.wait([asking], timeout=0.01)
            await asyncio.wait([asking], timeout=seconds)
            asking.cancel()
        process.send_signal(signal.SIGKILL)
        killed = time.monotonic()
    return sum(at < killed - ACKNOWLEDGED for at in ended)


def test_a_killed_server_halves_no_run_and_the_next_one_starts() -> None:
    """Every acknowledged run is there and whole, whenever the kill came."""
    chance, acknowledged = random.Random(13), 0
    with (
        Upstream(openai_answer(ANSWERS[0], delay=0.01)) as first,
        Upstream(ollama_answer(ANSWERS[1], delay=0.05)) as second,
    ):
        configure(first, second)
        for number in range(KILLS):
            seconds = chance.uniform(1.2, 2.5)
            with hexai("lsp", stdin=-1, stdout=subprocess.PIPE) as process:
                acknowledged += asyncio.run(
                    _complete_until_killed(process, number, seconds)
                )
                assert process.wait(PATIENCE) == -signal.SIGKILL

    assert acknowledged >= KILLS
    connection = sqlite3.connect(ledger_file())
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    ledger = Ledger(ledger_file(), patience=1.0)
    runs = [each.run for each in ledger.all()]
    ledger.close()
    assert len({run.run_id for run in runs}) == len(runs) >= acknowledged
    assert {len(run.contenders) for run in runs} == {2}
    assert {each.status for run in runs for each in run.contenders} <= {
        Status.ANSWERED,
        Status.CANCELLED,
    }
