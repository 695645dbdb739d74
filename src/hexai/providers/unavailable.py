"""A provider that cannot be asked, and says why."""

from collections.abc import AsyncGenerator

from hexai.domain.provider import Call, Chunk, Progress
from hexai.errors import ProviderError


class Unavailable:
    """Fails every attempt with one error, so that its contender fails by itself.

    It stands for a provider whose client cannot be made: the others still race.
    """

    proxy = ""
    """Nobody stands between."""

    def __init__(self, error: ProviderError, *, provider: str = "") -> None:
        """Keep the error's facts; every attempt gets an error of its own."""
        self.error = error
        self._provider = provider or error.provider

    async def stream(
        self,
        call: Call,
        progress: Progress,  # noqa: ARG002 - there is none
    ) -> AsyncGenerator[Chunk, None]:
        """Raise at once; nothing is connected to."""
        nothing: tuple[Chunk, ...] = ()
        for chunk in nothing:
            yield chunk
        known = self.error
        raise type(known)(
            known.message,
            provider=self._provider,
            model=call.model,
            http_status=known.http_status,
            upstream_message=known.upstream_message,
            advice=known.what_to_do,
        )

    async def drop_idle(self) -> None:
        """Do nothing: nothing is open."""

    async def aclose(self) -> None:
        """Do nothing: nothing is open."""
