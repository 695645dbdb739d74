"""A request, the contenders that it is put to, and what the engine asks about them."""

from collections.abc import AsyncGenerator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from msgspec import Struct

from hexai.domain.entry import RequestSpec, Surface
from hexai.domain.messages import Infill, Message
from hexai.domain.provider import Call, Held, Provider, Waits
from hexai.errors import ProviderError
from hexai.text.tokens import estimate_tokens

_FRAME = 4
"""Tokens that a template spends on each message or side of a gap, about."""


class Request(Struct, frozen=True, kw_only=True):
    """One prompt, composed and ready to be put to every contender of a race."""

    surface: Surface
    messages: tuple[Message, ...]
    stop: tuple[str, ...] = ()
    """Sequences at which a model should stop, where its wire format can say so."""
    infill: Infill | None = None
    """The same as `messages` for models with a fill-in-the-middle endpoint."""
    room: int | None = None
    """Tokens for which there is a use at most; None: for as many as are configured."""

    def call(self, spec: RequestSpec) -> Call:
        """Say what this request asks of one provider and model."""
        return Call(
            model=spec.model,
            messages=self.messages,
            temperature=spec.temperature,
            max_tokens=self._limit(spec),
            stop=(*spec.options.stop, *self.stop),
            options=spec.options,
            quick=self.surface is Surface.COMPLETION,
            infill=self.infill,
        )

    def _limit(self, spec: RequestSpec) -> int | None:
        """Give the tokens that an answer may have; a limit that stands is not cut."""
        if self.room is None or spec.limit_stands:
            return spec.max_tokens
        return min(self.room, spec.max_tokens or self.room)

    def texts(self, *, infilled: bool, apart: bool = False) -> tuple[str, ...]:
        """Give what is sent: the sides of the gap, or what the messages say.

        `apart`: the endpoint takes text that is apart from the gap.
        """
        if infilled and self.infill is not None:
            return self.infill.texts_with_apart if apart else self.infill.texts
        return tuple(message.content for message in self.messages)

    @property
    def tokens(self) -> int:
        """Estimate the prompt, in whichever of its forms is the longer."""
        forms = [self.texts(infilled=False)]
        if self.infill is not None:
            forms += [self.infill.texts, self.infill.texts_with_apart]
        return max(map(prompt_tokens, forms))


def prompt_tokens(texts: Iterable[str]) -> int:
    """Estimate the tokens of a prompt by its parts."""
    return sum(_FRAME + estimate_tokens(text) for text in texts)


class Upstream(Struct, frozen=True, kw_only=True):
    """The origin that a provider talks to; slots and breakers belong to it."""

    origin: str
    """`scheme://host:port`, or `unix:PATH` for a worker's socket."""
    proxy: str = ""
    """The proxy that is connected by, without user and password; empty for none."""
    kind: str = ""
    """What it speaks: a provider's type; empty where that does not matter."""
    max_concurrency: int | None = None
    """Attempts under way at once in this process; None for no limit."""

    @property
    def where(self) -> str:
        """Whom a message names: the origin, and who stands before it."""
        return f"{self.origin} by the proxy {self.proxy}" if self.proxy else self.origin


class Clearance(Struct, frozen=True):
    """Whether a request may leave this machine, by the guard and the user's policy."""

    local_only: str = ""
    """Why the text must stay on this machine, for people; empty: it may go anywhere."""


class Target(Struct, frozen=True, kw_only=True):
    """Whom one attempt asks: a request spec with its client."""

    spec: RequestSpec
    client: Provider
    upstream: Upstream
    local: bool | None
    """Whether the text stays on this machine; None: only the upstream can tell."""
    clearance: Clearance = Clearance()
    """Whether what the spec says beside the request may leave this machine."""


class Contender(Struct, frozen=True, kw_only=True):
    """One taker of part in a race."""

    index: int
    """Its place among all contenders of the request, from 0, in entry order."""
    label: str
    target: Target
    fallback: Target | None = None
    timeout: float
    """Seconds from the first slot to the end, back-off and fallback included."""


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

    def learn_density(self, target: Target, tokens: int) -> None:
        """Learn that a prompt of so many tokens, as estimated, did not fit."""


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

    def learn_density(self, target: Target, tokens: int) -> None:
        """Learn nothing."""
