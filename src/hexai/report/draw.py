"""Draws charts by Vega, without a browser and without network: SVG and PNG.

The program that draws is in the extra `report`, and is loaded here alone. What it gives
is read again, and only elements and attributes that draw are let through: names of
models and labels are in it.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hexai.errors import UsageError
from hexai.extras import install_command
from hexai.report.theme import ON_PAGE, ON_PAPER, Spec, themed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_VERSION = "6.4"
"""Of Vega-Lite: the specifications are written for it."""
_SVG = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "g", "path", "line", "rect", "circle", "text", "tspan"}
_ATTRIBUTES = {
    *(
        "d",
        "transform",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "width",
        "height",
        "dx",
        "dy",
    ),
    *(
        "viewBox",
        "fill",
        "stroke",
        "stroke-width",
        "stroke-dasharray",
        "stroke-opacity",
    ),
    *("fill-opacity", "text-anchor", "font-size", "font-weight", "r", "cx", "cy"),
    *("stroke-linejoin", "stroke-linecap", "stroke-miterlimit"),
}
_LONG = re.compile(r"(\d\.\d\d)\d+")
_POINT = "point"


def check_installed() -> None:
    """Raise `UsageError` with the command to run if the extra is not installed."""
    try:
        import jinja2
        import vl_convert
    except ImportError:
        raise UsageError(
            f"this needs the extra `report`: {install_command('report')}"
        ) from None
    del jinja2, vl_convert


def start() -> None:
    """Start what draws, which takes 0.3 s: the first chart need not wait for it."""
    _svg({"data": {"values": [{}]}, "mark": "point"})


def page_svg(spec: Spec) -> str:
    """Draw a chart as an element of a page."""
    return _cleaned(_svg(themed(spec, ON_PAGE)))


def svg_file(spec: Spec) -> bytes:
    """Draw a chart as a file of its own."""
    return _svg(themed(spec, ON_PAPER)).encode("utf-8", "replace")


def png_file(spec: Spec) -> bytes:
    """Draw a chart as a picture of points."""
    import vl_convert

    made = themed(spec, ON_PAPER)
    drawn: bytes = vl_convert.vegalite_to_png(made, vl_version=_VERSION, scale=2)
    return drawn


def _svg(spec: Spec) -> str:
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION)
    return drawn


def _cleaned(drawn: str) -> str:
    """Keep what draws; a point tells its figures when it is pointed at."""
    from xml.etree import ElementTree as ET

    root = ET.fromstring(drawn)  # noqa: S314 - we have just had it drawn
    kept = _kept(root)
    assert kept is not None
    for name in ("width", "height"):
        kept.attrib.pop(name, None)
    kept.set("aria-hidden", "true")
    kept.set("focusable", "false")
    return ET.tostring(kept, encoding="unicode", short_empty_elements=True)


def _kept(element: "Element") -> "Element | None":
    from xml.etree.ElementTree import Element, SubElement

    name = element.tag.removeprefix(_SVG)
    if name not in _ELEMENTS or _is_empty(name, element):
        return None
    kept = Element(name, dict(_attributes(element)))
    kept.text = element.text
    if element.get("aria-roledescription") == _POINT:
        SubElement(kept, "title").text = element.get("aria-label")
    kept.extend(child for each in element if (child := _kept(each)) is not None)
    is_group = name == "g" and not len(kept)
    return None if is_group else kept


def _is_empty(name: str, element: "Element") -> bool:
    """Tell whether it draws nothing: most of what groups consist of."""
    is_frame = element.get("class") in ("background", "foreground")
    is_unseen = element.get("fill") is None and element.get("stroke") is None
    return element.get("display") == "none" or (
        name == "path" and is_frame and is_unseen
    )


def _attributes(element: "Element") -> Iterator[tuple[str, Any]]:
    for key, value in element.items():
        if key in _ATTRIBUTES:
            yield key, _LONG.sub(r"\1", value)
        elif key == "opacity" and value != "1":
            yield key, value
