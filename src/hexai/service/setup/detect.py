"""What a machine without configuration offers: keys, an Ollama, other servers.

It looks, and sends nothing to any cloud. The one connection to an Ollama goes to its
port on this machine; where `OLLAMA_HOST` names another, nobody is asked.
"""

import asyncio
import importlib.util
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.environment import key_variable, vendor_variable
from hexai.config.other_tools import ollama_address, ollama_url_named
from hexai.config.schema_providers import OLLAMA_PORT

# Not a provider: nothing is sent but the path, no key, and whatever comes back is only
# looked at. It waits a moment, reads a bounded answer, and never raises.

Address = tuple[str, int]
"""A host and a port."""

_ANSWER_LIMIT = 1 << 20


async def fetch(address: Address, path: str, *, patience: float) -> bytes | None:
    """Get a path; gives the answer's body, or None if nobody listens there.

    Empty if somebody does but gives no answer within `patience` seconds.
    """
    host, port = address
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(patience):
            named = f"[{host}]" if ":" in host else host
            request = f"GET {path} HTTP/1.0\r\nHost: {named}:{port}\r\n\r\n"
            writer.write(request.encode("ascii"))
            answer = await _read_bounded(reader)
    except (OSError, TimeoutError):
        return b""
    finally:
        writer.close()
    return answer.partition(b"\r\n\r\n")[2]


async def _read_bounded(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    while len(answer) < _ANSWER_LIMIT and (piece := await reader.read(1 << 16)):
        answer += piece
    return answer


_HOST = "127.0.0.1"
_OLLAMA: Address = (_HOST, OLLAMA_PORT)
_VENDORS = ("openai", "openrouter", "anthropic")


class Found(Struct, frozen=True, kw_only=True):
    """What was found, without any judgement on what to use."""

    extra_installed: bool
    """The `local` extra: the embedded model can run."""
    model_there: bool
    """The embedded model has been pulled."""
    ollama: tuple[str, ...] | None
    """The models of the Ollama on this machine; None if there is no Ollama."""
    ollama_remote: frozenset[str] = frozenset()
    """Those that it passes on to another host."""
    ollama_fills: frozenset[str] = frozenset()
    """Those that fill gaps in code, as it says itself (0.12 and later)."""
    ollama_url: str = ""
    """Where that is, if not at its usual place."""
    ollama_elsewhere: str = ""
    """Where `OLLAMA_HOST` says that there is one, off this machine; nobody looked."""
    keys: tuple[str, ...]
    """Variables that hold a vendor's key; never what they hold."""

    @property
    def embedded_ready(self) -> bool:
        """Whether the embedded model can answer right now."""
        return self.extra_installed and self.model_there


def extra_installed() -> bool:
    """Tell whether the `local` extra is installed; imports nothing of it."""
    return importlib.util.find_spec("xllamacpp") is not None


def keys_in(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Name the variables that hold a key of a vendor known to Hexai."""
    names = [name(v) for v in _VENDORS for name in (key_variable, vendor_variable)]
    return tuple(name for name in names if environ.get(name, "").strip())


async def detect(
    environ: Mapping[str, str],
    model: Path,
    *,
    patience: float = 0.5,
) -> Found:
    """Look around; waits at most `patience` seconds for Ollama.

    One that `OLLAMA_HOST` says is on another machine is not looked at.
    """
    address = ollama_address(environ)
    models = None if address is None else await _ollama_models(address, patience)
    return Found(
        extra_installed=extra_installed(),
        model_there=model.is_file(),  # noqa: ASYNC240 - nothing else runs yet
        ollama=None if models is None else tuple(each.name for each in models),
        ollama_remote=frozenset(each.name for each in models or () if each.is_remote),
        ollama_fills=frozenset(each.name for each in models or () if each.fills_gaps),
        ollama_url=ollama_url_named(environ) if address not in (None, _OLLAMA) else "",
        ollama_elsewhere="" if address else ollama_url_named(environ),
        keys=keys_in(environ),
    )


async def _ollama_models(
    address: Address, patience: float
) -> "tuple[_OllamaModel, ...] | None":
    """List the models of an Ollama; empty if it is there but does not say."""
    body = await fetch(address, "/api/tags", patience=patience)
    return None if body is None else _models_in(body)


class _OllamaModel(Struct):
    name: str
    remote_host: str | None = None
    remote_model: str | None = None
    capabilities: list[str] | None = None

    @property
    def fills_gaps(self) -> bool:
        return "insert" in (self.capabilities or ())

    @property
    def is_remote(self) -> bool:
        return bool(self.remote_host or self.remote_model)


class _Tags(Struct):
    models: list[_OllamaModel]


def _models_in(body: bytes) -> tuple[_OllamaModel, ...]:
    try:
        tags = msgspec.json.decode(body, type=_Tags)
    except (msgspec.MsgspecError, RecursionError):
        return ()
    return tuple(tags.models)


USUAL: tuple[tuple[str, int], ...] = (
    ("llamacpp", 8080),
    ("lmstudio", 1234),
    ("vllm", 8000),
    ("jan", 1337),
    ("koboldcpp", 5001),
)
"""What is likely to listen where; the names are those of the profiles to be made."""


class Server(Struct, frozen=True, kw_only=True):
    """A server that was found."""

    name: str
    """By its port; who really listens there nobody knows."""
    port: int
    models: tuple[str, ...]
    """At least one."""
    keeps_here: bool = False
    """The user's word: what it is sent stays on this machine."""

    @property
    def base_url(self) -> str:
        """Where its API begins."""
        return f"http://{_HOST}:{self.port}/v1"


class _ServedModel(Struct):
    id: str


class _ServedModels(Struct):
    data: list[_ServedModel]


async def find_servers(
    places: Iterable[tuple[str, int]] = USUAL, *, patience: float = 0.5
) -> tuple[Server, ...]:
    """Ask each port of this machine for its models, all at once and without a key."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_ask(name, port, patience)) for name, port in places]
    return tuple(server for task in asked if (server := task.result()) is not None)


async def _ask(name: str, port: int, patience: float) -> Server | None:
    body = await fetch((_HOST, port), "/v1/models", patience=patience)
    try:
        listed = msgspec.json.decode(body or b"", type=_ServedModels)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    models = tuple(model.id for model in listed.data if model.id)
    return Server(name=name, port=port, models=models) if models else None
