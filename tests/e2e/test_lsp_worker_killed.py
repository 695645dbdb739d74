"""The embedded model's worker is killed while an editor waits for it."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import write_config
from tests.support.lsp_client import LspClient, Pending, connected_to
from tests.support.model import small_model
from tests.support.started import hexai
from tests.support.workers import living, run_folder, wait_until_gone

pytestmark = pytest.mark.e2e

URI = "file:///tmp/killed.py"
_PATIENCE = 240
"""Seconds for an answer, on a machine that has much else to do."""


async def _worker(folder: Path, *, other_than: int = 0) -> int:
    """Wait for a worker, by what it has told of itself."""
    async with asyncio.timeout(_PATIENCE):
        while True:
            found = [pid for pid in living(folder).values() if pid != other_than]
            if found:
                return found[0]
            await asyncio.sleep(0.01)


async def _answered(client: LspClient, pending: Pending, at: int) -> None:
    """Wait for a list that is complete, and ask again as long as more will come."""
    async with asyncio.timeout(_PATIENCE):
        while (await pending.reply)["isIncomplete"]:
            pending = client.begin_completion(URI, at, kind=3)


async def _scene(client: LspClient, folder: Path) -> None:
    await client.initialize("plain", encodings=("utf-8",))
    client.open(URI, "a = 1\n" * 200, "python")
    first = client.begin_completion(URI, 6)
    killed = await _worker(folder)
    os.kill(killed, signal.SIGKILL)
    await _answered(client, first, 6)  # with or without an item
    wait_until_gone(folder, killed)
    assert (await client.ask_for_nothing(URI, 0))["items"] == []

    second = client.begin_completion(URI, 600)
    await _answered(client, second, 600)
    assert await _worker(folder, other_than=killed) != killed
    await client.leave()


def test_an_editor_outlives_the_worker_that_it_waits_for() -> None:
    """Its request is answered, and the next one starts another worker."""
    with run_folder() as folder:
        write_config(
            "[completion]\ncompletion_debounce_ms = 0\nwait = 'all'\n"
            "[[models.completion]]\nprovider = 'local'\nmax_tokens = 16\n"
            f"timeout = {_PATIENCE}\nfirst_token_timeout = {_PATIENCE}\n"
            f"[local]\nmodel = '{small_model()}'\n"
        )
        environ = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}  # noqa: TID251
        with hexai("lsp", stdin=-1, stdout=subprocess.PIPE, environ=environ) as process:

            async def scenario() -> None:
                async with connected_to(process) as client:
                    await _scene(client, folder / "hexai")

            asyncio.run(scenario())
            assert process.wait(30) == 0
