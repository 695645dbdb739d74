"""What an answer cost, by a dated list of prices.

The list is made from genai-prices by `scripts/update-prices` and kept in the package
as JSON, because importing that package costs more than a whole start. A provider is
found by its base URL, a model by the clauses of the list, a price by the day and hour
of the request. What the list does not know is unknown, never free. Input that came from
the upstream's cache or went there has prices of its own; where the list has none, it
costs what other input costs. Prices for batches and other media are not in it.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hexai.domain.provider import Usage

_MILLION = Decimal(1_000_000)
_COMPACT_DATE = re.compile(r"-(20\d{2})(\d{2})(\d{2})(?=-|:|$)")

Rate = Decimal | tuple[Decimal, tuple[tuple[int, Decimal], ...]]
"""USD for a million tokens; of tiers, the one that the input exceeds holds for all."""

Clause = tuple[str, Any]
"""How a model's name is recognised: `(kind, operand)`, in lower case."""


class Period(Struct, frozen=True):
    """What a model costs while a condition holds; the last that holds counts."""

    input: Rate | None = None
    output: Rate | None = None
    cached: Rate | None = None
    """For input that was read from the upstream's cache."""
    written: Rate | None = None
    """For input that was written to it."""
    reasoning: Rate | None = None
    """For reasoning tokens where they cost other than the rest of the output."""
    request: Decimal | None = None
    """USD for a thousand requests, on top."""
    since: date | None = None
    daily: tuple[time, time] | None = None
    """From and until, UTC; may cross midnight."""

    def holds(self, at: datetime) -> bool:
        """Say whether this price counts at a moment (UTC)."""
        if self.since is not None:
            return at.date() >= self.since
        if self.daily is not None:
            begin, end = self.daily
            now = at.time()
            if end < begin:
                return now >= begin or now < end
            return begin <= now < end
        return True


Models = tuple[tuple[Clause, tuple[Period, ...]], ...]
_models = msgspec.json.Decoder(Models)


_LITERAL = re.compile(r"(?:[\w:/-]|\\\.)*(?![?*+{])")


@cache
def _beginning(pattern: str) -> str:
    """Give the characters that whatever a pattern matches begins with."""
    if "|" in pattern and "(" not in pattern:
        return ""
    found = _LITERAL.match(pattern)
    return found[0].replace("\\.", ".") if found is not None else ""


class PricedProvider(Struct, frozen=True):
    """One vendor of the list."""

    id: str
    api: str
    """A pattern that the base URL's beginning matches."""
    models: msgspec.Raw
    """As JSON: one vendor's are needed, and decoding all takes ten times as long."""
    fallback: tuple[str, ...] = ()
    """Vendors whose models this one offers at their price."""

    def has(self, base_url: str) -> bool:
        """Tell whether a base URL is this vendor's.

        Patterns are compiled only if what they begin with is there: to compile all of
        them takes longer than all else between an answer's last byte and the prompt.
        """
        return base_url.startswith(_beginning(self.api)) and (
            re.match(self.api, base_url) is not None
        )

    def decode_models(self) -> Models:
        """Read the models of this vendor, in the order in which they are tried."""
        return _models.decode(self.models)


class PriceList(Struct, frozen=True, dict=True):
    """The whole list, with the day on which it was taken."""

    source: str
    taken: date
    providers: tuple[PricedProvider, ...]

    @cached_property
    def _looked_up(self) -> dict[tuple[str, str], tuple[Period, ...] | None]:
        """What was found: of a vendor with many models that takes up to 10 ms."""
        return {}

    def look_up(self, base_url: str, model: str) -> None:
        """Find the prices of a model now, so that the next question takes no time."""
        self._periods(base_url, model)

    def cost(
        self, base_url: str, model: str, usage: Usage, at: datetime
    ) -> Decimal | None:
        """Give the price of an answer in USD; None if the list does not know it."""
        period = self._period(base_url, model, at)
        return None if period is None else _price(period, usage)

    def saving(
        self, base_url: str, model: str, *, cached: int, written: int, at: datetime
    ) -> Decimal | None:
        """Say what an upstream's cache saved, less what writing it cost, in USD.

        Of many requests together, so at the price of short ones. None if the list does
        not know it; negative where it cost more than it saved.
        """
        period = self._period(base_url, model, at)
        if period is None or period.input is None:
            return None
        plain = _rate(period.input, 0)
        read = plain if period.cached is None else _rate(period.cached, 0)
        write = plain if period.written is None else _rate(period.written, 0)
        return (cached * (plain - read) - written * (write - plain)) / _MILLION

    def _period(self, base_url: str, model: str, at: datetime) -> Period | None:
        periods = self._periods(base_url, model)
        if periods is None:
            return None
        moment = at.astimezone(UTC)
        valid = [period for period in periods if period.holds(moment)]
        return valid[-1] if valid else periods[0]

    def _periods(self, base_url: str, model: str) -> tuple[Period, ...] | None:
        key = base_url, model
        if key not in self._looked_up:
            self._looked_up[key] = self._found(base_url, model)
        return self._looked_up[key]

    def _found(self, base_url: str, model: str) -> tuple[Period, ...] | None:
        vendor = next((p for p in self.providers if p.has(base_url)), None)
        if vendor is None:
            return None
        name = model.lower()
        dashed = _COMPACT_DATE.sub(_dash_date, name)
        return self._find(vendor, name) or self._find(vendor, dashed)

    def _find(self, vendor: PricedProvider, name: str) -> tuple[Period, ...] | None:
        others = {each.id: each for each in self.providers}
        offered = (vendor, *(others[other] for other in vendor.fallback))
        for each in offered:
            for clause, periods in each.decode_models():
                if _matches(clause, name):
                    return periods
        return None


def load_prices() -> PriceList:
    """Read the list that comes with the package (less than a millisecond)."""
    text = Path(__file__).with_name("prices.json").read_bytes()
    return msgspec.json.decode(text, type=PriceList)


_PLAIN: dict[str, Callable[[str, str], bool]] = {
    "equals": str.__eq__,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "contains": str.__contains__,
    "regex": lambda name, pattern: re.search(pattern, name) is not None,
}


def _matches(clause: Clause, name: str) -> bool:
    kind, operand = clause
    if kind in _PLAIN:
        return _PLAIN[kind](name, operand)
    parts = (_matches(part, name) for part in operand)
    return any(parts) if kind == "or" else all(parts)


def _dash_date(found: re.Match[str]) -> str:
    """Write `-20251211` as `-2025-12-11`, as the list does, where it is a date."""
    year, month, day = map(int, found.groups())
    try:
        return f"-{date(year, month, day).isoformat()}"
    except ValueError:
        return found.group()


def _price(period: Period, usage: Usage) -> Decimal | None:
    """Give None where a price that the answer needs is missing."""
    if period.input is None and period.output is None:
        return None
    plain, reasoning = usage.output, 0
    if period.reasoning is not None:
        plain, reasoning = usage.output - usage.reasoning, usage.reasoning
    cached = (usage.cached or 0) if period.cached is not None else 0
    written = (usage.written or 0) if period.written is not None else 0
    parts = (
        (period.input, usage.input - cached - written),
        (period.cached, cached),
        (period.written, written),
        (period.output, plain),
        (period.reasoning, reasoning),
    )
    total = (period.request or Decimal(0)) / 1000
    for rate, count in parts:
        if count and rate is not None:
            total += _rate(rate, usage.input) * count / _MILLION
    return total


def _rate(rate: Rate, tokens_in: int) -> Decimal:
    if isinstance(rate, Decimal):
        return rate
    base, tiers = rate
    reached = [price for start, price in tiers if tokens_in > start]
    return reached[-1] if reached else base
