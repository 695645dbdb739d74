"""What a model reads before anybody asks: how it will be asked, how much, how fast."""

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Literal, Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import Ask
from hexai.domain.messages import Infill, Message
from hexai.domain.provider import Call
from hexai.errors import ProviderError
from hexai.providers.fim import endpoint_of
from hexai.providers.formats.format import Asked, WireFormat
from hexai.providers.formats.openai import OpenAIFormat
from hexai.providers.llamacpp.completion_prompts import RawPrompts, StandingWindow
from hexai.providers.llamacpp.gguf import Metadata
from hexai.providers.llamacpp.infill import LlamaCppInfill
from hexai.text.tokens import piece_ends

# A model made for gaps is given both sides. One that is none, and too small to do what
# instructions say, talks about the code instead of writing it: asked by chat,
# SmolLM2-135M began with `Begin your reply with this line` (2026-11). Given the text
# before the cursor it goes on with it. Any other model is asked by chat.

_FOLLOWS_INSTRUCTIONS = 700_000_000
"""Numbers of the smallest model that is asked by chat though it was not made for gaps.

SmolLM2-360M and Gemma 3 270M lie below, Qwen3 0.6B (752 million) and Llama 3.2 1B
above.
"""

_SECONDS = 1.1
"""What may be read of a text while somebody waits."""
_USUAL_SPEED = 230.0
"""Tokens in a second that SmolLM2 reads on two cores of 2020; until there is one."""
_LEAST, _MOST = 120, 1400
"""Tokens of a text: what a model needs to see, and what it makes use of."""

_PATIENCE = 0.15
"""Seconds that a piece may take that is read before anybody asks."""
_FIRST_PIECE, _LEAST_PIECE, _MOST_PIECE = 16, 8, 256
"""Tokens of one; the first is read before anything is known of the machine."""
_TELLING = 4
"""Tokens read from which on their time means something."""
_PLACES = 4
"""Texts that a server is trusted to keep: a worker has two slots, and room for more."""


def manner(told: Metadata, asked: Ask) -> Literal["infill", "chat", "continue"]:
    """Choose how a model is asked; what cannot be done is not chosen.

    A model without tokens for gaps cannot fill one, whatever the user says.
    """
    if asked == "infill" and told.gap is None:
        asked = "auto"
    if asked != "auto":
        return asked
    if told.gap is not None:
        return "infill"
    is_able = told.parameters >= _FOLLOWS_INSTRUCTIONS or not told.parameters
    return "chat" if told.has_template and is_able else "continue"


class PrefillPace:
    """How many tokens are read at once before anybody asks.

    A question waits for the piece under way, so a piece takes no longer than that.
    """

    def __init__(self) -> None:
        self.tokens = _FIRST_PIECE

    def take(self, anew: int, seconds: float) -> None:
        """Take how long a piece took, and how much of it was not kept from before."""
        if anew < _TELLING or seconds <= 0:
            return
        fitting = int(anew / seconds * _PATIENCE)
        self.tokens = min(_MOST_PIECE, 2 * self.tokens, max(_LEAST_PIECE, fitting))

    def slow_down(self) -> None:
        """Take that a piece took too long for anybody to wait for its end."""
        self.tokens = _LEAST_PIECE


class ReadLately:
    """The texts that a server has read for us, the latest last.

    A text is read on from where it is known: asked for less of it than it has read, a
    llama.cpp forgets the rest.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []

    def known(self, text: str) -> int:
        """Say how many first characters of a text were read."""
        return max((_common(text, one) for one in self._texts), default=0)

    def take(self, text: str) -> None:
        """Take a text that has been read.

        One that has half of its beginning in common with it has made way for it; of
        any other llama.cpp keeps a copy.
        """
        if text and text != next(reversed(self._texts), ""):
            kept = [one for one in self._texts if 2 * _common(text, one) < len(one)]
            self._texts = [*kept[1 - _PLACES :], text]


def _common(one: str, other: str) -> int:
    """Say how many first characters two texts have in common."""
    ends = range(1, min(len(one), len(other)) + 1)
    return bisect_left(ends, True, key=lambda end: one[:end] != other[:end])  # noqa: FBT003 - what is looked for


class Reading:
    """What is known of how a worker reads: what and where lately, and how fast."""

    def __init__(self) -> None:
        self.pace = PrefillPace()
        self.standing = StandingWindow()
        self._lately: defaultdict[str, ReadLately] = defaultdict(ReadLately)
        self._worker = 0
        self._speed = _USUAL_SPEED

    def lately(self, kind: str) -> ReadLately:
        """Give what was read of a kind of prompts."""
        return self._lately[kind]

    def has_read(self, text: str, kind: str, worker: int) -> None:
        """Take what a worker has read; a new one has read nothing before."""
        if worker != self._worker:
            self._worker = worker
            self._lately.clear()
        self._lately[kind].take(text)

    def take(self, speed: float) -> None:
        """Take how many tokens of a prompt were read in a second."""
        self._speed = (self._speed + speed) / 2

    @property
    def reach(self) -> int:
        """How many tokens of a text it reads in the time that there is."""
        return int(min(_MOST, max(_LEAST, self._speed * _SECONDS)))


# It is asked only while its `/slots` says that nobody else is asking it; one that does
# not tell (`--no-slots`) is left alone, and so is an Ollama, which cannot tell. A
# question that comes has to wait for the piece under way, so each is as long as such a
# server reads in that time, and a look at the slots stands before each.

_KNOWN_BY = 200
"""Characters before a cursor that will hardly stand twice in a prompt."""
_LIMIT = 1024 * 1024
_STREAMING = frozenset({"stream", "stream_options", "return_progress"})


class ServerSlots(Struct, frozen=True, kw_only=True):
    """What a server told of its slots."""

    idle: bool
    """No slot has anything to do."""
    context: int | None
    """Tokens that each holds, where it says so."""


class _Slot(Struct, frozen=True):
    is_processing: bool
    n_ctx: int = 0


class _Timings(Struct, frozen=True):
    prompt_n: int = 0


class _Answer(Struct, frozen=True):
    timings: _Timings = _Timings()


async def look_at_slots(asked: Asked) -> ServerSlots | None:
    """Ask a llama.cpp whether it is idle; None: it does not tell, or is none."""
    try:
        data = await asked.ask("/../slots", limit=_LIMIT)
        slots = msgspec.json.decode(data, type=tuple[_Slot, ...])
    except (ProviderError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return ServerSlots(
        idle=bool(slots) and not any(slot.is_processing for slot in slots),
        context=min((slot.n_ctx for slot in slots if slot.n_ctx), default=None),
    )


class Prefill:
    """What one server has read for us lately, and how fast."""

    def __init__(self) -> None:
        self._pace = PrefillPace()
        self._lately = ReadLately()

    async def read(self, asked: Asked, settings: ProviderSettings, call: Call) -> None:
        """Have what stands of a prompt read in pieces, as long as nobody else asks.

        What was read before is not asked for again.
        """
        now = asyncio.get_running_loop().time
        prompt = PrefillPrompt.of(call, settings)
        with suppress(ProviderError):
            for text, piece in prompt.pieces(self._lately, lambda: self._pace.tokens):
                slots = await look_at_slots(asked)
                if slots is None or not slots.idle:
                    return
                began = now()
                anew = await _read(asked, prompt.wire, piece)
                self._pace.take(anew, now() - began)
                self._lately.take(text)


async def _read(asked: Asked, wire: WireFormat, piece: Call) -> int:
    """Have a piece read, and tell how much of it was not kept."""
    body = {k: v for k, v in wire.body(piece).items() if k not in _STREAMING}
    data = await asked.ask(wire.path(piece), {**body, "stream": False}, limit=_LIMIT)
    try:
        return msgspec.json.decode(data, type=_Answer).timings.prompt_n
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return 0


class PrefillPrompt(Struct, frozen=True, kw_only=True):
    """What of a call can be read beforehand, and how it is asked."""

    call: Call
    wire: WireFormat
    text: str
    """All of it, in the order in which the model reads it."""
    kind: str = "chat"
    """What stands before it: of another kind, the same text is another prompt."""

    @classmethod
    def of(cls, call: Call, settings: ProviderSettings) -> Self:
        """Take what a model reads before it comes to the cursor."""
        gap = call.infill
        if gap is None or endpoint_of(settings, call.model) != "infill":
            return cls.of_chat(call, OpenAIFormat(settings))
        above = gap.prefix[gap.skipped :]
        text = "" if gap.prompt else above
        return cls(call=call, wire=LlamaCppInfill(settings), text=text)

    @classmethod
    def of_worker(cls, call: Call, wire: WireFormat) -> Self:
        """Take what our own worker reads before it comes to the cursor."""
        if not isinstance(wire, RawPrompts) or call.infill is None:
            return cls.of_chat(call, wire)
        text = wire.window(call.infill)
        begun = replace(call, infill=Infill(prefix=text, suffix=""))
        kind = "gap" if wire.fills else "text"
        return cls(call=begun, wire=wire.alone(), text=text, kind=kind)

    @classmethod
    def of_chat(cls, call: Call, wire: WireFormat) -> Self:
        """Take what stands before the cursor in the last message of a chat."""
        before = "" if call.infill is None else call.infill.prefix
        text = _up_to_cursor(call.messages[-1], before) if call.messages else ""
        return cls(call=replace(call, infill=None), wire=wire, text=text)

    def pieces(
        self, lately: ReadLately, most: Callable[[], int]
    ) -> Iterator[tuple[str, Call]]:
        """Give more and more of it, from behind what was read lately.

        `most` says each time how many tokens more that may be.
        """
        start = lately.known(self.text)
        for end in piece_ends(self.text[start:], most):
            yield self.text[: start + end], self._up_to(start + end)

    def _up_to(self, end: int) -> Call:
        """Give the call that has no more read than the text up to there."""
        gap = self.call.infill
        if gap is None:
            *others, last = self.call.messages
            begun = replace(last, content=self.text[:end])
            return replace(self.call, messages=(*others, begun), max_tokens=1)
        prefix = self.text[:end]
        standing = min(gap.standing - gap.skipped, len(prefix))
        begun_gap = replace(gap, prefix=prefix, suffix="", standing=standing, skipped=0)
        return replace(self.call, infill=begun_gap, max_tokens=1)


def _up_to_cursor(message: Message, before: str) -> str:
    """Give a message up to the cursor, if it has the lines before it behind the rest.

    If not, all that is sure to stand is what it says itself.
    """
    if not message.standing or not before.strip():
        return ""
    known_by = before[-_KNOWN_BY:]
    found = message.content.find(known_by, message.standing)
    end = message.standing if found < 0 else found + len(known_by)
    return message.content[:end]
