"""Sockets: how they are opened, how they end, and what waits for whom."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from hexai.errors import ConnectionFailed
from hexai.providers.credentials import FixedCredential
from hexai.providers.http.client import HttpClient
from hexai.providers.http.network import Socket, open_tcp
from hexai.providers.http.route import End
from hexai.providers.http_provider import HttpProvider
from tests.support.patience import PATIENCE
from tests.support.plain import (
    PlainFormat,
    client_for,
    collect,
    failure,
    settings_for,
)
from tests.support.ports import closed_port, served

AT = End(name="x")


@contextmanager
def silent() -> Iterator[int]:
    """Let the system accept connections to a port, of which nobody takes note."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop turn until something holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


def descriptors() -> set[str]:
    """Give what is open in this process."""
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names, not paths


def test_a_refused_connection_says_where_and_why() -> None:
    """Nobody listens: the address and the system's reason are in the message."""
    with closed_port() as port:
        error = failure(client_for(f"http://127.0.0.1:{port}"))

    assert type(error) is ConnectionFailed
    assert error.message == (
        f"cannot connect to http://127.0.0.1:{port}: connection refused"
    )


def test_a_missing_socket_says_where_and_why(tmp_path: Path) -> None:
    """No worker listens: the path and the reason are in the message."""
    path = str(tmp_path / "none")
    client = HttpProvider(
        PlainFormat(),
        HttpClient.for_socket(path),
        FixedCredential(None),
        settings_for("http://localhost"),
    )

    assert failure(client).message == (
        f"cannot connect to unix:{path}: no such file or directory"
    )


class _Nameless(asyncio.SelectorEventLoop):
    """A loop whose name server knows nobody."""

    async def getaddrinfo(self, *_: object, **__: object) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_an_unknown_name_is_said_so() -> None:
    """A failed lookup is a failed connection that names the host."""
    client = client_for("http://nowhere.invalid:9")
    with (
        asyncio.Runner(loop_factory=_Nameless) as runner,
        pytest.raises(ConnectionFailed) as caught,
    ):
        runner.run(collect(client))

    assert caught.value.message == (
        "cannot connect to http://nowhere.invalid:9: the name is not known"
    )


class _TwoAddresses(asyncio.SelectorEventLoop):
    """A loop whose name server gives every name two loopback addresses."""

    async def getaddrinfo(self, *asked: object, **_: object) -> list[Any]:
        addresses = "127.0.0.1", "127.0.0.2"
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, asked[1]))
            for one in addresses
        ]


def test_a_name_with_several_addresses_that_refuse_says_why() -> None:
    """The reason is the system's own, not a summary of attempts."""
    client = client_for("http://two.invalid:1")
    with (
        asyncio.Runner(loop_factory=_TwoAddresses) as runner,
        pytest.raises(ConnectionFailed) as caught,
    ):
        runner.run(collect(client))

    assert caught.value.message == (
        "cannot connect to http://two.invalid:1: connection refused"
    )


class _Addresses(asyncio.SelectorEventLoop):
    """A loop whose name server gives every name these addresses."""

    addresses: tuple[str, ...] = ()

    async def getaddrinfo(self, *asked: object, **_: object) -> list[Any]:
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (one, asked[1]),
            )
            for one in self.addresses
        ]


def test_the_next_address_is_tried_where_one_refuses() -> None:
    """A name may have an address of a family that nobody serves."""

    class Both(_Addresses):
        addresses: tuple[str, ...] = "::1", "127.0.0.1"

    async def scene() -> None:
        with silent() as port:
            wire = await open_tcp("both.invalid", port, AT)
            assert wire.is_quiet
            wire.abort()

    with asyncio.Runner(loop_factory=Both) as runner:
        runner.run(scene())


def test_what_came_before_a_reset_is_read_though_writing_fails() -> None:
    """A server that refuses a request says why and hangs up, its end still unread."""

    async def scene() -> bytes:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            wire = await open_tcp("127.0.0.1", listener.getsockname()[1], AT)
            with listener.accept()[0] as server:
                server.sendall(b"too large")
                server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESETS)
            await wire.write(b"much" * 1000)  # before the loop has looked for anything
            said = await wire.read(100)
            with pytest.raises(ConnectionResetError):
                await wire.read(100)
            return said

    assert asyncio.run(scene()) == b"too large"


_RESETS = struct.pack("ii", 1, 0)
"""To close by a reset, at once."""


def test_an_address_that_hangs_is_left_beside_the_next() -> None:
    """The first to connect counts, and the other attempt leaves nothing open."""

    class Slow(_Addresses):
        addresses: tuple[str, ...] = "127.0.0.2", "127.0.0.1"

        async def sock_connect(self, sock: socket.socket, address: Any) -> None:
            if address[0] == "127.0.0.2":
                await asyncio.Event().wait()
            await super().sock_connect(sock, address)

    async def scene() -> None:
        with silent() as port:
            before = descriptors()
            wire = await open_tcp("slow.invalid", port, AT)
            assert len(descriptors() - before) <= 1  # others may be closed meanwhile
            wire.abort()

    with asyncio.Runner(loop_factory=Slow) as runner:
        runner.run(scene())


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("127.0.0.2", "127.0.0.1")])
def test_cancelling_at_any_moment_leaves_nothing_open(
    addresses: tuple[str, ...],
) -> None:
    """Turn by turn of the loop, until a connection stands."""

    class Known(_Addresses):
        pass

    Known.addresses = addresses

    async def opened_within(turns: int, port: int) -> bool:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(open_tcp("some.invalid", port, AT))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
        if task.cancelled():
            return False
        task.result().abort()
        return True

    async def scene() -> None:
        with silent() as port:
            before = descriptors()
            for turns in range(40):
                was_opened = await opened_within(turns, port)
                await until(lambda: not descriptors() - before)
                if was_opened:
                    return
            pytest.fail("no connection was made")

    with asyncio.Runner(loop_factory=Known) as runner:
        runner.run(scene())


LARGE = 64 * 1024 * 1024


def test_a_slow_reader_holds_the_sender_back() -> None:
    """What nobody reads is not taken in without end."""
    sent = asyncio.Event()

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(LARGE))
        await writer.drain()
        sent.set()
        writer.close()

    async def scene() -> None:
        async with served(talk) as port:
            wire = await open_tcp("127.0.0.1", port, AT)
            got = len(await wire.read(1))
            for _ in range(2000):
                await asyncio.sleep(0)
            assert not sent.is_set()
            while data := await wire.read(1 << 20):
                got += len(data)
            assert got == LARGE
            wire.abort()

    asyncio.run(scene())


def test_others_run_while_a_lot_is_read() -> None:
    """A server that says all at once has it read bit by bit."""
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(LARGE // 64))
        writer.close()

    async def scene() -> None:
        async with served(talk) as port:
            wire = await open_tcp("127.0.0.1", port, AT)
            read_at: list[int] = []
            async with asyncio.TaskGroup() as group:
                running = group.create_task(others())
                while data := await wire.read(LARGE):
                    assert len(data) <= 32 * 1024
                    read_at.append(turns)
                running.cancel()
            assert len(set(read_at)) == len(read_at)
            wire.abort()

    asyncio.run(scene())


def test_an_answer_ends_the_wait_for_what_is_still_to_be_sent() -> None:
    """A server that refuses a size does not read on."""
    left = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.write(b"too large")
        with suppress(OSError):
            await writer.drain()
        await left.wait()
        writer.close()

    async def scene() -> None:
        async with served(talk) as port:
            wire = await open_tcp("127.0.0.1", port, AT)
            async with asyncio.timeout(10):
                await wire.write(bytes(LARGE))
                assert await wire.read(100) == b"too large"
            assert not wire.is_quiet  # half a request is still to go out
            wire.abort()
            left.set()

    asyncio.run(scene())


async def _opened(port: int) -> Socket:
    return await open_tcp("127.0.0.1", port, AT)


def test_an_end_is_told_from_a_break() -> None:
    """What came before either is read first."""

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"all")
        writer.close()

    async def scene() -> None:
        async with served(close) as port:
            wire = await _opened(port)
            assert await wire.read(2) == b"al"
            assert await wire.read(2) == b"l"
            assert await wire.read(2) == b""
            assert not wire.is_quiet
        with silent() as port:
            wire = await _opened(port)
            asyncio.get_running_loop().call_soon(wire.abort)
            with pytest.raises(ConnectionResetError):
                await wire.read(1)

    asyncio.run(scene())
