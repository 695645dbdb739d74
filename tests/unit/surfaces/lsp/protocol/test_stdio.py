"""Messages are found in any stream of bytes, and nothing grows without end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.lsp.protocol.stdio import HEADER_LIMIT, MESSAGE_LIMIT, Fault, Frames


def _framed(body: bytes, header: bytes = b"Content-Length: %d") -> bytes:
    return header % len(body) + b"\r\n\r\n" + body


def _all(*pieces: bytes) -> list[bytes | Fault]:
    frames = Frames()
    return [message for piece in pieces for message in frames.feed(piece)]


@given(st.lists(st.binary(max_size=20), min_size=1), st.data())
def test_where_the_pieces_are_cut_does_not_matter(
    bodies: list[bytes], data: st.DataObject
) -> None:
    """Messages come out whole and in order, however the stream arrives."""
    stream = b"".join(map(_framed, bodies))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)))))
    ends = zip([0, *cuts], [*cuts, len(stream)], strict=True)

    assert _all(*(stream[start:end] for start, end in ends)) == bodies


@pytest.mark.parametrize(
    "header",
    [
        b"content-length:%d",
        b"CONTENT-LENGTH : %d ",
        b"Content-Type: a/b; charset=utf-8\r\nContent-Length: %d",
        b"Content-Length: %d\r\nContent-Type: x",
        b"Content-Length: 999\r\nContent-Length: %d",
        b"a wrapper says hello\nContent-Length: %d",
        b'{"a body": "without a header"}Content-Length: %d',
    ],
)
def test_a_length_is_found_among_anything(header: bytes) -> None:
    """Case, blanks, other headers and what others print change nothing."""
    assert _all(_framed(b"{}", header)) == [b"{}"]


@pytest.mark.parametrize(
    "garbage",
    [
        b"Content-Length: x\r\n\r\n",
        b"Content-Length: -5\r\n\r\n",
        b"Content-Length: 99999999999999999999\r\n\r\n",
        b"Content-Length: 9999999999999999999999999999\r\n\r\n",
        b"hello\r\n\r\n",
    ],
)
def test_a_block_without_a_length_is_told_and_passed_over(garbage: bytes) -> None:
    """The next message is found."""
    assert _all(garbage + _framed(b"{}")) == [Fault.NO_LENGTH, b"{}"]


def test_blank_lines_are_nothing() -> None:
    """Between messages they are passed over in silence."""
    assert _all(b"\r\n\n\r\n" + _framed(b"1") + b"\r\n" + _framed(b"2")) == [b"1", b"2"]


def test_an_endless_line_is_not_kept() -> None:
    """What is no header is forgotten but for its end, and a length there counts."""
    frames = Frames()
    for _ in range(100):
        assert list(frames.feed(b"x" * HEADER_LIMIT)) == []
        assert len(frames._buffer) <= 2 * HEADER_LIMIT

    assert list(frames.feed(_framed(b"{}"))) == [b"{}"]


def test_endless_headers_are_not_added_up() -> None:
    """A length that was said more than 64 KiB ago does not count."""
    many = b"a: b\r\n" * (HEADER_LIMIT // 4)

    assert _all(b"Content-Length: 2\r\n" + many + b"\r\n") == [Fault.NO_LENGTH]


def test_a_message_that_is_too_large_is_told_and_passed_over() -> None:
    """Its bytes are not kept, and the message behind it is found."""
    frames = Frames()
    length = MESSAGE_LIMIT + 1
    found = list(frames.feed(b"Content-Length: %d\r\n\r\n" % length))
    for _ in range(64):
        found += frames.feed(bytes(2**20))
        assert len(frames._buffer) == 0
    found += frames.feed(b"\0" + _framed(b"{}"))

    assert found == [Fault.TOO_LARGE, b"{}"]
