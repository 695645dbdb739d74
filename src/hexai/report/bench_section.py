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

_SAVED = Axis(title="keys saved, of all characters", percent=True)
_CHECKS = Axis(title="checks passed", percent=True, low=0.0, high=1.0)
_PRICE = Axis(title="$ for 1,000 tasks")

_NOTES = (
    (
        "saved: characters that were not typed, less keys to mend and accept, as a "
        "share of what was really written"
    ),
    "useful: the same of answers that came in time, the others counting nothing",
    "cost more: answers that cost more keys than they save",
    "kept: what could be kept by taking the answer and cutting its end",
)
_NOTES_ON_QUESTIONS = (
    "checks: the share that an answer passed, each question the same",
    "all: answers that passed all of theirs",
)
_OF_CODE = ("First of a file", "1,000 tasks", "1,000 characters saved")
_ESTIMATED = "~ with tokens that were estimated, as the upstream told none that can be"


class Halves(Struct, frozen=True, kw_only=True):
    """Two quantiles of durations, in seconds; None where too little is known."""

    p50: float | None = None
    p90: float | None = None


class Scored(Struct, frozen=True, kw_only=True):
    """A contender of a bench, and what it scored."""

    label: str
    tasks: int
    saved: Estimate | None
    """Keys, or checks of questions that were passed; None below two blocks."""
    all_passed: float | None
    """Answers to questions that passed all of their checks; None for code."""
    useful: float | None
    """`saved`, where it came in time."""
    costs: float | None
    """Of its answers, those that cost more keys than they saved."""
    kept: float | None
    similar: float | None
    sound: float | None
    passed: tuple[int, int] | None = None
    """Answers that passed the user's tests, of how many; None: there were none."""
    in_time: float | None
    first_token: Halves
    total: Halves
    cold: float | None
    """The median of whole answers to what came first of a file, in seconds; of
    questions, to what was asked again."""
    usd_for_1000: Decimal | None
    """For a thousand tasks; None where a price is not known."""
    usd_for_1000_saved: Decimal | None
    """For a thousand characters that nobody had to type; None: not known, or none."""
    estimated: bool
    """Whether tokens were estimated for these prices."""


class Answered(Struct, frozen=True, kw_only=True):
    """What a contender said to a task."""

    label: str
    text: str
    note: str
    """What it was worth."""


class Differing(Struct, frozen=True, kw_only=True):
    """A task on which the contenders differ most, with texts."""

    id: str
    kind: str
    language: str
    path: str
    before: str
    """The end of the text before the hole, or the question."""
    truth: str
    """What was really written; empty for a question."""
    answers: tuple[Answered, ...]


class Bench(Struct, frozen=True, kw_only=True):
    """What one bench has found."""

    number: int
    name: str
    """Empty where nobody asked for texts."""
    scored: tuple[Scored, ...]
    asks_questions: bool = False
    """Whether it asks questions of the user's, and fills no holes in code."""
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
    axis = _CHECKS if bench.asks_questions else _SAVED
    what = "Checks passed" if bench.asks_questions else "Keys saved"
    charts = []
    if any(each.saved for each in bench.scored):
        charts.append(_saved(bench.scored, order, axis, what))
    priced = [_at(each) for each in bench.scored if each.saved and _is_priced(each)]
    if priced:
        caption = f"{what}, against price; the line joins those that no other beats"
        spec = against(priced, _PRICE, axis, order=order, best=front(priced))
        charts.append(Chart(caption=caption, spec=spec))
    tables = (
        (_checked(bench.scored, words), _spent(bench, words))
        if bench.asks_questions
        else (_quality(bench.scored, words), _spent(bench, words))
    )
    return Block(
        sentences=bench.verdicts,
        charts=tuple(charts),
        notes=_notes(bench),
        tables=tables,
    )


def _notes(bench: Bench) -> tuple[str, ...]:
    told = _NOTES_ON_QUESTIONS if bench.asks_questions else _NOTES
    is_rough = any(each.estimated for each in bench.scored)
    return (*told, _ESTIMATED) if is_rough else told


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


def _saved(
    scored: Sequence[Scored], order: Sequence[str], axis: Axis, what: str
) -> Chart:
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
    spec = intervals(figures, axis, order=order, zero=True)
    return Chart(caption=f"{what}, each with its 95 % interval", spec=spec)


def _quality(scored: Sequence[Scored], words: Words) -> Table:
    with_tests = any(each.passed for each in scored)
    columns = (
        *("Contender", "Tasks", "Saved", "95 %", "Cost more", "Kept", "Similar"),
        *("Sound", "Useful", "In time"),
        *(["Pass tests"] if with_tests else []),
    )

    def share(value: float | None, key: str) -> Cell:
        return number(value, "" if value is None else words.percent(value), key)

    rows = tuple(
        (
            name(each.label),
            count(each.tasks, "tasks"),
            *ends(each.saved, "saved", _points),
            share(each.costs, "costs"),
            share(each.kept, "kept"),
            share(each.similar, "similar"),
            share(each.sound, "sound"),
            number(each.useful, _points(each.useful or 0.0), "useful"),
            share(each.in_time, "in_time"),
            *([text("{} of {}".format(*each.passed))] if each.passed else []),
        )
        for each in scored
    )
    return Table(caption="Keys saved, by contender", columns=columns, rows=rows)


def _checked(scored: Sequence[Scored], words: Words) -> Table:
    rows = tuple(
        (
            name(each.label),
            count(each.tasks, "tasks"),
            *ends(each.saved, "saved", words.percent),
            number(each.all_passed, words.percent(each.all_passed or 0.0), ""),
        )
        for each in scored
    )
    columns = ("Contender", "Questions", "Checks", "95 %", "All")
    return Table(caption="Checks passed, by contender", columns=columns, rows=rows)


def _spent(bench: Bench, words: Words) -> Table:
    asked = bench.asks_questions
    columns = (
        *("Contender", "First token p50", "p90", "Whole answer p50", "p90"),
        *(("Asked again", "1,000 questions") if asked else _OF_CODE),
    )
    rows = tuple(
        (
            name(each.label),
            _seconds(each.first_token.p50, "first_token.p50"),
            _seconds(each.first_token.p90, "first_token.p90"),
            _seconds(each.total.p50, "total.p50"),
            _seconds(each.total.p90, "total.p90"),
            _seconds(each.cold, "cold_total.p50"),
            _price(each.usd_for_1000, each, "usd_for_1000_tasks", words),
            *(() if asked else [_price(each.usd_for_1000_saved, each, "", words)]),
        )
        for each in bench.scored
    )
    return Table(caption="Time and money, by contender", columns=columns, rows=rows)


def _price(dollars: Decimal | None, of: Scored, key: str, words: Words) -> Cell:
    if dollars is None:
        return text("?" if of.usd_for_1000 is None else "nothing saved")
    about = "~" if of.estimated and dollars else ""
    return number(float(dollars), f"{about}{words.usd(dollars)}", key)


def _points(share: float) -> str:
    return f"{100 * share:+.0f} %"


def _seconds(seconds: float | None, key: str) -> Cell:
    return number(seconds, "" if seconds is None else f"{seconds:.2f} s", key)
