"""One attempt of a provider, and all that was seen of it."""

import asyncio
from contextlib import aclosing

from hexai.domain.provider import Call, Chunk, Provider
from hexai.errors import ProviderError


class Attempt:
    """What came of one attempt; it is also the attempt's `Progress`."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []
        self.times: list[float] = []
        """When each chunk came, by the loop's clock."""
        self.marks: list[tuple[str, float]] = []
        """`loading` and `connected`, and when."""
        self.error: ProviderError | None = None

    def loading(self) -> None:
        """Note that the model is being loaded."""
        self._mark("loading")

    def connected(self) -> None:
        """Note that the request can be sent."""
        self._mark("connected")

    def refused(self) -> None:
        """Take no note of a refusal: the error tells."""

    def _mark(self, what: str) -> None:
        self.marks.append((what, asyncio.get_running_loop().time()))

    def take(self, chunk: Chunk) -> None:
        """Note a chunk."""
        self.chunks.append(chunk)
        self.times.append(asyncio.get_running_loop().time())


async def attempt(
    provider: Provider, call: Call, seen: Attempt | None = None
) -> Attempt:
    """Make one attempt to its end; a `ProviderError` is kept, all else raised."""
    seen = seen or Attempt()
    try:
        async with aclosing(provider.stream(call, seen)) as chunks:
            async for chunk in chunks:
                seen.take(chunk)
    except ProviderError as error:
        seen.error = error
    return seen
