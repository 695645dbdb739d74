"""What a real llama.cpp reads anew of a prompt, by its own count, key by key."""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hexai.config.schema import General, Settings
from hexai.domain.entry import Options, RequestSpec
from hexai.domain.provider import ReportedUsage
from hexai.errors import ConnectionFailed
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.completion import completion_request, within_batch
from hexai.providers.formats.format import Asked
from hexai.providers.llamacpp.prefill import Prefill
from hexai.text.lines import Lines, Position, Span
from tests.contract.subjects import registry
from tests.support.attempt import attempt
from tests.support.calls import end_of, settings
from tests.support.llama_server import LlamaServer, llama_server
from tests.support.model import small_model
from tests.support.quick_model import write_quick_model

pytestmark = pytest.mark.e2e

_CODE = Path(argparse.__file__).read_text("utf-8").split("\n")
_LINE = 1_200
_KEYS = ("    parts", "    parts = [", "    parts = []", "    parts = []\n    for")
_OTHER = Settings(
    general=General(max_context_tokens=1_000, context_mode="always-full"),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    """Run a llama.cpp that reads prompts of any length at once."""
    path = tmp_path_factory.mktemp("model") / "quick.gguf"
    write_quick_model(small_model(), path)
    with llama_server(path, context=16_384) as server:
        yield server


def counted(
    server: LlamaServer,
    infill: str,
    options: Options = Options(),  # noqa: B008
) -> list[ReportedUsage]:
    """Ask with each key, and give what the server counted."""
    spec = RequestSpec(
        provider="llama", model=server.model, max_tokens=4, options=options
    )

    async def scenario() -> list[ReportedUsage]:
        profile = settings(
            "openai",
            name="llama",
            built_in=False,
            base_url=server.base_url,
            infill=infill,
        )
        client = registry({"HEXAI_LLAMA_API_KEY": server.key}).make(profile)
        found = []
        try:
            for typed in _KEYS:
                call = completion_request(_cursor(typed), Settings()).call(spec)
                if options.n_batch is not None:
                    assert call.infill is not None
                    gap = within_batch(call.infill, options.n_batch)
                    call = msgspec.structs.replace(call, infill=gap)
                seen = await attempt(client, call)
                if isinstance(seen.error, ConnectionFailed):  # as the engine does
                    seen = await attempt(client, call)
                if seen.error is not None:
                    raise seen.error
                found.append(end_of(seen.chunks).usage)
        finally:
            await client.aclose()
        return found

    return asyncio.run(scenario())


def _cursor(typed: str) -> Cursor:
    lines = [*_CODE[:_LINE], *typed.split("\n"), *_CODE[_LINE:]]
    line = _LINE + typed.count("\n")
    at = Position(line, len(lines[line]))
    return Cursor(
        document=Lines.of("\n".join(lines)),
        span=Span(at, at),
        path="argparse.py",
        identifier="python",
    )


def anew(usage: ReportedUsage) -> int:
    """Give the tokens that were read anew."""
    assert usage.input is not None
    assert usage.cached is not None
    return usage.input - usage.cached


def test_little_of_a_chat_is_read_anew(server: LlamaServer) -> None:
    """No more than 8 % with a key, of a prompt of thousands of tokens."""
    first, *later = counted(server, "off")

    assert (first.input or 0) > 2_000
    for usage in later:
        assert anew(usage) <= 0.08 * (usage.input or 0)


def test_little_of_a_gap_is_read_anew(server: LlamaServer) -> None:
    """Nor of a gap; what is apart goes along, and is kept."""
    first, *later = counted(server, "infill", Options(id_slot=1))

    assert (first.input or 0) > 2_000
    for usage in later:
        assert anew(usage) <= 0.08 * (usage.input or 0)


@pytest.mark.parametrize("infill", ["off", "infill"])
def test_what_an_idle_server_has_read_beforehand_is_not_read_again(
    server: LlamaServer, infill: str
) -> None:
    """The first question at a place finds nearly all of its prompt."""
    spec = RequestSpec(provider="llama", model=server.model, max_tokens=4)
    profile = settings(
        "openai",
        name="llama",
        built_in=False,
        base_url=server.base_url,
        infill=infill,
        local=True,
    )
    place = _cursor("    parts = []")

    async def scenario() -> ReportedUsage:
        client = registry({"HEXAI_LLAMA_API_KEY": server.key}).make(profile)
        assert isinstance(client, Asked)
        asked = completion_request(place, _OTHER).call(spec)
        try:
            await Prefill().read(client, profile, asked)
            seen = await attempt(client, asked)
        finally:
            await client.aclose()
        return end_of(seen.chunks).usage

    usage = asyncio.run(scenario())

    assert (usage.input or 0) > 500
    assert anew(usage) <= 0.35 * (usage.input or 0)


@pytest.fixture(scope="module")
def small_batches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    """Run one that reads 256 tokens at once."""
    path = tmp_path_factory.mktemp("model") / "quick.gguf"
    write_quick_model(small_model(), path)
    with llama_server(path, context=16_384, batch=256) as server:
        yield server


def test_a_server_with_small_batches_keeps_as_much(small_batches: LlamaServer) -> None:
    """Where it is said how small they are: else its own cut moves with each key."""
    *_, last = counted(small_batches, "infill", Options(n_batch=256))
    *_, unsaid = counted(small_batches, "infill")

    assert (last.input or 0) > 2_000
    assert anew(last) <= 0.08 * (last.input or 0)
    assert anew(unsaid) > anew(last)
