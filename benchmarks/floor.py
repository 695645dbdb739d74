"""The floor: the leanest honest client that could have asked the question.

It loads what no asker can do without (an event loop, a TOML reader, an HTTP client
without a TLS context), streams one POST and leaves. `start.py` measures hexai in
multiples of it, so that the figures hold on any machine.
"""

import asyncio
import sys
import tomllib

import httpx2


async def ask(url: str) -> None:
    """Stream one answer to standard output."""
    tomllib.loads('model = "x"')
    transport = httpx2.AsyncHTTPTransport(verify=False)
    async with (
        httpx2.AsyncClient(transport=transport, trust_env=False) as client,
        client.stream("POST", url, json={"stream": True}) as response,
    ):
        async for data in response.aiter_raw():
            sys.stdout.buffer.write(data)


asyncio.run(ask(sys.argv[1]))
