"""A bench on the page: who saves how much for how much, and where answers differ; pure.

What a bench has found comes as values, made by whoever reads its tables.
"""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from hexai.domain.estimates import Estimate
from hexai.report.blocks import (
    Block,
    Cell,
    Chart,
    Table,
    Words,
    count,
    ends,
    name,
    number,
    text,
)
from hexai.report.charts import At, Axis, Interval, against, intervals

_SAVED = Axis(title="keys saved, of all characters")
_PRICE = Axis(title="$ for 1,000 tasks")


class Scored(Struct, frozen=True, kw_only=True):
    """A contender of a bench, and what it scored."""

    label: str
    tasks: int
    saved: Estimate | None
    """None below two blocks."""
    useful: float | None
    """`saved`, where it came in time."""
    costs: float | None
    """Of its answers, those that cost more keys than they saved."""
    similar: float | None
    sound: float | None
    passed: tuple[int, int] | None = None
    """Answers that passed the user's tests, of how many; None: there were none."""
    in_time: float | None
    first_token_p50: float | None
    total_p50: float | None
    usd_for_1000: Decimal | None
    """For a thousand tasks; None where a price is not known."""


class Answered(Struct, frozen=True, kw_only=True):
    """What a contender said to a task."""

    label: str
    text: str
    saved: float | None


class Differing(Struct, frozen=True, kw_only=True):
    """A task on which the contenders differ most, with texts."""

    id: str
    kind: str
    language: str
    path: str
    before: str
    """The end of the text before the hole."""
    truth: str
    answers: tuple[Answered, ...]


class Bench(Struct, frozen=True, kw_only=True):
    """What one bench has found."""

    number: int
    name: str
    """Empty where nobody asked for texts."""
    scored: tuple[Scored, ...]
    verdicts: tuple[str, ...]
    """In words, for each pair; then who is the cheapest of those that are not worse."""
    differing: tuple[Differing, ...] = ()
    """The most different first; empty where nobody asked for texts."""
    missing: int = 0
    """Tasks beyond those that differ too."""

    @property
    def title(self) -> str:
        """What it is called."""
        return f"{self.number} ({self.name})" if self.name else str(self.number)


def bench_block(bench: Bench | None, words: Words) -> Block:
    """Say what a bench has found, in figures."""
    if bench is None:
        return Block()
    order = [each.label for each in bench.scored]
    charts = [_saved(bench.scored, order)] if any(s.saved for s in bench.scored) else []
    priced = [_at(each) for each in bench.scored if each.saved and _is_priced(each)]
    if priced:
        caption = "Saved against price; the line joins those that no other beats"
        spec = against(priced, _PRICE, _SAVED, order=order, best=front(priced))
        charts.append(Chart(caption=caption, spec=spec))
    return Block(
        sentences=bench.verdicts,
        charts=tuple(charts),
        tables=(_table(bench.scored, words),),
    )


def front(points: Sequence[At]) -> list[str]:
    """Give those that nobody beats in both: for less money, more is saved."""
    best: list[str] = []
    most = float("-inf")
    for each in sorted(points, key=lambda point: (point.x, -point.y)):
        if each.y > most:
            best.append(each.series)
            most = each.y
    return best


def _is_priced(scored: Scored) -> bool:
    return scored.usd_for_1000 is not None


def _at(scored: Scored) -> At:
    assert scored.saved is not None
    return At(
        series=scored.label, x=float(scored.usd_for_1000 or 0), y=scored.saved.value
    )


def _saved(scored: Sequence[Scored], order: Sequence[str]) -> Chart:
    figures = [
        Interval(
            series=each.label,
            value=each.saved.value,
            low=each.saved.low,
            high=each.saved.high,
        )
        for each in scored
        if each.saved is not None
    ]
    spec = intervals(figures, _SAVED, order=order, zero=True)
    return Chart(caption="Keys saved, each with its 95 % interval", spec=spec)


def _table(scored: Sequence[Scored], words: Words) -> Table:
    columns = (
        *("Contender", "Tasks", "Saved", "95 %", "Useful", "Cost more", "Similar"),
        *("Sound", "In time", "First token", "Whole answer", "1,000 tasks"),
        *(["Pass tests"] if any(each.passed for each in scored) else []),
    )

    def points(share: float) -> str:
        return f"{100 * share:+.0f} %"

    def share(value: float | None, key: str) -> Cell:
        return number(value, "" if value is None else words.percent(value), key)

    rows = tuple(
        (
            name(each.label),
            count(each.tasks, "tasks"),
            *ends(each.saved, "saved", points),
            number(each.useful, points(each.useful or 0.0), "useful"),
            share(each.costs, "costs"),
            share(each.similar, "similar"),
            share(each.sound, "sound"),
            share(each.in_time, "in_time"),
            text(_seconds(each.first_token_p50)),
            text(_seconds(each.total_p50)),
            text("?" if each.usd_for_1000 is None else words.usd(each.usd_for_1000)),
            *([text("{} of {}".format(*each.passed))] if each.passed else []),
        )
        for each in scored
    )
    return Table(caption="Keys saved, by contender", columns=columns, rows=rows)


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f} s"
