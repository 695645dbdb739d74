"""Reading one stream: from raw bytes to clean chunks, without any input or output.

This is the provider's decode boundary: whatever goes wrong while bytes are read or
checked is a bad answer of the upstream, and its text (which may quote the bytes)
stays out of the message.
"""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from hexai.domain.provider import Chunk, Finished, ReasoningDelta, TextDelta
from hexai.errors import BadAnswer, BrokenStream, ProviderError
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.wire import Framing, splitter
from hexai.text.shorten import shorten
from hexai.text.surrogates import Mender, mend


class Reader:
    """Splits, decodes and cleans one stream; keeps what has not come whole."""

    def __init__(
        self,
        framing: Framing,
        decoder: Decoder,
        mask: Callable[[str], str] = str,
    ) -> None:
        """Read one stream; `mask` takes keys out of what will be stored."""
        self._splitter = splitter(framing)
        self._decoder = decoder
        self._mask = mask
        self._text = Mender()
        self._reasoning = Mender()
        self.payloads = 0
        """How many events or lines were read."""
        self.finished = False
        """Whether `Finished` was given; the rest of the stream does not matter."""

    def feed(self, data: bytes) -> Iterator[Chunk]:
        """Give the chunks that a piece of the stream completes."""
        for payload in self._splitter.feed(data):
            self.payloads += 1
            yield from self._decoded(self._decoder.feed, payload)

    def close(self) -> Iterator[Chunk]:
        """Take the end of the stream; the last chunk is `Finished`, or it raises."""
        for payload in self._splitter.close():
            self.payloads += 1
            yield from self._unended(payload)
        if not self.finished:
            yield from self._decoded(self._decoder.close)
        if not self.finished:
            raise BrokenStream("the answer ended without its end mark")

    def _unended(self, payload: bytes) -> Iterator[Chunk]:
        """Decode a last event without its end: whole, or cut in the middle."""
        try:
            yield from self._decoded(self._decoder.feed, payload)
        except BadAnswer:
            raise BrokenStream("the answer was cut off within an event") from None

    def _decoded(
        self, step: Callable[..., Iterable[Chunk]], *payload: bytes
    ) -> Iterator[Chunk]:
        if self.finished:
            return
        try:
            for chunk in step(*payload):
                yield from self._clean(chunk)
        except ProviderError:
            raise
        except Exception as error:  # noqa: BLE001 - the decode boundary
            raise BadAnswer(
                f"the upstream sent what cannot be read ({type(error).__name__})"
            ) from None

    def _clean(self, chunk: Chunk) -> Iterator[Chunk]:
        if isinstance(chunk, TextDelta):
            if text := self._text.feed(chunk.text):
                yield TextDelta(text)
        elif isinstance(chunk, ReasoningDelta):
            if text := self._reasoning.feed(chunk.text):
                yield ReasoningDelta(text)
        else:
            if text := self._text.close():
                yield TextDelta(text)
            self.finished = True
            yield self._clean_end(chunk)

    def _clean_end(self, end: Finished) -> Finished:
        if end.returned_model is None:
            return end
        model = self._mask(shorten(mend(end.returned_model), 200))
        return replace(end, returned_model=model)
