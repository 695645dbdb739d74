"""The fault server does what it is told, and sees what is done to it."""

import json
import socket
import time
from pathlib import Path

import pytest

from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.replies import (
    break_off,
    cut,
    endless,
    json_answer,
    raw,
    sse,
    stall,
    status,
)
from tests.support.upstream import Exchange, Reply, Upstream

ASK = b"POST /ask HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


def connect(upstream: Upstream) -> socket.socket:
    """Connect as the plainest client."""
    return socket.create_connection(("127.0.0.1", upstream.port), timeout=5)


def answer(upstream: Upstream, request: bytes = ASK) -> bytes:
    """Send a request, and give all that comes until the end."""
    with connect(upstream) as client:
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: client.recv(65536), b""))


def test_replies_come_in_turn_and_the_last_one_stays() -> None:
    """A script is followed to its end; requests are recorded as they came."""
    with Upstream(status(500), raw(b"b"), raw(b"c")) as upstream:
        seen = [answer(upstream) for _ in range(4)]

    assert seen[0].startswith(b"HTTP/1.1 500 ")
    assert seen[1:] == [b"b", b"c", b"c"]
    first = upstream.requests[0]
    assert (first.method, first.path, first.json) == ("POST", "/ask", {})
    assert first.headers["host"] == "x"


def test_paths_can_have_scripts_of_their_own() -> None:
    """A path with a script is left alone by a new one for all others."""
    with Upstream(raw(b"a")).on("/api/show", raw(b"shown")) as upstream:
        upstream.answer_with(raw(b"b"))
        shown = answer(upstream, ASK.replace(b"/ask", b"/api/show"))
        assert (shown, answer(upstream)) == (b"shown", b"b")


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (cut(sse("a", "b"), 1), b"data: a\n\n"),
        (status(429, "no", {"Retry-After": "1"}), b"Retry-After: 1\r\n\r\nno"),
        (json_answer({"a": 1}), b'{"a": 1}'),
        (openai_answer(["x", "y"]), b'{"content": "y"}'),
        (openai_answer("x"), b"data: [DONE]\n\n"),
        (anthropic_answer("x", thinking="t"), b"event: message_stop"),
        (ollama_answer("x"), b'"done": true'),
    ],
)
def test_replies_hold_what_they_are_named_for(reply: Reply, expected: bytes) -> None:
    """Each canned reply sends its own end of a stream."""
    with Upstream(reply) as upstream:
        assert expected in answer(upstream)


def test_canned_answers_are_json() -> None:
    """Every line of data that a vendor's answer holds can be decoded."""
    for reply in (openai_answer("x", reasoning="r"), anthropic_answer("x")):
        with Upstream(reply) as upstream:
            lines = answer(upstream).splitlines()
        data = [line[6:] for line in lines if line.startswith(b"data: ")]
        assert data
        for one in data:
            assert one == b"[DONE]" or json.loads(one)


def test_a_break_is_a_reset() -> None:
    """A client in the middle of reading sees its connection break."""
    with Upstream(break_off()) as upstream, connect(upstream) as client:
        client.sendall(ASK)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


@pytest.mark.parametrize("reply", [stall(sse("a", "b"), 1), endless(b"x", gap=0.01)])
def test_a_client_that_leaves_is_noticed(reply: Reply) -> None:
    """The time of its leaving is recorded, and that it was the client who left."""
    with Upstream(reply) as upstream:
        client = connect(upstream)
        client.sendall(ASK)
        assert client.recv(1)
        left_at = time.monotonic()
        client.close()
        upstream.wait(upstream.all_closed)

    (connection,) = upstream.connections
    assert connection.closed_by_client
    assert connection.closed_at is not None
    assert connection.closed_at >= left_at
    assert bytes(connection.received) == ASK


def test_leaving_the_server_ends_what_hangs() -> None:
    """A test is over when it says so, whatever clients and replies still do."""
    with Upstream() as upstream:
        client = connect(upstream)
        client.sendall(ASK)
        upstream.wait(lambda: bool(upstream.requests))
    with client:
        assert client.recv(1) == b""


def test_waiting_for_what_never_comes_fails() -> None:
    """A condition that stays false is a failed test, not a hang."""
    with Upstream() as upstream, pytest.raises(AssertionError, match="never saw"):
        upstream.wait(lambda: False, 0.01)


def test_a_bug_in_a_reply_fails_the_test() -> None:
    """What a reply raises is raised again where the server is left."""

    async def broken(exchange: Exchange) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Upstream(broken) as upstream:
        answer(upstream)


def test_it_can_listen_on_a_socket_in_the_file_system(tmp_path: Path) -> None:
    """A worker's place can be taken by it."""
    path = str(tmp_path / "s")
    with (
        Upstream(raw(b"a"), socket_path=path),
        socket.socket(socket.AF_UNIX) as client,
    ):
        client.connect(path)
        client.sendall(ASK)
        assert client.recv(10) == b"a"
