"""What the races of the editor need of the rest: a run, and how to read its answers."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from hexai.domain.contender import Contender
from hexai.domain.events import Event
from hexai.domain.outcome import Outcome


class Ignored(Protocol):
    """Why a document stays on this machine."""

    @property
    def reason(self) -> str:
        """For people; holds no text of the document."""


class Run(AbstractAsyncContextManager["Run"], Protocol):
    """A race with what is recorded about it; see `service.ask`.

    Entering it puts the question, leaving it closes all streams.
    """

    @property
    def run_id(self) -> str:
        """The run's global id."""

    @property
    def contenders(self) -> Sequence[Contender]:
        """All contenders, in entry order."""

    @property
    def order(self) -> Sequence[int]:
        """The contenders' indexes in the order shown, which may be drawn."""

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """The outcomes so far, in entry order."""

    @property
    def ignored(self) -> Ignored | None:
        """What keeps the document on this machine, known once it is entered."""

    def __aiter__(self) -> AsyncIterator[Event]:
        """Give the events as they come."""

    def cancel(self, index: int | None = None) -> None:
        """Cancel one contender, or all that still run; each gets its outcome."""

    def finish(self, index: int) -> None:
        """End a contender that has said enough; it has answered with what there is."""

    def refuse(self, index: int, reason: str) -> None:
        """Record why an answer is not offered."""

    def settle(self) -> None:
        """Say that the list has gone out: whoever answers now is late."""

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Price an outcome; None if nobody knows."""


class Clean(Protocol):
    """Makes of what a model said the text that goes in where it was asked."""

    def __call__(self, text: str, *, infilled: bool, finished: bool) -> str:
        """Clean a whole answer, or what there is of it so far."""


Judge = Callable[[str], str | None]
"""Says why a text that is to go in does not belong there; None: it does."""


def accept(_text: str) -> None:
    """Object to nothing."""


class Asked(Struct, frozen=True, kw_only=True):
    """A question put together: the run that puts it, and how its answers are read."""

    run: Run
    clean: Clean
    judge: Judge = accept
