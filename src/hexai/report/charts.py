"""Charts as Vega-Lite specifications: data and encodings, no colour of their own; pure.

What people or models called something is only ever a value of the data: no field, no
title, no expression is made of it. Every series differs from the others by a shape or
a dash as well as by its colour, and stands in the table beside the chart.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from hexai.report.names import shown_names
from hexai.report.theme import MOST_SERIES, SeriesColour, Spec
from hexai.text.cells import width

_LABEL = 24
"""Cells of a name beside an axis."""
_LEGEND = 44
"""Cells of a name in a legend."""
_WIDTH, _HEIGHT, _BARS = 400, 190, 340
"""Of most charts, as wide as they are shown, so that all letters are of one size."""
_DASHES = ([1, 0], [7, 3], [2, 2], [10, 3, 2, 3], [5, 2], [1, 3], [12, 4], [4, 4, 1, 4])
_SHAPES = (
    *("circle", "square", "triangle-up", "diamond"),
    *("cross", "triangle-down", "triangle-right", "triangle-left"),
)
_LOG = {"type": "log"}
_DECADES = [digit * 10.0**power for power in range(-4, 4) for digit in (1, 3)]


class Look(Struct, frozen=True, kw_only=True):
    """What a series looks like, by the numbers of its colour and its shape."""

    colour: int
    shape: int


class Interval(Struct, frozen=True, kw_only=True):
    """A figure with its interval."""

    series: str
    value: float
    low: float
    high: float
    group: str = ""
    """What it is told apart by beside the series, as an age or a language."""


class At(Struct, frozen=True, kw_only=True):
    """A figure at a place on the axis."""

    series: str
    x: float
    """Seconds; on an axis of time those since 1970."""
    y: float


class Axis(Struct, frozen=True, kw_only=True):
    """What an axis says; words of ours."""

    title: str
    percent: bool = False
    log: bool = False
    low: float | None = None
    high: float | None = None

    def encoded(self) -> Spec:
        """Write it for an encoding."""
        scale: Spec = dict(_LOG) if self.log else {}
        if self.low is not None:
            scale["domainMin"] = self.low
        if self.high is not None:
            scale["domainMax"] = self.high
        scale |= {"zero": False, "nice": self.high is None}
        axis: Spec = {"title": self.title, "labelOverlap": True, "tickCount": 5}
        axis["format"] = ".0%" if self.percent else "~g"
        if self.log:
            axis["values"] = _DECADES
        return {"scale": scale, "axis": axis}


def share_axis(title: str) -> Axis:
    """Make an axis from nothing to all."""
    return Axis(title=title, percent=True, low=0.0, high=1.0)


def intervals(
    figures: Sequence[Interval], axis: Axis, *, order: Sequence[str], zero: bool = False
) -> Spec:
    """Draw a line for each figure, from its low end to its high one, on one axis.

    They stand below each other as they come, those of one group together.
    """
    names, shown = _first(figures, order, _LABEL)
    grouped = any(each.group for each in shown)
    rows = [*dict.fromkeys(each.group if grouped else each.series for each in shown)]
    field = "group" if grouped else "series"
    room = {"title": None, "minExtent": _room(rows)}
    shared: Spec = {
        "y": {"field": field, "type": "nominal", "sort": rows, "axis": room},
        "color": _colour(names, legend=grouped),
    }
    if grouped:
        shared["yOffset"] = {"field": "series", "sort": names.all}
    rule = {"x": _field("low", axis), "x2": {"field": "high"}}
    point = {"x": _field("value", axis), "shape": _shape(names, legend=grouped)}
    layers = [
        _layer({"type": "rule", "strokeWidth": 3}, shared, rule),
        _layer({**_DOT, "size": 90}, shared, point),
    ]
    marks = [_mark({"x": {"datum": 0}})] if zero else []
    each = 18 if grouped else 30
    return _spec(shown, [*marks, *layers], height=max(50, each * len(shown)))


def curves(
    points: Sequence[At], x: Axis, y: Axis, *, order: Sequence[str], mark: float | None
) -> Spec:
    """Draw a curve for each series, and a line at the place of `mark`."""
    names, shown = _first(points, order)
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2}
    shared = {"x": _field("x", x), "y": _field("y", y), "color": _colour(names)}
    layers = [_layer(line, shared, {"strokeDash": _dash(names)})]
    if mark is not None:
        layers.append(_mark({"x": {"datum": mark}}))
    return _spec(shown, layers)


def over_time(
    points: Sequence[At],
    y: Axis,
    *,
    order: Sequence[str],
    marks: Sequence[float] = (),
    level: float | None = None,
    looks: Mapping[str, Look] | None = None,
) -> Spec:
    """Draw a line of points for each series over days, and lines at some of them.

    Who has no look of its own has that of its place in the order.
    """
    names, shown = _first(points, order)
    colour, shape = _colour(names), _shape(names)
    if looks is not None:
        known = [looks[name] for name in order[:MOST_SERIES]]
        colour["scale"]["range"] = [SeriesColour(each.colour) for each in known]
        shape["scale"]["range"] = [_SHAPES[each.shape] for each in known]
    shared = {"x": _DAYS, "y": _field("y", y), "color": colour}
    layers = [
        _layer({"type": "line", "strokeWidth": 2}, shared, {}),
        _layer({**_DOT, "size": 40, "aria": False}, shared, {"shape": shape}),
    ]
    layers += [_mark({"x": {"datum": 1000 * at, "type": "temporal"}}) for at in marks]
    if level is not None:
        layers.append(_mark({"y": {"datum": level}}))
    return _spec(shown, layers)


def bars_over_time(points: Sequence[At], y: Axis, *, order: Sequence[str]) -> Spec:
    """Draw bars over days, the series below each other on scales that are the same."""
    names, shown = _first(points, order)
    many = max(1, len({each.x for each in shown}))
    height = {"axis": {"title": None, "tickCount": 2, "format": "~g"}}
    row: Spec = {"field": "series", "sort": names.here, "title": None, "spacing": 12}
    row["header"] = {"labelAngle": 0, "labelAnchor": "start", "labelOrient": "top"}
    row["header"]["labelPadding"] = -10
    return _spec(shown, [], height=46) | {
        "width": _BARS,
        "mark": {"type": "bar", "width": max(2, min(24, round(0.7 * _BARS / many)))},
        "encoding": {
            "x": _DAYS | {"scale": {"padding": 12}},
            "y": _field("y", y) | height,
            "color": _colour(names, legend=False),
            "row": row,
        },
    }


def by_age(figures: Sequence[Interval], y: Axis, *, order: Sequence[str]) -> Spec:
    """Draw what is left at each age, in the order of the figures, with intervals."""
    names, shown = _first(figures, order)
    ages = [*dict.fromkeys(each.group for each in shown)]
    shared: Spec = {
        "x": {"field": "group", "sort": ages, "axis": {"title": None, "labelAngle": 0}},
        "xOffset": {"field": "series", "sort": names.all},
        "color": _colour(names),
    }
    ends = {"y": _field("low", y), "y2": {"field": "high"}}
    value = {"y": _field("value", y)}
    layers = [
        _layer({"type": "rule", "strokeWidth": 2}, shared, ends),
        _layer({**_DOT, "size": 60}, shared, value | {"shape": _shape(names)}),
    ]
    return _spec(shown, layers)


def against(
    points: Sequence[At], x: Axis, y: Axis, *, order: Sequence[str], best: Sequence[str]
) -> Spec:
    """Draw a point for each series, and a line along those that no other beats."""
    names, shown = _first(points, order)
    front = sorted((each for each in shown if each.series in best), key=lambda p: p.x)
    place = {"x": _field("x", x), "y": _field("y", y)}
    told = {"color": _colour(names), "shape": _shape(names)}
    line = {"type": "line", "interpolate": "step-after", "strokeDash": [4, 3]}
    layers = [
        _layer(line, place, {}) | {"data": {"values": _values(front)}},
        _layer({**_DOT, "size": 110}, place, told),
    ]
    return _spec(shown, layers)


_DAYS: Spec = {
    "field": "time",
    "type": "temporal",
    "axis": {"title": None, "labelOverlap": True, "tickCount": 6},
}
_DOT: Spec = {"type": "point", "filled": True, "opacity": 1}


_Each = TypeVar("_Each", Interval, At)


class _Names(Struct, frozen=True, kw_only=True):
    """The series that can be told apart, in the order of their colours."""

    all: list[str]
    here: list[str]
    """Those that this chart has."""


def _first(
    figures: Sequence[_Each], order: Sequence[str], longest: int = _LEGEND
) -> tuple[_Names, list[_Each]]:
    """Give the series that can be told apart, and their figures, called as in a chart.

    Groups are called so too.
    """
    known = order[:MOST_SERIES]
    called: dict[str, str] = shown_names({name: name for name in known}, longest)
    listed: list[_Each] = [each for each in figures if each.series in called]
    groups = {*map(_group, listed)}
    grouped = shown_names({group: group for group in sorted(groups)}, _LABEL)
    shown = [_called(each, called, grouped) for each in listed]
    there = {each.series for each in shown}
    every = [*called.values()]
    return _Names(all=every, here=[name for name in every if name in there]), shown


def _group(figure: Interval | At) -> str:
    return figure.group if isinstance(figure, Interval) else ""


def _called(
    figure: _Each, series: Mapping[str, str], groups: Mapping[str, str]
) -> _Each:
    named = replace(figure, series=series[figure.series])
    if isinstance(named, Interval):
        return replace(named, group=groups[named.group])
    return named


def _room(names: Sequence[str]) -> int:
    """Give the pixels that names need in any font: browsers' are wider than ours."""
    return round(7.4 * max(map(width, names), default=0))


def _spec(
    figures: Sequence[Interval] | Sequence[At],
    layers: list[Spec],
    *,
    height: int = _HEIGHT,
) -> Spec:
    made: Spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": _values(figures)},
        "width": _WIDTH,
        "height": height,
        "padding": 6,
    }
    fitted = {"type": "fit-x", "contains": "padding"}
    return made | ({"layer": layers, "autosize": fitted} if layers else {})


def _values(figures: Sequence[Interval] | Sequence[At]) -> list[Spec]:
    values: list[Spec] = []
    for each in figures:
        if isinstance(each, At):
            place = {"series": each.series, "x": each.x, "y": each.y}
            values.append({**place, "time": 1000 * each.x})
        else:
            ends = {"value": each.value, "low": each.low, "high": each.high}
            values.append({"series": each.series, "group": each.group, **ends})
    return values


def _layer(mark: Spec, shared: Spec, own: Spec) -> Spec:
    return {"mark": mark, "encoding": {**shared, **own}}


def _mark(place: Spec) -> Spec:
    """Draw a line across at one place, with no data of the chart's."""
    mark = {"type": "rule", "strokeDash": [3, 3], "strokeWidth": 1.5, "aria": False}
    return {"mark": mark, "encoding": place, "data": {"values": [{}]}}


def _field(name: str, axis: Axis) -> Spec:
    return {"field": name, "type": "quantitative", **axis.encoded()}


def _colour(names: _Names, *, legend: bool = True) -> Spec:
    return _told(names, None, legend=legend)


def _shape(names: _Names, *, legend: bool = True) -> Spec:
    return _told(names, _SHAPES, legend=legend)


def _dash(names: _Names) -> Spec:
    return _told(names, _DASHES, legend=True)


def _told(names: _Names, looks: Sequence[Any] | None, *, legend: bool) -> Spec:
    scale: Spec = {"domain": names.all}
    if looks is not None:
        scale["range"] = [*looks[: len(names.all)]]
    told = {"field": "series", "type": "nominal", "scale": scale, "title": None}
    return {**told, "legend": {"values": names.here} if legend else None}
