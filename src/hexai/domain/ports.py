"""What the engine asks of its surroundings, as Protocols."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from msgspec import Struct

from hexai.domain.contender import Target
from hexai.domain.provider import Waits
from hexai.domain.room import Held
from hexai.errors import ProviderError


class Verdict(Struct, frozen=True):
    """What the guard found in the composed messages of a request."""

    local_only: str = ""
    """Why the text must stay on this machine, for people; empty: it may go anywhere."""


class Locality(Protocol):
    """Tells whether what a target is sent stays on this machine."""

    async def is_local(self, target: Target) -> bool:
        """Answer for one target as it is now, asking its upstream if only that knows.

        What cannot be found out counts as cloud. Runs inside the attempt's budget.
        """


class Readiness(Protocol):
    """Tells when a target can be asked, and how much it holds."""

    def admitted(
        self, target: Target, progress: Waits, tokens: int
    ) -> AbstractAsyncContextManager[Held | None]:
        """Let a target be asked, with so many tokens, as long as the context is open.

        Entering it waits until the model is loaded, and says so by `progress`; what
        cannot be found out is left to the attempt itself. Gives what the upstream
        holds, None if that is not known.
        """

    async def may_cut(self, target: Target, tokens: int) -> bool:
        """Tell whether an upstream may cut such a prompt without saying so."""

    def learn(self, target: Target, error: ProviderError, tokens: int) -> bool:
        """Learn from how an attempt with a prompt of so many tokens has failed.

        Gives whether the same request would now be asked otherwise.
        """


class AlwaysReady:
    """A `Readiness` of targets of which nothing has to be found out."""

    @asynccontextmanager
    async def admitted(
        self,
        target: Target,  # noqa: ARG002 - the protocol's, as all below
        progress: Waits,  # noqa: ARG002
        tokens: int,  # noqa: ARG002
    ) -> AsyncGenerator[Held | None]:
        """Let everybody be asked at once."""
        yield None

    async def may_cut(self, target: Target, tokens: int) -> bool:  # noqa: ARG002
        """Trust everybody."""
        return False

    def learn(
        self,
        target: Target,  # noqa: ARG002
        error: ProviderError,  # noqa: ARG002
        tokens: int,  # noqa: ARG002
    ) -> bool:
        """Learn nothing."""
        return False
