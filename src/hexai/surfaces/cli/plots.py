"""The charts of `hexai report` as a picture: `--plot` of `stats` and `leaderboard`."""

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

import click

from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted
from hexai.errors import UsageError
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.process import Process

_KINDS = (".svg", ".png")


def plot_option() -> click.Option:
    """Make the option that names the picture's file."""
    return click.Option(
        ["--plot"],
        metavar="FILE",
        help="Draw the charts of `hexai report` into a .svg or .png file instead.",
    )


def plot(
    process: Process,
    options: Mapping[str, Any],
    chosen: Filter,
    counted: Counted,
    sections: Container[str],
) -> int:
    """Draw the charts of some sections into the file that the options name."""
    from hexai.report.draw import check_installed, png_file, svg_file
    from hexai.report.picture import picture
    from hexai.surfaces.cli.report import file_named, page_of, write_file

    if options["by"] != "entry":
        raise UsageError("--plot draws entries, so it goes with --by entry alone")
    name = options["plot"]
    if Path(name).suffix.lower() not in _KINDS:
        raise UsageError(f"--plot draws into a file that ends in {' or '.join(_KINDS)}")
    check_installed()
    file = file_named(process, name)
    spec = picture(page_of(process, chosen, counted), sections)
    if spec is None:
        complain(process, f"there is nothing to draw yet; {name} is not written")
        return 1
    draw = svg_file if name.lower().endswith(".svg") else png_file
    write_file(file, draw(spec))
    say(process, f"{file}\n")
    return 0
