"""A provider without a network: what it does is in the model's name.

It is a provider like any other, for trying Hexai out without a key or a model, for
demonstrations, benchmarks and tests. The same call gets the same answer at the same
times, on any machine: what is drawn comes from a generator seeded with the call, and
time is the event loop's. See `simulated_script` for the names.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator
from random import Random

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.messages import Role
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    Progress,
    ReasoningDelta,
    ReportedUsage,
    TextDelta,
)
from hexai.errors import (
    BadAnswer,
    BadRequest,
    BrokenStream,
    ConnectionFailed,
    ContentFilter,
    ContextTooLong,
    OutOfCredit,
    ProviderError,
    TLSFailed,
    TooLarge,
)
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.simulated_script import Failure, Script, Simulation, read_script
from hexai.text.number_ranges import Range

ERRORS: dict[Failure, type[ProviderError]] = {
    Failure.BROKEN: BrokenStream,
    Failure.CONNECTION: ConnectionFailed,
    Failure.TLS: TLSFailed,
    Failure.BAD_ANSWER: BadAnswer,
    Failure.TOO_LARGE: TooLarge,
    Failure.CONTENT_FILTER: ContentFilter,
    Failure.CONTEXT: ContextTooLong,
    Failure.CREDIT: OutOfCredit,
}

FILLER = (
    "lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor"
    " incididunt ut labore et dolore magna aliqua enim ad minim veniam quis nostrud"
    " exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute"
    " irure in reprehenderit voluptate velit esse cillum fugiat nulla pariatur"
)


class Simulated:
    """Answers, dawdles and fails as the model's name says."""

    proxy = ""
    """Nobody stands between."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._attempts: dict[str, int] = {}

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Make one attempt, as the Protocol says."""
        if call.has_images:
            from hexai.providers.vision import unseen

            raise self._named(unseen(call), call)
        try:
            script = read_script(call.model)
        except ValueError as error:
            raise self._named(BadRequest(f"simulated: {error}"), call) from None
        attempt = _Attempt(script, call)
        await attempt.connect(progress)
        failing = self._is_failing(script, call.model)
        left = script.after if failing else None
        for chunk in attempt.chunks():
            if left is not None and isinstance(chunk, TextDelta):
                left -= count_tokens(chunk.text)
                if left < 0:
                    break
            await attempt.pause_before(chunk)
            yield chunk
        if failing:
            await self._fail(script, call)
        yield attempt.finished()

    async def drop_idle(self) -> None:
        """Do nothing: nothing is open."""

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""

    def _is_failing(self, script: Script, model: str) -> bool:
        earlier = self._attempts.get(model, 0)
        self._attempts[model] = earlier + 1
        if script.fail is None:
            return False
        return script.times is None or earlier < script.times

    async def _fail(self, script: Script, call: Call) -> None:
        fail = script.fail
        if fail is Failure.HANG:
            await asyncio.get_running_loop().create_future()
        if fail is Failure.BUG:
            raise RuntimeError("a simulated bug")
        if isinstance(fail, Failure):
            error = ERRORS[fail]("simulated failure")
        else:
            from hexai.providers.formats.error_mapping import explain

            said = ReportedError(status=fail, message="simulated failure")
            error = explain(said, call.model, self._settings)
        error.retry_after = script.retry_after
        raise self._named(error, call)

    def _named(self, error: ProviderError, call: Call) -> ProviderError:
        error.provider, error.model = self._settings.name, call.model
        return error


class _Attempt:
    """One attempt's text and times."""

    def __init__(self, script: Script, call: Call) -> None:
        self._script = script
        self._call = call
        asked = "\0".join(message.content for message in call.messages)
        seed = f"{script.seed}\0{call.model}\0{call.temperature}\0{asked}"
        self._random = Random(seed)  # noqa: S311 - nothing secret is drawn
        self._cut_short = False
        self._said = self._reasoned = 0
        self._due = 0.0
        self._owed = 0
        """Tokens whose time has to pass before the next piece."""

    async def connect(self, progress: Progress) -> None:
        """Load, connect and come to the first token."""
        script = self._script
        self._due = asyncio.get_running_loop().time()
        if script.load.high:
            progress.loading()
            await self._pass(self._draw(script.load))
        await self._pass(self._draw(script.connect))
        progress.connected()
        await self._pass(self._draw(script.delay))

    def chunks(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Give all that is to be said, in order and without its times."""
        for piece in _pieces(self._filler(self._script.reasoning)):
            self._reasoned += count_tokens(piece)
            yield ReasoningDelta(piece)
        limit = self._call.max_tokens
        for piece in _pieces(self._answer()):
            said = self._said + count_tokens(piece)
            if limit is not None and self._reasoned + said > limit:
                self._cut_short = True
                return
            self._said = said
            yield TextDelta(piece)

    async def pause_before(self, chunk: TextDelta | ReasoningDelta) -> None:
        """Wait as long as it took to generate what came before."""
        if self._owed and self._script.rate is not None:
            await self._pass(self._owed / self._draw(self._script.rate))
        else:
            await asyncio.sleep(0)
        self._owed = count_tokens(chunk.text)

    def finished(self) -> Finished:
        """Give the last chunk."""
        usage = ReportedUsage()
        if self._script.usage:
            asked = sum(count_tokens(m.content) for m in self._call.messages)
            usage = ReportedUsage(
                input=asked,
                output=self._said + self._reasoned,
                reasoning=self._reasoned,
            )
        reason = FinishReason.LENGTH if self._cut_short else self._script.finish
        return Finished(reason=reason, usage=usage, returned_model=self._script.model)

    def _answer(self) -> str:
        text = (
            _last_user_message(self._call)
            if self._script.model is Simulation.ECHO
            else self._filler(self._script.tokens)
        )
        ends = [text.find(stop) for stop in self._call.stop if stop and stop in text]
        return text[: min(ends)] if ends else text

    def _filler(self, tokens: int) -> str:
        """Make up sentences of exactly so many tokens."""
        words = FILLER.split()
        written, left, sentence = [], tokens, 0
        while left > 0:
            word = self._random.choice(words)
            word = word.capitalize() if sentence == 0 else word
            ends = sentence >= 4 and self._random.random() < 0.2
            piece = f"{word}. " if ends else f"{word} "
            if count_tokens(piece) >= left:
                piece = f"{word[: 4 * left - 1]}."
            written.append(piece)
            left -= count_tokens(piece)
            sentence = 0 if ends else sentence + 1
        return "".join(written)

    def _draw(self, range_: Range) -> float:
        return range_.at(self._random.random())

    async def _pass(self, seconds: float) -> None:
        """Let time pass on a schedule, so that small delays do not add up."""
        self._due += seconds
        if seconds:
            await asyncio.sleep(self._due - asyncio.get_running_loop().time())


def _last_user_message(call: Call) -> str:
    said = [m.content for m in call.messages if m.role is Role.USER]
    return said[-1] if said else ""


def _pieces(text: str) -> list[str]:
    """Split text into words, each with the blanks behind it."""
    return re.findall(r"\S+\s*|\s+", text)


def count_tokens(text: str) -> int:
    """Count tokens of four characters each; a begun one counts."""
    return -(-len(text) // 4)
