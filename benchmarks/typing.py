"""People who type: they ask for completions, take some, ask questions, clean up.

Each has a document of its own, which stays as long as it was, so that a server that
takes more and more time or memory has no excuse.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from tests.support.lsp_client import LspClient, LspError

_LINES = 200
_WORDS = ("value", "total", "count", "width", "names", "offset", "result", "items")
_PATIENCE = 20.0
"""Seconds after which a request counts as never answered."""
_SHORT_PATIENCE = 7.0
"""Seconds that an answer to a question may take; its model may well have failed."""


class Tally(Struct, kw_only=True):
    """What has happened so far."""

    edits: int = 0
    completions: list[tuple[int, float]]
    """Edits before the request, and the seconds until it was answered."""
    offered: int = 0
    taken: int = 0
    questions: int = 0
    edited: int = 0
    """Edits that the server asked for and that were made."""
    unanswered: int = 0


class Pace:
    """Spreads the edits of all who type over the time that there is."""

    def __init__(self, tally: Tally, *, edits: int, seconds: float) -> None:
        self.tally = tally
        self._edits = edits
        self.seconds = seconds
        self._each = seconds / edits
        self._began = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether all edits have been made."""
        return self.tally.edits >= self._edits

    async def wait(self) -> None:
        """Wait for the moment of the next edit, and count it."""
        due = self._began + self.tally.edits * self._each
        self.tally.edits += 1
        await asyncio.sleep(max(0.0, due - time.monotonic()))


class Typist:
    """Types lines into a document, and asks for a completion in each."""

    def __init__(self, client: LspClient, pace: Pace, number: int) -> None:
        self._client = client
        self._pace = pace
        self._random = random.Random(number)
        self._uri = f"file:///soak/doc{number}.py"
        client.open(self._uri, _document(number), "python")

    async def work(self) -> None:
        """Type until all edits have been made."""
        while not self._pace.is_over:
            await self._line()

    async def _line(self) -> None:
        text = self._client.texts[self._uri]
        lines = text.text.splitlines(keepends=True)
        number = self._random.randrange(10, len(lines))
        at = len("".join(lines[:number]))
        await self._edit(at, at, "\n")  # nothing is offered that breaks the line
        for key in f"{self._random.choice(_WORDS)}=co":
            await self._edit(at, at, key)
            at += 1
        items = await self._ask(at, kind=1)
        if items and self._random.random() < 0.4:
            new = items[0]["textEdit"]["newText"]
            start = text.offset(items[0]["textEdit"]["range"]["start"])
            self._pace.tally.taken += 1
            await self._edit(start, at, new)
            at = start + len(new)
        elif items and self._random.random() < 0.5:
            await self._edit(at, at, "u")
            at += 1
            await self._ask(at, kind=3)
        await self._edit(len("".join(lines[:number])), at + 1, "")

    async def _edit(self, first: int, last: int, new: str) -> None:
        await self._pace.wait()
        self._client.edit(self._uri, (first, last, new))

    async def _ask(self, at: int, *, kind: int) -> list[Any]:
        tally = self._pace.tally
        asked_after, began = tally.edits, time.monotonic()
        pending = self._client.begin_completion(self._uri, at, kind=kind)
        try:
            result = await asyncio.wait_for(pending.reply, _PATIENCE)
        except (TimeoutError, LspError):
            tally.unanswered += 1
            return []
        tally.completions.append((asked_after, time.monotonic() - began))
        items: list[Any] = result["items"]
        tally.offered += len(items)
        return items


class Asker:
    """Asks a question, or runs a code action, in a document that comes and goes."""

    def __init__(self, client: LspClient, pace: Pace, *, every: float) -> None:
        self._client = client
        self._pace = pace
        self._every = every
        self._edited = asyncio.Event()
        client.handlers["workspace/applyEdit"] = self._apply
        client.handlers["window/workDoneProgress/create"] = lambda _params: None

    async def work(self) -> None:
        """Ask again and again until all edits have been made."""
        number = 0
        while not self._pace.is_over:
            ask = self._question if number % 2 else self._action
            await self._in_document(ask, number)
            number += 1
            await asyncio.sleep(self._every)

    async def _in_document(
        self, ask: Callable[[str], Awaitable[None]], number: int
    ) -> None:
        uri = f"file:///soak/asked{number}.py"
        self._client.open(uri, "def add(a, b):\n    return a+b\n\n", "python")
        self._edited.clear()
        self._pace.tally.questions += 1
        await ask(uri)
        try:
            async with asyncio.timeout(_SHORT_PATIENCE):
                await self._edited.wait()
        except TimeoutError:
            pass  # the model failed, which the user was told
        self._client.close(uri)

    async def _question(self, uri: str) -> None:
        for key in "# what is add?>\n":
            await self._pace.wait()
            end = len(self._client.texts[uri].text)
            self._client.edit(uri, (end, end, key))

    async def _action(self, uri: str) -> None:
        text = self._client.texts[uri]
        params = {
            "textDocument": {"uri": uri},
            "range": {"start": text.position(0), "end": text.position(len(text.text))},
            "context": {"diagnostics": []},
        }
        listed = await self._client.request("textDocument/codeAction", params)
        command = next(each for each in listed if "simplify" in each["title"])[
            "command"
        ]
        await self._client.request(
            "workspace/executeCommand",
            {"command": command["command"], "arguments": command["arguments"]},
        )

    def _apply(self, params: Any) -> Any:
        for change in params["edit"]["documentChanges"]:
            text = self._client.texts.get(change["textDocument"]["uri"])
            if text is None or change["textDocument"]["version"] != text.version:
                return {"applied": False}
            edits = [
                (
                    text.offset(each["range"]["start"]),
                    text.offset(each["range"]["end"]),
                    each["newText"],
                )
                for each in change["edits"]
            ]
            self._client.edit(text.uri, *sorted(edits, reverse=True))
            self._pace.tally.edited += 1
        self._edited.set()
        return {"applied": True}


def _document(number: int) -> str:
    return "".join(
        f"value_{number}_{line} = compute(argument, {line})\n" for line in range(_LINES)
    )
