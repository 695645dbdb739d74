"""HTTP/1.1 on one connection, by a wire that says what a test lets it say."""

import asyncio
from collections.abc import Sequence

import pytest

from hexai.errors import (
    BadAnswer,
    BrokenStream,
    ConnectionFailed,
    Internal,
    ProviderError,
    TooLarge,
)
from hexai.providers.http.connection import FAULTS, HEAD_LIMIT, Connection
from hexai.providers.http.route import End

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"
HEADERS = [(b"host", b"x")]


class Scripted:
    """A wire on which a server says what it is given, piece by piece, then closes."""

    end = End(name="x")

    def __init__(self, *says: bytes, breaks: bool = False) -> None:
        self._says = list(says)
        self._breaks = breaks
        self.sent = b""

    async def read(self, most: int) -> bytes:
        """Give the next piece."""
        if not self._says:
            if self._breaks:
                raise ConnectionResetError
            return b""
        data, rest = self._says[0][:most], self._says[0][most:]
        self._says[:1] = [rest] if rest else []
        return data

    async def write(self, data: bytes) -> None:
        """Keep what is sent."""
        self.sent += data

    def abort(self) -> None:
        """Do nothing."""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing more comes."""
        return not self._says


async def pieces_of(connection: Connection) -> list[bytes]:
    """Ask, and read a whole body."""
    await connection.ask("POST", b"/", HEADERS)
    pieces = []
    while piece := await connection.piece():
        pieces.append(piece)
    return pieces


def read(*says: bytes) -> tuple[list[bytes], bool]:
    """Give a body's pieces, and whether another request may follow."""
    connection = Connection(Scripted(*says))
    pieces = asyncio.run(pieces_of(connection))
    return pieces, connection.rest(0.0)


@pytest.mark.parametrize(
    ("says", "pieces", "follows"),
    [
        ([OK + b"content-length: 2\r\n\r\nab"], [b"ab"], True),
        ([OK + b"content-length: 2\r\n\r\n", b"a", b"b"], [b"a", b"b"], True),
        ([OK + b"content-length: 0\r\n\r\n"], [], True),
        ([CHUNKED + b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n"], [b"ab"], True),
        ([CHUNKED, b"1\r\na\r\n", b"1\r\nb\r\n0\r\n", b"\r\n"], [b"a", b"b"], True),
        ([OK + b"connection: close\r\ncontent-length: 1\r\n\r\na"], [b"a"], False),
        ([OK + b"\r\n", b"until", b"closed"], [b"until", b"closed"], False),
        ([b"HTTP/1.0 200 OK\r\ncontent-length: 1\r\n\r\na"], [b"a"], False),
        ([OK + b"content-length: 1\r\n\r\nab"], [b"a"], False),
        ([b"HTTP/1.1 103 Hints\r\n\r\n", CHUNKED + b"0\r\n\r\n"], [], True),
    ],
)
def test_a_body_is_read_to_its_end(
    says: Sequence[bytes], pieces: list[bytes], *, follows: bool
) -> None:
    """What came in one piece of the network is one, however it was framed."""
    assert read(*says) == (pieces, follows)


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ([], ConnectionFailed),
        ([OK], ConnectionFailed),
        ([b"SSH-2.0-x\r\n\r\n"], BadAnswer),
        ([OK, b"x: %s\r\n" % (b"y" * HEAD_LIMIT)], TooLarge),
        ([b"HTTP/1.1 103 Hints\r\n\r\n" * 5000], TooLarge),
    ],
)
def test_a_head_that_is_none_is_named(
    says: Sequence[bytes], kind: type[ProviderError]
) -> None:
    """By the end that the wire leads to."""
    with pytest.raises(kind, match="x"):
        asyncio.run(Connection(Scripted(*says)).ask("GET", b"/", HEADERS))


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize(
    ("says", "breaks", "cut"),
    [
        ([CHUNKED, b"1\r\na\r\n"], False, True),
        ([CHUNKED, b"1\r\na\r\n"], True, True),
        ([OK + b"content-length: 9\r\n\r\na"], False, True),
        ([CHUNKED + b"1\r\na\r\nzz\r\n"], False, False),
        ([CHUNKED, b"1\r\na\r\n", b"zz\r\n"], True, False),
    ],
)
def test_a_cut_is_told_from_a_malformed_body(
    says: Sequence[bytes], *, breaks: bool, cut: bool, begun: bool
) -> None:
    """What came before it is given first, also in the same piece."""

    async def scene() -> ProviderError:
        connection = Connection(Scripted(*says, breaks=breaks))
        await connection.ask("POST", b"/", HEADERS)
        assert await connection.piece() == b"a"
        with pytest.raises(FAULTS) as caught:
            await connection.piece()
        assert not connection.rest(0.0)
        return connection.named(caught.value, begun=begun)

    expected = (BrokenStream if begun else ConnectionFailed) if cut else BadAnswer
    assert type(asyncio.run(scene())) is expected


def test_a_request_goes_out_whole() -> None:
    """Its head and its body in one piece, and the next one on the same connection."""

    async def scene() -> bytes:
        wire = Scripted(*[OK + b"content-length: 0\r\n\r\n"] * 2)
        connection = Connection(wire)
        await connection.ask(
            "POST", b"/a", [*HEADERS, (b"content-length", b"2")], b"hi"
        )
        assert await connection.piece() == b""
        wire_is_free = connection.rest(5.0)
        assert not wire_is_free  # the second answer came before it was asked for
        await connection.ask("GET", b"/b", HEADERS)
        return wire.sent

    assert asyncio.run(scene()) == (
        b"POST /a HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\nhi"
        b"GET /b HTTP/1.1\r\nhost: x\r\n\r\n"
    )


def test_a_request_that_cannot_be_sent_is_a_bug_of_ours() -> None:
    """And h11's words, which may quote it, stay out."""
    marked = [*HEADERS, (b"x", b"MARK\n")]
    with pytest.raises(Internal) as caught:
        asyncio.run(Connection(Scripted()).ask("GET", b"/", marked))

    assert "MARK" not in f"{caught.value} {caught.value!r}"
