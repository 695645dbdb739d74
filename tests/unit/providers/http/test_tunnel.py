"""What a proxy does wrong, and what the upstream behind it does, told apart."""

import asyncio
import base64
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from hexai.errors import (
    Authentication,
    BadAnswer,
    ConnectionFailed,
    Permission,
    ProviderError,
    TLSFailed,
    TooLarge,
)
from hexai.providers.http.route import Route
from tests.support.plain import ask, client_for, failure, plain_answer, said
from tests.support.ports import served
from tests.support.replies import raw, status, tunnel
from tests.support.upstream import Reply, Upstream

FAR = "api.hexai.test"
ORIGIN = f"https://{FAR}:443"
PASSWORD = "s3cr3t-p\u00e4ss"
USER = "me:s3cr3t-p%C3%A4ss@"
BASIC = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
CHECK = "check HTTPS_PROXY, ALL_PROXY and NO_PROXY"

Context = Callable[..., ssl.SSLContext]


@pytest.fixture
def serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """Give contexts of servers with certificates that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    def context(*names: str) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(made)
        return made

    return context


def met(proxy: str) -> ProviderError:
    """Ask by a proxy, with user and password, and give how that failed."""
    url = proxy.replace("//", f"//{USER}")
    error = failure(client_for(f"https://{FAR}", environ={"HTTPS_PROXY": url}))
    for secret in ("s3cr3t", BASIC):
        assert secret not in f"{error} {error!r} {vars(error)}"
    return error


@pytest.mark.parametrize("secure", [False, True])
def test_a_proxy_leads_to_the_upstream(serving: Context, *, secure: bool) -> None:
    """A plain and a secure one; the password goes to it alone, whatever it holds."""
    tls = serving("127.0.0.1") if secure else None
    with (
        Upstream(plain_answer("hi"), tls=serving(FAR)) as upstream,
        Upstream(tunnel("127.0.0.1", upstream.port), tls=tls) as proxy,
    ):
        url = proxy.url.replace("//", f"//{USER}")
        client = client_for(f"https://{FAR}", environ={"HTTPS_PROXY": url})
        assert said(ask(client)) == "hi"

    [connect], [asked] = proxy.requests, upstream.requests
    assert (connect.method, connect.path) == ("CONNECT", f"{FAR}:443")
    assert connect.headers["proxy-authorization"] == f"Basic {BASIC}"
    assert "proxy-authorization" not in asked.headers


@pytest.mark.parametrize("secure", [False, True])
def test_a_certificate_that_is_wrong_behind_a_proxy_is_the_upstreams(
    serving: Context, *, secure: bool
) -> None:
    """It may be the proxy's own making: then its authority goes into `ca_file`."""
    tls = serving("127.0.0.1") if secure else None
    with (
        Upstream(tls=serving("another.hexai.test")) as upstream,
        Upstream(tunnel("127.0.0.1", upstream.port), tls=tls) as proxy,
    ):
        error = met(proxy.url)

    assert type(error) is TLSFailed
    assert error.message == (
        f"the certificate of {ORIGIN} by the proxy {proxy.url} is not valid: "
        f"Hostname mismatch, certificate is not valid for '{FAR}'"
    )
    assert "ca_file" in error.what_to_do
    assert upstream.requests == []


def test_a_certificate_of_a_proxy_that_is_wrong_is_the_proxys(
    serving: Context,
) -> None:
    """Nothing is sent to it, the password least of all."""
    with Upstream(status(502), tls=serving("proxy.hexai.test")) as proxy:
        error = met(proxy.url)

    assert type(error) is TLSFailed
    assert error.message.startswith(
        f"the certificate of the proxy {proxy.url} for {ORIGIN} is not valid: "
    )
    assert error.what_to_do == f"{CHECK}; for a private authority set SSL_CERT_FILE"
    assert proxy.requests == []


@pytest.mark.usefixtures("serving")
def test_a_proxy_without_tls_is_named() -> None:
    """Its address says https, and it speaks no TLS."""

    async def scene() -> ProviderError:
        async with served(_answer_anything) as port:
            return await asyncio.to_thread(met, f"https://127.0.0.1:{port}")

    error = asyncio.run(scene())

    assert type(error) is TLSFailed
    assert error.message.startswith("no TLS with the proxy https://127.0.0.1:")
    assert CHECK in error.what_to_do


async def _answer_anything(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
    await writer.drain()
    writer.close()


def spoken(words: str) -> Reply:
    """Answer by a status line of these words, which repeat what came in."""
    return raw(
        f"HTTP/1.1 {words} {BASIC} me:s3cr3t\r\ncontent-length: 0\r\n\r\n".encode()
    )


PASSWORD_WANTED = (
    "give its user and password in HTTPS_PROXY or ALL_PROXY, "
    "as http://USER:PASSWORD@HOST:PORT"
)
REFUSED = [
    (407, Authentication, PASSWORD_WANTED),
    (403, Permission, "ask who runs it, or name the host in NO_PROXY"),
    (405, Permission, "ask who runs it, or name the host in NO_PROXY"),
    (302, ConnectionFailed, CHECK),
    (408, ConnectionFailed, CHECK),
    (429, ConnectionFailed, CHECK),
    (502, ConnectionFailed, CHECK),
    (504, ConnectionFailed, CHECK),
]


@pytest.mark.parametrize(("code", "kind", "advice"), REFUSED)
def test_a_proxy_that_refuses_is_named(
    code: int, kind: type[ProviderError], advice: str
) -> None:
    """By its status; its own words may repeat the password, and are left out."""
    with Upstream(spoken(str(code))) as proxy:
        error = met(proxy.url)

    assert type(error) is kind
    assert str(error) == (
        f"the proxy {proxy.url} for {ORIGIN} opened no tunnel (status {code}); {advice}"
    )


BROKEN: list[tuple[Reply, type[ProviderError], str]] = [
    (raw(), ConnectionFailed, "closed the connection without an answer"),
    (raw(b"\0\1 no HTTP\r\n\r\n"), BadAnswer, "does not speak HTTP as it should"),
    (raw(b"HTTP/1.1 2x0 OK\r\n\r\n"), BadAnswer, "does not speak HTTP as it should"),
    (
        raw(b"HTTP/1.1 200 OK\r\na: %b\r\n\r\n" % (b"b" * 80_000)),
        TooLarge,
        "sent more than 64 KiB of headers",
    ),
]


@pytest.mark.parametrize(("reply", "kind", "what"), BROKEN)
def test_a_proxy_that_breaks_off_is_named(
    reply: Reply, kind: type[ProviderError], what: str
) -> None:
    """The upstream has said nothing, so nothing is said of it."""
    with Upstream(reply) as proxy:
        error = met(proxy.url)

    assert type(error) is kind
    assert str(error) == f"the proxy {proxy.url} for {ORIGIN} {what}; {CHECK}"


@pytest.mark.parametrize(
    "sent", [b"", b"SSH-2.0-OpenSSH_9.6\r\n"], ids=["nothing", "another protocol"]
)
@pytest.mark.usefixtures("serving")
def test_a_tunnel_that_leads_to_no_tls_is_named(sent: bytes) -> None:
    """The proxy has opened it, so both are in the message."""
    with Upstream(raw(b"HTTP/1.1 200 Connected\r\n\r\n" + sent)) as proxy:
        error = met(proxy.url)

    assert type(error) in {ConnectionFailed, TLSFailed}
    assert f"{ORIGIN} by the proxy {proxy.url}" in error.message


def test_what_is_wrong_behind_a_proxy_is_the_upstreams(serving: Context) -> None:
    """As without one, and the message says by whom."""
    with (
        Upstream(raw(b"no HTTP\r\n\r\n"), tls=serving(FAR)) as upstream,
        Upstream(tunnel("127.0.0.1", upstream.port)) as proxy,
    ):
        error = met(proxy.url)

    assert type(error) is BadAnswer
    assert error.message == (
        f"{ORIGIN} by the proxy {proxy.url} does not speak HTTP as it should"
    )


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_not_there_is_named(scheme: str) -> None:
    """With the system's own reason."""
    error = met(f"{scheme}://127.0.0.1:1")

    assert str(error) == (
        f"cannot connect to the proxy {scheme}://127.0.0.1:1 for {ORIGIN}: "
        f"connection refused; {CHECK}"
    )


def test_a_way_without_a_proxy_has_one_end() -> None:
    """Whatever goes wrong goes wrong there."""
    [end] = Route(origin=ORIGIN).ends

    assert (end.name, end.advice.reach) == (ORIGIN, ConnectionFailed.advice)
