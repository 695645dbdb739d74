"""One small question to a server on this machine, to find out what it is.

Not a provider: nothing is sent but the path, no key, and whatever comes back is only
looked at. It waits a moment, reads a bounded answer, and never raises.
"""

import asyncio

Address = tuple[str, int]
"""A host and a port."""

_ANSWER_LIMIT = 1 << 20


async def fetch(address: Address, path: str, *, patience: float) -> bytes | None:
    """Get a path; gives the answer's body, or None if nobody listens there.

    Empty if somebody does but gives no answer within `patience` seconds.
    """
    host, port = address
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return None
    try:
        async with asyncio.timeout(patience):
            named = f"[{host}]" if ":" in host else host
            request = f"GET {path} HTTP/1.0\r\nHost: {named}:{port}\r\n\r\n"
            writer.write(request.encode("ascii"))
            answer = await _read_bounded(reader)
    except (OSError, TimeoutError):
        return b""
    finally:
        writer.close()
    return answer.partition(b"\r\n\r\n")[2]


async def _read_bounded(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    while len(answer) < _ANSWER_LIMIT and (piece := await reader.read(1 << 16)):
        answer += piece
    return answer
