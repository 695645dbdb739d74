r"""Telling what a model thinks from its answer, wherever it stands.

Models that reason show it in four ways: in a field of its own, in content parts of a
type of their own, in a block at the very start of the answer, or in a block whose
opening tag the chat template has written, so that only the closing one arrives.

The first two are read by `thoughts` and `parts`. The third is split off wherever deltas
cut the tags. The fourth cannot be told before its closing tag comes, which is after
half an answer has been shown. Where a row names the model, its text is held from the
start, until the tag says that it was reasoning or the end that it was not. Else it is
given, and *taken back* once a closing tag comes that nothing has opened.

A tag further on may as well be what the answer is about: a model can be asked for
them. So a closing tag counts only where a template would have it: not in quotes, code
or the middle of a sentence, and not where its opening tag stands before it; and only on
a line of its own where the question mentions it.
"""

import re
from collections.abc import Iterable, Iterator
from enum import Enum, auto
from io import StringIO

from hexai.domain.provider import (
    Chunk,
    ReasoningDelta,
    TakenBack,
    TextDelta,
    Withheld,
)
from hexai.errors import TooLarge
from hexai.providers.formats.marks import Said, Tags
from hexai.providers.formats.payload import field, words
from hexai.providers.formats.thinking_marks import (
    BLOCKS,
    OPENED_BY_TEMPLATE,
    Block,
)

_STRAYS = {block.closes: block.opens for block in BLOCKS if not block.models}
_STRAY = Tags(_STRAYS)

_HEADER = re.compile(
    r"(?:<\|start\|>\s*(?:assistant)?)?<\|channel\|>([^<]{0,80})"
    r"(?:<\|constrain\|>[^<]{0,80})?<\|message\|>"
)
"""What begins a message in the format of gpt-oss; seen 2025-08,
https://cookbook.openai.com/articles/openai-harmony"""

_HEADER_BEGINS = ("<|start|>", "<|channel|>")
_MESSAGE_ENDS = Tags(["<|end|>", "<|call|>", "<|return|>", "<|start|>", "<|channel|>"])
_LONGEST_HEADER = 256

_LEADING = 64
"""Blank characters before a block that are waited through, so that no upstream can
have us hold blanks for ever."""

_MOST_HELD = 1 << 20
"""Characters held of a model that opens its block by template."""

_QUOTES = "\"'`\u201c\u201d\u2018\u2019\u00ab\u00bb"


class _State(Enum):
    START = auto()
    """Nothing but blanks, or part of an opening tag, has come."""
    HELD = auto()
    """It may all be reasoning: nothing is given before the closing tag, or the end."""
    REASONING = auto()
    MESSAGE = auto()
    """In a message of gpt-oss that is no answer."""
    BETWEEN = auto()
    """Behind such a message: the next one's header, or plain text."""
    AFTER = auto()
    """The block is closed; the line breaks behind it are not the answer's."""
    TELLING = auto()
    """Text is given, and taken back if a closing tag shows that it was reasoning."""
    ANSWER = auto()
    """What comes is answer, whatever it is."""


class ThinkSplitter:
    """Splits one answer's text into reasoning and answer."""

    def __init__(
        self, model: str = "", asked: Iterable[str] = (), *, aloud: bool = False
    ) -> None:
        """Split what a model says that was asked this.

        `aloud`: it is held as one with a row, since earlier answers gave it away.
        """
        self._name = model.rpartition("/")[2].lower()
        self._asked = asked
        self._blocks = [
            block
            for block in BLOCKS
            if not block.models or re.search(block.models, self._name)
        ]
        self._opened = next(
            (r for r in OPENED_BY_TEMPLATE if re.match(r.models, self._name)), None
        )
        self._closes = Tags([self._opened.closes]) if self._opened else _STRAY
        self._may_be_open = aloud or self._opened is not None
        self._is_apart = False
        self._then = ""
        self._state = _State.START
        self._held = ""
        self._aside = StringIO()
        self._said = Said((*_STRAYS, *_STRAYS.values()))
        self._has_given = False
        self._is_closed, self._is_whole = False, True
        self._steps = {
            _State.START: self._start,
            _State.HELD: self._hold,
            _State.REASONING: self._reason,
            _State.MESSAGE: self._read_message,
            _State.BETWEEN: self._read_header,
            _State.AFTER: self._follow,
            _State.TELLING: self._tell,
            _State.ANSWER: self._answer,
        }

    def separated(self) -> None:
        """Take note that reasoning came apart from the text, which is given, then."""
        self._is_apart = True
        if self._state in (_State.START, _State.HELD):
            self._may_be_open = False

    @property
    def is_sure(self) -> bool:
        """Whether the text given is known to be answer, wherever it ends."""
        return self._is_apart or self._state in (_State.AFTER, _State.ANSWER)

    def feed(self, text: str) -> list[Chunk]:
        """Take the next piece of text; what could be half a tag is held back."""
        if self.passes(text):
            return [TextDelta(text)] if text else []
        self._held += text
        return self._run()

    def passes(self, text: str) -> bool:
        """Take the next piece, if it is answer as it stands; nearly every one is."""
        if self._held:
            return False
        if self._state is _State.ANSWER:
            return True
        if self._state is not _State.TELLING or _STRAY.begin_in(text):
            return False
        self._said.write(text)
        self._has_given = self._has_given or bool(text)
        return True

    def close(self, *, whole: bool = True) -> list[Chunk]:
        """Give what is still held back as what it turned out to be.

        `whole`: the model has ended by itself. Without its end, what is held of a model
        that opens its block by template is reasoning.
        """
        self._is_closed, self._is_whole = True, whole
        chunks = self._run()
        held, self._held = self._held, ""
        if not held:
            return chunks
        if self._state in (_State.REASONING, _State.MESSAGE):
            return [*chunks, ReasoningDelta(held)]
        return [*chunks, *self._give(held)]

    def _run(self) -> list[Chunk]:
        chunks: list[Chunk] = []
        while True:
            state = self._state
            chunks += self._steps[state]()
            if self._state is state:
                return chunks

    def _give(self, text: str) -> list[Chunk]:
        if not text:
            return []
        if self._state is not _State.ANSWER:
            self._said.write(text)
            self._has_given = True
        return [TextDelta(text)]

    def _start(self) -> list[Chunk]:
        begun = self._held.lstrip()
        for block in self._blocks:
            if begun.startswith(block.opens):
                self._held = begun[len(block.opens) :]
                self._enter(block)
                return []
        if begun.startswith(_HEADER_BEGINS):
            self._state, self._held = _State.BETWEEN, begun
            return []
        if self._waits(begun):
            return []
        self._state = _State.HELD if self._may_be_open else _State.TELLING
        return []

    def _enter(self, block: Block) -> None:
        self._state = _State.REASONING
        self._closes, self._then = Tags([block.closes]), block.then

    def _waits(self, begun: str) -> bool:
        """Say whether what has come may still become the beginning of a block."""
        if self._is_closed or len(self._held) > _LEADING + len(begun):
            return False
        marks = (*(block.opens for block in self._blocks), *_HEADER_BEGINS)
        return any(mark.startswith(begun) for mark in marks)

    def _hold(self) -> list[Chunk]:
        """Hold text; what cannot be part of a tag any more is not looked at again."""
        found = self._closes.find(self._held) if self._may_be_open else None
        is_over = found is not None or self._is_closed or not self._may_be_open
        if not is_over:
            kept = self._closes.unfinished(self._held)
            self._aside.write(self._held[: len(self._held) - kept])
            self._held = self._held[len(self._held) - kept :]
            if self._aside.tell() > _MOST_HELD:
                raise TooLarge("the model has said more than 1 MiB without an answer")
            return [Withheld()]
        aside, self._aside = self._aside.getvalue(), StringIO()
        self._held = aside + self._held
        if found is not None:
            return self._close_block(len(aside) + found.start(), found[0])
        is_told = self._is_whole or not self._may_be_open
        self._state = _State.TELLING if is_told else _State.REASONING
        return []

    def _reason(self) -> list[Chunk]:
        found = self._closes.find(self._held)
        if found is not None:
            return self._close_block(found.start(), found[0])
        kept = 0 if self._is_closed else self._closes.unfinished(self._held)
        return self._think(len(self._held) - kept)

    def _close_block(self, start: int, tag: str) -> list[Chunk]:
        chunks = self._think(start)
        self._held = self._held[len(tag) :]
        self._state = _State.AFTER
        return chunks

    def _think(self, length: int) -> list[Chunk]:
        """Give so much of what is held as reasoning."""
        thought, self._held = self._held[:length], self._held[length:]
        return [ReasoningDelta(thought)] if thought else []

    def _read_header(self) -> list[Chunk]:
        begun = self._held.lstrip()
        if found := _HEADER.match(begun):
            self._held = begun[found.end() :]
            is_answer = found[1].strip().partition(" ")[0] == "final"
            self._state = _State.AFTER if is_answer else _State.MESSAGE
            return []
        is_begun = begun.startswith(_HEADER_BEGINS) or any(
            mark.startswith(begun) for mark in _HEADER_BEGINS
        )
        if not is_begun or self._is_closed or len(self._held) > _LONGEST_HEADER:
            self._state = _State.AFTER
        return []

    def _read_message(self) -> list[Chunk]:
        found = _MESSAGE_ENDS.find(self._held)
        if found is None:
            kept = 0 if self._is_closed else _MESSAGE_ENDS.unfinished(self._held)
            return self._think(len(self._held) - kept)
        chunks = self._think(found.start())
        if found[0] not in _HEADER_BEGINS:
            self._held = self._held[len(found[0]) :]
        self._state = _State.BETWEEN
        return chunks

    def _follow(self) -> list[Chunk]:
        self._held = self._held.lstrip("\r\n")
        if self._then and self._held.startswith(self._then):
            self._held = self._held[len(self._then) :].lstrip("\r\n")
            self._then = ""
        waits = self._then.startswith(self._held) and not self._is_closed
        if self._held and not (self._then and waits):
            self._state = _State.ANSWER
        return []

    def _answer(self) -> list[Chunk]:
        text, self._held = self._held, ""
        return self._give(text)

    def _tell(self) -> list[Chunk]:
        """Give text, watching for a closing tag that nothing has opened."""
        seen = 0
        while (found := _STRAY.find(self._held, seen)) is not None:
            start, end = found.span()
            after = self._held[end : end + 1]
            if not (after or self._is_closed):
                return self._give_held(start, seen)
            self._said.write(self._held[seen:start])
            if self._closes_thought(found[0], after):
                self._state = _State.AFTER
                back: list[Chunk] = [TakenBack()] if self._has_given else []
                thought = self._think(start)
                self._held = self._held[len(found[0]) :]
                return [*back, *thought]
            self._said.write(found[0])
            seen = end
        kept = 0 if self._is_closed else _STRAY.unfinished(self._held, seen)
        return self._give_held(len(self._held) - kept, seen)

    def _give_held(self, length: int, seen: int) -> list[Chunk]:
        """Give so much of what is held, of which some is noted as said already."""
        text, self._held = self._held[:length], self._held[length:]
        self._said.write(text[seen:])
        self._has_given = self._has_given or bool(text)
        return [TextDelta(text)] if text else []

    def _closes_thought(self, tag: str, after: str) -> bool:
        """Say whether a closing tag is one, and not what the answer is about."""
        said = self._said
        if said.count(_STRAYS[tag]) > said.count(tag):
            return False
        line = said.line
        is_quoted = line.is_quoting or (after != "" and after in _QUOTES)
        if is_quoted or said.is_in_fence:
            return False
        ends_line = after in ("", "\n", "\r")
        if line.is_blank:
            return ends_line or not self._is_mentioned(tag)
        is_sentence = not (line.last.isspace() or line.last in _QUOTES + "([{=/")
        fits = ends_line or after.isalnum() or after.isspace() or after in "#*-<"
        return is_sentence and fits and not self._is_mentioned(tag)

    def _is_mentioned(self, tag: str) -> bool:
        return any(tag in text for text in self._asked)


def thoughts(value: object) -> str:
    """Read reasoning as servers send it: text, an object that holds it, or a list.

    Seen: text (DeepSeek, vLLM), `{"text": …}`, and OpenRouter's list of details whose
    `text` or `summary` it is; 2025-11,
    https://openrouter.ai/docs/use-cases/reasoning-tokens
    """
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(map(thoughts, value))
    if isinstance(value, dict):
        names = ("text", "thinking", "summary", "content", "reasoning")
        return next(filter(None, (thoughts(value.get(name)) for name in names)), "")
    return ""


_REASONING_PART = re.compile(r"reason|think|thought", re.IGNORECASE)


def parts(content: object) -> Iterator[tuple[bool, str]]:
    """Give the parts of a content, each with whether it is reasoning.

    A part's type tells, or that it holds `thinking` (Mistral) or is marked `thought`
    (Gemini); 2025-09, https://docs.mistral.ai/capabilities/reasoning/
    """
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            yield False, part
            continue
        is_thought = field(part, "thought") is True or bool(
            _REASONING_PART.search(words(field(part, "type")))
        )
        if thinking := thoughts(field(part, "thinking")):
            yield True, thinking
        if is_thought and not thinking:
            yield True, thoughts(part)
        elif text := words(field(part, "text")) or words(field(part, "refusal")):
            yield is_thought, text
