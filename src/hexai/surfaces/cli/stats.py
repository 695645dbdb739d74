"""`hexai stats`: what every contender did."""

from typing import Any, get_args

import click

from hexai.domain.entry import Surface
from hexai.domain.figures import By, Filter
from hexai.domain.ranking import Counted
from hexai.service.projects import project_meant
from hexai.service.recorded_runs import open_history
from hexai.service.statistics import make_rows, with_savings
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.arguments import check_moment, read_moment
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.plots import plot, plot_option
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.stats_records import stats_record, to_csv
from hexai.surfaces.cli.stats_tables import subject_names, tables


def parser() -> click.Command:
    """Make the parser of `hexai stats`."""
    return make_parser(
        "stats",
        _stats,
        params=[
            *filters(),
            by_option(),
            wide_option(),
            *formats(),
            plot_option(),
            team_option(),
        ],
        explanation="Show what every entry did: how often it answered, how fast, for "
        "how much money, and what of it was taken and stayed. Answers from the cache "
        "do not count.",
    )


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


def _stats(invocation: Invocation, **options: Any) -> int:
    process = invocation.process
    now = wall_clock()
    chosen, by = read_filter(options, process.folder, now), options["by"]
    if options["team"]:
        from hexai.surfaces.cli.team_views import show_stats

        return show_stats(invocation, chosen, options)
    if options["plot"]:
        sections = {"speed", "became", "money"}
        return plot(process, options, chosen, Counted(now=now), sections)
    with open_history(folders_of(process), wall_clock) as history:
        titles = history.titles(by)
        counted = make_rows(
            history.figures(chosen, by), history.together(chosen, by), titles
        )
    rows = with_savings(counted, now)
    names = subject_names(rows, titles)
    if options["json"]:
        records = [stats_record(row, names) for row in rows]
        say(process, to_json({"models": records}) + "\n")
    elif options["csv"]:
        say(process, to_csv(rows, names))
    elif rows:
        wide = options["wide"]
        say(process, tables(rows, names, columns=process.columns, wide=wide))
    else:
        complain(process, "nothing is recorded that fits")
    return 0
