"""Questions that nobody waits for any more do not hold the embedded model.

Bounds are generous: without what is tested here each of these takes 20 to 60 s.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.domain.entry import Ask, Options
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.provider import Call, Finished, TextDelta
from hexai.providers.llamacpp.files import all_workers
from hexai.providers.llamacpp.process import end
from hexai.providers.llamacpp.provider import LlamaCpp
from tests.support.ask_local import Question, provider
from tests.support.attempt import Attempt
from tests.support.gap_model import write_gap_model
from tests.support.model import small_model
from tests.support.workers import run_folder

pytestmark = pytest.mark.e2e

LINES = [f"    value_{n} = self.compute({n * 7 % 1000}, 'name')\n" for n in range(900)]
WORDS = "the river ran over stones and nobody saw where it came from".split()  # noqa: SIM905


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a model that can be asked in every way."""
    path = tmp_path_factory.mktemp("model") / "gaps.gguf"
    write_gap_model(small_model(), path)
    return str(path)


@pytest.fixture(scope="module")
def client(model: str) -> Iterator[LlamaCpp]:
    """Give a client whose model is loaded."""
    with run_folder() as folder:
        made = provider(Question(folder=str(folder), model=model))
        asyncio.run(first_token(made, question(model, "Say hi")))
        yield made


def question(model: str, prompt: str) -> Call:
    """Make a question as the command line puts it."""
    return Call(model=model, messages=(Message(Role.USER, prompt),), max_tokens=400)


def completion(model: str, line: int, ask: Ask) -> Call:
    """Make a completion in a large file; a chat sees the lines around it."""
    around = "".join(LINES[line - 100 : line + 100])
    gap = Infill(prefix="".join(LINES[:line]), suffix="".join(LINES[line:]))
    return Call(
        model=model,
        messages=(Message(Role.USER, around),),
        max_tokens=256,
        infill=gap,
        options=Options(ask=ask),
    )


async def first_token(client: LlamaCpp, call: Call) -> float:
    """Give the seconds until something was said."""
    began = time.monotonic()
    async with aclosing(client.stream(call, Attempt())) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, TextDelta):
                break
    return time.monotonic() - began


async def abandon(client: LlamaCpp, call: Call, *, after: float) -> None:
    """Ask, and go away while the prompt is read."""
    with suppress(TimeoutError):
        async with asyncio.timeout(after):
            await first_token(client, call)


@pytest.mark.parametrize("ask", ["continue", "infill", "chat"])
def test_abandoned_completions_free_the_model(
    client: LlamaCpp, model: str, ask: Ask
) -> None:
    """Three in a large file, then one in another file."""

    async def scenario() -> float:
        for line in (300, 500, 700):
            await abandon(client, completion(model, line, ask), after=0.4)
        other = Infill(prefix="def add(a, b):\n    return ", suffix="\n")
        call = Call(model=model, messages=(), max_tokens=8, infill=other)
        return await first_token(client, call)

    assert asyncio.run(scenario()) < 8


def test_interrupted_questions_free_the_model(client: LlamaCpp, model: str) -> None:
    """Two of 1,500 words at once, then a short one."""

    async def scenario() -> float:
        async with asyncio.TaskGroup() as group:
            for number in range(2):
                words = [WORDS[n * n * (number + 2) % 12] for n in range(1500)]
                call = question(model, " ".join(words))
                group.create_task(abandon(client, call, after=1.0))
        return await first_token(client, question(model, "Say hi"))

    assert asyncio.run(scenario()) < 6


@pytest.mark.parametrize("ask", ["continue", "infill", "chat"])
def test_what_was_read_beforehand_is_not_read_again(
    client: LlamaCpp, model: str, ask: Ask
) -> None:
    """The completion finds nearly all of its prompt; a chat all up to the cursor."""

    async def scenario() -> tuple[int, int]:
        text = "".join(LINES[580:620])
        near = (Message(Role.USER, text, standing=len(text) // 4),)
        asked = replace(completion(model, 600, ask), messages=near, max_tokens=2)
        await client.warm(asked)
        async with aclosing(client.stream(asked, Attempt())) as chunks:
            [end] = [chunk async for chunk in chunks if isinstance(chunk, Finished)]
        return end.usage.input or 0, end.usage.cached or 0

    whole, cached = asyncio.run(scenario())

    assert cached > whole * (0.4 if ask == "chat" else 0.8)


@pytest.mark.parametrize("ask", ["continue", "infill", "chat"])
def test_a_line_more_is_all_that_is_read_beforehand(
    client: LlamaCpp, model: str, ask: Ask
) -> None:
    """What the worker read before stays read: with pieces of it, it would be lost."""

    async def scenario() -> tuple[float, float]:
        took = []
        for line in (400, 401):
            text = "".join(LINES[370:line])
            near = (Message(Role.USER, text, standing=1),)
            began = time.monotonic()
            await client.warm(replace(completion(model, line, ask), messages=near))
            took.append(time.monotonic() - began)
        return took[0], took[1]

    first, again = asyncio.run(scenario())

    assert again < first / 2


def test_what_a_worker_has_lost_is_not_read_at_once(model: str) -> None:
    """A new one is left alone, not given all that the one before had read."""

    async def scenario(folder: Path) -> tuple[float, float]:
        made, other = (
            provider(Question(folder=str(folder), model=model)) for _ in range(2)
        )
        took: list[float] = []
        for client in (made, other):
            await first_token(client, question(model, "Say hi"))
            line = 400 + len(took)
            began = time.monotonic()
            await made.warm(completion(model, line, "continue"))
            took.append(time.monotonic() - began)
            [files] = all_workers(folder)
            card = files.card()
            assert card is not None
            await end(files, card)
        return took[0], took[1]

    with run_folder() as folder:
        first, again = asyncio.run(scenario(folder))

    assert again < first / 2


def test_a_question_does_not_wait_for_what_is_read_beforehand(
    client: LlamaCpp, model: str
) -> None:
    """Whoever asks it: reading makes room for it between two batches."""

    async def scenario() -> float:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(client.warm(completion(model, 800, "infill")))
            await asyncio.sleep(0.3)
            seconds = await first_token(client, question(model, "Say hi"))
            reading.cancel()
        return seconds

    assert asyncio.run(scenario()) < 5


def test_nothing_is_read_for_who_would_not_keep_it(model: str) -> None:
    """No worker is started for it, and none that is busy is asked."""

    async def scenario(folder: Path) -> list[Path]:
        made = provider(Question(folder=str(folder), model=model))
        await made.warm(completion(model, 600, "continue"))
        return [*folder.glob("*.sock")]  # noqa: ASYNC240 - nothing else runs

    with run_folder() as folder:
        assert asyncio.run(scenario(folder)) == []
