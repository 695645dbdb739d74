"""The embedded model's worker is killed while an editor waits for it."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import write_config
from tests.support.lsp_client import LspClient, connected_to
from tests.support.model import small_model
from tests.support.patience import PATIENCE
from tests.support.started import hexai
from tests.support.workers import living, run_folder, wait_until_gone

pytestmark = pytest.mark.e2e

URI = "file:///tmp/killed.py"
TEXT = "numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, "
"""What even a small model goes on with."""
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


async def _offered(client: LspClient) -> str:
    """Ask until there is something to offer, and give its text.

    A list goes out without an answer that takes longer than it waits. The race goes
    on, and who asks again at its place finds it.
    """
    async with asyncio.timeout(_PATIENCE):
        while True:
            reply = await client.begin_completion(URI, len(TEXT)).reply
            for item in reply["items"]:
                return str(item["textEdit"]["newText"])


async def _scene(client: LspClient, folder: Path) -> None:
    await client.initialize("plain", encodings=("utf-8",))
    client.open(URI, TEXT, "python")
    first = client.begin_completion(URI, len(TEXT))
    killed = await _worker(folder)
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(_PATIENCE):
        await first.reply  # with or without an item
    wait_until_gone(folder, killed)
    assert (await client.ask_for_nothing(URI, 0))["items"] == []

    assert "15" in await _offered(client)
    assert await _worker(folder, other_than=killed) != killed
    await client.leave()


def test_an_editor_outlives_the_worker_that_it_waits_for() -> None:
    """Its request is answered, and the next one by another worker, with text."""
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
            assert process.wait(PATIENCE) == 0
