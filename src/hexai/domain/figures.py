"""What statistics and status lines are made of: sums and times of answers; pure."""

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from operator import add
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from hexai.domain.fingerprint import UNKNOWN
from hexai.domain.outcome import Status
from hexai.domain.record import RunRecord

_RATHER = 1e-9
"""Shares are compared to this: a product of many is not exact."""


By = Literal["entry", "model"]
"""What a row is about: an entry as configured, or a model whatever it was sent."""


class Filter(Struct, frozen=True, kw_only=True):
    """Which runs count; empty means all."""

    since: float = 0.0
    """The wall clock in seconds since 1970."""
    surface: str = ""
    language: str = ""
    project: str = ""
    """A project's folder, or the last part of it."""
    model: str = ""
    """A part of `provider:model`, or of a label."""

    def matches(self, cell: "Cell") -> bool:
        """Tell whether runs of a cell count; `model` is not looked at."""
        return (
            self.surface in ("", cell.surface)
            and self.language.lower() in ("", cell.language.lower())
            and self.project in ("", cell.project, cell.project.rpartition("/")[2])
        )


def is_called(wanted: str, provider: str, model: str, label: str) -> bool:
    """Tell whether a text is a part of `provider:model`, or of a label, in any case."""
    return any(
        wanted.lower() in name.lower() for name in (f"{provider}:{model}", label)
    )


class Subject(Struct, frozen=True, order=True):
    """What a row of statistics is about: one contender on one surface, or one model.

    A contender is an entry as configured, by its `domain.fingerprint`.
    """

    surface: str
    provider: str
    model: str
    upstream: str
    fingerprint: str = UNKNOWN
    apart: str = ""
    """A label, where that alone tells apart what was recorded without fingerprints."""


class Title(Struct, frozen=True, kw_only=True):
    """What a subject is called, and since when it is there."""

    label: str = ""
    """Of its newest run; empty for a model, and for who is only asked as a fallback."""
    since: float | None = None
    """When it was asked first, in seconds since 1970; None where no name needs it."""
    updated: tuple[float, ...] = ()
    """When an update of Hexai had changed the built-in prompts that it is asked by."""


class Cell(Struct, frozen=True):
    """What runs are told apart by."""

    surface: str
    language: str
    project: str
    provider: str
    model: str
    upstream: str
    fingerprint: str = UNKNOWN
    label: str = ""
    """Empty for who was asked as another entry's fallback."""
    prompts: str = ""
    """The revision of the built-in prompts; empty: not recorded."""


class Times(Struct, kw_only=True):
    """Durations in milliseconds, each with how often it was seen.

    Who timed out, failed or was cancelled would have taken at least as long as it was
    waited for. Such times are neither dropped, which would make a slow model fast, nor
    counted as ends: each takes part up to its own (Kaplan and Meier).
    """

    seen: Counter[int] = field(default_factory=Counter)
    cut: Counter[int] = field(default_factory=Counter)
    """Of contenders that were not waited for any longer."""

    def quantiles(self, *shares: float) -> "list[Quantile | None]":
        """Give for each share, rising, the first time by which it had come to an end.

        Beyond the longest time that anybody was waited for, nothing is known.
        """
        found: list[Quantile | None] = []
        rest, waiting = 1.0, self.seen.total() + self.cut.total()
        last = 0
        for last in sorted(self.seen.keys() | self.cut.keys()):
            if len(found) == len(shares):
                return found
            ended = self.seen[last]
            rest *= 1 - ended / waiting
            waiting -= ended + self.cut[last]
            while len(found) < len(shares) and rest <= 1 - shares[len(found)] + _RATHER:
                found.append(Quantile(seconds=last / 1000, at_least=False))
        is_known = self.seen or self.cut
        beyond = Quantile(seconds=last / 1000, at_least=True) if is_known else None
        return [*found, *[beyond] * (len(shares) - len(found))]


class Quantile(Struct, frozen=True, kw_only=True):
    """A quantile of durations."""

    seconds: float
    at_least: bool
    """It lies beyond the longest time that anybody was waited for, which this is."""


class Figures(Struct, kw_only=True):
    """The sums over some answers."""

    runs: int = 0
    """Races that the model took part in, cached answers left out."""
    answered: int = 0
    failed: int = 0
    timed_out: int = 0
    cancelled: int = 0
    late: int = 0
    cut: int = 0
    """Answers to prompts that their upstreams had cut; they are in no comparison."""
    first_token: Times = field(default_factory=Times)
    total: Times = field(default_factory=Times)
    tokens: int = 0
    generating_ms: int = 0
    """In which the tokens were generated, where that can be told."""
    cost: int = 0
    """Billionths of a dollar, of the answers with a known price."""
    unpriced: int = 0
    """Answers whose price nobody knows."""
    estimated: int = 0
    """Answers whose tokens were estimated."""
    cached_input: int = 0
    """Tokens that upstreams read from their caches."""
    cached_of: int = 0
    """All input tokens of the answers whose upstream said how many that were."""
    written_input: int = 0
    """Tokens that upstreams wrote to their caches."""
    written_of: int = 0
    """All input tokens of the answers whose upstream said how many that were."""
    loads: int = 0
    """Runs that waited for its model to be loaded."""
    loading_ms: int = 0
    waits: int = 0
    """Runs that waited for a slot: ours, or its upstream's."""
    queued_ms: int = 0
    shown: int = 0
    """Lists in which it stood, and votes."""
    first: int = 0
    """Those in which it stood first."""
    shown_unpriced: int = 0
    """Its answers in them whose price nobody knows."""
    characters: int = 0
    """Taken of its answers."""
    followed: int = 0
    """Characters of the answers that were looked at again later."""
    retained: int = 0
    """Those of them that were still there when last seen."""
    refused: Counter[str] = field(default_factory=Counter)
    """Answers that were not offered, by the reason."""
    shown_in: Counter[int] = field(default_factory=Counter)
    """`shown` by the number of the sitting; 0: it was not recorded."""
    spent_in: Counter[int] = field(default_factory=Counter)
    """Billionths of a dollar for its answers in them, by the number of the sitting."""
    accepted_in: dict[int, float] = field(default_factory=dict)
    """A text that several models gave is accepted of each in part."""
    kept_in: dict[int, "Kept"] = field(default_factory=dict)
    """What became of what was taken in a sitting."""

    @property
    def accepted(self) -> float:
        """Answers that were taken, or won a vote."""
        return sum(self.accepted_in.values())

    @property
    def shown_cost(self) -> int:
        """Of its answers in lists, in billionths of a dollar."""
        return self.spent_in.total()

    @property
    def tokens_per_s(self) -> float | None:
        """All generated tokens by the time that it took; None if nobody knows."""
        spent = self.generating_ms
        return None if not spent else self.tokens * 1000 / spent

    @property
    def cost_usd(self) -> Decimal:
        """The money that is known to be spent."""
        return Decimal(self.cost) / 10**9


class Kept(Struct, frozen=True, kw_only=True):
    """What was left of the texts taken in one sitting, at each of `SAMPLED_AFTER`."""

    texts: tuple[int, ...]
    """How many were looked at."""
    before: tuple[float, ...]
    """Their characters that were there at the age before."""
    after: tuple[float, ...]
    """Those that were there at this age."""

    def plus(self, other: "Kept") -> "Kept":
        """Give what was left of the texts of both."""
        return Kept(
            texts=tuple(map(add, self.texts, other.texts)),
            before=tuple(map(add, self.before, other.before)),
            after=tuple(map(add, self.after, other.after)),
        )


class Together(Struct, frozen=True, kw_only=True):
    """The lists in which two models both stood, by sitting and by who stood above."""

    one: Subject
    other: Subject
    counts: dict[tuple[int, int, bool], "Both"]
    """By the sitting's number; -1 where `one` stood above, 1 below, 0 beside; and
    whether the order was drawn."""


class Both(Struct, kw_only=True):
    """What came of some lists in which two models both stood."""

    lists: int = 0
    one: float = 0.0
    """Those in which the one was taken."""
    other: float = 0.0


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


class TrafficWindow(Struct, frozen=True, kw_only=True):
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

    def plus(self, run: RunRecord) -> "TrafficWindow":
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
