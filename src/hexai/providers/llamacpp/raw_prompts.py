"""Prompts that we put together ourselves for our own worker: no template has a say.

llama.cpp's `/infill` keeps no more of a text than a part of a batch, and our batches
are small so that a new question need not wait (see `worker`). With the tokens that the
model's file names, `/completion` takes a gap of any length. A model that was not made
for gaps and is too small to do as it is told goes on with the text before the cursor.

Texts are not to be taken for tokens. Where a document mentions `<|fim_middle|>`, its
first character is given as a token of its own and the text goes on behind that, for
llama.cpp looks for tokens in each piece of a prompt by itself. It has to be a number:
a list of nothing but texts is a list of prompts to it.
"""

import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from hexai.config.provider_settings import ProviderSettings
from hexai.domain.infill import Infill
from hexai.domain.provider import Call, Chunk, Finished
from hexai.providers.formats.format import Decoder
from hexai.providers.llamacpp.continuation import Continuation
from hexai.providers.llamacpp.infill import LlamaCppInfill, LlamaCppInfillDecoder
from hexai.providers.llamacpp.metadata import Metadata
from hexai.providers.llamacpp.standing import Standing
from hexai.text.budget import estimate_tokens

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
        standing: Standing,
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
            standing=Standing(),
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

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one event; the answer is over where line or block are."""
        chunks = super().feed(payload)
        if self._continuation.is_over and not self.has_ended:
            self._hearing.end("stop")
            chunks += self._hearing.finish(self._facts(), marked=True)
        return chunks

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
