"""Completion without an entry: off, and said once."""

import asyncio
import os
from pathlib import Path

from hexai.surfaces.lsp.server import Server
from tests.support.answers import openai_answer
from tests.support.lsp_client import LspClient
from tests.support.upstream import Upstream
from tests.surfaces.lsp.test_completions import CURSOR, URI, play

TOLD = "Hexai: completion is off, as [[models.completion]] names nobody to ask"


def _configure(upstream: Upstream, more: str = "") -> None:
    """Write what a user of the Go tool has: a provider, and no entries."""
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai"  # noqa: TID251 - the edge
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'[provider]\nname = "go"\n[providers.go]\ntype = "openai"\nmodel = "m"\n'
        f'base_url = "{upstream.url}"\n{more}'
    )


def _told(client: LspClient, method: str) -> list[str]:
    return [
        each["params"]["message"]
        for each in client.messages
        if each.get("method") == method and each["params"]["message"].startswith(TOLD)
    ]


def test_nobody_is_asked_without_an_entry_and_that_is_said_once() -> None:
    """The provider that is named serves what a person starts, and no typing."""
    with Upstream(openai_answer("return a + b")) as upstream:
        _configure(upstream)

        async def scene(client: LspClient, server: Server) -> None:
            del server
            for _ in range(3):
                result = await client.complete(URI, CURSOR)
                assert result["items"] == []
                await asyncio.sleep(0)
            assert len(_told(client, "window/showMessage")) == 1
            assert len(_told(client, "window/logMessage")) == 1

        play(scene)
        assert upstream.requests == []


def test_one_entry_is_enough() -> None:
    """It may inherit all of the provider."""
    with Upstream(openai_answer("return a + b")) as upstream:
        _configure(upstream, '[models]\ncompletion = "m"\n')

        async def scene(client: LspClient, server: Server) -> None:
            del server
            await client.complete(URI, CURSOR)
            assert _told(client, "window/showMessage") == []

        play(scene)
        assert len(upstream.requests) == 1
