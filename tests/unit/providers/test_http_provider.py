"""One attempt over HTTP: what is sent, what is refused, and what errors carry."""

import asyncio
import tracemalloc
from email.utils import formatdate
from typing import Any

import pytest

from hexai.domain.messages import Message, Role
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    ReasoningDelta,
    TextDelta,
)
from hexai.errors import (
    Authentication,
    BadAnswer,
    BadRequest,
    BrokenStream,
    Overloaded,
    ProviderError,
    RateLimited,
    TooLarge,
)
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.http_provider import HttpProvider
from tests.support.plain import (
    CALL,
    PlainDecoder,
    PlainFormat,
    Steps,
    ask,
    client_for,
    failure,
    plain_answer,
    said,
)
from tests.support.replies import (
    endless,
    huge_line,
    json_answer,
    lingering,
    raw,
    sse,
    stall,
    status,
)
from tests.support.upstream import Exchange, Reply, Upstream

MARK = "sk-MARK-1234567890"
SHORT = "…"


def refused(reply: Reply, **how: Any) -> ProviderError:
    """Ask an upstream that answers so, and give the error."""
    with Upstream(reply) as upstream:
        return failure(client_for(upstream.url, **how))


class Fixed(PlainFormat):
    """Decodes the first payload into these chunks; all else raises, if anything."""

    def __init__(self, *chunks: Chunk, bug: Exception | None = None) -> None:
        self._chunks = chunks
        self._bug = bug

    def decoder(self, call: Call) -> "PlainDecoder":
        """Make the fixed decoder."""
        return _FixedDecoder(self._chunks, self._bug)

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Fail like the decoder."""
        raise self._bug or ValueError


class _FixedDecoder(PlainDecoder):
    def __init__(self, chunks: tuple[Chunk, ...], bug: Exception | None) -> None:
        self._chunks = chunks
        self._bug = bug

    def feed(self, payload: bytes) -> list[Chunk]:
        chunks, self._chunks = self._chunks, ()
        if self._bug is not None and not chunks:
            raise self._bug
        return [*chunks]

    def close(self) -> list[Chunk]:
        return [Finished()]


def test_an_answer_ends_with_its_mark() -> None:
    """Deltas in order, then exactly one end that carries the model's id."""
    with Upstream(plain_answer("a", "b")) as upstream:
        chunks = ask(client_for(upstream.url))

    end = Finished(returned_model="plain-1")
    *texts, last = chunks
    assert said(texts) == "ab"
    assert last == end


def test_an_answer_may_end_with_its_stream() -> None:
    """A format without an end mark of its own ends where the body does."""
    with Upstream(sse("go")) as upstream:
        chunks = ask(client_for(upstream.url, wire_format=Fixed(TextDelta("a"))))

    assert chunks == [TextDelta("a"), Finished()]


def test_what_follows_the_end_is_not_waited_for() -> None:
    """An upstream that says it is done and then lingers delays nobody."""
    with Upstream(lingering(plain_answer("a"))) as upstream:
        assert said(ask(client_for(upstream.url))) == "a"
        upstream.wait(upstream.all_closed)


def test_halves_of_a_character_are_joined_across_deltas() -> None:
    """Surrogate halves become one character, a lone one U+FFFD, NUL nothing."""
    halves = Fixed(
        TextDelta("a\ud83d"),
        ReasoningDelta("x\0"),
        TextDelta("\ude00b\0\ud83d"),
        Finished(returned_model="m\ud83d"),
    )
    with Upstream(sse("go")) as upstream:
        chunks = ask(client_for(upstream.url, wire_format=halves))

    assert chunks == [
        TextDelta("a"),
        ReasoningDelta("x"),
        TextDelta("\U0001f600b\ufffd"),
        Finished(returned_model="m\ufffd"),
    ]


@pytest.mark.parametrize(
    "bug", [RecursionError(), ValueError(MARK), KeyError(MARK), MemoryError()]
)
def test_whatever_decoding_raises_is_a_bad_answer(bug: Exception) -> None:
    """What came before stays; the exception's text, which quotes bytes, does not."""
    shown: list[Chunk] = []

    async def run(client: HttpProvider) -> None:
        try:
            async for chunk in client.stream(CALL, Steps()):
                shown.append(chunk)  # noqa: PERF401 - to be there when it raises
        finally:
            await client.aclose()

    broken = Fixed(TextDelta("a"), bug=bug)
    with Upstream(sse("go", "on")) as upstream, pytest.raises(BadAnswer) as caught:
        asyncio.run(run(client_for(upstream.url, wire_format=broken)))

    assert shown == [TextDelta("a")]
    assert MARK not in repr(caught.value)
    assert type(bug).__name__ in str(caught.value)


def test_an_unreadable_refusal_is_a_bad_answer() -> None:
    """A refusal that cannot be understood still says its status."""
    error = refused(status(500, b"\xff"), wire_format=Fixed(bug=ValueError(MARK)))

    assert type(error) is BadAnswer
    assert error.http_status == 500
    assert MARK not in str(error)


def test_an_event_cut_in_the_middle_is_a_broken_stream() -> None:
    """A last event without its end that cannot be read was cut off, not malformed."""
    broken = Fixed(bug=ValueError())

    assert type(refused(sse(b"data: {"), wire_format=broken)) is BrokenStream


def test_an_answer_that_is_no_stream_is_said_so() -> None:
    """A server that ignores streaming is named by what it sent instead."""
    error = refused(json_answer({"choices": []}))

    assert type(error) is BadAnswer
    assert "application/json, not a stream" in str(error)


def test_errors_name_provider_model_and_status() -> None:
    """Every error of an attempt can be shown without knowing whom was asked."""
    error = refused(status(503, "busy\n  now"), name="home", model="x")

    assert type(error) is Overloaded
    assert (error.provider, error.model, error.http_status) == ("home", "m", 503)
    assert str(error).startswith("refused by 503: busy now")


def test_a_long_refusal_is_cut() -> None:
    """An upstream's words are kept to a readable length."""
    error = refused(status(503, "x" * 5000))

    assert len(error.upstream_message) == 300
    assert error.upstream_message.endswith(SHORT)


def test_an_endless_refusal_is_read_up_to_the_limit() -> None:
    """64 KiB of an error's body are read, and what it says is told."""
    error = refused(_refusing_endlessly)

    assert type(error) is Overloaded
    assert error.http_status == 500


async def _refusing_endlessly(exchange: Exchange) -> None:
    await exchange.head(500)
    while not exchange.left:
        await exchange.piece(b"x" * 4096)


def test_a_compressed_refusal_keeps_its_meaning() -> None:
    """A body that cannot be read does not hide the status."""
    error = refused(status(429, b"\x1f\x8b", {"content-encoding": "gzip"}))

    assert type(error) is RateLimited
    assert error.upstream_message == ""


def test_a_refusal_whose_body_hangs_keeps_its_meaning() -> None:
    """The status is told after a moment, whether or not the body comes."""
    assert type(refused(stall(_slow_refusal, 0))) is Overloaded


def test_what_has_come_of_a_refusal_counts() -> None:
    """A body that breaks off has mostly said why."""
    broken = raw(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 99\r\n\r\n", b"too hot")

    assert "too hot" in str(refused(broken))


async def _slow_refusal(exchange: Exchange) -> None:
    await exchange.head(500)
    await exchange.piece(b"never")


HOUR = 3600.0


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        (
            {
                "date": formatdate(HOUR, usegmt=True),
                "retry-after": formatdate(HOUR + 30, usegmt=True),
            },
            30.0,
        ),
        (
            {
                "date": formatdate(HOUR, usegmt=True),
                "retry-after": formatdate(0, usegmt=True),
            },
            0.0,
        ),
        ({"retry-after": formatdate(HOUR, usegmt=True)}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({}, None),
    ],
)
def test_the_wait_that_is_asked_for_is_passed_on(
    headers: dict[str, str], expected: float | None
) -> None:
    """Seconds, milliseconds or a date; what makes no sense is not passed on."""
    assert refused(status(429, "", headers)).retry_after == expected


def test_a_key_that_is_echoed_is_masked() -> None:
    """An upstream that repeats the key or a configured header shows neither."""
    error = refused(
        status(401, f"bad key {MARK}, tenant TENANT-7"),
        environ={"PLAIN_KEY": MARK},
        api_key_env="PLAIN_KEY",
        headers=(("X-Tenant", "TENANT-7"),),
    )

    assert type(error) is Authentication
    assert str(error) == (
        "refused by 401: bad key ********, tenant ********; check PLAIN_KEY"
    )
    assert MARK not in repr(error)


def test_a_key_that_is_echoed_in_a_redirect_is_masked() -> None:
    """A redirect that carries the key does not show it."""
    error = refused(
        status(302, headers={"location": f"http://x/?k={MARK}"}),
        environ={"HEXAI_PLAIN_API_KEY": MARK},
    )

    assert MARK not in f"{error} {error!r} {error.args}"


def test_a_model_id_that_echoes_the_key_is_masked() -> None:
    """What is recorded of an answer never holds the key."""
    echo = Fixed(Finished(returned_model=MARK))
    with Upstream(sse("go")) as upstream:
        client = client_for(
            upstream.url, wire_format=echo, environ={"HEXAI_PLAIN_API_KEY": MARK}
        )
        (end,) = ask(client)

    assert end == Finished(returned_model="********")


@pytest.mark.parametrize(
    "header",
    [
        ("X-Key", f"{MARK}\r\nX-Other: 1"),
        ("X-Key", f"{MARK}\n"),
        ("X-Key", f"{MARK}é"),
        (f"{MARK} bad", "v"),
        ("Host", MARK),
        ("Transfer-Encoding", MARK),
    ],
)
def test_a_header_that_cannot_be_sent_is_refused_unseen(
    header: tuple[str, str],
) -> None:
    """An illegal header is refused before anything is sent, without its value."""
    with Upstream(plain_answer("hi")) as upstream:
        client = client_for(upstream.url, headers=(header,))
        error = failure(client)

    assert type(error) is BadRequest
    assert MARK not in f"{error} {error!r}"
    assert upstream.connections == []


def test_configured_headers_are_sent_and_win() -> None:
    """A configured header replaces the wire format's own, whatever its case."""
    with Upstream(plain_answer("hi")) as upstream:
        client = client_for(
            upstream.url,
            environ={"HEXAI_PLAIN_API_KEY": MARK},
            headers=(("authorization", "Basic abc"), ("X-Title", "two words")),
        )
        ask(client)

    headers = upstream.requests[0].headers
    assert (headers["authorization"], headers["x-title"]) == ("Basic abc", "two words")


def test_a_prompt_that_is_no_text_is_refused() -> None:
    """A lone surrogate cannot be sent as JSON, and the message says what to do."""
    call = Call(model="m", messages=(Message(Role.USER, "\udcff"),))
    with Upstream(plain_answer("hi")) as upstream:
        error = failure(client_for(upstream.url), call)

    assert type(error) is BadRequest
    assert "no valid text" in str(error)
    assert upstream.connections == []


@pytest.mark.parametrize(
    "reply",
    [
        huge_line(200 * 1024 * 1024),
        endless(b"data: " + b"x" * 65536 + b"\n"),
    ],
    ids=["line", "event"],
)
def test_memory_stays_small_however_much_is_sent(reply: Reply) -> None:
    """A line or event past 1 MiB is an error of its own, long before memory fills."""
    tracemalloc.start()
    try:
        error = refused(reply)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert type(error) is TooLarge
    assert peak < 32 * 1024 * 1024


def test_a_question_besides_the_streams() -> None:
    """`ask` posts or gets one thing, with the key, and refuses what is too large."""

    async def run(upstream: Upstream) -> tuple[bytes, bytes]:
        client = client_for(upstream.url, environ={"HEXAI_PLAIN_API_KEY": MARK})
        posted = await client.ask("/api/show", {"model": "x"}, limit=100)
        got = await client.ask("/api/tags", limit=100)
        with pytest.raises(TooLarge):
            await client.ask("/api/tags", limit=5)
        await client.aclose()
        return posted, got

    said = json_answer({"a": 1})
    with Upstream(said).on("/api/tags", said) as upstream:
        assert asyncio.run(run(upstream)) == (b'{"a": 1}', b'{"a": 1}')

    shown, listed, _ = upstream.requests
    assert (shown.method, shown.path, shown.json) == (
        "POST",
        "/api/show",
        {"model": "x"},
    )
    assert (listed.method, listed.body) == ("GET", b"")
    assert shown.headers["authorization"] == f"Bearer {MARK}"


def test_a_command_for_the_key_counts_as_loading() -> None:
    """The budget of the connection does not run while a password manager asks."""
    steps = Steps()

    async def run(client: HttpProvider) -> None:
        for _ in range(2):
            async for _ in client.stream(CALL, steps):
                pass
        await client.aclose()

    with Upstream(plain_answer("hi")) as upstream:
        asyncio.run(run(client_for(upstream.url, api_key_command=("/bin/echo", MARK))))

    assert steps.seen == ["loading", "connected", "connected"]
    sent = [request.headers["authorization"] for request in upstream.requests]
    assert sent == [f"Bearer {MARK}"] * 2
