"""A llama.cpp of the user's reads a prompt before anybody asks, where they want that.

It is asked only while its `/slots` says that nobody else is asking it; one that does
not tell (`--no-slots`) is left alone, and so is an Ollama, which cannot tell. A
question that comes has to wait for the piece under way, so each is as long as such a
server reads in that time, and a look at the slots stands before each.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.provider_settings import ProviderSettings
from hexai.domain.infill import Infill
from hexai.domain.messages import Message
from hexai.domain.provider import Call
from hexai.errors import ProviderError
from hexai.providers.fim import endpoint_of
from hexai.providers.formats.format import Asked, WireFormat
from hexai.providers.formats.openai import OpenAIFormat
from hexai.providers.llamacpp.infill import LlamaCppInfill
from hexai.providers.llamacpp.manners import Pace, ReadLately
from hexai.providers.llamacpp.raw_prompts import RawPrompts
from hexai.text.budget import piece_ends

_KNOWN_BY = 200
"""Characters before a cursor that will hardly stand twice in a prompt."""
_LIMIT = 1024 * 1024
_STREAMING = frozenset({"stream", "stream_options", "return_progress"})


class Slots(Struct, frozen=True, kw_only=True):
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


async def look_at_slots(asked: Asked) -> Slots | None:
    """Ask a llama.cpp whether it is idle; None: it does not tell, or is none."""
    try:
        data = await asked.ask("/../slots", limit=_LIMIT)
        slots = msgspec.json.decode(data, type=tuple[_Slot, ...])
    except (ProviderError, msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return Slots(
        idle=bool(slots) and not any(slot.is_processing for slot in slots),
        context=min((slot.n_ctx for slot in slots if slot.n_ctx), default=None),
    )


class Beforehand:
    """What one server has read for us lately, and how fast."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._lately = ReadLately()

    async def read(self, asked: Asked, settings: ProviderSettings, call: Call) -> None:
        """Have what stands of a prompt read in pieces, as long as nobody else asks.

        What was read before is not asked for again.
        """
        now = asyncio.get_running_loop().time
        prompt = Prompt.of(call, settings)
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


class Prompt(Struct, frozen=True, kw_only=True):
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
        text = "" if gap.prompt else gap.far + above
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
        far = gap.far[:end]
        prefix = self.text[len(gap.far) : max(len(gap.far), end)]
        standing = min(gap.standing - gap.skipped, len(prefix))
        begun_gap = replace(
            gap, prefix=prefix, suffix="", far=far, standing=standing, skipped=0
        )
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
