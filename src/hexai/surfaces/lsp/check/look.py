"""A look at what an editor would see, taken by asking our own server as one does.

The server is a real one, on two pipes, with the configuration of its user. Only its
runs go nowhere: nobody has seen these lists but a program, and nothing was left alone.
So they are also what says why somebody is not to be seen, which no editor is told.
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.snapshot import Snapshot
from hexai.domain.entry import Entry, Surface
from hexai.domain.record import ContenderRecord, Fact, RunRecord
from hexai.service.log import NullLog
from hexai.surfaces.lsp.check.peer import Peer
from hexai.surfaces.lsp.check.target import Target
from hexai.surfaces.lsp.completion.gates import is_prompt
from hexai.surfaces.lsp.editor.clients import CHECK
from hexai.surfaces.lsp.main import Server
from hexai.surfaces.lsp.start import Start
from hexai.text.positions import Encoding

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
            contenders = await _contenders(peer, target, runs)
            peer.note("exit", None)
    finally:
        peer.close()
        for descriptor in (to_server, from_server):
            os.close(descriptor)
    return replace(found, contenders=contenders, said=tuple(peer.said))


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
