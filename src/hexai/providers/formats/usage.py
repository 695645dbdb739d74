"""Figures as upstreams report them: tokens, costs and times, read without trust.

Vendors agree on neither names nor meaning: what came from a cache is part of the input
with OpenAI and beside it with Anthropic, reasoning is part of the output or in the
total alone, and the figures stand in the last event, in a choice, or in the first event
and the last. What is missing here is unknown, never 0; whether the rest can be believed
beside the text that came is for `engine.tally` to say.
"""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import Struct

from hexai.domain.provider import ReportedUsage
from hexai.providers.formats.payload import field, figure, money


class Place(Struct, frozen=True, kw_only=True):
    """Where some upstreams write a figure."""

    path: tuple[str, ...]
    """From the outside in."""
    seen: str


CACHED = (
    Place(
        path=("prompt_tokens_details", "cached_tokens"),
        seen="llama.cpp b10488, measured, 2026-11: https://github.com/ggml-org/llama.cpp;"
        " OpenAI, vLLM and Gemini by convention",
    ),
    Place(path=("prompt_cache_hit_tokens",), seen="DeepSeek, by convention"),
    Place(path=("cached_tokens",), seen="Moonshot, by convention"),
    Place(
        path=("cache_read_input_tokens",),
        seen="LiteLLM, which adds them to prompt_tokens, by convention",
    ),
)
WRITTEN = (
    Place(
        path=("prompt_tokens_details", "cache_write_tokens"),
        seen="OpenRouter, by convention",
    ),
    Place(
        path=("prompt_tokens_details", "cache_creation_tokens"),
        seen="LiteLLM, by convention",
    ),
    Place(path=("cache_creation_input_tokens",), seen="LiteLLM, by convention"),
)
REASONING = (
    Place(
        path=("completion_tokens_details", "reasoning_tokens"),
        seen="OpenAI, by convention",
    ),
    Place(
        path=("reasoning_tokens",), seen="Perplexity and older gateways, by convention"
    ),
)


def openai_usage(said: object, *, charges: bool = False) -> ReportedUsage:
    """Read OpenAI's figures, whether `completion_tokens` holds the reasoning or not.

    xAI and Gemini leave reasoning out of it and count it in `total_tokens` alone; the
    total is then larger than its parts by just that. `charges`: `cost` is in dollars.
    """
    asked = figure(field(said, "prompt_tokens"))
    output = figure(field(said, "completion_tokens"))
    reasoning = _first(said, REASONING)
    total = figure(field(said, "total_tokens"))
    if asked is not None and output is not None and total is not None:
        apart = total - asked - output
        if apart > 0:
            output += apart
            reasoning = reasoning or apart
    return ReportedUsage(
        input=asked,
        output=output,
        reasoning=reasoning,
        cached=_first(said, CACHED),
        written=_first(said, WRITTEN),
        cost_usd=_cost(said) if charges else None,
    )


def llamacpp_cached(timings: object) -> int | None:
    """Give the prompt's tokens that llama.cpp had in its slot, beside any format."""
    return figure(field(timings, "cache_n"))


class AnthropicUsage:
    """Adds up Anthropic's figures, which come in the first event and the last."""

    def __init__(self) -> None:
        self._figures: dict[str, int] = {}

    def take(self, said: object) -> None:
        """Take figures in; they are totals so far, so a later one replaces.

        A later 0 does not: gateways fill in what they were not told.
        """
        for name in (*_ANTHROPIC_INPUT, "output_tokens"):
            count = figure(field(said, name))
            if count is not None and (count or not self._figures.get(name)):
                self._figures[name] = count

    def reported(self) -> ReportedUsage:
        """Sum the input up: what was read from a cache or written stands beside it."""
        parts = [self._figures.get(name) for name in _ANTHROPIC_INPUT]
        known = [part for part in parts if part is not None]
        _, written, cached = parts
        return ReportedUsage(
            input=figure(sum(known)) if known else None,
            output=self._figures.get("output_tokens"),
            cached=cached,
            written=written,
        )


_ANTHROPIC_INPUT = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
)


def _first(said: object, places: tuple[Place, ...]) -> int | None:
    found = (figure(field(said, *place.path)) for place in places)
    return next((count for count in found if count is not None), None)


def _cost(said: object) -> Decimal | None:
    """Read what OpenRouter charges, a credit being a dollar.

    With a key of the user's own at the vendor, that is its fee alone, and what the
    vendor takes is told beside it.
    """
    fee = money(field(said, "cost"))
    if fee is None or field(said, "is_byok") is not True:
        return fee
    upstream = money(field(said, "cost_details", "upstream_inference_cost"))
    return None if upstream is None else fee + upstream


_LONGEST = 1e6
"""Seconds above which nobody is believed."""


class Durations(Struct, frozen=True, kw_only=True):
    """Seconds, as far as an upstream tells; 0 where it does not.

    None is trusted: the engine takes no more of it than can have passed.
    """

    loading: float = 0.0
    queued: float = 0.0
    generating: float = 0.0
    """From the first token to the last, so one token takes none."""


def ollama_durations(line: Iterable[object]) -> Durations:
    """Read Ollama's total, load, prompt and eval, in nanoseconds.

    What is in the total alone is the wait for another client's request; no stream
    begins before it.
    """
    total, load, prompt, generating = (_seconds(count, per=1e9) for count in line)
    queued = max(0.0, total - load - prompt - generating) if total else 0.0
    return Durations(loading=load, queued=queued, generating=generating)


def openai_generating(usage: object, timings: object) -> float:
    """Give the seconds of generating that servers of OpenAI's format tell, else 0.

    llama.cpp has milliseconds in `timings` beside any of its formats (b10488); Groq
    has seconds in its usage, 2026-11: https://console.groq.com/docs/api-reference
    """
    return max(
        _seconds(field(timings, "predicted_ms"), per=1e3),
        _seconds(field(usage, "completion_time"), per=1.0),
    )


def _seconds(told: object, *, per: float) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return 0.0
    return told / per if 0 <= told <= _LONGEST * per else 0.0
