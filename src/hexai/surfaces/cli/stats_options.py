"""Options of commands that show figures: which runs count, how they are shown."""

from typing import Any, get_args

import click

from hexai.domain.entry import Surface
from hexai.domain.figures import By, Filter
from hexai.service.projects import project_meant
from hexai.surfaces.cli.arguments import check_moment, read_moment


def filters() -> list[click.Parameter]:
    """Make the options that say which runs count."""
    return [
        click.Option(
            ["--since"],
            metavar="WHEN",
            callback=check_moment,
            help="Runs since a date (2026-11-22) or of the last while (30d).",
        ),
        click.Option(
            ["--surface"],
            type=click.Choice([each.value for each in Surface]),
            help="Runs of this surface.",
        ),
        click.Option(
            ["--language"], metavar="NAME", help="Runs in documents of this language."
        ),
        click.Option(
            ["--project"],
            metavar="FOLDER",
            help="Runs of this project, or of its name.",
        ),
        click.Option(
            ["--model"],
            metavar="TEXT",
            help="Entries whose label or provider:model has this.",
        ),
    ]


def by_option() -> click.Parameter:
    """Make the option that says what a row is about."""
    return click.Option(
        ["--by"],
        type=click.Choice(get_args(By)),
        default="entry",
        help="A row for each entry as it is configured (the default), or one for "
        "each model, whatever it was sent.",
    )


def wide_option() -> click.Parameter:
    """Make the option for every column there is."""
    return click.Option(
        ["--wide"], is_flag=True, help="Show all columns, however wide that gets."
    )


def team_option() -> click.Parameter:
    """Make the option that asks the team's server instead of the ledger here."""
    return click.Option(
        ["--team"], is_flag=True, help="Show what your team has published."
    )


def formats() -> list[click.Parameter]:
    """Make the options for machines, of which one is taken."""
    said = {"json": "Print one JSON object.", "csv": "Print CSV with a heading."}

    def check(context: click.Context, one: click.Parameter, given: object) -> object:
        # The one that is given first is among the parameters as the second is checked.
        if given and any(map(context.params.get, {*said} - {one.name})):
            raise click.UsageError("--json and --csv exclude each other.", context)
        return given

    return [
        click.Option([f"--{name}"], is_flag=True, callback=check, help=help_)
        for name, help_ in said.items()
    ]


def read_filter(options: dict[str, Any], folder: str, now: float) -> Filter:
    """Say which runs the options mean, to a user who stands in `folder`."""
    since = options["since"]
    return Filter(
        since=0.0 if since is None else read_moment(since, now),
        surface=options["surface"] or "",
        language=options["language"] or "",
        project=project_meant(folder, options["project"] or ""),
        model=options["model"] or "",
    )
