"""An Ollama as it was measured (0.33.0-rc2): loads, queues, cuts, and what it says.

`Ollama` is the behaviour alone, in whatever loop and clock it is used; `serve` answers
an `Upstream`'s requests by it, and `VirtualClient` is asked without any network.
"""

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.provider import Call, Chunk, Progress
from hexai.errors import ProviderError
from hexai.providers.formats.error_bodies import read_body
from hexai.providers.formats.error_mapping import explain
from hexai.providers.formats.ollama import OllamaDecoder
from tests.support.replies import gated
from tests.support.upstream import ASIDES, Exchange, Reply, Upstream

Line = dict[str, Any]


class Refused(Exception):
    """It answers with a status and an error instead of a stream."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Model(Struct, frozen=True, kw_only=True):
    """A model on its disk."""

    loads_in: float = 0.0
    """Seconds."""
    reads_in: float = 0.0
    """Seconds that it reads a prompt."""
    per_token: float = 4
    """Characters of a prompt that it counts as one token."""
    says: Sequence[str] = ("hello",)
    gap: float = 0.0
    """Seconds before each piece but the first."""
    trained: int = 1 << 17
    """Tokens of context at most, whatever is asked for."""
    remote: str = ""
    """The host that it is passed on to."""
    capabilities: tuple[str, ...] = ("completion",)
    file: str = ""
    """What it shares with others that were made of it; empty: it is the only one."""


class Ollama:
    """The server's behaviour; use it in one event loop."""

    def __init__(
        self,
        models: Mapping[str, Model],
        *,
        context: int = 4096,
        most_loaded: int = 1,
        version: str = "0.33.0-rc2",
        obeys: bool = True,
        ps_of_load: Literal["leaves out", "waits", "lists"] = "leaves out",
        tells_context: bool = True,
        counts_again: bool = True,
        lists_capabilities: bool = True,
    ) -> None:
        """Have nothing loaded.

        `obeys` is whether `truncate: false` is; `tells_context` whether `/api/ps` names
        the context, as older ones do not. `ps_of_load` is what it does while a model is
        loaded: 0.33.0-rc2 leaves it out; where its runner is one of its own, not
        llama.cpp's, it says nothing till then (read in its source); older ones list it.
        `lists_capabilities` is whether `/api/tags` says what models do, as 0.12 does.
        `counts_again` is whether what it has read before counts: in 0.30 it does not.
        """
        self.models = dict(models)
        self.loaded: dict[str, int] = {}
        """The context of each model that is loaded, the oldest first."""
        self.log: list[str] = []
        self.asked: list[Mapping[str, Any]] = []
        """The bodies of what was asked with a prompt."""
        self.version = version
        self._context = context
        self._most_loaded = most_loaded
        self.obeys = obeys
        self._ps_of_load = ps_of_load
        self._tells_context = tells_context
        self._counts_again = counts_again
        self._uses: Counter[str] = Counter()
        self._lists_capabilities = lists_capabilities
        self._loading: set[str] = set()
        self._changed = asyncio.Event()
        self._load_lock = asyncio.Lock()
        self._slot = asyncio.Lock()

    def count(self, event: str) -> int:
        """Count what is in the log."""
        return Counter(self.log)[event]

    async def get(self, path: str) -> Line:
        """Answer a GET."""
        if path == "/api/version":
            return {"version": self.version}
        if path == "/api/tags":
            return {"models": [self._tag(name) for name in self.models]}
        if path == "/api/ps":
            if self._ps_of_load == "waits":
                await self._until(lambda: not self._loading)
            loading = self._loading if self._ps_of_load == "lists" else ()
            named = [*self.loaded.items(), *((n, 0) for n in loading)]
            told = self._tells_context
            return {
                "models": [self._process(n, ctx if told else 0) for n, ctx in named]
            }
        raise Refused(404, {"error": "not found"})

    def show(self, name: str) -> Line:
        """Answer `/api/show`."""
        model = self._find(full(name))
        remote = {"remote_host": model.remote} if model.remote else {}
        return {"capabilities": list(model.capabilities), **remote}

    async def chat(self, body: Mapping[str, Any]) -> AsyncGenerator[Line]:
        """Answer a chat or a gap: nothing comes before the first token."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        model = self._find(body["model"])
        name = full(body["model"])
        await self._load(name, model, body.get("options", {}).get("num_ctx"))
        loading = loop.time() - began
        prompt = _prompt(body)
        if not body.get("messages") and not prompt:
            yield {**_said(body, ""), "done": True, "done_reason": "load"}
            return
        is_known = not self._counts_again and prompt in map(_prompt, self.asked)
        self.asked.append(body)
        thoughts = _thoughts(model, body)
        if body.get("suffix") and "insert" not in model.capabilities:
            whole = f"registry.ollama.ai/library/{name}"
            raise Refused(400, {"error": f"{whole} does not support insert"})
        tokens = self._fit(name, int(len(prompt) / model.per_token), body)
        try:
            async with self._slot:
                slot_at = loop.time()
                await asyncio.sleep(model.reads_in)
                first_at = loop.time()
                for thought in thoughts:
                    yield _thought(body, thought)
                for number, piece in enumerate(model.says):
                    await asyncio.sleep(model.gap if number else 0)
                    yield _said(body, piece)
                ended = loop.time()
        finally:
            self._tell()
        yield {
            **_said(body, ""),
            "done": True,
            "done_reason": "stop",
            "prompt_eval_count": 1 if is_known else tokens,
            "eval_count": len(model.says),
            "load_duration": _ns(loading),
            "prompt_eval_duration": _ns(first_at - slot_at),
            "eval_duration": max(1000, _ns(ended - first_at)),
            "total_duration": _ns(ended - began),
        }

    def runs(self, name: str) -> str | None:
        """Tell by which name a model is loaded: the first of those with its file."""
        file = self.models[name].file
        same = (n for n in self.loaded if file and self.models[n].file == file)
        return name if name in self.loaded else next(same, None)

    async def _load(self, name: str, model: Model, num_ctx: int | None) -> None:
        context = min(num_ctx or self._context, model.trained)
        if model.remote:
            return
        self._uses[self.runs(name) or name] += 1
        if self.loaded.get(self.runs(name) or name) == context:
            return
        async with self._load_lock:
            there = self.runs(name)
            if there and self.loaded[there] == context:
                return
            # A model that answers is not unloaded.
            await self._until(lambda: not self._slot.locked())
            if there:
                del self.loaded[there]
                self.log.append(f"unload {there}")
            while len(self.loaded) >= self._most_loaded:
                gone = next(iter(self.loaded))
                del self.loaded[gone]
                self.log.append(f"unload {gone}")
            await self._run_load(name, model)
            self.loaded[name] = context

    async def _run_load(self, name: str, model: Model) -> None:
        self.log.append(f"load {name}")
        self._loading.add(name)
        try:
            await asyncio.sleep(model.loads_in)
        except asyncio.CancelledError:
            self.log.append(f"abort {name}")
            raise
        finally:
            self._loading.discard(name)
            self._tell()
        self.log.append(f"loaded {name}")

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _fit(self, name: str, tokens: int, body: Mapping[str, Any]) -> int:
        context = self.loaded.get(self.runs(name) or name, 1 << 20)
        if tokens <= context:
            return tokens
        if body.get("truncate") is False and self.obeys:
            inner = {
                "code": 400,
                "message": f"request ({tokens} tokens) exceeds the available context "
                f"size ({context} tokens), try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": tokens,
                "n_ctx": context,
            }
            raise Refused(400, {"error": json.dumps({"error": inner})})
        return context // 2 + 2

    def _find(self, name: str) -> Model:
        found = self.models.get(full(name))
        if found is None:
            raise Refused(404, {"error": f"model '{name}' not found"})
        return found

    def _tag(self, name: str) -> Line:
        model = self.models[name]
        remote = {"remote_host": model.remote} if model.remote else {}
        details = {"context_length": 32768, "family": "llama"}
        digest = self._digest(name)
        row = {"name": name, "model": name, "details": details, "digest": digest}
        if self._lists_capabilities:
            row["capabilities"] = list(model.capabilities)
        return {**row, **remote}

    def _digest(self, name: str) -> str:
        """Give a copy the digest of its original."""
        return self.models[name].file or name

    def _process(self, name: str, context: int) -> Line:
        """Describe who is loaded; whoever is used stays longer from then on."""
        return {
            "name": name,
            "model": name,
            "digest": self._digest(name),
            "context_length": context,
            "expires_at": f"2099-01-01T00:00:00.{self._uses[name]:09d}-07:00",
        }


def _thoughts(model: Model, body: Mapping[str, Any]) -> Sequence[str]:
    """Think as `think` says, and unasked where the model can."""
    asked = body.get("think")
    if asked not in (None, True, False, "low", "medium", "high", "max"):
        known = '"high", "medium", "low", "max", true, or false'
        said = f"invalid think value: {json.dumps(asked)} (must be {known})"
        raise Refused(400, {"error": said})
    can = "thinking" in model.capabilities
    if asked and not can:
        name = body["model"]
        raise Refused(400, {"error": f'"{name}" does not support thinking'})
    return ("hm", " so") if can and asked is not False else ()


def _thought(body: Mapping[str, Any], text: str) -> Line:
    if "prompt" in body:
        return {"response": "", "thinking": text, "done": False}
    return {"message": {"content": "", "thinking": text}, "done": False}


def full(name: str) -> str:
    """Write a name with its tag."""
    return name if ":" in name else f"{name}:latest"


def serve(ollama: Ollama, gate: threading.Event | None = None) -> Upstream:
    """Make an upstream that answers as an Ollama; who leaves during a load ends it.

    Until a gate is opened it loads and answers nothing, and tells of itself all along.
    """
    reply = _reply(ollama)
    upstream = Upstream(gated(reply, gate) if gate else reply)
    for path in (*ASIDES, "/api/show"):
        upstream.on(path, reply)
    return upstream


def _reply(ollama: Ollama) -> Reply:
    async def reply(exchange: Exchange) -> None:
        async with asyncio.TaskGroup() as group:
            work = group.create_task(_answer(ollama, exchange))
            left = group.create_task(exchange.line.wait_left(None))
            await asyncio.wait({work, left}, return_when=asyncio.FIRST_COMPLETED)
            work.cancel()
            left.cancel()

    return reply


async def _answer(ollama: Ollama, exchange: Exchange) -> None:
    path = exchange.request.path
    try:
        if exchange.request.method == "GET":
            await _json(exchange, 200, await ollama.get(path))
        elif path == "/api/show":
            await _json(exchange, 200, ollama.show(exchange.request.json["model"]))
        else:
            await _stream(exchange, ollama.chat(exchange.request.json))
    except Refused as refused:
        await _json(exchange, refused.status, refused.body)


async def _stream(exchange: Exchange, lines: AsyncGenerator[Line]) -> None:
    has_head = False
    async for line in lines:
        if not has_head:
            has_head = True
            await exchange.head(content_type="application/x-ndjson")
        await exchange.piece(json.dumps(line).encode() + b"\n")
    await exchange.end()


async def _json(exchange: Exchange, status: int, body: Mapping[str, Any]) -> None:
    data = json.dumps(body).encode()
    await exchange.head(status, content_type="application/json", length=len(data))
    await exchange.piece(data)


class VirtualClient:
    """A client of an `Ollama` in the same loop, for tests under the virtual clock."""

    def __init__(self, ollama: Ollama) -> None:
        self._ollama = ollama
        self.paths: list[str] = []
        """What was asked beside the streams."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Answer a small question."""
        assert limit
        self.paths.append(path)
        try:
            if body is None:
                return json.dumps(await self._ollama.get(path)).encode()
            if path == "/api/show":
                return json.dumps(self._ollama.show(str(body["model"]))).encode()
            lines = [line async for line in self._ollama.chat(body)]
        except Refused as refused:
            raise _error(refused) from None
        return json.dumps(lines[-1]).encode()

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Make one attempt."""
        messages = [{"role": m.role, "content": m.content} for m in call.messages]
        body: dict[str, Any] = {
            "model": call.model,
            "messages": messages,
            "truncate": False,
        }
        if call.options.num_ctx:
            body["options"] = {"num_ctx": call.options.num_ctx}
        progress.connected()
        decoder = OllamaDecoder(call)
        try:
            async for line in self._ollama.chat(body):
                for chunk in decoder.feed(msgspec.json.encode(line)):
                    yield chunk
        except Refused as refused:
            raise _error(refused) from None


def _error(refused: Refused) -> ProviderError:
    said = read_body(refused.status, json.dumps(refused.body).encode())
    settings = ProviderSettings(name="ollama", type="ollama", built_in=True)
    return explain(said, "model", settings)


def _prompt(body: Mapping[str, Any]) -> str:
    if "prompt" in body:
        return str(body["prompt"]) + str(body.get("suffix", ""))
    return "".join(str(message["content"]) for message in body.get("messages", ()))


def _said(body: Mapping[str, Any], piece: str) -> Line:
    line: Line = {"model": body["model"], "done": False}
    if "prompt" in body:
        return {**line, "response": piece}
    return {**line, "message": {"role": "assistant", "content": piece}}


def _ns(seconds: float) -> int:
    return round(seconds * 1e9)
