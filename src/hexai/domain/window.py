"""What was asked lately: the window of time that a status line sums up; pure."""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.outcome import Status
from hexai.domain.record import RunRecord


class Traffic(Struct, frozen=True, kw_only=True):
    """The answered requests to one model."""

    provider: str
    model: str
    requests: int
    sent: int
    """Bytes of prompts."""
    received: int
    """Bytes of answers."""
    newest_at: float
    """When the newest of them was answered, in seconds since 1970."""

    def plus(self, other: "Traffic") -> "Traffic":
        """Add up two parts of the requests to one model."""
        return replace(
            self,
            requests=self.requests + other.requests,
            sent=self.sent + other.sent,
            received=self.received + other.received,
            newest_at=max(self.newest_at, other.newest_at),
        )


class Window(Struct, frozen=True, kw_only=True):
    """The answered requests of the last minutes. The cache's answers are none.

    Those of a blind run count once there is a choice: who answered, and when, would
    tell its letters apart.
    """

    minutes: int
    traffic: tuple[Traffic, ...] = ()
    """One for each model."""

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(each.requests for each in self.traffic)

    @property
    def sent(self) -> int:
        """Bytes of all prompts."""
        return sum(each.sent for each in self.traffic)

    @property
    def received(self) -> int:
        """Bytes of all answers."""
        return sum(each.received for each in self.traffic)

    @property
    def newest(self) -> Traffic | None:
        """The model that answered last; None if none did."""
        return max(self.traffic, key=lambda each: each.newest_at, default=None)

    def plus(self, run: RunRecord) -> "Window":
        """Take in a run that has just ended."""
        if run.blind:
            return self
        return replace(self, traffic=_added((*self.traffic, *_traffic(run))))


def _traffic(run: RunRecord) -> list[Traffic]:
    return [
        Traffic(
            provider=each.provider,
            model=each.model,
            requests=1,
            sent=each.sent or 0,
            received=each.received or 0,
            newest_at=run.started_at + each.timings.total,
        )
        for each in run.contenders
        if each.status is Status.ANSWERED and not each.cached
    ]


def _added(parts: Iterable[Traffic]) -> tuple[Traffic, ...]:
    sums: dict[tuple[str, str], Traffic] = {}
    for part in parts:
        key = (part.provider, part.model)
        sums[key] = sums[key].plus(part) if key in sums else part
    return tuple(sums.values())
