"""A look at what an editor would see, taken by asking our own server as one does.

The server is a real one, on two pipes, with the configuration of its user. Only its
runs go nowhere: nobody has seen these lists but a program, and nothing was left alone.
So they are also what says why somebody is not to be seen, which no editor is told.
"""

import asyncio
import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.order import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.record import ContenderRecord, Fact, RunRecord
from hexai.errors import UsageError
from hexai.prompts.code.languages import language_named
from hexai.service.inventory import find_unfit
from hexai.service.log import NullLog
from hexai.service.writer import Writer
from hexai.surfaces.lsp.clients import CHECK
from hexai.surfaces.lsp.completion.editor_request import is_blank, is_prompt
from hexai.surfaces.lsp.configuration import Start
from hexai.surfaces.lsp.protocol.stdio import Fault, Frames
from hexai.surfaces.lsp.server import BACKLOG_LIMIT, Server
from hexai.text.lines import Encoding, Lines, Position

_SAMPLE = 'def add(a, b):\n    """Give the sum of two numbers."""\n    return \n'
_PLACED = re.compile(
    r"(?P<file>.+?):(?P<line>[1-9]\d{0,6})(:(?P<column>[1-9]\d{0,5}))?"
)


class Target(Struct, frozen=True, kw_only=True):
    """A document and the cursor in it."""

    name: str
    """For people."""
    uri: str
    language: str
    lines: Lines
    position: Position

    @property
    def left(self) -> str:
        """What stands left of the cursor."""
        return self.lines.line(self.position.line)[: self.position.character]


def find_target(word: str, folder: str) -> Target:
    """Read `FILE[:LINE[:COLUMN]]`; without it, give a sample.

    Without a line the cursor is behind the last text of the file, without a column
    behind that of the line. Raises `UsageError` for what cannot be read.
    """
    if not word:
        return _target("a sample", "untitled:hexai-check.py", "python", _SAMPLE, None)
    placed = _PLACED.fullmatch(word)
    if placed is not None and not os.path.isfile(Path(folder, word)):
        word, line, column = placed["file"], int(placed["line"]), placed["column"]
        at: tuple[int, int | None] | None = (
            line - 1,
            int(column) - 1 if column else None,
        )
    else:
        at = None
    path = Path(folder) / word
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{word}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{word}: is not UTF-8") from None
    return _target(word, path.as_uri(), language_named(path.name) or "", text, at)


def _target(
    name: str, uri: str, language: str, text: str, at: tuple[int, int | None] | None
) -> Target:
    lines = Lines.of(text)
    line = len(lines) - 1 if at is None else min(at[0], len(lines) - 1)
    while at is None and line and not lines.line(line).strip():
        line -= 1
    column = None if at is None else at[1]
    end = len(lines.line(line))
    character = end if column is None else min(column, end)
    return Target(
        name=f"{name}, line {line + 1}",
        uri=uri,
        language=language,
        lines=lines,
        position=Position(line, character),
    )


_PIECE = 1 << 16
_LOUDEST = 3
"""The least severe message that is kept: errors, warnings, what is worth knowing."""


class Peer:
    """Sends calls and notes, and keeps what the server says to its user."""

    def __init__(self, reads: int, writes: int) -> None:
        """Speak on two file descriptors, which become its own; call it in the loop."""
        self.said: list[str] = []
        """What the server told its user, in order and each once."""
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._reads, self._writes = reads, writes
        self._writer = Writer(writes, limit=BACKLOG_LIMIT, on_broken=lambda: None)
        os.set_blocking(reads, False)
        self._loop.add_reader(reads, self._read)

    async def call(self, method: str, params: object) -> Any:
        """Call a method, and give what it gives; None if that is an error."""
        number = len(self._replies) + 1
        reply = self._replies[number] = self._loop.create_future()
        self._send(id=number, method=method, params=params)
        return await reply

    def note(self, method: str, params: object) -> None:
        """Tell the server something."""
        self._send(method=method, params=params)

    def close(self) -> None:
        """End the connection."""
        self._loop.remove_reader(self._reads)
        self._writer.close(1.0)
        for descriptor in (self._reads, self._writes):
            os.close(descriptor)

    def _send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._writer.write_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _read(self) -> None:
        try:
            data = os.read(self._reads, _PIECE)
        except BlockingIOError:
            return
        if not data:
            self._loop.remove_reader(self._reads)
        for message in self._frames.feed(data):
            if not isinstance(message, Fault):
                self._take(json.loads(message))

    def _take(self, message: Mapping[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            reply = self._replies.get(message["id"])
            if reply is not None and not reply.done():
                reply.set_result(message.get("result"))
        elif "id" in message:
            self._send(id=message["id"], result=None)
        elif method in ("window/showMessage", "window/logMessage"):
            params = message["params"]
            if params["type"] <= _LOUDEST and params["message"] not in self.said:
                self.said.append(params["message"])


PATIENCE = 60.0
"""Seconds after which nobody waits for the slowest any more."""
_AGAIN_AFTER = 0.1
_RECORDED_WITHIN = 0.5
"""Seconds after the end; no run by then is none."""
_BY_HAND, _INCOMPLETE = 1, 3


class Row(Struct, frozen=True, kw_only=True):
    """A row of the list."""

    code: str
    by: str
    """Who gave it, or its letter."""
    at: float
    """Seconds after the request at which it was there."""
    is_late: bool
    """The list had gone out without it, and the next key shows it."""


class Found(Struct, frozen=True, kw_only=True):
    """What was to be seen, and what is known of the rest."""

    snapshot: Snapshot | None
    """What holds for the document; None: nothing can be read."""
    entries: tuple[Entry, ...] = ()
    """Who completes there."""
    rows: tuple[Row, ...] = ()
    contenders: tuple[ContenderRecord, ...] = ()
    """What became of those that were asked; empty: nobody was."""
    unfit: tuple[str, ...] = ()
    """What models cannot be asked for that their entries want."""
    said: tuple[str, ...] = ()
    """What the server told its user."""
    why: str = "everything is off"
    """Why nobody was asked, if nobody was."""


class _Runs:
    """Keeps the run that the question was, instead of recording it."""

    def __init__(self) -> None:
        self.found: asyncio.Future[RunRecord] = asyncio.Future()

    def record(self, fact: Fact) -> None:
        """Take a fact."""
        if isinstance(fact, RunRecord) and not self.found.done():
            self.found.set_result(fact)


async def look(start: Start, target: Target) -> Found:
    """Ask for completion at a place, and wait until all have answered."""
    to_server, from_us = os.pipe()
    to_us, from_server = os.pipe()
    runs = _Runs()
    start = replace(start, stdin=to_server, stdout=from_server, recorder=runs)
    server = Server(start, NullLog())
    peer = Peer(to_us, from_us)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve())
            await _open(peer, target)
            await server.session.ready()  # as it long is when somebody types
            rows = await _ask(peer, target, runs)
            found = _found(server, target, rows)
            unfit = await _unfit(server, found)
            contenders = await _contenders(peer, target, runs)
            peer.note("exit", None)
    finally:
        peer.close()
        for descriptor in (to_server, from_server):
            os.close(descriptor)
    return replace(found, contenders=contenders, said=tuple(peer.said), unfit=unfit)


async def _ask(peer: Peer, target: Target, runs: _Runs) -> tuple[Row, ...]:
    """Ask until the list is complete; gives its rows."""
    loop = asyncio.get_running_loop()
    began, kind = loop.time(), _BY_HAND
    rows: list[Row] = []
    while True:
        reply = await peer.call("textDocument/completion", _request(target, kind))
        at = loop.time() - began
        rows += _new_rows(rows, reply, at, is_late=kind == _INCOMPLETE)
        if not (reply and reply["isIncomplete"]) or at > PATIENCE or runs.found.done():
            return tuple(rows)
        kind = _INCOMPLETE
        await asyncio.sleep(_AGAIN_AFTER)


async def _open(peer: Peer, target: Target) -> None:
    encodings = {"positionEncodings": [Encoding.UTF32.value]}
    hello = {
        "processId": os.getpid(),
        "rootUri": None,
        "clientInfo": {"name": CHECK.name},
        "capabilities": {"general": encodings},
    }
    await peer.call("initialize", hello)
    peer.note("initialized", {})
    document = {
        "uri": target.uri,
        "languageId": target.language,
        "version": 1,
        "text": "".join(target.lines.raw),
    }
    peer.note("textDocument/didOpen", {"textDocument": document})


def _request(target: Target, kind: int) -> object:
    position = target.position
    return {
        "textDocument": {"uri": target.uri},
        "position": {"line": position.line, "character": position.character},
        "context": {"triggerKind": kind},
    }


def _new_rows(
    known: Sequence[Row], reply: Any, at: float, *, is_late: bool
) -> list[Row]:
    codes = {row.code for row in known}
    items = reply["items"] if reply else ()
    return [
        Row(code=item["label"], by=item["detail"], at=at, is_late=is_late)
        for item in items
        if item["label"] not in codes
    ]


def _found(server: Server, target: Target, rows: tuple[Row, ...]) -> Found:
    """Look at what the server knows of its configuration, while it is there."""
    configuration = server.session.configuration
    snapshot = configuration.snapshot(target.uri) if configuration else None
    if configuration is None or snapshot is None:
        return Found(snapshot=None, rows=rows)
    entries = configuration.entries(snapshot, Surface.COMPLETION).entries
    why = _why_not(server, target, snapshot, entries)
    return Found(snapshot=snapshot, entries=entries, rows=rows, why=why)


async def _unfit(server: Server, found: Found) -> tuple[str, ...]:
    """Say of entries what their models cannot be asked for."""
    features = server.session.features
    if features is None or found.snapshot is None:
        return ()
    async with features.services.lease() as lease:
        targets = features.services.targets(found.snapshot.settings, lease)
        told = []
        for entry in found.entries:
            client = targets.find(entry, entry.spec).client
            if lack := await find_unfit(entry.surface, entry.spec, client):
                told.append(f"{entry.label}: {lack}")
    return tuple(told)


def _why_not(
    server: Server, target: Target, snapshot: Snapshot, entries: Sequence[Entry]
) -> str:
    document = server.session.documents.find(target.uri)
    if not entries:
        return "completion is off"
    if document is None:
        return "the document is too large"
    if is_prompt(document, target.position, snapshot.settings):
        return "the line is a question, a prompt or a command, which Hexai answers"
    if is_blank(document):
        return "the file is blank, so there is nothing to go on"
    triggers = "".join(snapshot.settings.triggers.trigger_characters)
    return f"the cursor stands behind no word, and behind none of {triggers!r}"


async def _contenders(
    peer: Peer, target: Target, runs: _Runs
) -> tuple[ContenderRecord, ...]:
    """Give what became of who was asked; closing ends what still runs."""
    peer.note("textDocument/didClose", {"textDocument": {"uri": target.uri}})
    await peer.call("shutdown", None)
    try:
        async with asyncio.timeout(_RECORDED_WITHIN):
            run = await runs.found
    except TimeoutError:
        return ()
    return run.contenders
