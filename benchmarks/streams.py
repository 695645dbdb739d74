"""Upstreams in a process of their own, so that they cost the measured one nothing.

`python -m benchmarks.streams LATENCY:DELTAS:RATE[:TEXT] …` listens once for each
argument, prints the ports on one line, and serves until its input ends. LATENCY is in
seconds to the first delta, RATE in deltas a second; 0 sends all at once. TEXT is one of
`benchmarks.answers`; without it each delta is a word.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

from benchmarks.answers import tokens

_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
)
_DELTA = b'data: {"choices":[{"index":0,"delta":{"content":" word"}}]}\n\n'
_END = (
    b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


async def _serve(spec: str) -> int:
    latency, count, rate, *text = spec.split(":")
    deltas = _deltas(int(count), *text)

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
        await reader.readexactly(int(length))
        writer.write(_HEAD)
        await asyncio.sleep(float(latency))
        await _write_deltas(writer, deltas, float(rate))
        writer.write(_END)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    return port


def _deltas(count: int, text: str = "") -> Sequence[bytes]:
    if not text:
        return [_DELTA] * count
    return [
        b'data: {"choices":[{"index":0,"delta":{"content":%s}}]}\n\n'
        % json.dumps(token).encode()
        for token in tokens(text, count)
    ]


async def _write_deltas(
    writer: asyncio.StreamWriter, deltas: Sequence[bytes], rate: float
) -> None:
    if not rate:
        writer.write(b"".join(deltas))
        return
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number, delta in enumerate(deltas):
        await asyncio.sleep(began + number / rate - loop.time())
        writer.write(delta)


async def main() -> None:
    """Listen, tell the ports, and serve until nobody is left to ask."""
    ports = [await _serve(spec) for spec in sys.argv[1:]]
    print(*ports, flush=True)
    await asyncio.to_thread(sys.stdin.read)


asyncio.run(main())
