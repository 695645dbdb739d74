"""The charts of some sections as one picture, without a page; pure."""

from collections.abc import Container

from hexai.report.page import Page, Section
from hexai.report.theme import Spec

_APART = {
    kind: dict.fromkeys(("color", "shape", "strokeDash"), "independent")
    for kind in ("scale", "legend")
}


def picture(page: Page, sections: Container[str]) -> Spec | None:
    """Put the charts of sections below each other, for each surface side by side.

    None where there is nothing to draw yet.
    """
    rows = [
        row
        for section in page.sections
        if section.anchor in sections
        for row in _rows(section)
    ]
    return _together(rows) if rows else None


def _together(rows: list[Spec]) -> Spec:
    return {"vconcat": rows, "resolve": _APART, "spacing": 30, "padding": 16}


def _rows(section: Section) -> list[Spec]:
    return [
        {"hconcat": [*map(_titled, charts)], "resolve": _APART, "spacing": 30}
        for shown in section.shown
        if not shown.language
        and (
            charts := [
                (f"{shown.surface}: {chart.caption}", chart.spec)
                for chart in shown.block.charts
            ]
        )
    ]


def _titled(chart: tuple[str, Spec]) -> Spec:
    title, spec = chart
    alone = {key: spec[key] for key in spec.keys() - {"$schema", "autosize", "padding"}}
    return {**alone, "title": title}
