"""Token figures made complete: what no upstream reported is estimated and marked."""

from collections.abc import Iterable

from hexai.domain.usage import ReportedUsage, Usage
from hexai.text.budget import estimate_tokens

_FRAME = 4
"""Tokens that a template spends on each message or side of a gap, about."""


def complete_usage(
    reported: ReportedUsage, prompt: Iterable[str], text: str, reasoning: str
) -> Usage:
    """Fill in what was not reported, from the prompt's parts and what was generated."""
    spent = reported.input
    if spent is None:
        spent = sum(_FRAME + estimate_tokens(part) for part in prompt)
    thought = reported.reasoning
    if thought is None:
        thought = estimate_tokens(reasoning)
    output = reported.output
    if output is None:
        output = estimate_tokens(text) + thought
    return Usage(
        input=spent,
        output=output,
        reasoning=min(thought, output),
        source="estimated" if _misses_one(reported, reasoning) else "reported",
        cost_usd=reported.cost_usd,
    )


def _misses_one(reported: ReportedUsage, reasoning: str) -> bool:
    unreported_reasoning = bool(reasoning) and reported.reasoning is None
    return reported.input is None or reported.output is None or unreported_reasoning
