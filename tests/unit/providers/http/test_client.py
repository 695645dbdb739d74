"""HTTP as the upstream sees it, and the names of what goes wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hexai.errors import (
    BadAnswer,
    BrokenStream,
    ConnectionFailed,
    ProviderError,
    TooLarge,
)
from hexai.providers.credentials import FixedCredential
from hexai.providers.http.client import HttpClient
from hexai.providers.http_provider import HttpProvider
from hexai.providers.secret import Secret
from tests.support.patience import PATIENCE
from tests.support.plain import (
    CALL,
    PlainFormat,
    Steps,
    ask,
    client_for,
    collect,
    failure,
    plain_answer,
    said,
    settings_for,
)
from tests.support.replies import (
    break_off,
    close,
    cut,
    early_hints,
    huge_headers,
    huge_line,
    raw,
    redirect,
    reset,
    sse,
    status,
)
from tests.support.upstream import Reply, Upstream


def test_a_request_says_only_what_it_must() -> None:
    """Host, agent, framing and identity encoding: no cookie, no referrer, no auth."""
    with Upstream(plain_answer("hi")) as upstream:
        text = said(ask(client_for(f"{upstream.url}/v1")))

    (request,) = upstream.requests
    assert text == "hi"
    assert (request.method, request.path) == ("POST", "/v1/ask")
    assert request.headers == {
        "host": f"127.0.0.1:{upstream.port}",
        "accept-encoding": "identity",
        "content-length": str(len(request.body)),
        "content-type": "application/json",
        "user-agent": request.headers["user-agent"],
    }


def test_to_get_tells_of_no_body() -> None:
    """Some servers refuse a GET with a `content-length`, though it be 0."""
    with Upstream(raw(b"HTTP/1.0 200 OK\r\n\r\n{}")) as upstream:
        asyncio.run(client_for(upstream.url).ask("/x", limit=100))

    (request,) = upstream.requests
    assert (request.method, "content-length" in request.headers) == ("GET", False)
    assert request.headers["user-agent"].startswith("hexai/")


def test_cookies_are_not_kept() -> None:
    """An upstream that sets a cookie does not see it again."""
    setting = status(200, "data: [DONE]\n\n", {"set-cookie": "a=b; Path=/"})
    with Upstream(setting) as upstream:
        ask(client_for(upstream.url), times=2)

    assert [request.headers.get("cookie") for request in upstream.requests] == [
        None,
        None,
    ]


def test_a_connection_is_used_again() -> None:
    """An answer read to its end leaves its connection for the next request."""
    with Upstream(plain_answer("hi")) as upstream:
        ask(client_for(upstream.url), times=3)

    assert len(upstream.connections) == 1


def test_idle_connections_can_be_dropped() -> None:
    """After `drop_idle` the next request opens a connection of its own."""

    async def run(client: HttpProvider) -> None:
        await collect(client)
        await client.drop_idle()
        await collect(client)
        await client.aclose()

    with Upstream(plain_answer("hi")) as upstream:
        asyncio.run(run(client_for(upstream.url)))

    assert len(upstream.connections) == 2


def test_a_connection_that_the_server_closed_is_not_used() -> None:
    """A kept connection that ended meanwhile costs nothing visible."""

    async def run(upstream: Upstream, client: HttpProvider) -> str:
        await collect(client)
        await upstream.until(upstream.all_closed)
        text = said(await collect(client))
        await client.aclose()
        return text

    whole = b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\ndata: [DONE]\n\n"
    with Upstream(raw(whole), plain_answer("hi")) as upstream:
        assert asyncio.run(run(upstream, client_for(upstream.url))) == "hi"


def test_a_connection_that_ends_as_it_is_used_again_costs_nothing_visible() -> None:
    """Nothing came of it, so a new one is asked; a new one is not asked again."""
    with Upstream(plain_answer("a"), close(), plain_answer("b")) as upstream:
        assert said(ask(client_for(upstream.url), times=2)) == "b"

    assert (len(upstream.requests), len(upstream.connections)) == (3, 2)
    with (
        Upstream(plain_answer("a"), close(), close()) as upstream,
        pytest.raises(ConnectionFailed),
    ):
        ask(client_for(upstream.url), times=2)

    assert len(upstream.requests) == 3


def test_what_was_not_asked_is_no_answer() -> None:
    """A second answer behind the first is not taken for the next request's."""
    one = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s"
    whole = b"data: a\n\ndata: [DONE]\n\n"
    twice = (one % (len(whole), whole)) + (one % (14, b"data: [DONE]\n\n"))
    with Upstream(raw(twice, close=False), plain_answer("b")) as upstream:
        chunks = ask(client_for(upstream.url), times=2)

    assert said(chunks) == "b"
    assert len(upstream.connections) == 2


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirects_are_named_and_never_followed(code: int) -> None:
    """A 3xx is a bad answer that says where it pointed; nobody is connected to."""
    with Upstream(plain_answer("hi")) as other:
        target = f"{other.url}/elsewhere"
        with Upstream(redirect(target, code)) as upstream:
            error = failure(client_for(upstream.url))

    assert isinstance(error, BadAnswer)
    assert error.http_status == code
    assert target in str(error)
    assert other.connections == []


PROXIES = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]


def test_loopback_is_never_sent_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With every proxy variable set, handed in and real, the proxy sees no byte."""
    with Upstream() as proxy, Upstream(plain_answer("hi")) as upstream:
        environ = {}
        for name in (*PROXIES, *(name.lower() for name in PROXIES)):
            monkeypatch.setenv(name, proxy.url)
            environ[name] = proxy.url
        text = said(ask(client_for(upstream.url, environ=environ)))

    assert text == "hi"
    assert proxy.connections == []


def test_a_socket_is_never_sent_through_a_proxy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A Unix socket is talked to directly, with its key."""
    path = str(tmp_path / "s")
    with Upstream() as proxy, Upstream(plain_answer("hi"), socket_path=path) as worker:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.url)
        client = HttpProvider(
            PlainFormat(),
            HttpClient.for_socket(path),
            FixedCredential(Secret("worker-key")),
            settings_for("http://localhost", name="local"),
        )
        text = said(ask(client))

    assert text == "hi"
    assert worker.requests[0].headers["authorization"] == "Bearer worker-key"
    assert proxy.connections == []


def test_informational_answers_are_passed_over() -> None:
    """1xx answers before the real one change nothing."""
    with Upstream(early_hints(plain_answer("hi"), times=3)) as upstream:
        assert said(ask(client_for(upstream.url))) == "hi"


SWITCHING = b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"
BAD_CHUNK = (
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\ndata: x\n\n\r\n"
)
LENGTH = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"

FAULTS: list[tuple[str, Reply, type[ProviderError]]] = [
    ("closed without an answer", close(), ConnectionFailed),
    ("closed within the head", raw(b"HTTP/1.1 200 OK\r\nx:"), ConnectionFailed),
    ("reset without an answer", break_off(), ConnectionFailed),
    ("reset before any text", reset(plain_answer("a"), 0), ConnectionFailed),
    ("cut before any text", cut(plain_answer("a"), 0), ConnectionFailed),
    ("cut after a comment", cut(sse(b": ping\n\n", "a"), 1), ConnectionFailed),
    ("cut after text", cut(plain_answer("a", "b"), 1), BrokenStream),
    ("reset after text", reset(plain_answer("a", "b", gap=0.1), 1), BrokenStream),
    ("shorter than promised", raw(LENGTH, b"data: a\n\n"), BrokenStream),
    ("no HTTP at all", raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), BadAnswer),
    ("chunks that are none", raw(BAD_CHUNK, close=False), BadAnswer),
    ("another protocol", raw(SWITCHING, close=False), BadAnswer),
    ("endless headers", huge_headers(), TooLarge),
    ("endless hints", early_hints(close(), times=2000), TooLarge),
    ("a line without an end", huge_line(8 * 1024 * 1024), TooLarge),
    ("compressed", status(200, b"\x1f", {"content-encoding": "gzip"}), BadAnswer),
    ("a web page", status(200, "<p>", {"content-type": "text/html"}), BadAnswer),
]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [case[1:] for case in FAULTS],
    ids=[case[0] for case in FAULTS],
)
def test_every_fault_has_its_own_name(reply: Reply, kind: type[ProviderError]) -> None:
    """What an upstream does wrong becomes the right error, with one line of text."""
    with Upstream(reply) as upstream:
        error = failure(client_for(upstream.url))

    assert type(error) is kind, error
    assert "\n" not in str(error)


def test_connected_is_told_once_and_before_the_answer() -> None:
    """The budget of the first token starts when the request can be sent."""

    async def run(upstream: Upstream) -> list[str]:
        client = client_for(upstream.url)
        steps = Steps()
        stream = client.stream(CALL, steps)
        async with asyncio.timeout(PATIENCE):
            await anext(stream)
        await stream.aclose()
        await client.aclose()
        return steps.seen

    with Upstream(plain_answer("hi")) as upstream:
        assert asyncio.run(run(upstream)) == ["connected"]


def test_nothing_is_connected_to_when_the_connection_fails() -> None:
    """A refused connection never says that the request can be sent."""

    async def run() -> list[str]:
        steps = Steps()
        with pytest.raises(ConnectionFailed):
            await anext(client_for("http://127.0.0.1:1").stream(CALL, steps))
        return steps.seen

    assert asyncio.run(run()) == []


async def _leave_by_cancel(client: HttpProvider, upstream: Upstream) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(collect(client))
        await upstream.until(lambda: bool(upstream.requests))
        task.cancel()


async def _leave_by_closing(client: HttpProvider, upstream: Upstream) -> None:
    stream = client.stream(CALL, Steps())
    await anext(stream)
    await stream.aclose()


async def _leave_by_cancel_in_text(client: HttpProvider, upstream: Upstream) -> None:
    shown = asyncio.Event()

    async def read() -> None:
        async for _ in client.stream(CALL, Steps()):
            shown.set()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(read())
        await shown.wait()
        task.cancel()


@pytest.mark.parametrize(
    ("reply", "leave"),
    [
        (None, _leave_by_cancel),
        (plain_answer("a", "b", gap=60), _leave_by_cancel_in_text),
        (plain_answer("a", "b", gap=60), _leave_by_closing),
    ],
    ids=["no answer yet", "cancelled in text", "closed in text"],
)
def test_leaving_closes_the_connection_at_once(
    reply: Reply | None,
    leave: Callable[[HttpProvider, Upstream], Awaitable[None]],
) -> None:
    """The upstream sees the end of a stream within 100 ms after it was left."""

    async def run(upstream: Upstream) -> None:
        client = client_for(upstream.url)
        await leave(client, upstream)
        await upstream.until(upstream.all_closed, 0.1)
        await client.aclose()

    with Upstream(*([reply] if reply else [])) as upstream:
        asyncio.run(run(upstream))

    assert upstream.connections[0].closed_by_client


def test_a_client_that_is_closed_ends_what_is_under_way() -> None:
    """Closing the client ends its streams as broken connections."""

    async def run(upstream: Upstream) -> None:
        client = client_for(upstream.url)
        stream = client.stream(CALL, Steps())
        await anext(stream)
        await client.aclose()
        with pytest.raises(BrokenStream):
            await anext(stream)

    with Upstream(plain_answer("a", "b", gap=60)) as upstream:
        asyncio.run(run(upstream))
