"""What a `base_url` may be, which origin it has, and what other tools' variables say.

Credentials, slots and breakers belong to an origin, so two spellings of one host must
become the same text before anything is compared: the host is lower-cased and in ASCII
form (IDNA), IPv6 addresses are compressed, a default port is dropped. Spellings that
the resolver would understand but a reader would not (`127.1`, `0x7f.1`) are refused.
"""

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from hexai.config.merge import Layer, Merged
from hexai.config.problems import KeyPath
from hexai.config.schema_providers import Ollama, OpenAI

ALLOWED = "allowed: http://HOST[:PORT][/PATH] or https://…"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")


def check_base_url(text: str) -> str:
    """Give the URL in its one normal form, without a trailing slash.

    Raises ValueError, whose text says what is wrong and what is allowed, and never
    repeats a user name or password.
    """
    if not text or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(f"is empty, or holds blanks or unseen characters; {ALLOWED}")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(f"the host or port cannot be read; {ALLOWED}") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError(f"is neither http nor https; {ALLOWED}")
    _refuse_extras(text, parts)
    if port == 0:
        raise ValueError(f"port 0 cannot be connected to; {ALLOWED}")
    host = _normal_host(parts.hostname or "", bracketed="[" in parts.netloc)
    shown_port = "" if port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{port}"
    return f"{parts.scheme}://{host}{shown_port}{parts.path.rstrip('/')}"


def origin(url: str) -> str:
    """Give `scheme://host:port` of a checked URL, the port always written out."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}:{parts.port or _DEFAULT_PORTS[parts.scheme]}"


def is_loopback(url: str) -> bool:
    """Tell whether a checked URL names this machine's loopback interface."""
    host = urlsplit(url).hostname or ""
    if host in {"localhost", "::1"}:
        return True
    return host.startswith("127.") and _is_ipv4(host)


def _refuse_extras(text: str, parts: SplitResult) -> None:
    if "@" in parts.netloc:
        raise ValueError(
            f"holds a user name or password; {ALLOWED}; keys belong in the environment"
        )
    if "?" in text or "#" in text:
        raise ValueError(f"holds a query or fragment; {ALLOWED}")
    if not parts.path.isascii():
        raise ValueError(f"the path is not ASCII; {ALLOWED}")


def _normal_host(host: str, *, bracketed: bool) -> str:
    if bracketed:
        return f"[{_normal_ipv6(host)}]"
    if not host.isascii():
        host = _to_ascii(host)
    labels = host.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        if not _is_ipv4(host):
            raise ValueError(f"the host is not a full IPv4 address; {ALLOWED}")
        return host
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(f"the host is not a valid name; {ALLOWED}")
    return host


def _is_ipv4(host: str) -> bool:
    numbers = host.split(".")
    return len(numbers) == 4 and all(
        number.isdecimal() and int(number) < 256 and str(int(number)) == number
        for number in numbers
    )


def _normal_ipv6(host: str) -> str:
    import ipaddress

    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise ValueError(f"the host is not a valid IPv6 address; {ALLOWED}") from None
    if address.scope_id is not None:
        raise ValueError(f"the host names a network interface; {ALLOWED}")
    return address.compressed


def _to_ascii(host: str) -> str:
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise ValueError(f"the host is not a valid name; {ALLOWED}") from None


# Whoever sets `OPENAI_BASE_URL` or `OLLAMA_HOST` means a place, and must not find that
# prompts and a key went to another one without a word. An Ollama's address may serve as
# the default of ours. OpenAI's may not: the key that would go there along with it was
# given for OpenAI's own origin, unless the user's file says otherwise. Either is said
# once by whoever asks the provider.

OLLAMA_HOST = "OLLAMA_HOST"
_OLLAMA: KeyPath = ("ollama", "base_url")
_OPENAI: KeyPath = ("openai", "base_url")
_OPENAI_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
_PORT = 11434
_EVERY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104
"""Where a server that listens everywhere is to be asked."""


def ollama_layer(environ: Mapping[str, str]) -> Layer:
    """Give the layer of `OLLAMA_HOST`, empty if it says nothing that can be used."""
    url = ollama_named(environ)
    values: dict[KeyPath, object] = {_OLLAMA: url} if url else {}
    return Layer(
        kind="environment",
        name="environment",
        values=values,
        variables=dict.fromkeys(values, OLLAMA_HOST),
    )


def ollama_named(environ: Mapping[str, str]) -> str:
    """Give the address that `OLLAMA_HOST` says; empty if it says none."""
    return _ollama_url(environ.get(OLLAMA_HOST, "").strip().strip("'\""))


def ollama_port(environ: Mapping[str, str]) -> tuple[str, int] | None:
    """Say where on this machine an Ollama is to be looked for.

    None if `OLLAMA_HOST` says that it is on another one, or not to be had in clear.
    """
    url = ollama_named(environ) or Ollama().base_url
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.path or not is_loopback(url):
        return None
    return parts.hostname or "", parts.port or 80


def elsewhere(environ: Mapping[str, str], merged: Merged) -> dict[str, str]:
    """Say of built-in providers, by name, what their user may not expect."""
    notes = {
        "ollama": _of_ollama(environ, merged),
        "openai": _of_openai(environ, merged),
    }
    return {name: note for name, note in notes.items() if note}


def _of_ollama(environ: Mapping[str, str], merged: Merged) -> str:
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


def _of_openai(environ: Mapping[str, str], merged: Merged) -> str:
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
    port = port or ("" if marked else str(_PORT))
    host = _EVERY_ADDRESS.get(host, host)
    text = f"{scheme or 'http'}://{host}{':' + port if port else ''}{slash}{path}"
    try:
        return check_base_url(text)
    except ValueError:
        return ""
