"""A small editor: speaks the protocol over pipes, keeps its own text, has bad habits.

What it knows about text is written anew here, with whole strings and offsets, so that
it can disagree with the server. It runs against the server within the test's process
or against a real one.
"""

import asyncio
import json
import os
import random
import re
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from hexai.config.folders import find_folders
from hexai.service.log import Log, NullLog
from hexai.surfaces.lsp.configuration import Start
from hexai.surfaces.lsp.server import Server
from tests.support.patience import PATIENCE

Json = Any
_BREAK = re.compile("\r\n|\r|\n")
LATER = object()
"""What a handler gives if the test itself sends the reply."""


_OFF = "Hexai: completion is off"


class LspError(Exception):
    """The error that a request was answered with."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Pending(Struct, frozen=True):
    """A request under way."""

    id: int
    reply: "asyncio.Future[Json]"


class Text:
    """A document as an editor holds it: one string, and its version."""

    def __init__(self, uri: str, text: str, encoding: str) -> None:
        self.uri = uri
        self.text = text
        self.version = 1
        self._encoding = encoding

    def position(self, offset: int) -> Json:
        """Give an offset as a position; one within a line break is before it."""
        line, start = 0, 0
        for found in _BREAK.finditer(self.text):
            if found.end() > offset:
                offset = min(offset, found.start())
                break
            line, start = line + 1, found.end()
        return {"line": line, "character": self._units(self.text[start:offset])}

    def offset(self, position: Json) -> int:
        """Give a position as an offset."""
        start = 0
        for _ in range(position["line"]):
            found = _BREAK.search(self.text, start)
            if found is None:
                return len(self.text)
            start = found.end()
        found = _BREAK.search(self.text, start)
        line = self.text[start : found.start() if found else len(self.text)]
        for length in range(len(line) + 1):
            if self._units(line[:length]) >= position["character"]:
                return start + length
        return start + len(line)

    def _units(self, text: str) -> int:
        width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[self._encoding]
        codec = "utf-8" if width == 1 else f"{self._encoding}-le"
        return len(text.encode(codec, "surrogatepass")) // width


class LspClient:
    """One end of a connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = 0
        self._pending: dict[int, asyncio.Future[Json]] = {}
        self._arrived = asyncio.Event()
        self.encoding = "utf-16"
        self.texts: dict[str, Text] = {}
        self.messages: list[Json] = []
        """Every message of the server, in order."""
        self.handlers: dict[str, Callable[[Json], Json]] = {}
        """What answers the server's requests, by method; others are refused."""
        self.closed = asyncio.Event()
        """Set when the server has closed the connection."""

    async def run(self) -> None:
        """Read what the server sends, until it ends."""
        while (message := await self._read()) is not None:
            self.messages.append(message)
            if "method" not in message:
                self._settle(message)
            elif "id" in message:
                self._answer(message)
            self._arrived.set()
        self.closed.set()
        self._arrived.set()

    async def initialize(
        self,
        name: str = "",
        *,
        capabilities: Json = None,
        encodings: Sequence[str] = (),
        options: Json = None,
        **more: Json,
    ) -> Json:
        """Begin, as an editor of that name; gives the server's result."""
        capabilities = {**(capabilities or {})}
        if encodings:
            capabilities["general"] = {"positionEncodings": [*encodings]}
        params = {
            "processId": None,
            "rootUri": None,
            "capabilities": capabilities,
            "initializationOptions": options,
            **({"clientInfo": {"name": name}} if name else {}),
            **more,
        }
        result = await self.request("initialize", params)
        self.encoding = result["capabilities"].get("positionEncoding", "utf-16")
        self.notify("initialized", {})
        return result

    async def leave(self) -> None:
        """End as an editor should."""
        await self.request("shutdown")
        self.notify("exit")
        await asyncio.wait_for(self.closed.wait(), PATIENCE)

    def begin(self, method: str, params: Json = None) -> Pending:
        """Send a request."""
        self._ids += 1
        reply = asyncio.get_running_loop().create_future()
        self._pending[self._ids] = reply
        self.send(id=self._ids, method=method, params=params)
        return Pending(self._ids, reply)

    async def request(self, method: str, params: Json = None) -> Json:
        """Send a request and give its result; raises `LspError`."""
        return await asyncio.wait_for(self.begin(method, params).reply, PATIENCE)

    def cancel(self, pending: Pending) -> None:
        """Send that a request is not wanted any more."""
        self.notify("$/cancelRequest", {"id": pending.id})

    def notify(self, method: str, params: Json = None) -> None:
        """Send a notification."""
        self.send(method=method, params=params)

    def send(self, **message: Json) -> None:
        """Send a message; one without parameters has none."""
        if message.get("params", 0) is None:
            del message["params"]
        self.send_body(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_body(self, body: bytes) -> None:
        """Send anything as a message."""
        self.send_raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def send_raw(self, data: bytes) -> None:
        """Send any bytes."""
        self._writer.write(data)

    async def drain(self) -> None:
        """Wait until what was sent is in the pipe."""
        await self._writer.drain()

    def stop_reading(self) -> None:
        """Leave what the server sends in the pipe, as a stopped editor does."""
        transport = self._reader._transport  # type: ignore[attr-defined]
        transport.pause_reading()

    def hang_up(self) -> None:
        """Close our end, as an editor does that died."""
        self._writer.close()

    def open(self, uri: str, text: str, language: str = "plaintext") -> Text:
        """Open a document."""
        self.texts[uri] = opened = Text(uri, text, self.encoding)
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})
        return opened

    def close(self, uri: str) -> None:
        """Close a document."""
        del self.texts[uri]
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def edit(self, uri: str, *edits: tuple[int, int, str]) -> None:
        """Replace ranges of offsets, one after the other, in one notification."""
        text = self.texts[uri]
        changes = []
        for first, last, new in edits:
            ends = text.position(first), text.position(last)
            start, end = text.offset(ends[0]), text.offset(ends[1])
            text.text = text.text[:start] + new + text.text[end:]
            changes.append({"range": {"start": ends[0], "end": ends[1]}, "text": new})
        self.change(uri, changes)

    def change(self, uri: str, changes: Sequence[Json]) -> None:
        """Tell of changes that were made to a text."""
        text = self.texts[uri]
        text.version += 1
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": text.version},
                "contentChanges": [*changes],
            },
        )

    def begin_completion(
        self, uri: str, offset: int, *, kind: int = 1, character: str | None = None
    ) -> Pending:
        """Ask for completions at an offset."""
        context: Json = {"triggerKind": kind}
        if character is not None:
            context |= {"triggerCharacter": character}
        return self.begin(
            "textDocument/completion",
            {
                "textDocument": {"uri": uri},
                "position": self.texts[uri].position(offset),
                "context": context,
            },
        )

    async def complete(
        self, uri: str, offset: int, *, kind: int = 1, character: str | None = None
    ) -> Json:
        """Ask for completions and give the list."""
        pending = self.begin_completion(uri, offset, kind=kind, character=character)
        return await asyncio.wait_for(pending.reply, PATIENCE)

    async def ask_for_nothing(self, uri: str, offset: int) -> Json:
        """Ask where no model is asked: a proof that all before has been dealt with."""
        answer = await self.complete(uri, offset, kind=2, character="~")
        # That completion is off is said once; who asks for nothing expects no word.
        self.messages = [one for one in self.messages if _OFF not in str(one)]
        return answer

    async def message(self, method: str, count: int = 1) -> Json:
        """Wait for a notification or request of the server; gives its parameters.

        `count` says the how manieth since the beginning.
        """
        return (await self.wait_for(lambda m: m.get("method") == method, count))[
            "params"
        ]

    async def wait_for(self, wanted: Callable[[Json], bool], count: int = 1) -> Json:
        """Wait for a message of the server."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [message for message in self.messages if wanted(message)]
                if len(found) >= count:
                    return found[count - 1]
                if self.closed.is_set():
                    raise AssertionError("the server has left")
                self._arrived.clear()
                await self._arrived.wait()

    async def _read(self) -> Json | None:
        length = None
        while (line := (await self._reader.readline())).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length is None:
            return None
        return json.loads(await self._reader.readexactly(length))

    def _settle(self, message: Json) -> None:
        reply = self._pending.pop(message.get("id"), None)
        if reply is None or reply.done():
            return
        if error := message.get("error"):
            reply.set_exception(LspError(error["code"], error["message"]))
        else:
            reply.set_result(message["result"])

    def _answer(self, request: Json) -> None:
        handler = self.handlers.get(request["method"])
        if handler is None:
            error = {"code": -32601, "message": "method not found"}
            self.send(id=request["id"], error=error)
        elif (result := handler(request["params"])) is not LATER:
            self.send(id=request["id"], result=result)


class HelixClient(LspClient):
    """Helix, as far as completion goes.

    It cancels nothing, sends no automatic request while one is in flight, asks again
    for an incomplete list with every key and at once, and accepts an item at the state
    of the request: what was typed since is taken back first.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        super().__init__(reader, writer)
        self._in_flight: Pending | None = None
        self._savepoint = ("", 0)
        self.popup: list[Json] = []
        """The items shown."""
        self._asks_again = False
        self.cursor = 0

    async def begin_helix(self) -> Json:
        """Begin as Helix does."""
        item = {"snippetSupport": True, "insertReplaceSupport": True}
        return await self.initialize(
            "helix",
            encodings=("utf-8", "utf-32", "utf-16"),
            capabilities={
                "textDocument": {"completion": {"completionItem": item}},
                "workspace": {
                    "applyEdit": True,
                    "workspaceEdit": {"documentChanges": True},
                    "configuration": True,
                },
            },
        )

    def type(self, uri: str, characters: str) -> None:
        """Type at the cursor, one key after the other, and ask where Helix asks."""
        for character in characters:
            self.edit(uri, (self.cursor, self.cursor, character))
            self.cursor += len(character)
            is_word = character.isalnum() or character == "_"
            if not is_word:
                self.popup = []
            if self.popup and self._asks_again:
                self._ask(uri, 3)
            elif not self.popup and (self._is_free or not is_word):
                self._ask(uri, 1)

    def ask(self, uri: str) -> None:
        """Ask by hand."""
        self._ask(uri, 1)

    def ask_again(self, uri: str) -> None:
        """Ask as for a list that said that more will come."""
        self._ask(uri, 3)

    async def shown(self) -> list[Json]:
        """Wait for the answer to the newest request; gives the popup's items."""
        assert self._in_flight is not None
        result = await asyncio.wait_for(self._in_flight.reply, PATIENCE)
        self._in_flight = None
        self.popup = result["items"]
        self._asks_again = result["isIncomplete"]
        return self.popup

    def accept(self, uri: str, item: Json) -> None:
        """Take an item: the text goes back to the request's, then the edit is made."""
        text = self.texts[uri]
        before, _ = self._savepoint
        edit = item["textEdit"]
        range_ = edit.get("range") or edit["insert"]
        old = Text(uri, before, self.encoding)
        start, end = old.offset(range_["start"]), old.offset(range_["end"])
        after = before[:start] + edit["newText"] + before[end:]
        whole = {"start": text.position(0), "end": text.position(len(text.text))}
        text.text = after
        self.cursor = start + len(edit["newText"])
        self.popup = []
        self.change(uri, [{"range": whole, "text": after}])

    @property
    def _is_free(self) -> bool:
        return self._in_flight is None or self._in_flight.reply.done()

    def _ask(self, uri: str, kind: int) -> None:
        self._savepoint = (self.texts[uri].text, self.cursor)
        self._in_flight = self.begin_completion(uri, self.cursor, kind=kind)


def start_of(
    environ: Mapping[str, str], *, stdin: int, stdout: int, **more: Any
) -> Start:
    """Give what a server in this process is started with."""
    home = Path(environ["HOME"])
    given: dict[str, Any] = {"random": random.Random(1), **more}
    return Start(
        folders=find_folders(environ, home),
        environ=environ,
        now=time.time,  # noqa: TID251 - the edge
        stdin=stdin,
        stdout=stdout,
        **given,
    )


@asynccontextmanager
async def serving(
    *, kind: type[LspClient] = LspClient, log: Log | None = None, **more: Any
) -> AsyncIterator[tuple[LspClient, Server]]:
    """Run the server in this process, and a client of it; both end with the block."""
    to_server, from_client = os.pipe()
    to_client, from_server = os.pipe()
    environ = dict(os.environ)  # noqa: TID251 - the edge
    start = start_of(environ, stdin=to_server, stdout=from_server, **more)
    server = Server(start, log or NullLog())

    async def serve() -> None:
        await server.serve()
        os.close(from_server)

    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(serve())
            async with connected(to_client, from_client, kind=kind) as client:
                yield client, server
                server.session.end(0)
    finally:
        os.close(to_server)


@asynccontextmanager
async def connected(
    read: int, write: int, *, kind: type[LspClient] = LspClient
) -> AsyncIterator[LspClient]:
    """Speak over two pipes, which are closed in the end."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    incoming, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb", 0)
    )
    outgoing, protocol = await loop.connect_write_pipe(
        asyncio.streams.FlowControlMixin, os.fdopen(write, "wb", 0)
    )
    writer = asyncio.StreamWriter(outgoing, protocol, None, loop)
    client = kind(reader, writer)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(client.run())
        try:
            yield client
        finally:
            reading.cancel()
            incoming.close()
            outgoing.close()


@asynccontextmanager
async def connected_to(
    process: "subprocess.Popen[bytes]", *, kind: type[LspClient] = LspClient
) -> AsyncIterator[LspClient]:
    """Speak with a real process over its pipes."""
    assert process.stdin is not None
    assert process.stdout is not None
    read, write = os.dup(process.stdout.fileno()), os.dup(process.stdin.fileno())
    process.stdin.close()
    async with connected(read, write, kind=kind) as client:
        yield client
