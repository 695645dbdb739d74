"""From raw bytes to clean chunks."""

import pytest

from hexai.domain.provider import Chunk, Finished, ReasoningDelta, TextDelta
from hexai.errors import BadAnswer, BrokenStream, Overloaded, ProviderError
from hexai.providers.formats.error_bodies import ReportedError
from hexai.providers.formats.reading import Reader


class Scripted:
    """Decodes `t:` and `r:` payloads; others end the stream or go wrong."""

    def __init__(self, *end: Chunk | ProviderError) -> None:
        self._end = end

    has_ended = False

    def feed(self, payload: bytes) -> list[Chunk]:
        """Decode one payload."""
        kind, _, text = payload.decode().partition(":")
        if kind == "t":
            return [TextDelta(text)]
        if kind == "r":
            return [ReasoningDelta(text)]
        if kind == "end":
            return [Finished()]
        if kind == "busy":
            raise Overloaded("busy")
        raise ValueError(kind)

    def close(self) -> list[Chunk]:
        """Give the scripted end."""
        for one in self._end:
            if isinstance(one, ProviderError):
                raise one
        return [one for one in self._end if not isinstance(one, ProviderError)]


def _explain(said: ReportedError) -> ProviderError:
    return Overloaded(said.message)


def read(
    *lines: bytes, end: tuple[Chunk | ProviderError, ...] = (Finished(),)
) -> list[Chunk]:
    """Read a whole stream of NDJSON-like lines."""
    reader = Reader("ndjson", Scripted(*end), _explain)
    chunks = [chunk for line in lines for chunk in reader.feed(line)]
    return [*chunks, *reader.close()]


def test_the_decoder_s_end_is_the_end() -> None:
    """What the decoder held back comes before `Finished`."""
    chunks = read(b"t:a\n", b"r:b\n", end=(TextDelta("c"), Finished()))

    assert chunks == [TextDelta("a"), ReasoningDelta("b"), TextDelta("c"), Finished()]


def test_what_came_in_one_piece_is_one_chunk() -> None:
    """A burst costs by its bytes, and nothing is joined across what is no text."""
    chunks = read(b"t:a\nt:b\nr:x\nt:c\nt:d\nt:e\n", b"t:f\n")

    assert chunks == [
        TextDelta("ab"),
        ReasoningDelta("x"),
        TextDelta("cde"),
        TextDelta("f"),
        Finished(),
    ]


@pytest.mark.parametrize("fault", [b"busy:\n", b"???\n", b"x" * (2 << 20)])
def test_what_was_said_before_a_fault_is_given(fault: bytes) -> None:
    """Text of the same piece is not lost with what is wrong behind it."""
    shown: list[Chunk] = []

    with pytest.raises(ProviderError):
        shown.extend(Reader("ndjson", Scripted(), _explain).feed(b"t:a\nt:b\n" + fault))

    assert shown == [TextDelta("ab")]


def test_what_follows_the_end_is_dropped() -> None:
    """After `Finished` nothing is decoded any more, and close adds nothing."""
    assert read(b"end:\nt:late\n???\n", b"t:later\n") == [Finished()]


def test_empty_deltas_are_no_chunks() -> None:
    """A delta that is empty, or empty once clean, is not passed on."""
    assert read(b"t:\n", b"r:\n", b"t:\0\n") == [Finished()]


def test_a_last_line_without_its_end_counts() -> None:
    """A stream that ends properly but for its last line end is whole."""
    assert read(b"t:a\n", b"end:") == [TextDelta("a"), Finished()]


def test_a_last_line_that_was_cut_is_a_broken_stream() -> None:
    """The same bytes with a line end are malformed, without it cut off."""
    with pytest.raises(BrokenStream):
        read(b"t:a\n", b"??")
    with pytest.raises(BadAnswer):
        read(b"t:a\n", b"??\n")


def test_errors_that_the_upstream_reports_pass_through() -> None:
    """What a decoder raises on purpose keeps its kind, in the stream and at its end."""
    with pytest.raises(Overloaded):
        read(b"busy:\n")
    with pytest.raises(Overloaded):
        read(b"busy:")
    with pytest.raises(BrokenStream):
        read(end=(BrokenStream("no end"),))


def test_a_decoder_that_forgets_the_end_is_a_broken_stream() -> None:
    """Exactly one `Finished` is promised to the engine, whatever a format does."""
    with pytest.raises(BrokenStream):
        read(b"t:a\n", end=())
