"""What a machine without configuration offers: keys, an Ollama, other servers.

It looks, and sends nothing to any cloud. The one connection to an Ollama goes to its
port on this machine; where `OLLAMA_HOST` names another, nobody is asked.
"""

import asyncio
import importlib.util
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.environment import key_variable, vendor_variable
from hexai.config.other_tools import ollama_address, ollama_url_named
from hexai.config.schema_providers import OLLAMA_PORT
from hexai.providers.locality import may_be_cloud
from hexai.service.setup.answering_models import can_answer
from hexai.service.setup.port_answers import SHORT, Address, Answer, fetch
from hexai.text.sanitise import shorten

_HOST = "127.0.0.1"
_OLLAMA: Address = (_HOST, OLLAMA_PORT)
_TAGS = "/api/tags"
_SHOW = "/api/show"
_SHOWN = 32
"""Models of which it is asked more; who has more of them looks the rest up."""
_MODELS = "/v1/models"
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
    """Those that fill gaps in code, as it says itself."""
    ollama_untold: tuple[str, ...] = ()
    """Those of which its list does not say what they do, as that of older ones."""
    ollama_url: str = ""
    """Where that is, if not at its usual place."""
    ollama_fault: str = ""
    """Why nobody there can be asked, and what to do; empty if somebody can."""
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
    answer = None
    if address is not None:
        answer = await fetch(address, _TAGS, patience=patience)
    models = None if answer is None else _listed(answer, "models", _OllamaModel)
    names = [each.name for each in models or ()]
    return Found(
        extra_installed=extra_installed(),
        model_there=os.path.isfile(model),  # noqa: ASYNC240 - nothing else runs yet
        ollama=None if answer is None else tuple(names),
        ollama_remote=frozenset(each.name for each in models or () if each.is_remote),
        ollama_fills=frozenset(each.name for each in models or () if each.fills_gaps),
        ollama_untold=tuple(each.name for each in models or () if each.is_untold),
        ollama_fault=_fault(
            answer,
            None if models is None else names,
            patience=patience,
            path=_TAGS,
            get="`ollama pull qwen3:8b` gets one",
        ),
        ollama_url=ollama_url_named(environ) if address not in (None, _OLLAMA) else "",
        ollama_elsewhere="" if address else ollama_url_named(environ),
        keys=keys_in(environ),
    )


async def ask_of_models(
    found: Found, environ: Mapping[str, str], *, patience: float
) -> Found:
    """Ask an Ollama what each model does of which its list did not say that."""
    address = ollama_address(environ)
    here = (m for m in found.ollama_untold if can_answer(m) and not may_be_cloud(m))
    names = tuple(islice(here, _SHOWN))
    if address is None or not names:
        return found

    async def ask(name: str) -> _Shown:
        body = msgspec.json.encode({"model": name})
        return _shown(await fetch(address, _SHOW, patience=patience, body=body))

    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(name)) for name in names]
    told = [(name, task.result()) for name, task in zip(names, asked, strict=True)]
    remote = (name for name, shown in told if shown.is_remote)
    fills = (name for name, shown in told if shown.fills_gaps)
    return replace(
        found,
        ollama_remote=found.ollama_remote.union(remote),
        ollama_fills=found.ollama_fills.union(fills),
    )


def _shown(answer: Answer | None) -> "_Shown":
    """Read what an Ollama says of a model; nothing, where that cannot be read."""
    if answer is not None and answer.status == _OK:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return msgspec.json.decode(answer.body, type=_Shown)
    return _Shown()


class _Shown(Struct):
    """What an Ollama says of a model."""

    remote_host: str | None = None
    remote_model: str | None = None
    capabilities: list[str] | None = None

    @property
    def fills_gaps(self) -> bool:
        return "insert" in (self.capabilities or ())

    @property
    def is_remote(self) -> bool:
        return bool(self.remote_host or self.remote_model)

    @property
    def is_untold(self) -> bool:
        return self.capabilities is None and not self.is_remote


class _OllamaModel(_Shown, kw_only=True):
    """The same in its list of models."""

    name: str


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
    """Those that can answer, at least one."""
    keeps_here: bool = False
    """The user's word: what it is sent stays on this machine."""

    @property
    def base_url(self) -> str:
        """Where its API begins."""
        return f"http://{_HOST}:{self.port}/v1"


class Unusable(Struct, frozen=True, kw_only=True):
    """What listens where a server is likely, and names nobody who could be asked."""

    port: int
    why: str
    """And what to do."""


async def find_servers(
    places: Iterable[tuple[str, int]] = USUAL, *, patience: float = 0.5
) -> tuple[Server | Unusable, ...]:
    """Ask each port of this machine for its models, all at once and without a key."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_ask(name, port, patience)) for name, port in places]
    return tuple(found for task in asked if (found := task.result()) is not None)


async def _ask(name: str, port: int, patience: float) -> Server | Unusable | None:
    answer = await fetch((_HOST, port), _MODELS, patience=patience)
    if answer is None:
        return None
    listed = _listed(answer, "data", _ServedModel)
    models = None if listed is None else [each.id for each in listed if each.id]
    if why := _fault(answer, models, patience=patience, path=_MODELS, name=name):
        return Unusable(port=port, why=why)
    able = tuple(filter(can_answer, models or ()))
    return Server(name=name, port=port, models=able)


class _ServedModel(Struct):
    id: str


_Entry = TypeVar("_Entry", bound=Struct)


def _listed(
    answer: Answer, field: str, kind: type[_Entry]
) -> tuple[_Entry, ...] | None:
    """Read what an answer lists, but for entries of another form; None: it is no list.

    Null is an empty list, as Ollama writes one.
    """
    try:
        fields = msgspec.json.decode(answer.body, type=dict[str, msgspec.Raw])
        entries = msgspec.json.decode(fields[field], type=list[msgspec.Raw] | None)
    except (KeyError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return tuple(_readable(entries or (), kind))


def _readable(entries: Iterable[msgspec.Raw], kind: type[_Entry]) -> Iterator[_Entry]:
    for entry in entries:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield msgspec.json.decode(entry, type=kind)


def _fault(
    answer: Answer | None,
    models: Sequence[str] | None,
    *,
    patience: float,
    path: str,
    name: str = "",
    get: str = "load one",
) -> str:
    """Say why nobody can be asked who answered so, and what to do; else nothing."""
    if answer is None or any(map(can_answer, models or ())):
        return ""
    again = "then run hexai config init again"
    if models:
        more = f" and {len(models) - 1:,} more" if len(models) > 1 else ""
        listed = f"{models[0]}{more}"
        return f"lists none that answers questions ({listed}): {get}, {again}"
    if models is not None:
        return f"has no model: {get}, {again}"
    if not answer.status and not answer.body:
        return (
            f"lists no models within {patience:g} seconds: if it is a server of models "
            f"that is still starting, wait, {again}"
        )
    if answer.status in _NEEDS_KEY and name:
        return (
            f"wants a key: describe it in [providers.{name}], and put the key into "
            f"{key_variable(name)}; hexai config schema lists what goes there"
        )
    return (
        f"{_instead(answer)}: if it is a server of models, see what {path} gives "
        f"there, {again}"
    )


def _instead(answer: Answer) -> str:
    """Say what came instead of a list of models."""
    if not answer.status:
        said = answer.body.partition(b"\n")[0].decode("utf-8", "replace").strip()
        return f"does not speak HTTP (it says {shorten(said, SHORT)!r})"
    about = [] if answer.status == _OK else [f"status {answer.status}"]
    if answer.location:
        about.append(f"it points to {answer.location}")
    elif answer.is_page and answer.title:
        about.append(f"“{answer.title}”")
    if answer.server:
        about.append(f"by {answer.server}")
    told = f" ({', '.join(about)})" if about else ""
    if answer.is_page:
        return f"shows a web page and lists no models{told}"
    return f"lists no models{told}"


_OK = 200
_NEEDS_KEY = (401, 403)
