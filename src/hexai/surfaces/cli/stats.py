"""`hexai stats`: what every contender did."""

from typing import Any

import click

from hexai.domain.figures import By
from hexai.domain.ranking import Counted
from hexai.service.recorded_runs import open_history
from hexai.service.statistics import make_rows, with_savings
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.plots import plot, plot_option
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.stats_options import (
    by_option,
    filters,
    formats,
    read_filter,
    team_option,
    wide_option,
)
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


def _stats(invocation: Invocation, **options: Any) -> int:
    process = invocation.process
    now = wall_clock()
    by: By = options["by"]
    chosen = read_filter(options, process.folder, now)
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
