"""A run whose events are a list, for what shows runs."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from decimal import Decimal

from hexai.domain.entry import RequestSpec
from hexai.domain.outcome import Delta, Ended, Event, Outcome, Started, Status, Timings
from hexai.domain.provider import Call, Chunk, FinishReason, Progress, Usage
from hexai.domain.record import RunRecord
from hexai.domain.request import Contender, Target, Upstream
from hexai.errors import Overloaded, ProviderError


class FakeRun:
    """Contenders with these labels, and whatever happens to them."""

    def __init__(
        self,
        *labels: str,
        events: Iterable[Event] = (),
        order: tuple[int, ...] | None = None,
        cost: Decimal | None = Decimal("0.0004"),
    ) -> None:
        self.run_id = "0123456789abcdef"
        self.contenders = tuple(
            contender(index, label) for index, label in enumerate(labels)
        )
        self.order = order or tuple(range(len(labels)))
        self.is_drawn = order is not None
        self.cancelled = False
        self.record: RunRecord | None = None
        self.warnings: list[str] = []
        self.left_out: dict[int, int] = {}
        self._events = tuple(events)
        self._cost = cost

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Give the outcomes among the events, in entry order."""
        ended = [event.outcome for event in self._events if isinstance(event, Ended)]
        return tuple(sorted(ended, key=lambda outcome: outcome.index))

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Give the events."""
        for event in self._events:
            yield event

    def shown_in(self, order: tuple[int, ...]) -> None:
        """Take another order."""
        self.order = order

    def cancel(self) -> None:
        """Remember that it was called."""
        self.cancelled = True

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Give the same price for everything."""
        del outcome
        return self._cost


class Nobody:
    """A provider that is never asked."""

    def stream(self, call: Call, progress: Progress) -> AsyncGenerator[Chunk, None]:
        """Fail."""
        raise AssertionError("a fake run asks nobody")


def contender(index: int, label: str) -> Contender:
    """Make a contender of provider `p-LABEL` and model `m-LABEL`."""
    spec = RequestSpec(provider=f"p-{label}", model=f"m-{label}")
    target = Target(
        spec=spec, client=Nobody(), upstream=Upstream(origin=f"http://{label}"),
        local=False,
    )  # fmt: skip
    return Contender(index=index, label=label, target=target, timeout=600.0)


def started(index: int) -> Event:
    """Make the event of a contender that got its slot."""
    return Started(index=index, at=0.01)


def delta(index: int, text: str) -> Event:
    """Make the event of a piece of an answer."""
    return Delta(index=index, at=0.1, text=text)


def answered(index: int, label: str, text: str, **facts: object) -> Event:
    """Make the event of an answer; `facts` are further fields of its outcome."""
    fields: dict[str, object] = {
        "status": Status.ANSWERED,
        "text": text,
        "finish": FinishReason.STOP,
        "usage": Usage(input=312, output=148, source="reported"),
        "timings": Timings(ttft=0.41, generating=1.72, total=2.13),
        "local": False,
        **facts,
    }
    return ended(index, label, **fields)


def failed(
    index: int, label: str, text: str = "", error: ProviderError | None = None
) -> Event:
    """Make the event of a failure."""
    error = error or Overloaded("the upstream failed", http_status=503)
    return ended(index, label, status=Status.FAILED, text=text, error=error)


def ended(index: int, label: str, **fields: object) -> Event:
    """Make the event of an outcome with these fields."""
    known: dict[str, object] = {
        "index": index,
        "label": label,
        "provider": f"p-{label}",
        "model": f"m-{label}",
        **fields,
    }
    outcome = Outcome(**known)  # type: ignore[arg-type] # fields are given by name
    return Ended(index=index, at=2.13, outcome=outcome)
