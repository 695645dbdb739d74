"""Prompts that an upstream is paid to keep."""

import asyncio

import pytest
from msgspec.structs import replace

from hexai.domain.entry import Options
from hexai.domain.messages import Message, Role
from hexai.domain.provider import Call, ReportedUsage
from hexai.providers.credentials import ConfiguredCredential
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.http.client import HttpClient
from hexai.providers.http.tls_contexts import Trust
from hexai.providers.http_provider import HttpProvider
from hexai.providers.learned import Shared
from hexai.providers.prompt_cache import (
    LEAST,
    KeptPrompts,
    digest,
    least_kept,
    standing_part,
)
from tests.support.attempt import attempt
from tests.support.calls import settings
from tests.support.replies import sse
from tests.support.upstream import Upstream

_WHERE = "https://api.anthropic.com"
_SYSTEM = Message(Role.SYSTEM, "Complete code.")
_LONG = "value = 1\n" * 1_000
_WRITTEN = ReportedUsage(input=3_000, cached=0, written=2_500)
_FIGURES = {
    "input_tokens": 500,
    "cache_creation_input_tokens": 2_500,
    "cache_read_input_tokens": 0,
    "output_tokens": 1,
}
_READ = ReportedUsage(input=3_000, cached=2_500, written=0)


def call(
    tail: str = "x = ", text: str = _LONG, model: str = "claude-sonnet-4-5"
) -> Call:
    """Ask with a text that stands and a tail that does not."""
    asked = Message(Role.USER, text + tail, standing=len(text))
    return Call(model=model, messages=(_SYSTEM, asked))


def asked(kept: KeptPrompts, *calls: tuple[Call, float]) -> list[bool]:
    """Send calls, and give which of them were marked."""
    return [kept.marked(_WHERE, each, at).keeps for each, at in calls]


def test_what_was_sent_twice_is_marked_the_third_time() -> None:
    """Whatever follows it."""
    kept = KeptPrompts()
    marks = asked(kept, (call("a"), 0), (call("b"), 10), (call("c"), 20))

    assert marks == [False, False, True]


def test_only_the_last_five_minutes_count() -> None:
    """An upstream forgets by then."""
    kept = KeptPrompts()
    marks = asked(kept, (call(), 0), (call(), 200), (call(), 301), (call(), 302))

    assert marks == [False, False, False, True]


def test_another_beginning_counts_by_itself() -> None:
    """A changed line makes another beginning of it."""
    kept = KeptPrompts()
    other = call(text=f"import os\n{_LONG}")
    marks = asked(kept, (call(), 0), (other, 1), (call(), 2), (other, 3), (other, 4))

    assert marks == [False, False, False, False, True]


def test_a_short_beginning_is_never_marked() -> None:
    """Below the model's least an upstream keeps nothing."""
    kept = KeptPrompts()
    short = call(text="value = 1\n" * 300)

    assert asked(kept, *((short, at) for at in range(5))) == [False] * 5


def test_nothing_is_marked_where_the_user_says_so() -> None:
    """By the entry's option."""
    kept = KeptPrompts()
    off = replace(call(), options=Options(prompt_cache=False))

    assert asked(kept, *((off, at) for at in range(5))) == [False] * 5


def test_a_call_in_which_nothing_stands_is_never_marked() -> None:
    """A question of the command line, say."""
    kept = KeptPrompts()
    plain = Call(model="claude-sonnet-4-5", messages=(Message(Role.USER, _LONG),))

    assert standing_part(plain) == ()
    assert asked(kept, *((plain, at) for at in range(5))) == [False] * 5


def test_a_loss_over_twenty_requests_ends_it_and_says_so() -> None:
    """Who jumps about all day pays for writing, and reads little."""
    notes: list[str] = []
    kept = KeptPrompts(notes.append)
    for number in range(20):
        mine = call(text=f"{number}\n{_LONG}")
        *_, sent = (kept.marked(_WHERE, mine, number + at) for at in range(3))
        assert sent.keeps
        assert notes == []
        kept.learn(_WHERE, sent, _WRITTEN)

    assert len(notes) == 1
    assert "cost more than it saved" in notes[0]
    assert asked(kept, *((call(), 100.0 + at) for at in range(4))) == [False] * 4


def test_one_reading_in_four_writings_is_worth_it() -> None:
    """A reading saves nine tenths, a writing costs a quarter."""
    notes: list[str] = []
    kept = KeptPrompts(notes.append)
    marked = replace(call(), keeps=True)
    asked(kept, (call(), 0))
    for number in range(60):
        kept.learn(_WHERE, marked, _READ if number % 4 == 0 else _WRITTEN)

    assert notes == []


def test_an_upstream_that_counts_nothing_tells_nothing() -> None:
    """Neither gain nor loss is known then."""
    kept = KeptPrompts()
    asked(kept, (call(), 0))
    marked = replace(call(), keeps=True)
    for _ in range(30):
        kept.learn(_WHERE, marked, ReportedUsage(input=3_000))

    assert asked(kept, (call(), 1), (call(), 2)) == [False, True]


def test_little_is_remembered() -> None:
    """However many files somebody opens."""
    kept = KeptPrompts()
    for number in range(200):
        asked(kept, (call(text=f"{number}\n{_LONG}"), 1.0))

    (known,) = kept._models.values()
    assert len(known.sent) == 32


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("claude-opus-4-5-20251101", 4096),
        ("claude-haiku-4-5", 4096),
        ("claude-sonnet-4-6", 2048),
        ("claude-sonnet-4-5-20250929", 1024),
        ("claude-sonnet-4-20250514", 1024),
        ("claude-opus-4-1-20250805", 1024),
        ("claude-3-7-sonnet-latest", 1024),
        ("claude-3-5-haiku-latest", 2048),
        ("claude-3-haiku-20240307", 2048),
        ("claude-of-tomorrow", 4096),
    ],
)
def test_how_long_a_beginning_must_be(model: str, tokens: int) -> None:
    """By the vendor's rows; the most for a model that none knows."""
    assert least_kept(model) == tokens
    assert all(row.seen for row in LEAST)


def test_a_digest_tells_messages_apart() -> None:
    """Where one ends and the next begins, too."""
    one, two = Message(Role.USER, "ab"), Message(Role.USER, "a")
    assert digest((one,)) != digest((two, Message(Role.USER, "b")))
    assert digest((one,), 5) == digest((one,), 5)


def anthropic_at(upstream: Upstream, shared: Shared) -> HttpProvider:
    """Make Anthropic's own client, whose connections end at another server."""
    own = settings("anthropic")
    there = settings("anthropic", base_url=upstream.url, name="own", built_in=False)
    return HttpProvider(
        AnthropicFormat(own),
        HttpClient.for_origin(there.base_url, environ={}, trust=Trust()),
        ConfiguredCredential(there, environ={}, home="/"),
        own,
        shared=shared,
    )


def test_marks_go_out_and_their_figures_come_back() -> None:
    """By one client after the other: what is known belongs to the process."""
    notes: list[str] = []
    shared = Shared(kept=KeptPrompts(notes.append))
    costly = (
        {"type": "message_start", "message": {"usage": _FIGURES}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    )

    async def scenario(upstream: Upstream) -> None:
        for _ in range(24):
            client = anthropic_at(upstream, shared)
            await attempt(client, call())
            await client.aclose()

    with Upstream(sse(*costly)) as upstream:
        asyncio.run(scenario(upstream))
        contents = [
            request.json["messages"][0]["content"] for request in upstream.requests
        ]

    marked = [isinstance(content, list) for content in contents]
    assert marked == [False] * 2 + [True] * 20 + [False] * 2
    assert contents[2][0]["text"] + contents[2][1]["text"] == contents[0]
    assert len(notes) == 1


def test_nobody_but_the_vendor_gets_marks() -> None:
    """A llama.cpp reads two blocks as two lines: the mark would be part of the code."""
    shared = Shared(kept=KeptPrompts())
    whole = (
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "x"}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        {"type": "message_stop"},
    )

    async def scenario(upstream: Upstream) -> None:
        own = settings("anthropic", base_url=upstream.url, name="own", built_in=False)
        client = HttpProvider(
            AnthropicFormat(own),
            HttpClient.for_origin(own.base_url, environ={}, trust=Trust()),
            ConfiguredCredential(own, environ={}, home="/"),
            own,
            shared=shared,
        )
        for _ in range(4):
            await attempt(client, call())
        await client.aclose()

    with Upstream(sse(*whole)) as upstream:
        asyncio.run(scenario(upstream))
        contents = [
            request.json["messages"][0]["content"] for request in upstream.requests
        ]

    assert contents == [_LONG + "x = "] * 4
