"""What a machine without any configuration has to offer.

Used for the first run and by `hexai config init`: it looks, and sends nothing to any
cloud. The one connection it makes goes to the port of Ollama on this machine, which
`OLLAMA_HOST` may name; where that names another machine, nobody is asked.
"""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.elsewhere import ollama_named, ollama_port
from hexai.service.setup.probe import Address, fetch

_USUAL: Address = ("127.0.0.1", 11434)
_VENDORS = ("OPENAI", "OPENROUTER", "ANTHROPIC")


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
    names = [f"{prefix}{v}_API_KEY" for v in _VENDORS for prefix in ("HEXAI_", "")]
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
    address = ollama_port(environ)
    models = None if address is None else await _ollama_models(address, patience)
    return Found(
        extra_installed=extra_installed(),
        model_there=model.is_file(),  # noqa: ASYNC240 - nothing else runs yet
        ollama=None if models is None else tuple(each.name for each in models),
        ollama_remote=frozenset(each.name for each in models or () if each.is_remote),
        ollama_url=ollama_named(environ) if address not in (None, _USUAL) else "",
        ollama_elsewhere="" if address else ollama_named(environ),
        keys=keys_in(environ),
    )


async def _ollama_models(
    address: Address, patience: float
) -> "tuple[_Model, ...] | None":
    """List the models of an Ollama; empty if it is there but does not say."""
    body = await fetch(address, "/api/tags", patience=patience)
    return None if body is None else _models_in(body)


class _Model(Struct):
    name: str
    remote_host: str | None = None
    remote_model: str | None = None

    @property
    def is_remote(self) -> bool:
        return bool(self.remote_host or self.remote_model)


class _Tags(Struct):
    models: list[_Model]


def _models_in(body: bytes) -> tuple[_Model, ...]:
    try:
        tags = msgspec.json.decode(body, type=_Tags)
    except (msgspec.MsgspecError, RecursionError):
        return ()
    return tuple(tags.models)
