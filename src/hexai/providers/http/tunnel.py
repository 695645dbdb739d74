"""A connection to an upstream by a proxy, which is asked for it by CONNECT.

Within it TLS is spoken with the upstream itself; the proxy sees host and port.
Source: RFC 9110, 9.3.6.
"""

import ssl

from hexai.config.addresses import host_and_port
from hexai.errors import (
    Authentication,
    ConnectionFailed,
    Permission,
    ProviderError,
)
from hexai.providers.http.connection import Connection
from hexai.providers.http.network import Wire, open_tcp
from hexai.providers.http.proxies import Proxy
from hexai.providers.http.route import End, Route
from hexai.providers.http.tls import secured

_MAY_PASS = frozenset({408, 425, 429})


async def open_tunnel(
    route: Route, proxy: Proxy, context: ssl.SSLContext, outer: ssl.SSLContext | None
) -> Wire:
    """Connect to a route's upstream by its proxy.

    `context` secures the connection to the upstream; `outer` the one to the proxy,
    where that speaks TLS. Raises `ProviderError`.
    """
    ends = route.ends
    place = host_and_port(proxy.url)
    wire: Wire = await open_tcp(*place, ends[0])
    if outer is not None:
        wire = await secured(wire, outer, place[0], ends[1])
    host, port = host_and_port(route.origin)
    try:
        await _ask(wire, f"[{host}]:{port}" if ":" in host else f"{host}:{port}", proxy)
    except BaseException:
        wire.abort()
        raise
    return await secured(wire, context, host, ends[-1])


async def _ask(wire: Wire, place: str, proxy: Proxy) -> None:
    """Ask a proxy for a connection to `HOST:PORT`."""
    target = place.encode()
    headers = [(b"host", target)]
    if proxy.credential is not None:
        told = f"Basic {proxy.credential.reveal()}"
        headers.append((b"proxy-authorization", told.encode()))
    head = await Connection(wire).ask("CONNECT", target, headers)
    if not 200 <= head.status < 300:
        raise refused_by(wire.end, head.status)


def refused_by(proxy: End, status: int) -> ProviderError:
    """Give what it means that a proxy opened no tunnel.

    The words behind the status are the proxy's own, and may repeat the password that
    it was given: they are left out.
    """
    message = f"{proxy.name} opened no tunnel (status {status})"
    if status == 407:
        return Authentication(
            message,
            advice="give its user and password in HTTPS_PROXY or ALL_PROXY, "
            "as http://USER:PASSWORD@HOST:PORT",
        )
    if 400 <= status < 500 and status not in _MAY_PASS:
        return Permission(
            message, advice="ask who runs it, or name the host in NO_PROXY"
        )
    return ConnectionFailed(message, advice=proxy.advice.reach)
