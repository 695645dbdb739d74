"""TLS: whom it trusts, and what goes wrong with it."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import pytest
import trustme

from hexai.domain.messages import Message, Role
from hexai.domain.provider import Chunk
from hexai.errors import (
    BrokenStream,
    ConnectionFailed,
    ProviderError,
    TLSFailed,
)
from hexai.providers.credentials import ConfiguredCredential, FixedCredential
from hexai.providers.http.client import HttpClient
from hexai.providers.http.network import Wire
from hexai.providers.http.route import End
from hexai.providers.http.tls import open_tls
from hexai.providers.http.tls_contexts import Trust
from hexai.providers.http_provider import HttpProvider
from tests.support.plain import (
    CALL,
    PlainFormat,
    Steps,
    ask,
    client_for,
    failure,
    plain_answer,
    said,
    settings_for,
)
from tests.support.replies import break_off, close, cut, raw, reset, tunnel
from tests.support.timing import kept_within
from tests.support.upstream import Reply, Upstream

MARK = "sk-MARK-1234567890"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Give an authority that no system knows."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    """Write the authority to a file."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """Make a server's context with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


def test_a_private_authority_is_trusted_where_configured(
    authority: trustme.CA, ca_file: str
) -> None:
    """With `ca_file` the upstream is reached, without it it is not."""
    tls = serving(authority, "127.0.0.1")
    with Upstream(plain_answer("hi"), tls=tls) as upstream:
        assert said(ask(client_for(upstream.url, ca_file=ca_file))) == "hi"
        error = failure(client_for(upstream.url))

    assert type(error) is TLSFailed
    assert str(error) == (
        f"the certificate of {upstream.url} is not valid: unable to get local issuer "
        "certificate; check the host name; for a private authority set ca_file"
    )
    assert len(upstream.requests) == 1


def test_a_certificate_of_another_host_is_refused(
    authority: trustme.CA, ca_file: str
) -> None:
    """The name in the certificate must be the host of `base_url`."""
    tls = serving(authority, "other.example")
    with Upstream(plain_answer("hi"), tls=tls) as upstream:
        error = failure(client_for(upstream.url, ca_file=ca_file))

    assert type(error) is TLSFailed
    assert "IP address mismatch" in str(error)
    assert upstream.requests == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", TLSFailed), (b"", ConnectionFailed)],
)
def test_a_server_without_tls_is_named(answer: bytes, kind: type[Exception]) -> None:
    """Plain HTTP on an https address, or a hang-up, is no trusted connection."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=(listener,))
        server.start()
        error = failure(client_for(f"https://127.0.0.1:{listener.getsockname()[1]}"))
        server.join()

    assert type(error) is kind


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
LONG = b"data: x\n\n" * (1 << 17) + b"data: [DONE]\n\n"


@pytest.mark.parametrize("is_secure", [False, True])
@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (
            raw(
                CHUNKED, b"17\r\ndata: a\n\ndata: [DONE]\n\n\r\n0\r\nx-cost: 1\r\n\r\n"
            ),
            "a",
        ),
        (raw(CHUNKED, b"%x\r\n%s\r\n0\r\n\r\n" % (len(LONG), LONG)), "x" * (1 << 17)),
        (plain_answer(*"abcdefgh", gap=0.01), "abcdefgh"),
    ],
    ids=["trailers", "a chunk of 1 MB", "dripping"],
)
def test_a_body_is_whole_however_it_is_cut(
    authority: trustme.CA, ca_file: str, reply: Reply, text: str, *, is_secure: bool
) -> None:
    """Within TLS as without it."""
    tls = serving(authority, "127.0.0.1") if is_secure else None
    with Upstream(reply, tls=tls) as upstream:
        assert said(ask(client_for(upstream.url, ca_file=ca_file))) == text


def test_a_large_request_goes_out_whole(authority: trustme.CA, ca_file: str) -> None:
    """TLS takes it in records of 16 KiB."""
    said_at_length = Message(Role.USER, "word " * 300_000)
    call = msgspec.structs.replace(CALL, messages=(said_at_length,))
    with Upstream(plain_answer("hi"), tls=serving(authority, "127.0.0.1")) as upstream:
        assert said(ask(client_for(upstream.url, ca_file=ca_file), call)) == "hi"

    assert said_at_length.content in upstream.requests[0].json["said"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (close(), ConnectionFailed),
        (break_off(), ConnectionFailed),
        (cut(plain_answer("a"), 0), ConnectionFailed),
        (cut(plain_answer("a", "b"), 1), BrokenStream),
        (reset(plain_answer("a", "b", gap=0.1), 1), BrokenStream),
    ],
    ids=["closed", "reset", "cut at once", "cut after text", "reset after text"],
)
def test_an_end_within_tls_has_the_name_that_it_has_without(
    authority: trustme.CA, ca_file: str, reply: Reply, kind: type[ProviderError]
) -> None:
    """Half an answer is never taken for the whole."""
    with Upstream(reply, tls=serving(authority, "127.0.0.1")) as upstream:
        assert type(failure(client_for(upstream.url, ca_file=ca_file))) is kind


Answering = Callable[[ssl.SSLSocket], None]


@contextmanager
def spoken(context: ssl.SSLContext, answer: Answering) -> Iterator[str]:
    """Serve one connection by Python's blocking sockets; gives the URL."""

    def serve() -> None:
        connection, _ = listener.accept()
        with (
            connection,
            suppress(ssl.SSLError, ConnectionError),
            context.wrap_socket(connection, server_side=True) as secure,
        ):
            secure.recv(65536)
            answer(secure)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve)
        server.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        server.join()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_server_that_wants_a_certificate_is_told_from_one_that_hangs_up(
    authority: trustme.CA, ca_file: str, version: ssl.TLSVersion
) -> None:
    """With TLS 1.3 it says so once the handshake is over; before, in vaguer words."""
    asking = serving(authority, "127.0.0.1")
    authority.configure_trust(asking)
    asking.verify_mode = ssl.CERT_REQUIRED
    asking.minimum_version = asking.maximum_version = version
    with spoken(asking, lambda _: None) as url:
        error = failure(client_for(url, ca_file=ca_file))

    assert type(error) is TLSFailed
    if version is ssl.TLSVersion.TLSv1_3:
        assert str(error) == (
            f"{url} wants a certificate from who asks, and none is sent; ask by a "
            "proxy of your own that has one"
        )
    else:
        assert f"no TLS with {url}: " in str(error)


UNMEASURED = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("says_so", [True, False])
def test_a_body_that_ends_with_its_connection_is_whole_if_the_end_is_meant(
    authority: trustme.CA, ca_file: str, *, says_so: bool
) -> None:
    """A connection that was cut on its way ends without a word of TLS."""

    def answer(secure: ssl.SSLSocket) -> None:
        secure.sendall(UNMEASURED + b"half")
        if says_so:
            secure.unwrap()

    async def read(url: str) -> bytes:
        trust = Trust()
        client = HttpClient.for_origin(url, environ={}, trust=trust, ca_file=ca_file)
        try:
            async with client.send("GET", "/", headers={}) as answer:
                return await answer.read(100)
        finally:
            await client.aclose()

    with spoken(serving(authority, "127.0.0.1"), answer) as url:
        if says_so:
            assert asyncio.run(read(url)) == b"half"
        else:
            with pytest.raises(ConnectionFailed, match="before it answered"):
                asyncio.run(read(url))


def test_what_is_cut_behind_the_end_of_an_answer_does_not_matter(
    authority: trustme.CA, ca_file: str
) -> None:
    """Many servers of Python's close within TLS without a word, and had said all."""

    def answer(secure: ssl.SSLSocket) -> None:
        secure.sendall(UNMEASURED + b"data: hi\n\ndata: [DONE]\n\n")

    with spoken(serving(authority, "127.0.0.1"), answer) as url:
        assert said(ask(client_for(url, ca_file=ca_file))) == "hi"


def test_a_handshake_that_hangs_can_be_left() -> None:
    """Cancelling within the handshake closes the connection at once."""
    steps = Steps()

    async def reading(client: HttpProvider) -> None:
        await anext(client.stream(CALL, steps))

    async def run(upstream: Upstream) -> float:
        client = client_for(upstream.url.replace("http:", "https:"))
        before = len(upstream.connections)
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(reading(client))
            await upstream.until(lambda: len(upstream.connections) > before)
            left_at = time.monotonic()
            asking.cancel()
        await upstream.until(upstream.all_closed)
        await client.aclose()
        return left_at

    with Upstream() as without_tls:
        for attempt in kept_within(0.1):
            left_at = asyncio.run(run(without_tls))
            closed_at = without_tls.connections[-1].closed_at
            assert closed_at is not None
            attempt.seconds = closed_at - left_at

    assert all(one.closed_by_client for one in without_tls.connections)
    assert steps.seen == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "No such file or directory"), ("nonsense", "not a PEM file")],
)
def test_an_unreadable_authority_is_named(
    content: str | None, reason: str, tmp_path: Path
) -> None:
    """A `ca_file` that is missing or malformed fails its contender, by its path."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    error = failure(client_for("https://127.0.0.1:1", ca_file=str(path)))

    assert type(error) is TLSFailed
    assert f"ca_file {path}: {reason}" in str(error)


class _Untouched(Trust):
    """Fails when anybody asks for authorities."""

    async def context(self, ca_file: str = "") -> ssl.SSLContext:
        raise AssertionError("authorities were loaded")


def test_plain_http_loads_no_authorities() -> None:
    """Only an https upstream pays for loading the system's authorities."""
    with Upstream(plain_answer("hi")) as upstream:
        settings = settings_for(upstream.url)
        client = HttpProvider(
            PlainFormat(),
            HttpClient.for_origin(settings.base_url, environ={}, trust=_Untouched()),
            FixedCredential(None),
            settings,
        )
        assert said(ask(client)) == "hi"


def test_contexts_are_shared() -> None:
    """The authorities are loaded once, however many upstreams ask for them at once."""

    async def scenario() -> set[ssl.SSLContext]:
        trust = Trust()
        async with asyncio.TaskGroup() as group:
            asking = [group.create_task(trust.context()) for _ in range(3)]
        return {task.result() for task in asking} | {await trust.context()}

    assert len(asyncio.run(scenario())) == 1


class _Waiting(Trust):
    """Gives a context when it is told to, or says that there is none."""

    def __init__(self, *, fails: bool = False) -> None:
        super().__init__()
        self.may_go_on, self._fails = asyncio.Event(), fails

    async def context(self, ca_file: str = "") -> ssl.SSLContext:
        """Wait."""
        await self.may_go_on.wait()
        if self._fails:
            raise TLSFailed("no authorities")
        return await super().context(ca_file)


@pytest.mark.parametrize("fails", [True, False], ids=["no authorities", "cancelled"])
def test_a_connection_is_made_while_authorities_are_loaded(*, fails: bool) -> None:
    """And is closed at once where nothing comes of them."""

    async def scene() -> None:
        trust = _Waiting(fails=fails)
        with Upstream() as upstream:
            end, place = End(name="x"), ("127.0.0.1", upstream.port)
            async with asyncio.TaskGroup() as group:
                opening = group.create_task(_failing(open_tls(*place, end, trust, "")))
                await upstream.until(lambda: bool(upstream.connections))
                if fails:
                    trust.may_go_on.set()
                else:
                    opening.cancel()
            assert (type(opening.result()) is TLSFailed) is fails
            await upstream.until(upstream.all_closed, 1.0)

    asyncio.run(scene())


async def _failing(opening: Awaitable[Wire]) -> BaseException:
    try:
        await opening
    except (ProviderError, asyncio.CancelledError) as error:
        return error
    raise AssertionError("it was opened")


def test_what_is_wrong_with_authorities_is_told_first() -> None:
    """Not that nobody listens there either."""

    async def scene() -> None:
        trust = _Waiting(fails=True)
        trust.may_go_on.set()
        with pytest.raises(TLSFailed, match="no authorities"):
            await open_tls("127.0.0.1", 1, End(name="x"), trust, "")

    asyncio.run(scene())


def test_loading_authorities_holds_nobody_up() -> None:
    """The loop goes on meanwhile.

    It stood still for 20 to 50 ms, in the middle of a race or of typing.
    """

    async def scenario() -> int:
        turns = 0
        async with asyncio.TaskGroup() as group:
            loading = group.create_task(Trust().context())
            while not loading.done():
                await asyncio.sleep(0)
                turns += 1
        return turns

    assert asyncio.run(scenario()) > 3


def test_authorities_are_asked() -> None:
    """A context checks certificates and names, whatever else it knows."""
    trusting = asyncio.run(Trust().context())

    assert trusting.verify_mode is ssl.CERT_REQUIRED
    assert trusting.check_hostname


FAR = "api.hexai.test"


class _OnlyLoopback(asyncio.SelectorEventLoop):
    """A loop that looks no name up: what is asked for must be an address."""

    async def getaddrinfo(self, host: object, *_: object, **__: object) -> list[tuple]:  # type: ignore[type-arg]
        raise socket.gaierror(socket.EAI_NONAME, f"looked up {host!r}")


@pytest.fixture
def proxied(authority: trustme.CA) -> Iterator[tuple[Upstream, Upstream]]:
    """Give a proxy that leads every name to one upstream, and that upstream."""
    with (
        Upstream(plain_answer("hi"), tls=serving(authority, FAR)) as upstream,
        Upstream(tunnel("127.0.0.1", upstream.port)) as proxy,
    ):
        yield proxy, upstream


def test_https_beyond_loopback_goes_through_the_proxy(
    proxied: tuple[Upstream, Upstream], ca_file: str
) -> None:
    """The proxy sees host and port; key, prompt and answer stay within TLS."""
    proxy, upstream = proxied
    settings = settings_for(f"https://{FAR}/v1", ca_file=ca_file)
    environ = {
        "HTTPS_PROXY": proxy.url.replace("//", "//me:secret@"),
        "OPENAI_API_KEY": MARK,
    }
    client = HttpProvider(
        PlainFormat(),
        HttpClient.for_origin(
            settings.base_url,
            environ=environ,
            trust=Trust(),
            ca_file=settings.ca_file,
        ),
        ConfiguredCredential(settings, environ=environ, home="/"),
        settings,
    )
    steps = Steps()

    async def run() -> list[Chunk]:
        chunks = [chunk async for chunk in client.stream(CALL, steps)]
        await client.aclose()
        return chunks

    with asyncio.Runner(loop_factory=_OnlyLoopback) as runner:
        assert said(runner.run(run())) == "hi"

    (connect,) = proxy.requests
    assert (connect.method, connect.path) == ("CONNECT", f"{FAR}:443")
    assert connect.headers["proxy-authorization"] == "Basic bWU6c2VjcmV0"
    assert MARK.encode() not in proxy.connections[0].received
    assert upstream.requests[0].headers["authorization"] == f"Bearer {MARK}"
    assert "proxy-authorization" not in upstream.requests[0].headers
    assert steps.seen == ["connected"]
