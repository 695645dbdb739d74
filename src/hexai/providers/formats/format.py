"""What tells one wire format from another, and what all share: hearing an answer out.

`providers.http_provider.HttpProvider` does for all of them what they share: it posts
the body, splits the stream, feeds the decoder, keeps the limits and maps the errors. A
format is the rest: how a call is written, and how its stream is read.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, runtime_checkable

from msgspec.structs import replace

from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    Habit,
    ReasoningDelta,
    StopReason,
    TakenBack,
    TextDelta,
    Withheld,
)
from hexai.errors import BrokenStream, ProviderError
from hexai.providers.formats.control_tokens import Cutter, held_by
from hexai.providers.formats.endings import meaning_of
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.framing import Framing
from hexai.providers.formats.thinking import ThinkSplitter, parts, thoughts


class Decoder(Protocol):
    """Reads one stream. Whatever it raises but a `ProviderError` is a bad answer."""

    @property
    def has_ended(self) -> bool:
        """Whether what ends the answer has come; what follows does not matter."""

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode the data of one SSE event, or one NDJSON line.

        Errors that the upstream reports inside the stream do not come here, see
        `reading.py`. `Finished` is given as soon as the upstream says that it is done;
        nothing is fed, and `close` is not called, after it.
        """

    def close(self) -> list[Chunk]:
        """Take the end of the stream: give what was held back, then `Finished`.

        Raises `BrokenStream` if the upstream never said that it was done.
        """


class WireFormat(Protocol):
    """How one kind of upstream is asked, and how its answers are read."""

    framing: Framing

    def path(self, call: Call) -> str:
        """Give the path below `base_url`, with a leading slash."""

    def headers(self, key: str | None) -> Mapping[str, str]:
        """Give the headers of a request; the credential is among them, if any."""

    def body(self, call: Call) -> Mapping[str, object]:
        """Give the JSON body of a streaming request."""

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""

    def explain(self, said: ReportedError, *, model: str) -> ProviderError:
        """Make the error of what an upstream said; `model` is for the advice.

        Provider and model are filled in by the caller, `Retry-After` too.
        """


@runtime_checkable
class Asked(Protocol):
    """Who can be asked a small question beside the streams: a client over HTTP."""

    async def ask(
        self, path: str, body: Mapping[str, object] | None = None, *, limit: int
    ) -> bytes:
        """Give the whole answer; raises `ProviderError`."""


@runtime_checkable
class WithKey(Protocol):
    """Who may have to fetch a key before anything can be asked."""

    @property
    def has_key(self) -> bool:
        """Whether the key is at hand, or none is needed."""


Choose = Callable[[Call, Asked], Awaitable[WireFormat]]
"""Chooses the format of a call, perhaps by asking its upstream (`providers/fim.py`)."""


_ENDED = frozenset(
    {
        *(FinishReason.STOP, FinishReason.LENGTH, FinishReason.FILTERED),
        FinishReason.TOOL,
    }
)


class Hearing:
    """One answer on its way from a decoder, which only knows where a format puts what.

    What is reasoning, where the text ends and what the end means is decided here.
    """

    def __init__(self, call: Call, *, infilled: bool = False) -> None:
        """Hear what comes of a call; `infilled`: it fills a gap, and thinks not."""
        asked = held_by(call, infilled=infilled)
        self._infilled = infilled
        self._splitter = ThinkSplitter(
            call.model, asked, aloud=call.habit is Habit.ALOUD
        )
        self._is_vouched = infilled or call.habit is Habit.MARKED
        self._cutter = Cutter(asked)
        self._word: str | None = None
        self._has_text = False
        self._called_tool = False

    @property
    def has_ended(self) -> bool:
        """Whether the upstream has said why it ended, and no fault has ended it."""
        means = None if self._word is None else meaning_of(self._word)
        return self._cutter.is_cut or means in _ENDED

    def say(self, text: str) -> list[Chunk]:
        """Take the next piece of the answer's text."""
        if not text:
            return []
        if self._infilled or self._splitter.passes(text):
            return self._cut_text(text)
        return self._cut(self._splitter.feed(text))

    def think(self, *values: object) -> list[Chunk]:
        """Take reasoning from the first of some fields that holds any."""
        if not any(values):  # as in nearly every delta
            return []
        thought = next(filter(None, map(thoughts, values)), "")
        if thought:
            self._splitter.separated()
            return [ReasoningDelta(thought)]
        is_coded = any(isinstance(value, dict | list) and value for value in values)
        return [Withheld()] if is_coded else []

    def take(self, content: object) -> list[Chunk]:
        """Take content: text, or parts of which some are reasoning."""
        if isinstance(content, str):
            return self.say(content)
        chunks: list[Chunk] = []
        for is_thought, text in parts(content):
            chunks += self.think(text) if is_thought else self.say(text)
        return chunks

    def work(self) -> list[Chunk]:
        """Take note of tokens that are neither text nor reasoning to be read."""
        return [Withheld()]

    def call_tool(self) -> list[Chunk]:
        """Take note that the model calls a tool; it was given none."""
        self._called_tool = True
        return [Withheld()]

    def end(self, word: str) -> None:
        """Take the upstream's word for the end; blank: it has not said any."""
        if word:
            self._word = word

    def finish(self, facts: Finished, *, marked: bool) -> list[Chunk]:
        """Give what was held back, and the end with the facts that came of it.

        Raises `BrokenStream` if the stream was over before the upstream said why;
        `marked`: it ended by its own mark.
        """
        if not (marked or self._word is not None or self._cutter.is_cut):
            raise BrokenStream("the stream ended before the answer was complete")
        is_whole = self._reason() is not FinishReason.LENGTH
        chunks = self._cut(
            [] if self._infilled else self._splitter.close(whole=is_whole)
        )
        if rest := self._cutter.close():
            self._has_text = True
            chunks.append(TextDelta(rest))
        finished = replace(
            facts,
            reason=self._reason(),
            said=self._word,
            infilled=self._infilled,
            vouched=self._is_vouched or self._splitter.is_sure,
        )
        return [*chunks, finished]

    def _reason(self) -> StopReason:
        means = FinishReason.BROKEN if self._word is None else meaning_of(self._word)
        if self._cutter.is_cut and means is not FinishReason.FILTERED:
            means = FinishReason.STOP
        if self._called_tool and not self._has_text and means is FinishReason.STOP:
            return FinishReason.TOOL
        return means

    def _cut(self, chunks: list[Chunk]) -> list[Chunk]:
        kept: list[Chunk] = []
        for chunk in chunks:
            if isinstance(chunk, TakenBack):
                self._has_text = False
                kept.append(chunk)
                if dropped := self._cutter.begin_again():
                    kept.append(ReasoningDelta(dropped))
            elif isinstance(chunk, TextDelta):
                kept += self._cut_text(chunk.text)
            else:
                kept.append(chunk)
        return kept

    def _cut_text(self, text: str) -> list[Chunk]:
        if not (text := self._cutter.feed(text)):
            return []
        self._has_text = True
        return [TextDelta(text)]
