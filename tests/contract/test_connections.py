"""Connections under the engine: kept for the next request, never waited for."""

import asyncio
import json
import math
import ssl
import time
from pathlib import Path
from typing import Any

import pytest
import trustme
from msgspec import Struct

from hexai.domain.outcome import Delta, Outcome, Status
from hexai.domain.request import Contender
from hexai.engine.race import Race
from hexai.engine.race_options import RaceOptions
from hexai.providers.registry import Client
from tests.contract.subjects import registry
from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.calls import settings
from tests.support.races import REQUEST, conditions, contender, run_race, target
from tests.support.replies import lingering, stall, status
from tests.support.timing import kept_within
from tests.support.upstream import Exchange, Reply, Upstream


class Wire(Struct, frozen=True):
    """A wire format, with how an answer in it ends."""

    name: str
    type: Any
    reply: Reply


def _whole(reply_type: str, *payloads: object) -> Reply:
    """Give a stream as one body with its length, as buffering proxies send it."""
    if reply_type == "application/x-ndjson":
        body = "".join(f"{json.dumps(one)}\n" for one in payloads)
    else:
        body = "".join(
            f"data: {one if isinstance(one, str) else json.dumps(one)}\n\n"
            for one in payloads
        )
    return status(200, body, {"content-type": reply_type})


_CHOICE = {"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}
WIRES = [
    Wire("chunked SSE", "openai", openai_answer("Hello")),
    Wire("chunked NDJSON", "ollama", ollama_answer("Hello")),
    Wire("events of Anthropic", "anthropic", anthropic_answer("Hello")),
    Wire(
        "SSE with a length",
        "openai",
        _whole("text/event-stream", {"choices": [_CHOICE]}, "[DONE]"),
    ),
    Wire(
        "NDJSON with a length",
        "ollama",
        _whole(
            "application/x-ndjson",
            {"message": {"content": "Hello"}, "done": False},
            {"done": True},
        ),
    ),
]


def a_client(wire: Wire, upstream: Upstream, ca_file: str = "") -> Client:
    """Make the client of an upstream that speaks this."""
    return registry().make(
        settings(
            wire.type,
            name="profile",
            built_in=False,
            base_url=upstream.url,
            ca_file=ca_file,
        )
    )


def asked(client: Client) -> list[Contender]:
    """Give the only contender of a race."""
    return [contender(target(client))]


async def outcomes(client: Client, times: int) -> list[Outcome]:
    """Ask so many times, one after the other, through the engine."""
    under = conditions()
    try:
        return [
            (await run_race(asked(client), given=under)).outcomes[0]
            for _ in range(times)
        ]
    finally:
        await client.aclose()


def one_after_another(
    wire: Wire, upstream: Upstream, ca_file: str = ""
) -> list[Outcome]:
    """Ask twice."""
    return asyncio.run(outcomes(a_client(wire, upstream, ca_file), times=2))


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
def test_the_next_request_takes_the_same_connection(wire: Wire) -> None:
    """The engine leaves at the answer's end, and its connection is kept all the same.

    It was closed once: every request of an editor paid for a handshake.
    """
    with Upstream(wire.reply) as upstream:
        seen = one_after_another(wire, upstream)

        assert [outcome.text for outcome in seen] == ["Hello", "Hello"]
        assert len(upstream.requests) == 2
        assert len(upstream.connections) == 1


def test_a_secure_connection_is_kept(tmp_path: Path) -> None:
    """There the handshake costs most."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(secure)

    with Upstream(WIRES[0].reply, tls=secure) as upstream:
        seen = one_after_another(WIRES[0], upstream, str(tmp_path / "ca.pem"))

        assert [outcome.text for outcome in seen] == ["Hello", "Hello"]
        assert len(upstream.connections) == 1


@pytest.mark.parametrize("wire", WIRES[:3], ids=lambda wire: wire.name)
def test_an_end_that_hangs_delays_no_outcome(wire: Wire) -> None:
    """The connection is given up, and the next request opens another."""
    with Upstream(lingering(wire.reply)) as upstream:
        for attempt in kept_within(0.5):
            with attempt:
                seen = one_after_another(wire, upstream)
            assert [outcome.status for outcome in seen] == [Status.ANSWERED] * 2
            assert len(upstream.connections) == 2
            upstream.wait(upstream.all_closed)
            if max(outcome.timings.total for outcome in seen) >= 0.1:
                attempt.seconds = math.inf
            upstream.forget()


def test_what_goes_on_behind_the_end_is_not_read_for_long() -> None:
    """An upstream that never stops sending is left."""

    async def endless(exchange: Exchange) -> None:
        await exchange.head(content_type="text/event-stream")
        await exchange.piece(b'data: {"choices": [{"delta": {"content": "Hi"}}]}\n\n')
        await exchange.piece(b'data: {"choices": [{"finish_reason": "stop"}]}\n\n')
        await exchange.piece(b"data: [DONE]\n\n")
        while not exchange.left:
            await exchange.piece(b": more\n\n" * 1000)

    with Upstream(endless) as upstream:
        for attempt in kept_within(0.2):
            (seen,) = asyncio.run(outcomes(a_client(WIRES[0], upstream), times=1))
            assert seen.status is Status.ANSWERED
            attempt.seconds = seen.timings.total
            upstream.wait(upstream.all_closed)


def test_a_cancelled_answer_closes_its_connection_within_100_ms() -> None:
    """An upstream must not generate for nobody."""

    async def leave(upstream: Upstream) -> float:
        client = a_client(WIRES[0], upstream)
        async with Race(asked(client), REQUEST, RaceOptions(), conditions()) as race:
            async for event in race:
                if isinstance(event, Delta):
                    break
            cancelled = time.monotonic()
        await upstream.until(upstream.all_closed)
        await client.aclose()
        return cancelled

    with Upstream(stall(openai_answer(["Hello", "again"]), 2)) as upstream:
        for attempt in kept_within(0.1):
            cancelled = asyncio.run(leave(upstream))
            closed = upstream.connections[-1].closed_at
            assert closed is not None
            attempt.seconds = closed - cancelled
