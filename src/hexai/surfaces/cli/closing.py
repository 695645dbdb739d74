"""The line on standard error with which each contender ends; pure."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.words import usd


def closing_line(outcome: Outcome, cost: Decimal | None, *, label: str = "") -> str:
    """Say what became of a contender, in words that scripts can split at blanks.

    `label` is given where provider and model alone do not tell contenders apart.
    """
    who = f"provider={outcome.provider} model={outcome.model}"
    if label:
        who += f' label="{label}"' if " " in label else f" label={label}"
    if outcome.status in (Status.FAILED, Status.TIMED_OUT):
        return f"failed {who}: {outcome.error}"
    word = "done" if outcome.status is Status.ANSWERED else "cancelled"
    return " ".join((word, who, *_figures(outcome, cost)))


def labels_needed(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Give the label of each that has the provider and model of another, else ""."""
    count = Counter((each.provider, each.model) for each in outcomes)
    return tuple(
        each.label if count[each.provider, each.model] > 1 else "" for each in outcomes
    )


def blind_line(outcome: Outcome, name: str) -> str | None:
    """Say that a nameless contender failed, without words that could name it.

    The others have nothing to say before the choice: their lines are held back.
    """
    if outcome.error is None:
        return None
    return f"failed contender={name}: {outcome.error.kind}"


def _figures(outcome: Outcome, cost: Decimal | None) -> list[str]:
    if outcome.cached_age is not None:
        return [f"cached={outcome.cached_age:.0f}s", *_tokens(outcome)]
    timings = outcome.timings
    figures = [
        f"queued={timings.queued:.2f}s" if timings.queued >= 0.005 else "",
        f"loading={timings.loading:.2f}s" if timings.loading >= 0.005 else "",
        "" if timings.ttft is None else f"ttft={timings.ttft:.2f}s",
        f"time={timings.total:.2f}s",
        *_tokens(outcome),
        _speed(outcome),
        "" if outcome.usage is None else f"cost={usd(cost, estimated=_guess(outcome))}",
        _cut_off(outcome),
        _cut_prompt(outcome),
    ]
    return [figure for figure in figures if figure]


def _tokens(outcome: Outcome) -> list[str]:
    if outcome.usage is None:
        return []
    usage, mark = outcome.usage, "~" if _guess(outcome) else ""
    return [
        f"in={mark}{usage.input}",
        *([f"in_cached={usage.cached}"] if usage.cached else []),
        *([f"in_written={usage.written}"] if usage.written else []),
        f"out={mark}{usage.output}",
    ]


def _speed(outcome: Outcome) -> str:
    if outcome.tokens_per_s is None:
        return ""
    mark = "~" if _guess(outcome) else ""
    return f"tok/s={mark}{outcome.tokens_per_s:.0f}"


def _cut_off(outcome: Outcome) -> str:
    if outcome.finish in (None, FinishReason.STOP):
        return ""
    return f"finish={outcome.finish}"


def _cut_prompt(outcome: Outcome) -> str:
    """Say that the upstream has cut the prompt: read of given tokens."""
    if not outcome.is_cut or outcome.given is None or outcome.usage is None:
        return ""
    return f"prompt=cut({outcome.usage.input}/~{outcome.given.tokens})"


def _guess(outcome: Outcome) -> bool:
    return outcome.usage is not None and outcome.usage.source == "estimated"
