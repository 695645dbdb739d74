"""Splitting a stream into payloads, however its bytes come."""

import time
from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.errors import TooLarge
from hexai.providers.formats.framing import (
    LIMIT,
    STRAY_LIMIT,
    NdjsonSplitter,
    Payload,
    Splitter,
    SseSplitter,
)

Make = Callable[[], Splitter]


def split(make: Make, pieces: Iterable[bytes]) -> list[Payload]:
    """Give all payloads of a stream."""
    splitter = make()
    found = [payload for piece in pieces for payload in splitter.feed(piece)]
    return [*found, *splitter.close()]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\n", [b"a"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a \n\n", [b" a "]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"data: a\ndata: b\n\n", [b"a\nb"]),
        ("data: a\u2028b\x85c\x0cd\n\n".encode(), ["a\u2028b\x85c\x0cd".encode()]),
        (b"data\n\ndata: a\n\n", [b"a"]),
        (b"data:\n\n", []),
        (b"data:\ndata: a\n\n", [b"\na"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b": comment\n\nevent: x\nid: 1\nretry: 5\ndata: a\n\n", [b"a"]),
        (b"database: a\n\n data: b\n\n", []),
        (b"data: a", [b"a"]),
        (b"data: a\n", [b"a"]),
        (b"\n\n\n", []),
        (b"", []),
    ],
)
def test_the_data_of_events(stream: bytes, expected: list[bytes]) -> None:
    """Line ends, comments, fields and joins are as the standard has them."""
    assert split(SseSplitter, [stream]) == expected


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b'{"a":1}\n{"b":2}\n', [b'{"a":1}', b'{"b":2}']),
        (b'{"a":1}\r\n\r\n  \n{"b":2}', [b'{"a":1}\r', b'{"b":2}']),
        ('{"a":"\u2028\x85"}\n{}\n'.encode(), ['{"a":"\u2028\x85"}'.encode(), b"{}"]),
        (b"\xef\xbb\xbf{}\n", [b"{}"]),
        (b"\xef", [b"\xef"]),
        (b" \n ", []),
        (b"", []),
    ],
)
def test_lines_of_json(stream: bytes, expected: list[bytes]) -> None:
    """Blank lines are left out; a last line needs no end."""
    assert split(NdjsonSplitter, [stream]) == expected


_FRAGMENTS = st.sampled_from(
    [b"data: ", b"data:", b"data", b"\r", b"\n", b"\r\n", b":", b"x", b"\xef\xbb\xbf"]
)


@given(st.lists(_FRAGMENTS).map(b"".join), st.data())
def test_any_split_gives_the_same_payloads(stream: bytes, data: st.DataObject) -> None:
    """Where the network cuts a stream changes nothing, even within a line end."""
    cuts = data.draw(st.lists(st.integers(0, len(stream))).map(sorted))
    edges = [0, *cuts, len(stream)]
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    for make in (SseSplitter, NdjsonSplitter):
        assert split(make, pieces) == split(make, [stream])


def test_an_event_is_given_as_soon_as_it_ends() -> None:
    """A lone carriage return ends a line at once; the feed after it is no line."""
    splitter = SseSplitter()

    assert list(splitter.feed(b"data: a\r\r")) == [b"a"]
    assert list(splitter.feed(b"\ndata: b\n\n")) == [b"b"]


@pytest.mark.parametrize("make", [SseSplitter, NdjsonSplitter])
def test_a_line_at_the_limit_passes_and_one_past_it_does_not(make: Make) -> None:
    """The limit holds for ended and unended lines, in one piece or in many."""
    prefix = b"data: " if make is SseSplitter else b""
    whole = prefix + b"x" * (LIMIT - len(prefix))
    assert len(split(make, [whole, b"\n"])) == 1
    for pieces in ([whole + b"x\n"], [whole + b"x"], [whole, b"x"], [whole, b"x\n"]):
        with pytest.raises(TooLarge):
            split(make, pieces)


def test_an_event_past_the_limit_is_refused() -> None:
    """Many short lines of data are one event, and as limited as one line."""
    with pytest.raises(TooLarge):
        split(SseSplitter, [b"data: 1234567\n" * 1024] * 256)
    with pytest.raises(TooLarge):
        split(SseSplitter, [b"data:\n" * 65536] * 17)


def test_what_came_before_a_line_that_is_too_long_is_given() -> None:
    """Good events of the same piece are not lost with the bad one."""
    splitter = SseSplitter()
    feed = splitter.feed(b"data: a\n\n" + b"x" * (LIMIT + 1))

    assert next(feed) == b"a"
    with pytest.raises(TooLarge):
        next(feed)


@pytest.mark.parametrize("make", [SseSplitter, NdjsonSplitter])
def test_a_value_too_large_to_keep_hides_no_later_one(make: Make) -> None:
    """Bare JSON of which nothing is kept does not count against what follows."""
    split = make()
    large = b'{"a": "%s",\n' % (b"x" * STRAY_LIMIT)
    first = list(split.feed(large + b"}\n" if make is SseSplitter else b""))

    [later] = split.feed(b'{"error": "busy"}\n')
    assert _data(later) == b'{"error": "busy"}'
    assert all(len(_data(each)) <= STRAY_LIMIT for each in first)


def _data(payload: Payload) -> bytes:
    return payload if isinstance(payload, bytes) else payload.data


def test_single_bytes_are_split_in_linear_time() -> None:
    """A line that comes byte by byte is not copied for each of them."""
    splitter = SseSplitter()
    began = time.process_time()
    for _ in range(LIMIT // 4):
        for _ in splitter.feed(b"x"):
            raise AssertionError("no line has ended")

    assert time.process_time() - began < 10  # copying would take minutes
