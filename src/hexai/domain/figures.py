"""What statistics are made of: sums and times of some answers; pure."""

from collections import Counter
from decimal import Decimal

from msgspec import Struct, field


class Filter(Struct, frozen=True, kw_only=True):
    """Which runs count; empty means all."""

    since: float = 0.0
    """The wall clock in seconds since 1970."""
    surface: str = ""
    language: str = ""
    project: str = ""
    """A project's folder, or the last part of it."""
    model: str = ""
    """A part of `provider:model`."""

    def matches(self, cell: "Cell") -> bool:
        """Tell whether runs of a cell count."""
        return (
            self.surface in ("", cell.surface)
            and self.language.lower() in ("", cell.language.lower())
            and self.project in ("", cell.project, cell.project.rpartition("/")[2])
            and self.model.lower() in f"{cell.provider}:{cell.model}".lower()
        )


class Cell(Struct, frozen=True, kw_only=True):
    """What runs are told apart by."""

    surface: str
    language: str
    project: str
    provider: str
    model: str
    upstream: str


class Times(Struct, kw_only=True):
    """Durations in milliseconds, each with how often it was seen."""

    seen: Counter[int] = field(default_factory=Counter)
    cut: Counter[int] = field(default_factory=Counter)
    """Of contenders that timed out: it would have taken at least that long."""

    def add(self, other: "Times") -> None:
        """Take in what was seen elsewhere."""
        self.seen.update(other.seen)
        self.cut.update(other.cut)

    def quantile(self, share: float) -> "Quantile | None":
        """Give the smallest time that a share of all did not exceed."""
        rest = share * (self.seen.total() + self.cut.total())
        ordered = sorted(
            [
                *((time, False, count) for time, count in self.seen.items()),
                *((time, True, count) for time, count in self.cut.items()),
            ]
        )
        for time, is_cut, count in ordered:
            rest -= count
            if rest <= 0:
                return Quantile(seconds=time / 1000, at_least=is_cut)
        return None


class Quantile(Struct, frozen=True, kw_only=True):
    """A quantile of durations."""

    seconds: float
    at_least: bool
    """It falls on a contender that was not waited for any longer."""


class Figures(Struct, kw_only=True):
    """The sums over some answers; those of two groups can be added."""

    runs: int = 0
    """Races that the model took part in, cached answers left out."""
    answered: int = 0
    failed: int = 0
    timed_out: int = 0
    cancelled: int = 0
    late: int = 0
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
    accepted: int = 0
    characters: int = 0
    followed: int = 0
    """Characters of the answers that were looked at again later."""
    retained: int = 0
    """Those of them that were still there."""

    def add(self, other: "Figures") -> None:
        """Take in the sums of another group."""
        self.first_token.add(other.first_token)
        self.total.add(other.total)
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def tokens_per_s(self) -> float | None:
        """All generated tokens by the time that it took; None if nobody knows."""
        spent = self.generating_ms
        return None if not spent else self.tokens * 1000 / spent

    @property
    def cost_usd(self) -> Decimal:
        """The money that is known to be spent."""
        return Decimal(self.cost) / 10**9


SUMMED = tuple(
    name for name in Figures.__struct_fields__ if name not in ("first_token", "total")
)
"""The fields of `Figures` that are plain sums."""
