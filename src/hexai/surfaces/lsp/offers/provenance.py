"""Where a suggestion came from, in the words of the closing lines of the terminal."""

from decimal import Decimal

from hexai.domain.outcome import Outcome
from hexai.surfaces.lsp.offers.offer import Credit
from hexai.surfaces.words import usd
from hexai.text.visible import visible_line


def names(by: tuple[Credit, ...]) -> str:
    """Give the labels of all that gave a suggestion."""
    return ", ".join(visible_line(each.label) for each in by)


def provenance(by: tuple[Credit, ...]) -> str:
    """Describe all that gave a suggestion, a line for each."""
    return "\n".join(map(_line, by))


def _line(credit: Credit) -> str:
    outcome = credit.outcome
    about = (
        f"{credit.label}:",
        f"provider={outcome.provider}",
        f"model={outcome.model}",
        *_figures(outcome),
        _cost(credit) if outcome.usage else "",
        "late" if outcome.late else "",
        "from a cut prompt" if outcome.is_cut else "",
    )
    return visible_line(" ".join(word for word in about if word))


def _figures(outcome: Outcome) -> list[str]:
    timings, usage = outcome.timings, outcome.usage
    mark = _mark(outcome)
    figures = [
        f"queued={timings.queued:.2f}s" if timings.queued >= 0.005 else "",
        f"loading={timings.loading:.2f}s" if timings.loading >= 0.005 else "",
        "" if timings.ttft is None else f"ttft={timings.ttft:.2f}s",
        f"time={timings.total:.2f}s",
        f"in={mark}{usage.input} out={mark}{usage.output}" if usage else "",
    ]
    if outcome.tokens_per_s is not None:
        figures.append(f"tok/s={mark}{outcome.tokens_per_s:.0f}")
    return figures


def _cost(credit: Credit) -> str:
    cost = None if credit.cost_usd is None else Decimal(str(credit.cost_usd))
    return f"cost={usd(cost, estimated=bool(_mark(credit.outcome)))}"


def _mark(outcome: Outcome) -> str:
    return "~" if outcome.usage and outcome.usage.source == "estimated" else ""
