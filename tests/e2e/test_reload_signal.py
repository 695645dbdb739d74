"""SIGHUP to a real editor server: all or nothing, and the editor is told."""

import asyncio
import signal
import subprocess
from pathlib import Path

import pytest

from tests.support.command_line import write_config
from tests.support.lsp_client import connected_to
from tests.support.patience import PATIENCE
from tests.support.started import hexai

pytestmark = pytest.mark.e2e

OFF = "[general]\nreload_on_change = false\n"


STEPS = [
    (f"{OFF}max_tokens = 7\n", "window/logMessage", 1),
    ("[general\n", "window/showMessage", 1),
    (f"{OFF}max_tokens = 8\n", "window/logMessage", 2),
]
"""What is written, and the how manieth of which messages says what came of it."""


async def reload(process: "subprocess.Popen[bytes]", file: Path) -> list[str]:
    """Reload a good file, a broken one, and a good one; gives what is told."""
    told = []
    async with connected_to(process) as client:
        await client.initialize("helix")
        for text, method, count in STEPS:
            file.write_text(text)  # noqa: ASYNC240 - nothing else runs here
            process.send_signal(signal.SIGHUP)
            told.append((await client.message(method, count))["message"])
        await client.leave()
    return told


def test_a_signal_reloads_and_says_what_came_of_it() -> None:
    """Also where files are not watched; the server lives on."""
    file = write_config(OFF)
    with hexai("lsp", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        told = asyncio.run(reload(process, file))
        assert process.wait(PATIENCE) == 0

    first, broken, last = told
    assert first == last == "Hexai: configuration loaded, 1 changes"
    assert broken.startswith(f"Hexai: {file}:1: column 9: is not valid TOML")
    assert broken.endswith("the configuration before it stays in use")
