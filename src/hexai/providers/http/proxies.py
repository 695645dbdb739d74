"""Which proxy of the environment, if any, carries the connections to an origin.

Only `https` upstreams that are not loopback ever use one: a proxy that saw plain http
would see prompts, and traffic of this machine has no business leaving it.
"""

from binascii import b2a_base64
from collections.abc import Mapping
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from msgspec import Struct

from hexai.config.addresses import check_base_url, is_loopback, origin
from hexai.errors import ConnectionFailed
from hexai.providers.secret import Secret


class Proxy(Struct, frozen=True, kw_only=True):
    """A proxy that is asked to open tunnels."""

    url: str
    """`scheme://host:port`, without user and password."""
    credential: Secret | None = None
    """User and password as they are sent (RFC 7617): the bytes that the variable holds,
    escaped or not, whatever they mean, in base64."""


def proxy_for(base_url: str, environ: Mapping[str, str]) -> Proxy | None:
    """Give the proxy for a checked URL; lower-case names win, as in other tools.

    Raises ConnectionFailed for one that cannot be used, rather than going without.
    """
    parts = urlsplit(base_url)
    if parts.scheme != "https" or is_loopback(base_url):
        return None
    if _excepted(parts.hostname or "", parts.port or 443, _either(environ, "NO_PROXY")):
        return None
    for name in ("HTTPS_PROXY", "ALL_PROXY"):
        if value := _either(environ, name):
            return _parse(name, value)
    return None


def _either(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name.lower()) or environ.get(name) or "").strip()


def _parse(name: str, value: str) -> Proxy:
    try:
        parts = _split(value if "://" in value else f"http://{value}")
        place = parts.netloc.rpartition("@")[2]
        url = origin(check_base_url(f"{parts.scheme}://{place}"))
        return Proxy(url=url, credential=_credential(parts))
    except ValueError:
        raise _unusable(name) from None


def _credential(parts: SplitResult) -> Secret | None:
    if parts.username is None:
        return None
    given = (parts.username, parts.password or "")
    pair = (unquote_to_bytes(each.encode(errors="surrogateescape")) for each in given)
    return Secret(b2a_base64(b":".join(pair), newline=False).decode())


def _split(url: str) -> SplitResult:
    """Split what has no more than a host; raises `ValueError`.

    Of a password with a bare `/`, `?` or `#` the first part would be taken for a host.
    """
    parts = urlsplit(url)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError
    return parts


def _unusable(name: str) -> ConnectionFailed:
    """Refuse a proxy by its variable's name: the value may hold a password."""
    return ConnectionFailed(
        f"{name} does not name a proxy that can be used",
        advice="allowed: http://[USER:PASSWORD@]HOST:PORT, or https://…",
    )


def _excepted(host: str, port: int, no_proxy: str) -> bool:
    rules = [rule.strip().lower() for rule in no_proxy.split(",")]
    return any(_matches(host, port, rule) for rule in rules if rule)


def _matches(host: str, port: int, rule: str) -> bool:
    """Tell whether a rule names a host, as curl and Go read `NO_PROXY`.

    `*` is every host; `10.0.0.0/8` a network; `example.com`, `.example.com` and
    `*.example.com` that host and all below it; `example.com:8080` only at that port;
    `::1`, `[::1]` and `[::1]:8080` an address of IPv6.
    """
    if rule == "*":
        return True
    if "/" in rule:
        return _in_network(host, rule)
    name, colon, number = rule.rpartition(":")
    if colon and number.isdecimal() and (":" not in name or name.endswith("]")):
        if int(number) != port:
            return False
        rule = name
    rule = rule.removeprefix("*").lstrip(".").removeprefix("[").removesuffix("]")
    return host == rule or host.endswith(f".{rule}")


def _in_network(host: str, rule: str) -> bool:
    import ipaddress

    try:
        network = ipaddress.ip_network(rule, strict=False)
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False
