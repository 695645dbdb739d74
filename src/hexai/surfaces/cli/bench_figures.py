"""Figures of a bench that the tables of a run leave out; pure."""

from hexai.bench.known import Known
from hexai.domain.bench import Plan
from hexai.surfaces.cli.bench_units import share
from hexai.surfaces.cli.output import table

_HEADER = ("ENTRY", "EXACT", "FIRST LINE", "RAN ON", "IN 0.5 s", "IN 4 s")


def more(known: Known, plan: Plan, *, columns: int = 0) -> str:
    """Draw how often answers were right to the letter, went on, and were soon there."""
    if plan.asks_questions:
        return ""
    means = known.comparison.standing().means
    rows = [
        (
            contender.label,
            share(mean.figures.exact),
            share(mean.figures.first_line),
            share(mean.figures.ran_on),
            share(mean.figures.at_once),
            share(mean.figures.with_patience),
        )
        for contender, mean in zip(plan.contenders, means, strict=True)
        if mean is not None
    ]
    return table(_HEADER, rows, columns=columns) if rows else ""
