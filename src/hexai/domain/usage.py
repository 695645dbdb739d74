"""How many tokens a request took, and whether anybody counted them."""

from decimal import Decimal
from typing import Literal

from msgspec import Struct

UsageSource = Literal["reported", "estimated"]


class ReportedUsage(Struct, frozen=True, kw_only=True):
    """What an upstream said; None where it said nothing, or nothing usable."""

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    """The part of `output` that was spent on reasoning."""
    cached: int | None = None
    """The part of `input` that was read from the upstream's cache."""
    written: int | None = None
    """The part of `input` that was written to it."""
    cost_usd: Decimal | None = None
    """What was charged; most upstreams do not say."""


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one attempt, complete: what was not reported is estimated."""

    input: int
    output: int
    """All generated tokens, reasoning included."""
    reasoning: int = 0
    """The part of `output` that was spent on reasoning."""
    hidden: int = 0
    """The part of `reasoning` that nobody saw: it came before the first token."""
    cached: int | None = None
    """The part of `input` that was read from the upstream's cache; None: unknown."""
    written: int | None = None
    """The part of `input` that was written to it; None: unknown."""
    source: UsageSource
    """`estimated` as soon as one of the tokens' figures is."""
    cost_usd: Decimal | None = None
    """What the upstream says it charged; None if it did not."""
