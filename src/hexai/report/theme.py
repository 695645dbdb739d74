"""The colours and letters of charts, on the page and in files of their own; pure."""

from typing import Any

from msgspec import Struct

Spec = dict[str, Any]
"""A chart as Vega-Lite has it."""
MOST_SERIES = 8
"""What can be told apart in one chart; the table has the others."""
FONT = "Arial, Helvetica, Liberation Sans, sans-serif"
"""Of one width everywhere: what is drawn here is shown elsewhere."""


class Theme(Struct, frozen=True, kw_only=True):
    """The colours of a chart: words that CSS knows, or variables of the page."""

    ink: str
    faint: str
    series: tuple[str, ...]
    background: str | None = None


# Found by a search: any two are far apart for every kind of colour blindness, and each
# stands out from its ground by 3 to 1 at least. `page.css` has them too, and others for
# the dark.
ON_PAGE = Theme(
    ink="var(--ink)",
    faint="var(--faint)",
    series=tuple(f"var(--series-{number})" for number in range(1, MOST_SERIES + 1)),
)
ON_PAPER = Theme(
    ink="#1b1f24",
    faint="#d0d5db",
    series=(
        *("#3795c1", "#991300", "#ac8b00", "#5d008d"),
        *("#df6769", "#2f3657", "#8c54f0", "#640e1d"),
    ),
    background="#ffffff",
)


class SeriesColour(Struct, frozen=True):
    """Stands in a specification for a colour of its theme."""

    number: int


def themed(spec: Spec, theme: Theme) -> Spec:
    """Give a chart its colours."""
    font = {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal"}
    text = {"labelColor": theme.ink, "titleColor": theme.ink, **font}
    lines = {"gridColor": theme.faint, "domainColor": theme.ink, "tickColor": theme.ink}
    config: Spec = {
        "axis": {**text, **lines, "labelLimit": 0, "aria": False},
        "legend": {
            **text,
            "orient": "bottom",
            "direction": "vertical",
            "labelLimit": 0,
            "symbolStrokeWidth": 2,
            "symbolSize": 130,
            "title": None,
            "aria": False,
        },
        "header": {**text, "labelLimit": 0},
        "range": {"category": [*theme.series]},
        "rule": {"color": theme.ink, "aria": False},
        "line": {"color": theme.ink, "aria": False},
        "bar": {"aria": False},
        "title": {"color": theme.ink, "fontSize": 14, "anchor": "start"},
        "view": {"stroke": None},
        "aria": True,
        "font": FONT,
    }
    coloured: Spec = _coloured(spec, theme)
    return {**coloured, "background": theme.background, "config": config}


def _coloured(part: Any, theme: Theme) -> Any:
    match part:
        case SeriesColour(number):
            return theme.series[number]
        case dict():
            return {key: _coloured(value, theme) for key, value in part.items()}
        case list():
            return [_coloured(each, theme) for each in part]
        case _:
            return part
