"""One upstream that does something odd, and editors that meet it on every surface.

A completion and an inline completion have a good contender beside the odd one; a
question and a code action have nobody else.
"""

import asyncio
import os
import random
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from hexai.config.folders import LEDGER_FILE
from hexai.domain.record import RunRecord
from hexai.ledger.access import Ledger
from hexai.service.log import Log
from hexai.surfaces.lsp.server import Server
from tests.support.answers import openai_answer
from tests.support.faults import ANSWERED, DELTAS, Fault, Format
from tests.support.lsp_client import LspClient, serving
from tests.support.replies import json_answer
from tests.support.upstream import Request, Upstream

CODE = "file:///tmp/code.py"
NOTES = "file:///tmp/notes.md"
ACTED = "file:///tmp/acted.py"
TEXT = "def add(a, b):\n    \n\nprint(add(1, 2))\n"
CURSOR = len("def add(a, b):\n    ")
SELECTED = "x = 1\ny = 2\nz = 3\nw = 4\n"
QUESTION = "what is this?>\n"
GOOD = "return a + b"
ANSWER = "".join(DELTAS)

CAPABILITIES = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
    },
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
}
_LOG = "window/logMessage"
_SHORT = "first_token_timeout = 0.4\nidle_timeout = 0.4\ntimeout = 1.2\n"


class NoJitter(random.Random):
    """Waits for nothing between two attempts."""

    def random(self) -> float:
        """Give the least that there is."""
        return 0.0


class Seen(Struct, kw_only=True):
    """What an editor has after a session, or several."""

    completion: list[str]
    inline: list[str]
    notes: str
    acted: str
    shown: list[str]
    logged: list[str]


class Stage:
    """One fault in one format: its upstreams, and the editors that meet it.

    Each surface asks an upstream of its own: that the breaker opens for one after two
    questions is tested elsewhere.
    """

    def __init__(
        self,
        fault: Fault,
        form: Format,
        *,
        more: str = "",
        entry: str = "",
        log: Log | None = None,
    ) -> None:
        """Set the scene: `more` configuration, more in each `entry`, and a log."""
        self._fault = fault
        self._form = form
        self._more = more
        self._entry = entry
        self._log = log
        self.asked: list[Sequence[Request]] = []
        """What came to each upstream: inline, completion, chat, code action."""

    async def play(self) -> Seen:
        """Ask on every surface; gives what came of it once all connections ended."""
        with ExitStack() as stack:
            broken = [stack.enter_context(self._upstream()) for _ in range(4)]
            good = stack.enter_context(Upstream(openai_answer(GOOD)))
            first, *others = broken
            async with asyncio.TaskGroup() as group:
                inline = group.create_task(
                    self._session(_inline, self._configured("inline", [first], good))
                )
                most = group.create_task(
                    self._session(self._all_else, self._configured("all", others, good))
                )
            for upstream in broken:
                await upstream.until(upstream.all_closed)
                self.asked.append(
                    [each for each in upstream.requests if each.path != "/api/show"]
                )
        seen = most.result()
        seen.inline = inline.result().inline
        return seen

    def _upstream(self) -> Upstream:
        upstream = Upstream(self._fault.reply(self._form))
        if self._fault.kind == ANSWERED:  # else what a model can do is not told either
            upstream.on("/api/show", json_answer({"capabilities": ["completion"]}))
        return upstream

    def _configured(self, name: str, broken: list[Upstream], good: Upstream) -> Path:
        short = _SHORT if self._fault.kind == "timeout" else ""
        parts = [
            self._more,
            "[completion]\ncompletion_debounce_ms = 0\nwait = 'all'\n",
            "hard_deadline = 60\n",  # however slow the machine, all are waited for
            "[providers.good]\ntype = 'openai'\nmodel = 'm'\nlocal = true\n",
            f"base_url = '{good.url}'\n",
        ]
        for table, upstream in zip(
            ("completion", "chat", "code_action"), broken, strict=False
        ):
            parts.append(f"[providers.{table}]\ntype = '{self._form}'\nmodel = 'm'\n")
            parts.append(f"local = true\nbase_url = '{upstream.url}'\n{short}")
            parts.append(
                f"[[models.{table}]]\nprovider = '{table}'\nlabel = 'broken'\n"
                f"{self._entry}\n"
            )
        parts.append("[[models.completion]]\nprovider = 'good'\n")
        folder = Path(os.environ["XDG_CONFIG_HOME"])  # noqa: TID251 - the edge
        path = folder / f"{name}-{self._form}.toml"
        path.write_text("".join(parts))
        return path

    async def _session(self, scene: Any, config: Path) -> Seen:
        async with self._serving(config) as (client, server):
            try:
                client.handlers["workspace/applyEdit"] = lambda p: _apply(client, p)
                await client.initialize(
                    "plain", encodings=("utf-32",), capabilities=CAPABILITIES
                )
                client.open(CODE, TEXT, "python")
                seen: Seen = await scene(client)
                await client.leave()
            finally:
                server.session.end(0)  # a scene that failed must not wait for ever
        return seen

    def _serving(
        self, config: Path
    ) -> AbstractAsyncContextManager[tuple[LspClient, Server]]:
        return serving(config=config, random=NoJitter(), log=self._log)

    async def _all_else(self, client: LspClient) -> Seen:
        client.open(ACTED, SELECTED, "python")
        client.open(NOTES, "", "markdown")
        for at, key in enumerate(QUESTION):
            client.edit(NOTES, (at, at, key))
        await _simplify(client)
        result = await client.complete(CODE, CURSOR)
        await _settled(client, survives=self._fault.kind == ANSWERED)
        return Seen(
            completion=[each["textEdit"]["newText"] for each in result["items"]],
            inline=[],
            notes=client.texts[NOTES].text,
            acted=client.texts[ACTED].text,
            shown=_told(client, "window/showMessage"),
            logged=_told(client, _LOG),
        )


async def _inline(client: LspClient) -> Seen:
    result = await client.request(
        "textDocument/inlineCompletion",
        {
            "textDocument": {"uri": CODE},
            "position": client.texts[CODE].position(CURSOR),
            "context": {"triggerKind": 2},
        },
    )
    inline = [each["insertText"] for each in result["items"]]
    return Seen(completion=[], inline=inline, notes="", acted="", shown=[], logged=[])


async def _simplify(client: LspClient) -> None:
    text = client.texts[ACTED]
    whole = {"start": text.position(0), "end": text.position(len(text.text))}
    params = {
        "textDocument": {"uri": ACTED},
        "range": whole,
        "context": {"diagnostics": []},
    }
    listed = await client.request("textDocument/codeAction", params)
    [chosen] = [each for each in listed if "simplify" in each["title"]]
    assert await client.request("workspace/executeCommand", chosen["command"]) is None


async def _settled(client: LspClient, *, survives: bool) -> None:
    """Wait until all is told of, or question and action have come to an edit."""
    while True:
        shown = _told(client, "window/showMessage")
        logged = any("broken" in line for line in _told(client, _LOG))
        edited = client.texts[NOTES].text != QUESTION
        acted = client.texts[ACTED].text != SELECTED
        if len(shown) + edited + acted >= 2 and logged is not survives:
            return
        try:
            await client.wait_for(lambda _message: True, len(client.messages) + 1)
        except TimeoutError:
            told = f"{shown=} {logged=} {edited=} {acted=}"
            pytest.fail(f"nothing more is told: {told} {client.messages[-5:]}")


def _told(client: LspClient, method: str) -> list[str]:
    return [
        m["params"]["message"] for m in client.messages if m.get("method") == method
    ]


def _apply(client: LspClient, params: Any) -> Any:
    [change] = params["edit"]["documentChanges"]
    text = client.texts[change["textDocument"]["uri"]]
    assert change["textDocument"]["version"] == text.version
    edits = [
        (
            text.offset(each["range"]["start"]),
            text.offset(each["range"]["end"]),
            each["newText"],
        )
        for each in change["edits"]
    ]
    client.edit(text.uri, *sorted(edits, reverse=True))
    return {"applied": True}


def recorded() -> list[RunRecord]:
    """Give the runs of the ledger."""
    state = Path(os.environ["XDG_STATE_HOME"])  # noqa: TID251 - the edge
    ledger = Ledger(state / "hexai" / LEDGER_FILE, patience=1.0)
    try:
        return [each.run for each in ledger.all()]
    finally:
        ledger.close()
