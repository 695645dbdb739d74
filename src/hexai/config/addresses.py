"""What a `base_url` may be, and which origin it has.

Credentials, slots and breakers belong to an origin, so two spellings of one host must
become the same text before anything is compared: the host is lower-cased and in ASCII
form (IDNA), IPv6 addresses are compressed, a default port is dropped. Spellings that
the resolver would understand but a reader would not (`127.1`, `0x7f.1`) are refused.
"""

import re
from urllib.parse import SplitResult, urlsplit

from hexai.text.sanitise import visible_line

ALLOWED = "allowed: http://HOST[:PORT][/PATH] or https://…"

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"\d+|0x[0-9a-f]*")


def check_base_url(text: str) -> str:
    """Give the URL in its one normal form, without a trailing slash.

    `HTTPS://Example.com:443/v1/` becomes `https://example.com/v1`.

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


def host_and_port(origin: str) -> tuple[str, int]:
    """Take an origin apart, as a socket wants it."""
    parts = urlsplit(origin)
    return parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]


def is_loopback(url: str) -> bool:
    """Tell whether a checked URL names this machine's loopback interface."""
    host = urlsplit(url).hostname or ""
    if host in {"localhost", "::1"}:
        return True
    return host.startswith("127.") and _is_ipv4(host)


def shown_address(url: str) -> str:
    """Give an address for people, without what may be secret in it.

    That is a user, a password, and the query, in which servers write signatures.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return visible_line(f"{url.partition(':')[0]}://…")
    place = parts.netloc.rpartition("@")[2]
    end = "?…" if parts.query else ""
    return visible_line(f"{parts.scheme}://{place}{parts.path}{end}")


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
