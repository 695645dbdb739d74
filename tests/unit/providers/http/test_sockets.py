"""Sockets on the loop: what came is kept in order, within bounds, up to its end."""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from hexai.errors import ConnectionFailed
from hexai.providers.http.network import Backend
from hexai.providers.http.sockets import Socket, connect, connect_unix

Peer = Callable[[socket.socket], None]


@contextmanager
def serving(peer: Peer) -> Iterator[int]:
    """Serve one connection by a thread; gives the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                peer(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def talk(peer: Peer, client: Callable[[Socket], Awaitable[None]]) -> None:
    """Have a client talk to a peer; the connection is closed after it."""

    async def run(port: int) -> None:
        connected = await connect("127.0.0.1", port)
        try:
            await client(connected)
        finally:
            await connected.aclose()

    with serving(peer) as port:
        asyncio.run(run(port))


def test_what_came_is_given_before_the_end_is_told() -> None:
    """Nothing is lost of an answer whose sender has gone meanwhile."""

    def peer(connection: socket.socket) -> None:
        connection.sendall(b"abcdef")

    async def client(connected: Socket) -> None:
        seen = [await connected.read(4)]
        while piece := await connected.read(4):
            seen.append(piece)
        assert seen == [b"abcd", b"ef"]
        assert await connected.read(4) == b""
        assert connected.get_extra_info("is_readable")

    talk(peer, client)


def test_a_reset_is_a_fault_and_no_end() -> None:
    """Who was cut off must not take what there is for the whole."""

    def peer(connection: socket.socket) -> None:
        connection.recv(1)
        never_linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, never_linger)

    async def client(connected: Socket) -> None:
        await connected.write(b"x")
        with pytest.raises(httpcore2.ReadError):
            await connected.read(4)
        with pytest.raises(httpcore2.WriteError):
            await connected.write(b"x")

    talk(peer, client)


def test_no_more_is_taken_than_somebody_reads() -> None:
    """An upstream that sends without end fills neither memory nor the loop."""
    sent = 0
    stalled = threading.Event()

    def peer(connection: socket.socket) -> None:
        nonlocal sent
        connection.settimeout(0.3)
        try:
            while True:
                sent += connection.send(b"x" * 65536)
        except TimeoutError:
            stalled.set()
        connection.settimeout(None)
        connection.recv(1)

    async def client(connected: Socket) -> None:
        assert await asyncio.to_thread(stalled.wait, 30)
        read = 0
        while read < sent:
            read += len(await connected.read(65536))
        assert read == sent

    talk(peer, client)


def test_others_get_their_turn_beside_a_stream_that_never_pauses() -> None:
    """Reading what is there already goes around the loop once."""
    pieces = 200

    def peer(connection: socket.socket) -> None:
        connection.sendall(b"x" * pieces)

    async def client(connected: Socket) -> None:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as group:
            beside = group.create_task(other())
            for _ in range(pieces):
                await connected.read(1)
            beside.cancel()
        assert turns >= pieces - 1

    talk(peer, client)


def test_a_large_request_goes_at_the_pace_of_its_reader() -> None:
    """Writing waits until the other end takes it, and all of it arrives."""
    size = 8 << 20
    taken = 0

    def peer(connection: socket.socket) -> None:
        nonlocal taken
        while taken < size:
            taken += len(connection.recv(1 << 20))
        connection.sendall(b"!")

    async def client(connected: Socket) -> None:
        await connected.write(b"x" * size)
        assert await connected.read(1) == b"!"

    talk(peer, client)

    assert taken == size


def test_a_peer_that_leaves_ends_a_wait_to_write() -> None:
    """A request that nobody takes any more does not wait for ever."""

    def peer(connection: socket.socket) -> None:
        connection.recv(1)

    async def client(connected: Socket) -> None:
        await connected.write(b"x" * (64 << 20))
        with pytest.raises(httpcore2.ReadError):
            await connected.read(1)

    talk(peer, client)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_closed_port_is_refused_whatever_the_name_stands_for(host: str) -> None:
    """One that stands for several addresses is refused by each, in the same words."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    with pytest.raises(ConnectionFailed, match=r": connection refused;"):
        asyncio.run(Backend("x").connect_tcp(host, port))


def test_a_name_that_nobody_knows_is_said_so() -> None:
    """The reserved name never resolves."""
    with pytest.raises(ConnectionFailed, match=r": the name is not known;"):
        asyncio.run(Backend("x").connect_tcp("nobody.invalid", 1))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_address_of_either_family_is_reached(address: str) -> None:
    """Also where the system has no name for it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as listener:
        port = listener.getsockname()[1]

        async def run() -> None:
            connected = await connect(address, port)
            peer = connected.get_extra_info("server_addr")
            await connected.aclose()
            assert peer[:2] == (address, port)

        asyncio.run(run())


class _TwoAddresses(asyncio.SelectorEventLoop):
    """A loop whose name server gives every name two addresses, the dead one first."""

    async def getaddrinfo(self, *asked: object, **_: object) -> list[Any]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, asked[1]))
            for one in ("127.0.0.2", "127.0.0.1")
        ]


@pytest.mark.parametrize("is_silent", [False, True])
def test_a_name_is_reached_at_the_address_that_answers(*, is_silent: bool) -> None:
    """Whether the first refuses or says nothing, and its descriptor is given back."""

    async def run(port: int) -> tuple[str, int]:
        connected = await asyncio.wait_for(connect("two.invalid", port), 30)
        peer = connected.get_extra_info("server_addr")
        await connected.aclose()
        await asyncio.sleep(0)
        return peer[0], _descriptors()

    with ExitStack() as open_now:
        serving = open_now.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = serving.getsockname()[1]
        if is_silent:
            fill(open_now, ("127.0.0.2", port))
        with asyncio.Runner(loop_factory=_TwoAddresses) as runner:
            runner.run(asyncio.sleep(0))
            before = _descriptors()
            assert runner.run(run(port)) == ("127.0.0.1", before)


def fill(open_now: ExitStack, address: tuple[str, int]) -> None:
    """Have nobody answered any more at an address: its queue is full."""
    full = open_now.enter_context(socket.socket())
    full.bind(address)
    full.listen(0)
    for _ in range(4):
        waiting = open_now.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(address)


def test_who_has_nothing_more_to_say_can_still_be_written_to() -> None:
    """An end one way is no end of the other."""
    heard = b""

    def peer(connection: socket.socket) -> None:
        nonlocal heard
        connection.sendall(b"a")
        connection.shutdown(socket.SHUT_WR)
        heard = connection.recv(4)

    async def client(connected: Socket) -> None:
        assert await connected.read(4) == b"a"
        assert await connected.read(4) == b""
        await connected.write(b"more")

    talk(peer, client)

    assert heard == b"more"


def test_a_wait_to_read_can_be_left_and_taken_up_again() -> None:
    """What comes meanwhile is there for the next reader."""
    left = threading.Event()

    def peer(connection: socket.socket) -> None:
        left.wait(30)
        connection.sendall(b"late")

    async def client(connected: Socket) -> None:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(connected.read(8))
            await asyncio.sleep(0)
            reading.cancel()
        left.set()
        assert await connected.read(8) == b"late"

    talk(peer, client)


async def visit(port: int, way: int) -> None:
    """Connect, and leave in one of three ways."""
    async with asyncio.TaskGroup() as group:
        connecting = group.create_task(connect("127.0.0.1", port))
        if way == 0:
            await asyncio.sleep(0)
            connecting.cancel()
    if connecting.cancelled():
        return
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(connecting.result().read(8))
        await asyncio.sleep(0)
        if way == 1:
            reading.cancel()
    await connecting.result().aclose()


def test_many_connections_leave_no_descriptor_behind() -> None:
    """Read to the end, left amid a read, or left while they connect."""
    backlog = 300

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hi")
        writer.close()

    async def run() -> None:
        server = await asyncio.start_server(greet, "127.0.0.1", 0, backlog=backlog)
        port = server.sockets[0].getsockname()[1]
        await visit(port, 2)
        before = _descriptors()
        for _ in range(5):
            async with asyncio.TaskGroup() as group:
                for number in range(60):
                    group.create_task(visit(port, number % 3))
        server.close()
        for _ in range(1000):  # the server's side closes in its own time
            if _descriptors() < before:
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"{_descriptors()} descriptors, and there were {before}")

    asyncio.run(run())


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_socket_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    """A Unix socket names its fault by the system's words too."""

    async def run() -> None:
        await Backend("x").connect_unix_socket(str(tmp_path / "none"))

    with pytest.raises(ConnectionFailed, match=r": no such file or directory;"):
        asyncio.run(run())
    with pytest.raises(httpcore2.ConnectError):
        asyncio.run(connect_unix(str(tmp_path / "none")))
