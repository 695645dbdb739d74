"""What the views of the command line need to know of a run, and nothing more."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from hexai.domain.contender import Contender
from hexai.domain.events import Event
from hexai.domain.outcome import Outcome
from hexai.domain.record import RunRecord
from hexai.surfaces.words import letter


class Run(Protocol):
    """A race under way, with what is recorded about it; see `service.ask`."""

    @property
    def run_id(self) -> str:
        """The run's global id."""

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """All contenders, in entry order."""

    @property
    def order(self) -> tuple[int, ...]:
        """The contenders' indexes in the order shown, which may be drawn."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes so far, in entry order."""

    @property
    def warnings(self) -> Sequence[str]:
        """What went wrong beside the race; complete once the run has been left."""

    @property
    def record(self) -> RunRecord | None:
        """What is recorded; None until the run has been left."""

    def __aiter__(self) -> AsyncIterator[Event]:
        """Give the events as they come."""

    def cancel(self) -> None:
        """Cancel the contenders that still run; each still gets its outcome."""

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Price an outcome; None if nobody knows."""


class Cast(Struct, frozen=True, kw_only=True):
    """Who is shown, in which order, under which name."""

    order: tuple[int, ...]
    """The contenders' indexes, first shown first."""
    names: tuple[str, ...]
    """The name shown for each contender, by its index."""
    blind: bool

    @classmethod
    def of(cls, run: Run, *, blind: bool) -> "Cast":
        """Name the contenders by their labels, or by letters if blind."""
        labels = [contender.label for contender in run.contenders]
        if blind:
            for position, index in enumerate(run.order):
                labels[index] = letter(position)
        return cls(order=tuple(run.order), names=tuple(labels), blind=blind)

    def position(self, index: int) -> int:
        """Give the place at which a contender is shown."""
        return self.order.index(index)
