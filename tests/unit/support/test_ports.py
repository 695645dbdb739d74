"""Who connects as a server of a test ends is let go, and not lost."""

import asyncio
import gc
import socket
import ssl
from contextlib import suppress

import pytest
import trustme

from tests.support.ports import closed_port, served
from tests.support.upstream import Upstream


@pytest.mark.parametrize("secure", [False, True])
def test_who_comes_as_an_upstream_ends_is_not_left_open(*, secure: bool) -> None:
    """A connection that outlives its loop is a warning in whatever test comes next."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if secure else None
    if context is not None:
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    for _ in range(100):
        with Upstream(tls=context) as upstream:
            late = socket.create_connection(("127.0.0.1", upstream.port))
        late.close()
    gc.collect()


def test_who_comes_as_a_server_in_the_same_loop_ends_is_not_left_open() -> None:
    """Whether it has been let in by then or not."""

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def scene(turns: int) -> None:
        async with served(talk) as port:
            late = socket.create_connection(("127.0.0.1", port))
            for _ in range(turns):
                await asyncio.sleep(0)
        with late, suppress(ConnectionResetError):
            late.settimeout(20)
            assert late.recv(1) == b""

    for turns in range(8):
        asyncio.run(scene(turns))
    gc.collect()


def test_what_a_server_does_wrong_fails_its_test() -> None:
    """Where it leaves by itself; a client that leaves is no fault."""

    async def talk(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.readexactly(2)
        raise LookupError

    async def scene(said: bytes) -> None:
        async with served(talk) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            writer.write_eof()
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

    asyncio.run(scene(b"x"))
    with pytest.raises(LookupError):
        asyncio.run(scene(b"xx"))


def test_a_closed_port_stays_closed() -> None:
    """Nobody is connected, and nobody can begin to listen."""
    with closed_port() as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", port))


def test_what_a_server_says_goes_out_at_once() -> None:
    """Else what was written before a reset is lost with it, behind a first answer."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own = writer.get_extra_info("socket")
        delays.append(not own.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    async def scene() -> None:
        async with served(talk) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()

    delays: list[bool] = []
    asyncio.run(scene())

    assert delays == [False]
