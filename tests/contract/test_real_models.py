"""The formats before a real model: llama.cpp speaks two of them itself."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from hexai.config.schema_providers import ProviderType
from hexai.domain.provider import Call, FinishReason
from hexai.errors import Authentication, ContextTooLong
from hexai.providers.registry import Client
from tests.contract.subjects import registry
from tests.support.attempt import Attempt, attempt
from tests.support.calls import call, end_of, settings, text_of
from tests.support.llama_server import LlamaServer, llama_server
from tests.support.model import small_model

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.parametrize("type_", ["openai", "anthropic"]),
]

COUNT = "Count from 1 to 500."


@pytest.fixture(scope="module")
def server() -> Iterator[LlamaServer]:
    """Run llama.cpp with the small model."""
    with llama_server(small_model()) as server:
        yield server


def client(type_: ProviderType, server: LlamaServer, key: str = "") -> Client:
    """Make the client of a profile for the server."""
    profile = settings(
        type_, name="llama", built_in=False, base_url=server.base_url, local=True
    )
    return registry({"HEXAI_LLAMA_API_KEY": key or server.key}).make(profile)


def ask(
    type_: ProviderType, server: LlamaServer, asked: Call, key: str = ""
) -> Attempt:
    """Make one attempt."""

    async def once() -> Attempt:
        provider = client(type_, server, key)
        try:
            return await attempt(provider, asked)
        finally:
            await provider.aclose()

    return asyncio.run(once())


def say(prompt: str = "Say hello.", **options: object) -> Call:
    """Make a call that has one answer only."""
    options = {"temperature": 0.0, "max_tokens": 12, "system": "Be brief."} | options
    return call(prompt, model="smollm2", **options)  # type: ignore[arg-type]


def test_it_answers_with_figures(type_: ProviderType, server: LlamaServer) -> None:
    """Text, the tokens of both sides, and the model's name."""
    seen = ask(type_, server, say())
    end = end_of(seen.chunks)

    assert seen.error is None
    assert text_of(seen.chunks).strip()
    assert (end.usage.input or 0) > 10
    assert 0 < (end.usage.output or 0) <= 12
    assert end.returned_model == "smollm2"


def test_the_limit_is_kept(type_: ProviderType, server: LlamaServer) -> None:
    """To the token, and told."""
    end = end_of(ask(type_, server, say(COUNT, max_tokens=7)).chunks)

    assert (end.reason, end.usage.output) == (FinishReason.LENGTH, 7)


def test_a_temperature_of_zero_repeats_itself(
    type_: ProviderType, server: LlamaServer
) -> None:
    """Were it not sent, the second answer would differ sooner or later."""
    one, two = (ask(type_, server, say("Tell a story.")) for _ in range(2))

    assert text_of(one.chunks) == text_of(two.chunks)


def test_a_stop_sequence_ends_the_answer(
    type_: ProviderType, server: LlamaServer
) -> None:
    """It is not part of the answer."""
    whole = text_of(ask(type_, server, say("Tell a story.")).chunks)
    word = whole.split()[3]
    seen = ask(type_, server, say("Tell a story.", stop=(word,)))

    assert text_of(seen.chunks) == whole[: whole.index(word)]
    assert end_of(seen.chunks).reason is FinishReason.STOP


def test_a_limit_is_told_though_a_stop_word_may_have_begun(
    type_: ProviderType, server: LlamaServer
) -> None:
    """The server keeps such an end for itself; what came is the beginning, as it is."""
    whole = text_of(ask(type_, server, say("Tell a story.")).chunks)
    word = f"{whole.split()[-1]} and no more"
    seen = ask(type_, server, say("Tell a story.", stop=(word,)))
    end = end_of(seen.chunks)

    assert whole.startswith(text_of(seen.chunks))
    assert (end.reason, end.usage.output) == (FinishReason.LENGTH, 12)


def test_any_text_arrives_unchanged(type_: ProviderType, server: LlamaServer) -> None:
    """Both formats put the same text before the model: it answers the same."""
    asked = say("Repeat: 世界 👋🏽 \u2028 \ufeff ß\n\t e\u0301 </s> \\u0041")
    seen = ask(type_, server, asked)
    other: ProviderType = "anthropic" if type_ == "openai" else "openai"

    assert text_of(seen.chunks) == text_of(ask(other, server, asked).chunks)
    assert end_of(seen.chunks).usage.output


def test_a_wrong_key_is_refused(type_: ProviderType, server: LlamaServer) -> None:
    """The advice names the profile's variable."""
    seen = ask(type_, server, say(), key="sk-wrong")

    assert type(seen.error) is Authentication
    assert "HEXAI_LLAMA_API_KEY" in str(seen.error)


def test_a_prompt_that_does_not_fit_is_refused(
    type_: ProviderType, server: LlamaServer
) -> None:
    """By its own kind, with the server's figures."""
    seen = ask(type_, server, say("word " * 9000))

    assert type(seen.error) is ContextTooLong
    assert seen.error.http_status == 400


def test_leaving_stops_the_model(type_: ProviderType, server: LlamaServer) -> None:
    """Nobody pays for what nobody reads."""

    async def leave() -> None:
        provider = client(type_, server)
        asked = say(COUNT, max_tokens=1000)
        async with aclosing(provider.stream(asked, Attempt())) as chunks:
            await anext(chunks)
            assert await _generating(provider, server) == 1
        async with asyncio.timeout(3):
            while await _generating(provider, server):
                pass
        await provider.aclose()

    asyncio.run(leave())


async def _generating(provider: Client, server: LlamaServer) -> int:
    """Ask the server how many answers it is at."""
    host = server.base_url.removeprefix("http://").removesuffix("/v1")
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    writer.write(
        f"GET /slots HTTP/1.0\r\nAuthorization: Bearer {server.key}\r\n\r\n".encode()
    )
    body = (await reader.read()).partition(b"\r\n\r\n")[2]
    writer.close()
    return sum(slot["is_processing"] for slot in json.loads(body))


def test_two_are_answered_at_once(type_: ProviderType, server: LlamaServer) -> None:
    """Each gets its own text."""

    async def both() -> list[Attempt]:
        provider = client(type_, server)
        seen = [Attempt(), Attempt()]
        prompts = ["Say hello.", "Tell a story."]
        async with asyncio.TaskGroup() as group:
            for one, prompt in zip(seen, prompts, strict=True):
                group.create_task(attempt(provider, say(prompt), one))
        await provider.aclose()
        return seen

    one, two = asyncio.run(both())

    assert text_of(one.chunks) != text_of(two.chunks)
    assert one.error is two.error is None
