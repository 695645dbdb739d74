"""One small question to a server on this machine."""

import asyncio

from hexai.service.setup.probe import fetch


def asked(answer: bytes | None, *, patience: float = 5.0) -> tuple[bytes | None, bytes]:
    """Ask a server that gives this answer, or hangs for None; gives what it saw too."""
    seen = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        try:
            seen = await reader.readuntil(b"\r\n\r\n")
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
        finally:
            writer.close()

    async def run() -> bytes | None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            return await fetch((host, port), "/v1/models", patience=patience)

    return asyncio.run(run()), seen


def test_the_body_of_the_answer_is_given() -> None:
    """The request holds a path and a host, and nothing else."""
    body, seen = asked(b"HTTP/1.0 200 OK\r\nx: y\r\n\r\nbody\r\n\r\nmore")
    assert body == b"body\r\n\r\nmore"
    assert seen.startswith(b"GET /v1/models HTTP/1.0\r\nHost: 127.0.0.1:")
    assert seen.count(b"\r\n") == 3


def test_who_says_nothing_is_there_all_the_same() -> None:
    """It costs no more than the patience."""
    assert asked(None, patience=0.05)[0] == b""


def test_an_endless_answer_is_cut() -> None:
    """Nobody fills the memory."""
    body, _ = asked(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * (3 << 20))
    assert body is not None
    assert len(body) <= (1 << 20) + (1 << 17)


def test_where_nobody_listens_there_is_nothing() -> None:
    """That is not the same as an empty answer."""

    async def run() -> bytes | None:
        server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return await fetch(("127.0.0.1", port), "/", patience=5.0)

    assert asyncio.run(run()) is None
