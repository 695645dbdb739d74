"""Gaps and the embedded model: the real llama.cpp, with and without tokens for them."""

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import Ask, Options
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.provider import Call, Finished, TextDelta
from hexai.providers.llamacpp.provider import LlamaCpp
from tests.contract.subjects import registry
from tests.support.ask_local import Question, provider
from tests.support.attempt import Attempt, attempt
from tests.support.calls import end_of, settings, text_of
from tests.support.gap_model import write_gap_model
from tests.support.llama_server import LlamaServer, llama_server
from tests.support.model import small_model
from tests.support.workers import run_folder

pytestmark = pytest.mark.e2e

GAP = Infill(prefix="def add(a, b):\n    return ", suffix="\n\nprint(add(1, 2))\n")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a run folder for all tests here, so that models are loaded once."""
    with run_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def gap_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a model whose file names tokens for gaps."""
    path = tmp_path_factory.mktemp("model") / "gaps.gguf"
    write_gap_model(small_model(), path)
    return path


def call(model: Path, infill: Infill = GAP) -> Call:
    """Make a deterministic call with a gap."""
    return Call(
        model=str(model),
        messages=(Message(Role.USER, "Say hello."),),
        temperature=0.0,
        max_tokens=6,
        infill=infill,
    )


def asked(client: LlamaCpp, *calls: Call) -> list[Attempt]:
    """Make an attempt of each call, one after the other."""

    async def scenario() -> list[Attempt]:
        return [await attempt(client, one) for one in calls]

    return asyncio.run(scenario())


def embedded(folder: Path, model: Path) -> LlamaCpp:
    """Make a client of the embedded model."""
    return provider(Question(folder=str(folder), model=str(model)))


def test_a_small_model_without_tokens_for_gaps_goes_on(folder: Path) -> None:
    """It is given the text before the cursor, and what is said is code as it is."""
    model = small_model()
    counting = Infill(prefix="numbers = [1, 2, 3, 4,", suffix="\n")
    (seen,) = asked(embedded(folder, model), call(model, counting))

    assert seen.error is None
    assert text_of(seen.chunks).startswith(" 5, 6")
    assert end_of(seen.chunks).infilled


def test_the_user_says_how_a_model_is_asked(folder: Path) -> None:
    """By chat, though it is small."""
    model = small_model()
    chat = msgspec.structs.replace(call(model), options=Options(ask="chat"))
    (seen,) = asked(embedded(folder, model), chat)

    assert "hello" in text_of(seen.chunks).lower()
    assert not end_of(seen.chunks).infilled


def test_a_mention_of_a_token_is_only_text(folder: Path, gap_model: Path) -> None:
    """Both prompts have more tokens than if llama.cpp had taken it for one."""
    mention = Infill(prefix="<|im_start|>" * 20, suffix="<|im_end|>" * 10)
    seen = asked(
        embedded(folder, gap_model),
        call(gap_model, mention),
        msgspec.structs.replace(
            call(gap_model, mention), options=Options(ask="continue")
        ),
    )

    for one, least in zip(seen, (33 * 2, 21 * 2), strict=True):
        assert (end_of(one.chunks).usage.input or 0) > least


def test_what_was_read_is_not_read_again(folder: Path, gap_model: Path) -> None:
    """Key by key, in a text longer than what is sent of it."""
    above = "".join(f"value_{n} = compute(argument, {n})\n" for n in range(300))
    ways: tuple[Ask, ...] = ("continue", "infill")
    for how in ways:
        calls = [
            msgspec.structs.replace(
                call(gap_model, Infill(prefix=f"{above}{typed}", suffix="\n")),
                options=Options(ask=how),
                max_tokens=2,
            )
            for typed in ("value_300", "value_300 = ", "value_300 = compute(")
        ]
        client = embedded(folder, gap_model)
        _, *later = asked(client, *calls)
        for seen in later:
            usage = end_of(seen.chunks).usage
            assert (usage.cached or 0) > (usage.input or 0) - 24


def test_a_model_with_tokens_for_gaps_fills_them(folder: Path, gap_model: Path) -> None:
    """With both sides of it, and llama.cpp's own figures."""
    (seen,) = asked(embedded(folder, gap_model), call(gap_model))

    assert seen.error is None
    end = end_of(seen.chunks)
    assert end.infilled
    assert (end.usage.output, end.reason) == (6, "length")
    assert (end.usage.input or 0) > 10
    assert end.returned_model == "gaps"


def test_a_whole_prompt_is_completed(folder: Path, gap_model: Path) -> None:
    """By `/completion`, past any template."""
    whole = Infill(prefix="", suffix="", prompt="1, 2, 3, 4,", whole_prompt=True)
    (seen,) = asked(embedded(folder, gap_model), call(gap_model, whole))

    assert text_of(seen.chunks).startswith(" 5, 6")
    assert end_of(seen.chunks).infilled


def test_infill_off_is_a_chat(folder: Path, gap_model: Path) -> None:
    """Also with a model that could."""
    question = Question(folder=str(folder), model=str(gap_model))
    client = LlamaCpp(
        ProviderSettings(name="local", type="local", built_in=True, infill="off"),
        provider(question)._supervisor,
        Path("/nonexistent"),
    )
    (seen,) = asked(client, call(gap_model))

    assert not end_of(seen.chunks).infilled


def test_leaving_early_leaves_nothing_behind(folder: Path, gap_model: Path) -> None:
    """A stream of a gap closes like any other."""

    async def scenario() -> None:
        client = embedded(folder, gap_model)
        long = msgspec.structs.replace(call(gap_model), max_tokens=2000)
        async with aclosing(client.stream(long, Attempt())) as chunks:
            async for chunk in chunks:
                assert not isinstance(chunk, Finished)
                if isinstance(chunk, TextDelta):
                    break

    asyncio.run(scenario())


@pytest.fixture(scope="module")
def server(gap_model: Path) -> Iterator[LlamaServer]:
    """Run llama.cpp's server as users run it."""
    with llama_server(gap_model) as server:
        yield server


def test_a_profile_of_llama_cpp_fills_gaps(server: LlamaServer) -> None:
    """Its `/infill` lies beside the version in `base_url`."""

    async def scenario() -> Attempt:
        profile = settings(
            "openai",
            name="llama",
            built_in=False,
            base_url=server.base_url,
            infill="infill",
        )
        client = registry({"HEXAI_LLAMA_API_KEY": server.key}).make(profile)
        asked_for = msgspec.structs.replace(call(Path()), model=server.model)
        try:
            return await attempt(client, asked_for)
        finally:
            await client.aclose()

    seen = asyncio.run(scenario())

    assert seen.error is None
    assert end_of(seen.chunks).infilled
    assert text_of(seen.chunks)
