"""What every wire format keeps to before an upstream that tests can look into."""

import asyncio
import json
from contextlib import aclosing

import pytest

from hexai.domain.entry import Budgets
from hexai.domain.outcome import Outcome
from hexai.domain.provider import Call
from hexai.domain.request import Contender
from hexai.errors import (
    Authentication,
    BadAnswer,
    ConnectionFailed,
    OutOfCredit,
    ProviderError,
    RateLimited,
    TooLarge,
)
from hexai.providers.registry import Client
from tests.contract.subjects import KEY, OVER_HTTP, Case, OverHttp
from tests.support.attempt import Attempt, attempt
from tests.support.calls import call, text_of
from tests.support.ports import closed_port
from tests.support.races import contender, run_race, target
from tests.support.replies import huge_line, lingering, raw, stall, status
from tests.support.upstream import Reply, Request, Upstream

every_format = pytest.mark.parametrize("subject", OVER_HTTP, ids=lambda s: s.type)


def ask(subject: OverHttp, reply: Reply, asked: Call | None = None) -> Attempt:
    """Make one attempt at an upstream that answers so."""
    with Upstream(reply) as upstream:
        return ask_at(subject, upstream.url, asked)


def ask_at(subject: OverHttp, url: str, asked: Call | None = None) -> Attempt:
    """Make one attempt at an upstream that runs already."""

    async def once() -> Attempt:
        client = subject.client(url)
        try:
            return await attempt(client, asked or call(model="m"))
        finally:
            await client.aclose()

    return asyncio.run(once())


def sent(subject: OverHttp, asked: Call) -> Request:
    """Give the request that a call becomes."""
    with Upstream(subject.reply(Case())) as upstream:
        ask_at(subject, upstream.url, asked)
        return upstream.requests[0]


@every_format
def test_a_temperature_of_zero_is_on_the_wire(subject: OverHttp) -> None:
    """And one that is not set is not."""
    body = sent(subject, call(temperature=0.0)).json
    options = body["options"] if subject.type == "ollama" else body

    assert options["temperature"] == 0.0
    assert "temperature" not in sent(subject, call()).body.decode()


@every_format
def test_what_was_asked_is_on_the_wire(subject: OverHttp) -> None:
    """As a streaming request, in JSON."""
    request = sent(subject, call("Grüße 👋", model="m:1"))

    assert request.method == "POST"
    assert request.headers["content-type"] == "application/json"
    assert request.json["model"] == "m:1"
    assert request.json["messages"] == [{"role": "user", "content": "Grüße 👋"}]
    assert request.json["stream"] is True


@every_format
def test_the_key_is_in_one_header(subject: OverHttp) -> None:
    """And nowhere else."""
    request = sent(subject, call())
    holding = [name for name, value in request.headers.items() if KEY in value]

    expected = "x-api-key" if subject.type == "anthropic" else "authorization"
    assert holding == [expected]
    assert KEY not in request.path
    assert KEY.encode() not in request.body


@every_format
@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500])
def test_a_key_that_the_upstream_repeats_is_masked(
    subject: OverHttp, code: int
) -> None:
    """In every part of the error, however the upstream writes it."""
    message = f"Incorrect key {KEY}, really {KEY}"
    seen = ask(subject, status(code, json.dumps({"error": {"message": message}})))

    assert seen.error is not None
    assert "Incorrect key" in str(seen.error)
    for shown in (str(seen.error), repr(seen.error), repr(vars(seen.error))):
        assert KEY not in shown


@every_format
def test_a_refused_key_names_its_variable(subject: OverHttp) -> None:
    """The user has to know which one to look at."""
    seen = ask(subject, status(401, '{"error": "unauthorized"}'))

    assert type(seen.error) is Authentication
    assert f"HEXAI_{subject.type.upper()}_API_KEY" in str(seen.error)


@every_format
def test_retry_after_is_read(subject: OverHttp) -> None:
    """Of a rate limit that passes."""
    seen = ask(subject, status(429, "{}", {"retry-after": "7"}))

    assert type(seen.error) is RateLimited
    assert seen.error.retry_after == 7.0


@every_format
@pytest.mark.parametrize(
    ("code", "kind"), [(500, "overloaded"), (401, "authentication")]
)
def test_a_status_decides_though_its_body_never_comes(
    subject: OverHttp, code: int, kind: str
) -> None:
    """Also where the budget for the first token is shorter than the wait for it."""
    with Upstream(stall(status(code, "{}"), 0)) as upstream:
        client = subject.client(upstream.url)
        asked = target(client, budgets=Budgets(first_token=0.2))
        (outcome,) = asyncio.run(_race(client, contender(asked, timeout=60.0)))

    assert outcome.error is not None
    assert (outcome.error.kind, outcome.error.http_status) == (kind, code)
    assert outcome.attempts == (3 if code == 500 else 1)


async def _race(client: Client, asked: Contender) -> tuple[Outcome, ...]:
    report = await run_race([asked])
    await client.aclose()
    return report.outcomes


@every_format
def test_a_refused_option_costs_one_repeat_and_is_remembered(
    subject: OverHttp,
) -> None:
    """For this model there, as long as the process; another model still gets it."""
    no = status(400, '{"error": {"message": "temperature is not supported"}}')
    fine = subject.reply(Case())

    async def ask_twice(client: Client) -> list[Attempt]:
        models = ("m", "m", "other")
        made = [
            await attempt(client, call(model=model, temperature=0.2, max_tokens=9))
            for model in models
        ]
        await client.aclose()
        return made

    with Upstream(no, fine, fine, fine) as upstream:
        made = asyncio.run(ask_twice(subject.client(upstream.url)))
        sent = ["temperature" in request.body.decode() for request in upstream.requests]
        limits = [request.body.decode().count("9") for request in upstream.requests]

    assert [(text_of(each.chunks), each.error) for each in made] == [
        ("Hello", None)
    ] * 3
    assert sent == [True, False, False, True]
    assert all(limits)


@every_format
def test_a_refusal_that_names_nothing_new_stands(subject: OverHttp) -> None:
    """And names the key, where it is about an option that is out of its range."""
    no = status(400, '{"error": {"message": "temperature must be between 0 and 1"}}')
    with Upstream(no) as upstream:
        seen = ask_at(subject, upstream.url, call(temperature=2.0))

        assert len(upstream.requests) == 1
    assert 'set temperature = "default" in [' in str(seen.error)


@every_format
def test_an_empty_account_is_told_from_a_rate_limit(subject: OverHttp) -> None:
    """Waiting would not help."""
    body = json.dumps({"error": {"code": "insufficient_quota", "message": "quota"}})

    assert type(ask(subject, status(429, body)).error) is OutOfCredit


@every_format
def test_closing_a_stream_closes_the_connection(subject: OverHttp) -> None:
    """Before the close returns, so that the upstream stops generating."""

    async def leave(upstream: Upstream) -> None:
        client = subject.client(upstream.url)
        async with aclosing(client.stream(call(), Attempt())) as chunks:
            await anext(chunks)
        await upstream.until(upstream.all_closed, 1.0)
        await client.aclose()

    with Upstream(subject.reply(Case(breaks="silent"))) as upstream:
        asyncio.run(leave(upstream))

        assert len(upstream.connections) == 1


@every_format
def test_cancelling_closes_the_connection(subject: OverHttp) -> None:
    """The same, from outside."""

    async def leave(upstream: Upstream) -> None:
        client = subject.client(upstream.url)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(attempt(client, call()))
            await upstream.until(lambda: bool(upstream.requests))
            task.cancel()
        await upstream.until(upstream.all_closed, 1.0)
        await client.aclose()

    with Upstream() as upstream:
        asyncio.run(leave(upstream))


@every_format
def test_an_answer_ends_with_its_mark(subject: OverHttp) -> None:
    """An upstream that keeps the body open behind it delays nobody."""
    seen = ask(subject, lingering(subject.reply(Case())))

    assert (text_of(seen.chunks), seen.error) == ("Hello", None)


@every_format
def test_a_dead_port_is_a_failed_connection(subject: OverHttp) -> None:
    """Nothing listens there."""
    with closed_port() as port:
        seen = ask_at(subject, f"http://127.0.0.1:{port}")

    assert type(seen.error) is ConnectionFailed
    assert seen.error.provider == subject.type


def _stream(subject: OverHttp, payload: bytes) -> Reply:
    """Give a stream with one payload, in the subject's framing."""
    ndjson = subject.type == "ollama"
    kind = b"application/x-ndjson" if ndjson else b"text/event-stream"
    body = payload + b"\n" if ndjson else b"data: " + payload + b"\n\n"
    head = b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\nconnection: close\r\n"
    return raw(head + b"content-length: %d\r\n\r\n" % len(body), body)


@every_format
@pytest.mark.parametrize(
    "payload",
    [
        b"{x",
        b"[]",
        b"17",
        b'"text"',
        b"<html>",
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"choices": "x", "message": "x", "delta": "x"}',
        b'{"choices": [[]], "message": [], "delta": []}',
        b"\xff\xfe\x00",
    ],
    ids=lambda payload: payload[:12].decode("latin-1"),
)
def test_garbage_is_a_bad_answer(subject: OverHttp, payload: bytes) -> None:
    """Never a crash, and its text stays out of the message."""
    seen = ask(subject, _stream(subject, payload))

    assert type(seen.error) is BadAnswer
    assert len(str(seen.error)) < 300


@every_format
def test_half_characters_and_nul_are_cleaned(subject: OverHttp) -> None:
    """Surrogate halves are joined across deltas, or replaced; NUL is dropped."""
    seen = ask(subject, subject.reply(Case(text=["a\ud83d", "\ude00b", "\udc00c\0d"])))

    assert text_of(seen.chunks) == "a😀b\ufffdcd"


@every_format
def test_a_line_without_an_end_is_too_large(subject: OverHttp) -> None:
    """It is not collected."""
    assert type(ask(subject, huge_line()).error) is TooLarge


@every_format
@pytest.mark.parametrize(
    "body",
    ["", "<html><h1>502</h1></html>", "null", "[[]]", '{"error": {"message": {}}}'],
)
def test_any_body_of_a_refusal_is_survived(subject: OverHttp, body: str) -> None:
    """Proxies answer in their own way."""
    seen = ask(subject, status(502, body))

    assert isinstance(seen.error, ProviderError)
    assert seen.error.kind == "overloaded"
