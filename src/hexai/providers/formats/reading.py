"""Reading one stream: from raw bytes to clean chunks, without any input or output.

This is the provider's decode boundary: whatever goes wrong while bytes are read or
checked is a bad answer of the upstream, and its text (which may quote the bytes)
stays out of the message. Errors that an upstream reports inside a stream are read here
too, for all formats alike, so that decoders only have to know answers.
"""

import re
from collections.abc import Callable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.provider import (
    Chunk,
    Finished,
    ReasoningDelta,
    TakenBack,
    TextDelta,
    Withheld,
)
from hexai.errors import BadAnswer, BrokenStream, ProviderError, TooLarge
from hexai.providers.formats.error_bodies import (
    ReportedError,
    find,
    find_in_prose,
    read_reported,
)
from hexai.providers.formats.format import Decoder
from hexai.providers.formats.framing import ErrorData, Framing, Payload, Stray, splitter
from hexai.text.sanitise import Mender, mend, shorten


class KeepAlive(Struct, frozen=True, kw_only=True):
    """Payloads that say nothing: neither an answer nor a fault.

    The standard has comments for that (`: …`), which no splitter gives on.
    """

    payload: str
    """A regular expression for the whole of it, blanks around it left out."""
    seen: str


KEEP_ALIVES = (
    KeepAlive(
        payload=r":.*",
        seen="`: keepalive` of Vertex's partner models, 2026-09,"
        " https://github.com/anomalyco/opencode/issues/50871;"
        " `: OPENROUTER PROCESSING` made data by a proxy, 2026-05,"
        " https://github.com/mnfst/llm-gateway/issues/2053",
    ),
    KeepAlive(
        payload=r"ping|pong|heartbeat|keep-?_?alive|processing",
        seen="by convention: words that gateways use for it as comments, so that one"
        " made data is no fault; `: ping`, 2026-05,"
        " https://github.com/theopenco/llmgateway/pull/2334;"
        " `: keep-alive`, 2025-02, https://github.com/tmc/langchaingo/pull/1171",
    ),
    KeepAlive(
        payload=r'null|""|\{\s*\}|',
        seen="an empty `data:`, 2026-04,"
        " https://github.com/router-for-me/CLIProxyAPI/issues/2460;"
        ' `data: ""`, 2026-02, https://github.com/caozhiyuan/copilot-api/pull/88',
    ),
    KeepAlive(
        payload=r"(event|id|retry)\s*:.*",
        seen="events of such fields alone, 2025-10,"
        " https://github.com/openai/openai-python/issues/2722; among lines of JSON by"
        " convention, where a proxy passes events on as they are",
    ),
)

_KEEP_ALIVE = re.compile(
    "|".join(f"(?:{row.payload})" for row in KEEP_ALIVES).encode(),
    re.IGNORECASE | re.DOTALL,
)


def is_keep_alive(payload: bytes) -> bool:
    """Say whether a payload says nothing; JSON objects with content never are."""
    if payload[:2] == b'{"':
        return False
    return _KEEP_ALIVE.fullmatch(payload.strip()) is not None


class Reader:
    """Splits, decodes and cleans one stream; keeps what has not come whole."""

    def __init__(
        self,
        framing: Framing,
        decoder: Decoder,
        explain: Callable[[ReportedError], ProviderError],
        mask: Callable[[str], str] = str,
    ) -> None:
        """Read one stream; `mask` takes keys out of what will be stored.

        `explain` makes the error of what an upstream reports inside the stream.
        """
        self._splitter = splitter(framing)
        self._decoder = decoder
        self._explain = explain
        self._mask = mask
        self._text = Mender()
        self._reasoning = Mender()
        self._is_closing = False
        self.finished = False
        """Whether `Finished` was given; the rest of the stream does not matter."""

    def feed(self, data: bytes) -> Iterator[Chunk]:
        """Give the chunks that a piece of the stream completes.

        What is said in one piece comes as one chunk, and before what is wrong behind.
        """
        return _joined(self._feed(data))

    @property
    def has_ended(self) -> bool:
        """Whether the answer has ended, though more of the stream may follow."""
        return self.finished or self._decoder.has_ended

    def _feed(self, data: bytes) -> Iterator[Chunk]:
        try:
            for payload in self._splitter.feed(data):
                yield from self._read(payload)
        except TooLarge:
            if not self.has_ended:
                raise
            yield from self._decoded(self._decoder.close)

    def close(self) -> Iterator[Chunk]:
        """Take the end of the stream; the last chunk is `Finished`, or it raises."""
        self._is_closing = True
        for payload in self._splitter.close():
            yield from self._read(payload)
        if not self.finished:
            yield from self._decoded(self._decoder.close)
        if not self.finished:
            raise BrokenStream("the answer ended without its end mark")

    def _read(self, payload: Payload) -> list[Chunk]:
        """Read a payload; a fault behind the end of an answer does not matter."""
        if self.finished:
            return []
        try:
            return self._take(payload)
        except ProviderError:
            if not self._decoder.has_ended:
                raise
            return self._decoded(self._decoder.close)

    def _take(self, payload: Payload) -> list[Chunk]:
        """Raise the error that a payload reports, else decode it."""
        data = payload if isinstance(payload, bytes) else payload.data
        if is_keep_alive(data):
            return []
        if isinstance(payload, ErrorData):
            raise self._explain(read_reported(data))
        if (said := find(data)) is not None:
            raise self._explain(said)
        if isinstance(payload, Stray):
            return []
        try:
            return self._decoded(self._decoder.feed, data)
        except BadAnswer:
            if (said := find_in_prose(data)) is not None:
                raise self._explain(said) from None
            if self._is_closing:  # a last event without its end
                raise BrokenStream("the answer was cut off within an event") from None
            raise

    def _decoded(
        self, step: Callable[..., list[Chunk]], *payload: bytes
    ) -> list[Chunk]:
        cleaned: list[Chunk] = []
        try:
            for chunk in step(*payload):
                self._clean(chunk, cleaned)
        except ProviderError:
            raise
        except Exception as error:  # noqa: BLE001 - the decode boundary
            raise BadAnswer(
                f"the upstream sent what cannot be read ({type(error).__name__})"
            ) from None
        return cleaned

    def _clean(self, chunk: Chunk, cleaned: list[Chunk]) -> None:
        if isinstance(chunk, TextDelta):
            if text := self._text.feed(chunk.text):
                cleaned.append(chunk if text is chunk.text else TextDelta(text))
        elif isinstance(chunk, ReasoningDelta):
            if text := self._reasoning.feed(chunk.text):
                cleaned.append(ReasoningDelta(text))
        elif isinstance(chunk, TakenBack):
            self._text = Mender()
            cleaned.append(chunk)
        elif isinstance(chunk, Withheld):
            cleaned.append(chunk)
        else:
            if text := self._text.close():
                cleaned.append(TextDelta(text))
            self.finished = True
            cleaned.append(self._clean_end(chunk))

    def _clean_end(self, end: Finished) -> Finished:
        return replace(
            end,
            returned_model=self._clean_word(end.returned_model),
            said=self._clean_word(end.said),
        )

    def _clean_word(self, word: str | None) -> str | None:
        return None if word is None else self._mask(shorten(mend(word), 200))


def _joined(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """Join texts that follow each other; what was said before a fault is given."""
    said: list[str] = []
    try:
        for chunk in chunks:
            if isinstance(chunk, TextDelta):
                said.append(chunk.text)
                continue
            if said:
                yield TextDelta("".join(said))
                said.clear()
            yield chunk
    except ProviderError:
        if said:
            yield TextDelta("".join(said))
        raise
    if said:
        yield TextDelta("".join(said))
