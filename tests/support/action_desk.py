"""An editor with a document, for code actions: chooses them, and makes the edits."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.support.lsp_client import LspClient, serving
from tests.support.patience import PATIENCE
from tests.support.upstream import Upstream

CAPABILITIES = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
    },
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "window": {"showDocument": {"support": True}},
}


def configure(
    *upstreams: Upstream, more: str = "", local: bool = True, fallback: bool = False
) -> None:
    """Write a configuration with an entry of code actions for each upstream.

    With a `fallback`, the second one is that of the first.
    """
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai" / "config.toml"  # noqa: TID251
    config.parent.mkdir(parents=True, exist_ok=True)
    parts = [more, "\n"]
    for number, upstream in enumerate(upstreams):
        if not (fallback and number):
            parts.append(f'[[models.code_action]]\nprovider = "p{number}"\n')
        if fallback and not number:
            parts.append('fallback = { provider = "p1", model = "m" }\n')
        parts.append(
            f'[providers.p{number}]\ntype = "openai"\nmodel = "m"\n'
            f"local = {str(local).lower()}\n"
            f'base_url = "{upstream.url}"\n'
        )
    config.write_text("".join(parts))


class Desk:
    """An editor with one document, which makes the edits that it is sent."""

    def __init__(self, client: LspClient, uri: str) -> None:
        self.client = client
        self.uri = uri
        self.shown: list[str] = []
        """The URIs that were to be shown."""
        self.on_show: Callable[[str], object] = self.shown.append
        client.handlers["workspace/applyEdit"] = self._apply
        client.handlers["window/showDocument"] = self._show

    @property
    def text(self) -> str:
        """The document's text."""
        return self.client.texts[self.uri].text

    async def actions(self, first: int, last: int, **context: Any) -> list[Any]:
        """Ask for the actions of a range of offsets."""
        text = self.client.texts[self.uri]
        result = await self.client.request(
            "textDocument/codeAction",
            {
                "textDocument": {"uri": self.uri},
                "range": {"start": text.position(first), "end": text.position(last)},
                "context": {"diagnostics": [], **context},
            },
        )
        assert isinstance(result, list)
        return result

    async def run(self, action: Any) -> None:
        """Run an action's command, which is answered at once."""
        command = action["command"]
        params = {"command": command["command"], "arguments": command["arguments"]}
        assert await self.client.request("workspace/executeCommand", params) is None

    async def choose(self, title: str, first: int, last: int, **context: Any) -> None:
        """Run the action of a title."""
        listed = await self.actions(first, last, **context)
        [chosen] = [each for each in listed if each["title"] == f"Hexai: {title}"]
        await self.run(chosen)

    async def becomes(self, wanted: str) -> None:
        """Wait until the text is this one."""
        async with asyncio.timeout(PATIENCE):
            while self.text != wanted:
                await self.client.ask_for_nothing(self.uri, 0)
        assert self.text == wanted

    async def told(self, count: int = 1) -> str:
        """Wait for a message to the user."""
        message = await self.client.message("window/showMessage", count)
        return str(message["message"])

    def _show(self, params: Any) -> Any:
        if params["uri"] not in self.client.texts:
            self.on_show(params["uri"])
        return {"success": True}

    def _apply(self, params: Any) -> Any:
        [change] = params["edit"]["documentChanges"]
        uri = change["textDocument"]["uri"]
        text = self.client.texts[uri]
        if change["textDocument"]["version"] != text.version:
            return {"applied": False}
        edits = [
            (
                text.offset(edit["range"]["start"]),
                text.offset(edit["range"]["end"]),
                edit["newText"],
            )
            for edit in change["edits"]
        ]
        self.client.edit(uri, *sorted(edits, reverse=True))
        return {"applied": True}


Scene = Callable[[Desk], Awaitable[None]]


@asynccontextmanager
async def desk(
    text: str, name: str, language: str, folder: Path, capabilities: Any
) -> AsyncIterator[Desk]:
    """Run a server and an editor that has a document open."""
    path = folder / name
    path.write_bytes(text.encode())
    async with serving() as (client, server):
        await client.initialize(
            "plain",
            encodings=("utf-32",),
            capabilities=capabilities,
            rootUri=folder.as_uri(),
        )
        client.open(path.as_uri(), text, language)
        try:
            yield Desk(client, path.as_uri())
            await client.leave()
        finally:
            server.session.end(0)  # a scene that failed must not wait for ever


def play(
    scene: Scene,
    text: str,
    folder: Path,
    *,
    capabilities: Any = CAPABILITIES,
    name: str = "calc.py",
    language: str = "python",
) -> None:
    """Play a scene with one document."""

    async def scenario() -> None:
        async with desk(text, name, language, folder, capabilities) as at:
            await scene(at)

    asyncio.run(scenario())


def titles(listed: Sequence[Any]) -> list[str]:
    """Give the titles of a list, without the name in front."""
    return [each["title"].removeprefix("Hexai: ") for each in listed]
