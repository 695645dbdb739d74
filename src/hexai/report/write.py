"""Writes the page: one file, complete in itself, which asks nobody for anything.

The browser is forbidden every request by the page itself, and every script and style
but the two whose hashes it names. What is put into it goes through the template's
escaping, but for charts, of which only what draws is let through (see `report.draw`).
"""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from hexai.report.blocks import Chart
from hexai.report.draw import page_svg
from hexai.report.page import Page, smaller

if TYPE_CHECKING:
    from markupsafe import Markup

LARGEST = 3_000_000
"""Bytes of a page."""


Draw = Callable[[Chart], "Markup"]


def drawing() -> Draw:
    """Draw charts as elements of a page, each once."""
    from markupsafe import Markup

    drawn: dict[int, tuple[Chart, Markup]] = {}

    def draw(chart: Chart) -> Markup:
        if id(chart) not in drawn:
            svg = page_svg(chart.spec)
            drawn[id(chart)] = chart, Markup(svg)  # noqa: S704 - made and cleaned by us
        return drawn[id(chart)][1]

    return draw


def to_fitting_html(
    page: Page, draw: Draw, *, most: int = LARGEST
) -> tuple[Page, bytes]:
    """Write as much of a page as fits into so many bytes; gives what that is, too."""
    fitting, written = page, b""
    for fitting in smaller(page):
        written = to_html(fitting, draw)
        if len(written) <= most:
            break
    return fitting, written


def to_html(page: Page, draw: Draw) -> bytes:
    """Write a page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("hexai.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    style, script = _own("page.css"), _own("page.js")
    environment.globals["draw"] = draw
    html = environment.get_template("page.html").render(
        page=page,
        style=Markup(style),  # noqa: S704 - a file of ours, as it is
        script=Markup(script),  # noqa: S704
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    return html.encode("utf-8", "replace")


@cache
def _own(name: str) -> str:
    return files("hexai.report").joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    """Name a script or style as a Content-Security-Policy does."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
