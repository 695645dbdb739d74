"""Telling a model's reasoning from its answer, where both come in one text.

Models that reason say so in three ways: in a field of its own (the wire formats know
its name), in content parts of their own, or between `<think>` and `</think>` at the
very start of the answer. The last is split here, wherever deltas cut the tags. A tag
further on belongs to the answer: a model may be asked to write about them.
"""

from enum import Enum, auto

from hexai.domain.provider import Chunk, ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>", "</think>"

_LEADING = 64
"""Blank characters before the tag that are waited through, so that no upstream can
have us hold blanks for ever."""


class _State(Enum):
    START = auto()
    """Nothing but blanks, or part of the opening tag, has come."""
    REASONING = auto()
    AFTER = auto()
    """The block is closed; the line breaks behind it are not the answer's."""
    ANSWER = auto()


class ThinkSplitter:
    """Splits one answer's text into reasoning and answer."""

    def __init__(self) -> None:
        self._state = _State.START
        self._held = ""

    @property
    def answered(self) -> bool:
        """Whether any of the answer has come, after `close` for certain."""
        return self._state is _State.ANSWER

    def feed(self, text: str) -> list[Chunk]:
        """Take the next piece of text; what could be half a tag is held back."""
        if self._state is _State.ANSWER:
            return [TextDelta(text)] if text else []
        self._held += text
        chunks: list[Chunk] = []
        if self._state is _State.START:
            self._start()
        if self._state is _State.REASONING:
            self._reason(chunks)
        if self._state is _State.AFTER:
            self._held = self._held.lstrip("\r\n")
            if self._held:
                self._state = _State.ANSWER
        if self._state is _State.ANSWER:
            chunks.extend(self.close())
        return chunks

    def close(self) -> list[Chunk]:
        """Give what is still held back as what it turned out to be."""
        held, self._held = self._held, ""
        if not held:
            return []
        if self._state is _State.REASONING:
            return [ReasoningDelta(held)]
        self._state = _State.ANSWER
        return [TextDelta(held)]

    def _start(self) -> None:
        begun = self._held.lstrip()
        if begun.startswith(_OPEN):
            self._state = _State.REASONING
            self._held = begun[len(_OPEN) :]
        elif not _OPEN.startswith(begun) or len(self._held) > _LEADING:
            self._state = _State.ANSWER

    def _reason(self, chunks: list[Chunk]) -> None:
        reasoning, closed, rest = self._held.partition(_CLOSE)
        if closed:
            self._state = _State.AFTER
        else:
            kept = _overlap(reasoning, _CLOSE)
            split = len(reasoning) - kept
            reasoning, rest = reasoning[:split], reasoning[split:]
        self._held = rest
        if reasoning:
            chunks.append(ReasoningDelta(reasoning))


def _overlap(text: str, tag: str) -> int:
    """Count the characters at the end of `text` that may be the start of `tag`."""
    for length in range(min(len(tag) - 1, len(text)), 0, -1):
        if text.endswith(tag[:length]):
            return length
    return 0
