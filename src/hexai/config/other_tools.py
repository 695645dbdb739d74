"""What variables of other tools say of where a provider is.

Whoever sets `OPENAI_BASE_URL` or `OLLAMA_HOST` means a place, and must not find that
prompts and a key went to another one without a word. An Ollama's address may serve as
the default of ours. OpenAI's may not: the key that would go there along with it was
given for OpenAI's own origin, unless the user's file says otherwise. Either is said
once by whoever asks the provider.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from hexai.config.addresses import check_base_url, is_loopback
from hexai.config.merge import Layer, Merged
from hexai.config.problems import KeyPath
from hexai.config.schema_providers import OLLAMA_PORT, Ollama, OpenAI

OLLAMA_HOST = "OLLAMA_HOST"
_OLLAMA: KeyPath = ("ollama", "base_url")
_OPENAI: KeyPath = ("openai", "base_url")
_OPENAI_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
_EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104
"""Where a server that listens everywhere is to be asked."""


def ollama_layer(environ: Mapping[str, str]) -> Layer:
    """Give the layer of `OLLAMA_HOST`, empty if it says nothing that can be used."""
    url = ollama_url_named(environ)
    values: dict[KeyPath, object] = {_OLLAMA: url} if url else {}
    return Layer(
        kind="environment",
        name="environment",
        values=values,
        variables=dict.fromkeys(values, OLLAMA_HOST),
    )


def ollama_url_named(environ: Mapping[str, str]) -> str:
    """Give the address that `OLLAMA_HOST` says; empty if it says none."""
    return _ollama_url(environ.get(OLLAMA_HOST, "").strip().strip("'\""))


def ollama_address(environ: Mapping[str, str]) -> tuple[str, int] | None:
    """Say where on this machine an Ollama is to be looked for.

    None if `OLLAMA_HOST` says that it is on another one, or not to be had in clear.
    """
    url = ollama_url_named(environ) or Ollama().base_url
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.path or not is_loopback(url):
        return None
    return parts.hostname or "", parts.port or 80


def told_addresses(environ: Mapping[str, str], merged: Merged) -> dict[str, str]:
    """Say of built-in providers, by name, what their user may not expect."""
    notes = {
        "ollama": _about_ollama(environ, merged),
        "openai": _about_openai(environ, merged),
    }
    return {name: note for name, note in notes.items() if note}


def _about_ollama(environ: Mapping[str, str], merged: Merged) -> str:
    if not environ.get(OLLAMA_HOST, "").strip():
        return ""
    url = merged.values.get(_OLLAMA)
    if not _is_set(merged, _OLLAMA):
        return (
            f"{OLLAMA_HOST} is no address and not used: ollama is asked at "
            f"{Ollama().base_url}"
        )
    origin = merged.origins[_OLLAMA]
    if origin.variables.get(_OLLAMA) != OLLAMA_HOST or url == Ollama().base_url:
        return ""
    return f"ollama is asked at {url}, as {OLLAMA_HOST} says"


def _about_openai(environ: Mapping[str, str], merged: Merged) -> str:
    name = next((n for n in _OPENAI_VARIABLES if environ.get(n, "").strip()), "")
    own = OpenAI().base_url
    if not name or _is_set(merged, _OPENAI):
        return ""
    if environ[name].strip().rstrip("/") == own:
        return ""
    return (
        f"{name} is not used: openai is asked at {own}; to ask there, set base_url in "
        "[openai], or HEXAI_OPENAI_BASE_URL"
    )


def _is_set(merged: Merged, path: KeyPath) -> bool:
    """Say whether anybody has set a key: all of them have a default."""
    origin = merged.origin(path)
    return origin is not None and origin.kind != "built-in"


def _ollama_url(said: str) -> str:
    """Read an address as Ollama's own client does; empty if it is none.

    Without a scheme the port is Ollama's, with one that of the scheme.
    """
    if not said:
        return ""
    scheme, marked, rest = said.rpartition("://")
    place, slash, path = rest.partition("/")
    found = re.fullmatch(r"(\[[0-9a-fA-F:.]*\]|[^:\[\]]*)(?::(\d{1,5}))?", place)
    if found is None:
        return ""
    host, port = found.groups()
    port = port or ("" if marked else str(OLLAMA_PORT))
    host = _EVERY_ADDRESS.get(host, host)
    text = f"{scheme or 'http'}://{host}{':' + port if port else ''}{slash}{path}"
    try:
        return check_base_url(text)
    except ValueError:
        return ""
