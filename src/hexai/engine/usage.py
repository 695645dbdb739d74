"""Token figures made complete: what was not reported, or cannot be, is estimated.

Gateways fill in 0 for what they were not told. A prompt has no 0 tokens, and a text
that came has some: such a 0 is as good as not said. What contradicts itself (more from
the cache than there was input) is not believed either.
"""

from collections.abc import Iterable
from decimal import Decimal

from hexai.domain.request import prompt_tokens
from hexai.domain.usage import ReportedUsage, Usage
from hexai.text.budget import estimate_tokens

_READ_AT_LEAST = 2 / 3
"""An upstream that has counted less of a prompt than this part of the estimate, which
is within a fifth for code and prose, has not read all of it."""


def complete_usage(
    reported: ReportedUsage, prompt: Iterable[str], text: str, reasoning: str
) -> Usage:
    """Fill in what was not reported, from the prompt's parts and what was generated."""
    spent = reported.input or None
    counted_in = spent is not None
    if spent is None:
        spent = prompt_tokens(prompt)
    thought = _believed(reported.reasoning, reasoning)
    if thought is None:
        thought = estimate_tokens(reasoning)
    output = _believed(reported.output, text + reasoning)
    counted_out = output is not None and not _misses(reported.reasoning, reasoning)
    if output is None:
        output = estimate_tokens(text) + thought
    thought = min(thought, output)
    cached = _part(reported.cached, spent) if counted_in else None
    return Usage(
        input=spent,
        output=output,
        reasoning=thought,
        hidden=0 if reasoning else thought,
        cached=cached,
        written=_part(reported.written, spent - (cached or 0)) if counted_in else None,
        source="reported" if counted_in and counted_out else "estimated",
        cost_usd=_charged(reported),
    )


def was_cut(prompt: Iterable[str], counted: int | None, held: int | None) -> bool:
    """Tell by what an upstream counted whether it has cut the prompt.

    A token is a byte at least: a prompt of no more bytes than there is room was not
    cut, however few tokens it came out as. Where the room is not known, it is taken to
    be `_SMALLEST`.
    """
    texts = tuple(prompt)
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
    if not counted or size <= (held or _SMALLEST):
        return False
    return counted < _READ_AT_LEAST * prompt_tokens(texts)


_SMALLEST = 512
"""Tokens of context that nobody would load a model with less of."""


def _believed(count: int | None, generated: str) -> int | None:
    """Give a count, but no 0 for what was seen."""
    return None if count == 0 and generated else count


def _misses(count: int | None, generated: str) -> bool:
    return bool(generated) and not count


def _part(count: int | None, whole: int) -> int | None:
    return count if count is not None and count <= whole else None


def _charged(reported: ReportedUsage) -> Decimal | None:
    """Give what was charged; 0 beside no tokens at all was filled in as well."""
    if not reported.cost_usd and not reported.input and not reported.output:
        return None
    return reported.cost_usd
