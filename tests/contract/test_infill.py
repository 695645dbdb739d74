"""Gaps: which endpoint is asked about them, with what, and what becomes of it."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from hexai.config.schema_providers import ProviderType
from hexai.domain.entry import RequestSpec
from hexai.domain.messages import Infill
from hexai.domain.provider import Call, FinishReason, ReportedUsage
from hexai.errors import BadRequest, ContextTooLong, RateLimited
from hexai.providers.formats.control_tokens import stops
from hexai.providers.locality import OllamaLocality
from hexai.providers.registry import Client, Registry
from tests.contract.subjects import registry
from tests.support.answers import ollama_answer, openai_answer
from tests.support.attempt import Attempt, attempt
from tests.support.calls import call, end_of, settings, text_of
from tests.support.races import target
from tests.support.replies import hang, json_answer, ndjson, sse, status
from tests.support.upstream import Reply, Upstream

GAP = Infill(prefix="def add(a, b):\n    return ", suffix="\n\nadd(1, 2)\n")
AT_THE_END = Infill(prefix="import ", suffix="")
AT_THE_START = Infill(prefix="", suffix="import os\n")
OWN_PREFIX = Infill(prefix="x = ", suffix="\n", prompt="# a.py\nx = ")
WHOLE = Infill(prefix="x = ", suffix="y", prompt="<P>x = <S>y<M>", whole_prompt=True)

CAN = json_answer({"capabilities": ["completion", "insert"]})
CANNOT = json_answer({"capabilities": ["completion", "tools"]})


def generated(*texts: str, reason: str = "stop") -> Reply:
    """Answer as `/api/generate` does."""
    lines = [{"model": "m", "response": one, "done": False} for one in texts]
    last = {"response": "", "done": True, "done_reason": reason}
    return ndjson(*lines, {**last, "prompt_eval_count": 9, "eval_count": 2})


def completed(*texts: str) -> Reply:
    """Answer as `/completions` does."""
    events: list[str | Mapping[str, Any]] = [
        {"choices": [{"index": 0, "text": one}]} for one in texts
    ]
    return sse(*events, {"choices": [{"index": 0, "finish_reason": "stop"}]}, "[DONE]")


def infilled(*texts: str) -> Reply:
    """Answer as `/infill` does."""
    events = [{"content": one, "stop": False} for one in texts]
    last = {"content": "", "stop": True, "stop_type": "eos"}
    return sse(*events, {**last, "tokens_evaluated": 9, "tokens_predicted": 2})


def client(
    type_: ProviderType, url: str, made_by: Registry | None = None, **changes: Any
) -> Client:
    """Make the client of a profile."""
    profile = settings(type_, name="own", built_in=False, base_url=url, **changes)
    return (made_by or registry()).make(profile)


async def each(provider: Client, *calls: Call) -> list[Attempt]:
    """Make an attempt of each call, one after the other."""
    try:
        return [await attempt(provider, one) for one in calls]
    finally:
        await provider.aclose()


def ask(
    type_: ProviderType, upstream: Upstream, *calls: Call, **changes: Any
) -> list[Attempt]:
    """Ask an upstream; `path` is where its API begins."""
    path = changes.pop("path", "")
    return asyncio.run(each(client(type_, f"{upstream.url}{path}", **changes), *calls))


def paths(upstream: Upstream) -> list[str]:
    """Give what was asked for, in order."""
    return [request.path for request in upstream.requests]


def test_an_ollama_whose_model_can_fills_the_gap() -> None:
    """By generate with a suffix; the answer is the text as it is."""
    asked = call(
        infill=GAP, temperature=0.0, max_tokens=64, stop=("\n\n",), model="coder"
    )
    with Upstream(generated(" a", " + b")).on("/api/show", CAN) as upstream:
        (seen,) = ask("ollama", upstream, asked)

        assert paths(upstream) == ["/api/show", "/api/generate"]
        assert upstream.requests[1].json == {
            "model": "coder",
            "prompt": GAP.prefix,
            "suffix": GAP.suffix,
            "stream": True,
            "truncate": False,
            "options": {"temperature": 0.0, "num_predict": 64, "stop": stops(asked)},
        }
    assert text_of(seen.chunks) == " a + b"
    end = end_of(seen.chunks)
    assert (end.infilled, end.reason) == (True, FinishReason.STOP)
    assert end.usage == ReportedUsage(input=9, output=2)


@pytest.mark.parametrize(
    ("infill", "sent"),
    [
        (AT_THE_END, {"prompt": "import ", "suffix": "\n"}),
        (AT_THE_START, {"prompt": "\n", "suffix": "import os\n"}),
        (OWN_PREFIX, {"prompt": "# a.py\nx = ", "suffix": "\n"}),
        (WHOLE, {"prompt": "<P>x = <S>y<M>", "raw": True}),
    ],
)
def test_an_ollama_gets_both_sides_or_a_whole_prompt(
    infill: Infill, sent: Mapping[str, object]
) -> None:
    """It takes an empty suffix for a chat, and an empty prompt for nothing at all."""
    with Upstream(generated("x")).on("/api/show", CAN) as upstream:
        (seen,) = ask("ollama", upstream, call(infill=infill))

        body = upstream.requests[1].json
    stop = stops(call(infill=infill))
    usual = {"model": "m", "stream": True, "truncate": False}
    assert body == {**usual, "options": {"stop": stop}, **sent}
    assert text_of(seen.chunks) == "x"


@pytest.mark.parametrize(
    "show", [CANNOT, json_answer({}), status(404, '{"error": "not found"}')]
)
def test_an_ollama_whose_model_cannot_is_asked_by_chat(show: Reply) -> None:
    """An old Ollama shows no capabilities, and a missing model nothing."""
    with Upstream(ollama_answer("chat")).on("/api/show", show) as upstream:
        (seen,) = ask("ollama", upstream, call(infill=GAP))

        assert paths(upstream) == ["/api/show", "/api/chat"]
    assert text_of(seen.chunks) == "chat"
    assert not end_of(seen.chunks).infilled


def test_a_call_without_a_gap_asks_nothing_more() -> None:
    """What cannot be filled need not be looked up."""
    with Upstream(ollama_answer("chat")) as upstream:
        ask("ollama", upstream, call())

        assert paths(upstream) == ["/api/chat"]


def test_infill_off_is_a_chat() -> None:
    """The user's word counts; nobody is asked."""
    with Upstream(ollama_answer("chat")) as upstream:
        ask("ollama", upstream, call(infill=GAP), infill="off")

        assert paths(upstream) == ["/api/chat"]


def test_a_model_is_shown_once_for_gaps_and_what_is_known() -> None:
    """Attempts, a new client after a reload, and a price share one question."""

    async def scenario(url: str) -> bool | None:
        shared = registry()
        first = client("ollama", url, shared)
        await each(first, call(infill=GAP), call(infill=GAP))
        again = client("ollama", url, shared)
        await attempt(again, call(infill=GAP))
        asked = target(again, "m", origin=url, local=None)
        assert asked.spec == RequestSpec(provider="scripted", model="m")
        local = OllamaLocality(shared.shown).known(asked)
        await again.aclose()
        return local

    with Upstream(generated("x")).on("/api/show", CAN) as upstream:
        assert asyncio.run(scenario(upstream.url))

        assert paths(upstream).count("/api/show") == 1
        assert paths(upstream).count("/api/generate") == 3


def test_a_show_that_hangs_can_be_cancelled() -> None:
    """The question runs inside the attempt, and ends with it."""

    async def scenario(upstream: Upstream) -> None:
        provider = client("ollama", upstream.url)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(attempt(provider, call(infill=GAP)))
            await upstream.until(lambda: bool(upstream.requests))
            task.cancel()
        await upstream.until(upstream.all_closed, 1.0)
        await provider.aclose()

    with Upstream(hang()) as upstream:
        asyncio.run(scenario(upstream))

        assert paths(upstream) == ["/api/show"]


@pytest.mark.parametrize("endpoint", ["completions", "fim/completions"])
def test_a_named_endpoint_gets_prompt_and_suffix(endpoint: str) -> None:
    """Below the base URL, with the options of the call."""
    asked = call(infill=GAP, temperature=0.0, max_tokens=64, stop=tuple("abcde"))
    with Upstream(completed("a", " + b")) as upstream:
        (seen,) = ask("openai", upstream, asked, path="/v1", infill=endpoint)

        assert paths(upstream) == [f"/v1/{endpoint}"]
        assert upstream.requests[0].json == {
            "model": "m",
            "prompt": GAP.prefix,
            "suffix": GAP.suffix,
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.0,
            "max_tokens": 64,
            "stop": ["a", "b", "c", "d"],
        }
    assert text_of(seen.chunks) == "a + b"
    assert end_of(seen.chunks).infilled


def test_a_whole_prompt_goes_to_completions_without_a_suffix() -> None:
    """So that servers that know no suffix (vLLM, LM Studio) can fill gaps too."""
    with Upstream(completed("x")) as upstream:
        ask("openai", upstream, call(infill=WHOLE), infill="completions")

        body = upstream.requests[0].json
    assert body["prompt"] == "<P>x = <S>y<M>"
    assert "suffix" not in body


@pytest.mark.parametrize("path", ["", "/v1", "/behind/a/proxy/v1"])
def test_llama_cpp_is_asked_beside_its_version(path: str) -> None:
    """Its `/infill` has none."""
    asked = call(infill=GAP, temperature=0.0, max_tokens=64, stop=("\n\n",))
    with Upstream(infilled("a", " + b")) as upstream:
        (seen,) = ask("openai", upstream, asked, path=path, infill="infill")

        assert paths(upstream) == [f"{path.removesuffix('/v1')}/infill"]
        assert upstream.requests[0].json == {
            "model": "m",
            "input_prefix": GAP.prefix,
            "input_suffix": GAP.suffix,
            "stream": True,
            "return_progress": True,
            "temperature": 0.0,
            "n_predict": 64,
            "stop": stops(asked),
        }
    assert text_of(seen.chunks) == "a + b"
    end = end_of(seen.chunks)
    assert (end.infilled, end.usage) == (True, ReportedUsage(input=9, output=2))


def test_llama_cpp_completes_a_whole_prompt() -> None:
    """By its own endpoint for that, which answers alike."""
    with Upstream(infilled("x")) as upstream:
        (seen,) = ask("openai", upstream, call(infill=WHOLE), infill="infill")

        assert paths(upstream) == ["/completion"]
        assert upstream.requests[0].json["prompt"] == "<P>x = <S>y<M>"
    assert end_of(seen.chunks).infilled


def test_elsewhere_a_gap_is_a_chat_unless_an_endpoint_is_named() -> None:
    """Most servers ignore a suffix or refuse it."""
    with Upstream(openai_answer("chat")) as upstream:
        (seen,) = ask("openai", upstream, call(infill=GAP), path="/v1")

        assert paths(upstream) == ["/v1/chat/completions"]
    assert not end_of(seen.chunks).infilled


@pytest.mark.parametrize("code", [400, 404, 422, 501])
@pytest.mark.parametrize("endpoint", ["completions", "infill"])
def test_a_named_endpoint_that_is_none_says_what_to_do(
    endpoint: str, code: int
) -> None:
    """Nothing else is asked in its stead: the user named it."""
    body = json.dumps({"error": {"message": "suffix is not currently supported"}})
    with Upstream(status(code, body)) as upstream:
        (seen,) = ask("openai", upstream, call(infill=GAP), infill=endpoint)

        assert len(upstream.requests) == 1
    assert 'set infill = "off" in [providers.own]' in str(seen.error)
    assert "not currently supported" in str(seen.error)


@pytest.mark.parametrize("type_", ["ollama", "openai"])
def test_refusals_keep_their_kinds(type_: ProviderType) -> None:
    """What a chat would be refused for is told alike."""
    changes = {} if type_ == "ollama" else {"infill": "completions"}
    limit = status(429, "{}", {"retry-after": "7"})
    long = json.dumps({"error": {"code": "context_length_exceeded"}})
    with Upstream(limit, status(400, long)).on("/api/show", CAN) as upstream:
        asked = call(infill=GAP)
        limited, refused = ask(type_, upstream, asked, asked, **changes)

    assert isinstance(limited.error, RateLimited)
    assert limited.error.retry_after == 7.0
    assert isinstance(refused.error, ContextTooLong)
    assert (refused.error.provider, refused.error.model) == ("own", "m")


def test_an_anthropic_is_asked_by_chat() -> None:
    """It has no such endpoint, whatever the request holds."""
    with Upstream(status(400, '{"error": {"message": "no"}}')) as upstream:
        (seen,) = ask("anthropic", upstream, call(infill=GAP))

        assert paths(upstream) == ["/messages"]
    assert isinstance(seen.error, BadRequest)


def test_a_llama_cpp_is_asked_to_tell_of_its_progress_in_chats_too() -> None:
    """With small batches it then notices at once that nobody waits any more."""
    with Upstream(openai_answer("hello")) as upstream:
        ask("openai", upstream, call("hi"), path="/v1", infill="infill")
        ask("openai", upstream, call("hi"), path="/v1")

        watched, plain = (request.json for request in upstream.requests)
    assert watched["return_progress"] is True
    assert "return_progress" not in plain
