"""How fast the models were, in time or not, and whether that has drifted; pure."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from hexai.domain.figures import Quantile, Subject, Times
from hexai.domain.ranking import Model
from hexai.report.blocks import (
    NOT_YET,
    Block,
    Cell,
    Chart,
    Table,
    count,
    day,
    name,
    number,
    text,
)
from hexai.report.charts import At, Axis, curves, over_time, share_axis
from hexai.report.views import View, curve, within
from hexai.service.statistics import Row
from hexai.text.model_ids import without_folder
from hexai.text.sanitise import visible_line

_SECONDS = Axis(title="seconds", log=True)
_DONE = share_axis("of the answers, by then")
_MEDIAN = Axis(title="median, in seconds", low=0.0)

Names = Mapping[Subject, str]


def speed(
    view: View,
    names: Names,
    order: Sequence[str],
    deadline: float | None,
    rated: Mapping[Model, str],
) -> Block:
    """Say how fast the models of a view were; `rated` names those of its board."""
    if not view.rows:
        return Block(sentences=("Nothing was asked here that fits.",))
    waited = "" if deadline is None else f" (line: deadline, {deadline:g} s)"
    charts = [
        Chart(
            caption=f"{what}{waited}", spec=_curves(view, names, order, times, deadline)
        )
        for what, times in (
            ("First token", _first_token),
            ("Whole answer", _total),
        )
    ]
    tables = [_times(view, names, deadline)]
    changes = _changes(view, rated)
    if len({week.began for week in view.weeks}) > 1:
        drift = _drift(view, names)
        spec = over_time(drift, _MEDIAN, order=order, marks=[*changes])
        charts.append(Chart(caption="Whole answer, by week", spec=spec))
        tables.append(_by_week(drift))
    notes = tuple(note for each in changes.values() for note in each)
    return Block(charts=tuple(charts), tables=tuple(tables), notes=notes)


def _first_token(row: Row) -> Times:
    return row.figures.first_token


def _total(row: Row) -> Times:
    return row.figures.total


def _curves(
    view: View,
    names: Names,
    order: Sequence[str],
    times: Callable[[Row], Times],
    deadline: float | None,
) -> dict[str, object]:
    points = [
        At(series=names[row.subject], x=max(0.01, point.seconds), y=point.share)
        for row in view.rows
        for point in curve(times(row))
    ]
    return curves(points, _SECONDS, _DONE, order=order, mark=deadline)


def _times(view: View, names: Names, deadline: float | None) -> Table:
    in_time = () if deadline is None else (f"Within {deadline:g} s",)
    columns = (
        *("Model", "Runs", "Answered", "Failed", "Late"),
        *("First token p50", "p90", "Whole answer p50", "p90", *in_time),
    )

    def row(each: Row) -> tuple[Cell, ...]:
        figures = each.figures
        failed = figures.failed + figures.timed_out
        share = None if deadline is None else within(figures.total, deadline)
        shown = NOT_YET if share is None else f"{100 * share:.0f} %"
        return (
            name(names[each.subject]),
            count(figures.runs, "runs"),
            count(figures.answered, "answered"),
            count(failed),
            count(figures.late, "late"),
            *map(_quantile, each.first_token, ("ttft_p50_ms", "ttft_p90_ms")),
            *map(_quantile, each.total, ("total_p50_ms", "total_p90_ms")),
            *([number(share, shown, "in_time")] if in_time else []),
        )

    return Table(caption="Speed", columns=columns, rows=tuple(map(row, view.rows)))


def _quantile(quantile: Quantile | None, key: str) -> Cell:
    if quantile is None:
        return text(NOT_YET)
    digits = 2 if quantile.seconds < 10 else 0
    more = ">" if quantile.at_least else ""
    shown = f"{more}{quantile.seconds:.{digits}f} s"
    return Cell(text=shown, key=key, value=round(quantile.seconds * 1000))


def _changes(view: View, rated: Mapping[Model, str]) -> dict[float, list[str]]:
    """Give when upstreams began to return another model, in words."""
    found: dict[float, list[str]] = {}
    for model, each in view.board.models.items() if view.board else ():
        for before, later in pairwise(each.returned):
            models = map(without_folder, (before.model, later.model))
            became = visible_line(" became ".join(models))
            words = f"line at {day(later.since)}: {rated[model]} changed, {became}"
            found.setdefault(later.since, []).append(words)
    return dict(sorted(found.items()))


def _drift(view: View, names: Names) -> list[At]:
    return [
        At(series=names[week.subject], x=week.began, y=median.seconds)
        for week in view.weeks
        for median in week.total.quantiles(0.5)
        if median is not None and not median.at_least
    ]


def _by_week(drift: Sequence[At]) -> Table:
    def row(at: At) -> tuple[Cell, ...]:
        return name(day(at.x)), name(at.series), number(at.y, f"{at.y:.2f} s", "median")

    rows = tuple(map(row, drift))
    columns = ("Week of", "Model", "Median of whole answers")
    return Table(caption="Whole answers, by week", columns=columns, rows=rows)
