"""The beginning of a prompt that stands still while somebody types at its end.

A server keeps what it has read and reads anew from the first difference on. A window
of so many lines above the cursor begins one line later with each new line, so all of
it is read again: on a laptop that takes seconds. So a window begins where one before
it began, as long as it is not too long; then it moves down in one large step.

Where windows began is remembered by the text there. It needs no numbers of lines and
no names of documents, and a text that was changed or deleted is simply not found.
"""

import re
from collections.abc import Callable, Mapping
from typing import Self

from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.messages import Infill
from hexai.domain.provider import Call, Chunk, Finished
from hexai.providers.formats.format import Decoder
from hexai.providers.llamacpp.gguf import Metadata
from hexai.providers.llamacpp.infill import Event, LlamaCppInfill, LlamaCppInfillDecoder
from hexai.text.cleaning import ends_with_line
from hexai.text.indent import indent_of
from hexai.text.tokens import estimate_tokens

_HEAD = 160
"""Characters that a beginning is known by."""
_REMEMBERED = 8
"""Places that somebody goes back and forth between."""
_GROWTH = 3
"""How many times as long as at first a window may become."""


class StandingWindow:
    """The windows that a server has read lately."""

    def __init__(self) -> None:
        self._heads: list[str] = []
        """Their beginnings, the latest last."""

    def cut(self, text: str, tokens: int) -> str:
        """Cut a text to its last lines: `tokens` at first, later up to thrice."""
        longest = _last_lines(text, tokens * _GROWTH)
        for head in reversed(self._heads):
            at = longest.rfind(head)
            if at == 0 or (at > 0 and longest[at - 1] == "\n"):
                window = longest[at:]
                break
        else:
            window = _last_lines(text, tokens)
        self._remember(window)
        return window

    def _remember(self, window: str) -> None:
        head = window[:_HEAD]
        if len(window) <= _HEAD:
            head = window[: window.rfind("\n") + 1]
        if len(head.split()) > 1:
            known = [one for one in self._heads if not one.startswith(head)]
            self._heads = [*known[1 - _REMEMBERED :], head]


def _last_lines(text: str, tokens: int) -> str:
    """Give as many of the last lines as fit; of a longer one its end."""
    taken, spent = 0, 0
    for line in reversed(text.split("\n")):
        spent += estimate_tokens(line) + 1
        if spent > tokens:
            break
        taken += len(line) + 1
    return text[len(text) + 1 - taken :] if taken else text[-tokens * 4 :]


# llama.cpp's `/infill` keeps no more of a text than a part of a batch, and our batches
# are small so that a new question need not wait (see `worker`). With the tokens that
# the model's file names, `/completion` takes a gap of any length. A model that was not
# made for gaps and is too small to do as it is told goes on with the text before the
# cursor.
#
# Texts are not to be taken for tokens. Where a document mentions `<|fim_middle|>`, its
# first character is given as a token of its own and the text goes on behind that, for
# llama.cpp looks for tokens in each piece of a prompt by itself. It has to be a number:
# a list of nothing but texts is a list of prompts to it.

Heard = Callable[[float], None]
"""Is told how many tokens of a prompt were read in a second."""

_BLOCK = 128
"""Tokens that a small model goes on for, at most, before it loses its thread."""
_WHOLE = 1 << 20
"""Tokens that no window has."""
_SUFFIX_SHARE = 6
"""The text after a gap is read anew with each key, so it is a sixth of that before."""


class RawPrompts(LlamaCppInfill):
    """Asks as `/infill` is asked, but for the path and the prompt."""

    def __init__(
        self,
        settings: ProviderSettings,
        metadata: Metadata,
        *,
        fills: bool,
        standing: StandingWindow,
        reach: int,
        heard: Heard,
    ) -> None:
        """Fill gaps, or go on with the text before them.

        `reach` is how many tokens the machine reads while somebody waits.
        """
        super().__init__(settings)
        self._metadata = metadata
        self.fills = fills
        self._standing = standing
        self._reach = reach
        self._heard = heard

    def path(self, call: Call) -> str:  # noqa: ARG002 - one endpoint for all calls
        """Give the path."""
        return "/completion"

    def body(self, call: Call) -> Mapping[str, object]:
        """Write the request; what is written of progress finds a closed stream."""
        infill = call.infill
        assert infill is not None
        body = dict(super().body(call))
        for name in ("input_extra", "input_prefix", "input_suffix", "prompt"):
            body.pop(name, None)
        prompt = self._gap(infill) if self.fills else self._continued(infill)
        body["prompt"] = prompt
        body["timings_per_token"] = True
        if not self.fills:
            going_on = Continuation.of(infill)
            body["n_predict"] = min(call.max_tokens or _BLOCK, going_on.most(_BLOCK))
            if going_on.stop:
                body["stop"] = [*call.stop, going_on.stop]
        return body

    def decoder(self, call: Call) -> Decoder:
        """Make the decoder of one stream."""
        kind = _RawDecoder if self.fills else _ContinuedDecoder
        return kind(call, self._heard)

    def alone(self) -> "RawPrompts":
        """Give the format for parts of a `window`, which are not cut again."""
        return RawPrompts(
            self._settings,
            self._metadata,
            fills=self.fills,
            standing=StandingWindow(),
            reach=_WHOLE,
            heard=self._heard,
        )

    def window(self, infill: Infill) -> str:
        """Give the text before the cursor that a model reads, but for what it owes."""
        before = infill.before
        if not self.fills:
            before = Continuation.of(infill).prompt(before)
        return self._standing.cut(before, self._reach)

    def _gap(self, infill: Infill) -> list[object]:
        tokens = self._metadata.gap
        assert tokens is not None
        before = self.window(infill)
        after = _first_lines(infill.after or "", self._reach // _SUFFIX_SHARE)
        begin = self._metadata.begin
        return [
            *([] if begin is None else [begin]),
            tokens.prefix,
            *self._pieces(before),
            tokens.suffix,
            *self._pieces(after),
            tokens.middle,
        ]

    def _continued(self, infill: Infill) -> list[object]:
        """Give the text before the cursor."""
        return self._pieces(self.window(infill)) or [""]

    def _pieces(self, text: str) -> list[object]:
        """Part a text in each mention of a token.

        Where that cannot be, the text begins behind the mention.
        """
        control = self._metadata.control
        if not any(token in text for token in control):
            return [text] if text else []
        mention = re.compile("|".join(map(re.escape, control)))
        pieces: list[object] = []
        start = 0
        for found in mention.finditer(text):
            letter = self._metadata.letters.get(found[0][0])
            if letter is None:
                pieces, start = [], found.end()
                continue
            pieces += [text[start : found.start()], letter]
            start = found.start() + 1
        return [piece for piece in (*pieces, text[start:]) if piece != ""]


class _RawDecoder(LlamaCppInfillDecoder):
    """Reads a stream of pieces, and tells how fast the prompt was read."""

    def __init__(self, call: Call, heard: Heard) -> None:
        super().__init__(call)
        self._heard = heard

    def _facts(self) -> Finished:
        facts = super()._facts()
        return replace(facts, chosen=facts.usage.input, apart=False)

    def ended(self) -> None:
        """Say how fast the prompt was read."""
        if (speed := self.reading_speed) is not None:
            self._heard(speed)


class _ContinuedDecoder(_RawDecoder):
    """Ends the answer where what was begun ends."""

    def __init__(self, call: Call, heard: Heard) -> None:
        super().__init__(call, heard)
        assert call.infill is not None
        self._continuation = Continuation.of(call.infill)
        self._has_prompt = bool(self._continuation.prompt(call.infill.before))

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; the answer is over where line or block are."""
        chunks = super().feed(payload)
        if self._continuation.is_over and not self.has_ended:
            self._hearing.end("stop")
            chunks += self._hearing.finish(self._facts(), marked=True)
        return chunks

    def word(self, event: Event) -> str:
        """Give the word for why it ended; `none` is that of a prompt without text."""
        return super().word(event) if self._has_prompt else "stop"

    def read(self, content: object) -> list[Chunk]:
        """Take the next piece of text."""
        if not isinstance(content, str):
            return super().read(content)
        return super().read(self._continuation.take(content))


def _first_lines(text: str, tokens: int) -> str:
    """Give as many of the first lines as fit; of a longer one its beginning."""
    taken, spent = 0, 0
    for line in text.split("\n"):
        spent += estimate_tokens(line) + 1
        if spent > tokens:
            break
        taken += len(line) + 1
    return text[:taken] if taken else text[: tokens * 4]


# Models write blanks together with the word behind them; given a line's indentation
# alone, they write deeper or elsewhere. So blanks and line breaks right before the
# cursor are left out of the prompt, the model owes them, and they are taken off its
# answer. One that breaks the line otherwise, or goes on further left, is done with what
# was begun: there is nothing to say at the cursor.
#
# A small model does not stop by itself. A line ends with its break; a block ends with a
# blank line, or before the first line that is further left.

_LONGEST_GAP = 400
"""Blanks that an answer may begin with."""
_CLOSING = (")", "]", "}")


class Continuation:
    """One continuation on its way."""

    def __init__(self, before: str, after: str) -> None:
        """Go on between two texts."""
        self._owed = before[len(before.rstrip()) :]
        current = before.rpartition("\n")[2]
        self._is_line = ends_with_line(before, after)
        self._indent = indent_of(current)
        self._is_begun = bool(current.strip())
        self._raw = self._said = ""
        self.is_over = False
        """Whether what more comes does not belong here."""

    @classmethod
    def of(cls, infill: Infill) -> Self:
        """Go on in a gap."""
        return cls(infill.before, infill.after or "")

    @property
    def stop(self) -> str:
        """What ends it where the server itself sees it; empty: only we do."""
        return "\n" if self._is_line and "\n" not in self._owed else ""

    def most(self, block: int) -> int:
        """Say how many tokens it takes at most, where a block takes so many."""
        return block // 2 if self._is_line else block

    def prompt(self, before: str) -> str:
        """Give the text to go on with."""
        return before[: len(before) - len(self._owed)]

    def take(self, piece: str) -> str:
        """Take the next piece, and give what of it belongs at the cursor."""
        if self.is_over:
            return ""
        self._raw += piece
        text = self._visible()
        new = text[len(self._said) :]
        self._said = text
        return new

    def _visible(self) -> str:
        blanks = self._raw[: len(self._raw) - len(self._raw.lstrip())]
        if blanks == self._raw:
            self.is_over = len(blanks) > _LONGEST_GAP
            return ""
        left = self._unowed(blanks)
        if left is None:
            self.is_over = True
            return ""
        return self._up_to_end(left + self._raw[len(blanks) :])

    def _unowed(self, blanks: str) -> str | None:
        """Take what is owed off the blanks that came; None: something else came."""
        if "\n" not in self._owed:
            return _after(self._owed, blanks)
        if "\n" not in blanks:
            return None
        return _after(self._indent, blanks.rpartition("\n")[2])

    def _up_to_end(self, text: str) -> str:
        """Cut a text where line or block ends; holds back a break until more comes."""
        first, *lines = text.split("\n")
        if self._is_line and first.strip():
            self.is_over = bool(lines)
            return first
        kept = [first]
        for number, line in enumerate(lines):
            is_last = number == len(lines) - 1
            if not line.strip():
                self.is_over = not is_last and any(map(str.strip, kept))
                if self.is_over or is_last:
                    break
            elif self._is_further_left(line):
                closes = self._is_begun and line.lstrip().startswith(_CLOSING)
                self.is_over = not (closes and is_last)
                kept += [line] if closes else []
                break
            kept.append(line)
        return "\n".join(kept)

    def _is_further_left(self, line: str) -> bool:
        least = len(self._indent) + (1 if self._is_begun else 0)
        return len(indent_of(line)) < least


def _after(owed: str, blanks: str) -> str | None:
    return blanks[len(owed) :] if blanks.startswith(owed) else None
