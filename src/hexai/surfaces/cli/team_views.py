"""`hexai stats --team` and `hexai leaderboard --team`: what a team has published."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any

from msgspec.structs import asdict

from hexai.domain.figures import By, Filter, Quantile
from hexai.domain.ranking import Counted, Leaderboard
from hexai.errors import UsageError
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.leaderboard_records import (
    LeaderboardRow,
    board_record,
    board_rows,
)
from hexai.surfaces.cli.leaderboard_tables import text_of
from hexai.surfaces.cli.output import complain, csv_of, say, table, wrapped_lines
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.team_here import here_of
from hexai.surfaces.contender_names import board_names
from hexai.surfaces.words import percent, seconds, signed, usd
from hexai.team.compare import compare
from hexai.team.differ import Difference
from hexai.team.results import (
    BenchFigures,
    ModelFigures,
    Published,
    TeamFigures,
    read_boards,
    read_published,
)
from hexai.team.server import read_setting
from hexai.text.sanitise import visible_line

_NOT_PUBLISHED = {
    "since": "--since",
    "project": "--project",
    "method": "--method",
    "plot": "--plot",
}
NOTHING = (
    "the team has published nothing yet: its owner's `hexai team publish` does so once "
    "a week, and says nothing of fewer than five people"
)
NO_BENCH = "No five people have had one model benched yet."
_HEADER = (
    *("LANGUAGE", "MODEL", "PEOPLE", "RUNS", "ANSWERED", "LATE"),
    *("FIRST p50", "p90", "TOTAL p50", "p90", "TOK/S", "COST", "ACCEPTED", "KEPT"),
)
_BENCH_HEADER = (
    *("LANGUAGE", "MODEL", "PEOPLE", "TASKS", "ANSWERED", "{}"),
    *("FIRST p50", "p90", "TOTAL p50", "p90", "$/1,000 TASKS"),
)
_BENCHED = (
    "Benches: each person's mean counts once, and everybody asked tasks of his own, so "
    "two models may have been asked others; SAVED: keys, as a share of what was really "
    "written; CHECKS: the share of a question's checks that was passed."
)


def refuse(options: Mapping[str, Any]) -> None:
    """Refuse what would need other figures than those that are published."""
    wanted = [word for name, word in _NOT_PUBLISHED.items() if options.get(name)]
    if options.get("blind") is not None:
        wanted.append("--blind")
    if wanted:
        raise UsageError(
            f"{wanted[0]} does not go with --team: the team publishes fixed figures, "
            "so that nobody can ask after one person"
        )


def show_stats(
    invocation: Invocation, chosen: Filter, options: Mapping[str, Any]
) -> int:
    """Print the team's figures."""
    refuse(options)
    here = here_of(invocation)
    with here.connected() as connection:
        read_setting(connection)
        published = read_published(connection)
    process = here.process
    if published is None:
        complain(process, NOTHING)
        return 0
    rows = [each for each in published.figures if fits(each, chosen)]
    benches = [each for each in published.benches if fits(each, chosen)]
    if options["json"]:
        body = {
            "week": published.week,
            "people": published.people,
            "figures": rows,
            "benches": benches,
        }
        say(process, to_json(body) + "\n")
    elif options["csv"]:
        say(process, csv_of([*_record(None)], map(_record, rows)))
    elif rows or benches:
        drawn = chain(
            _tables(rows, process.columns), _bench_tables(benches, process.columns)
        )
        say(process, "".join(drawn) + _closing(published, process.columns))
    else:
        complain(process, "nothing is published that fits")
    return 0


def fits(figures: ModelFigures, chosen: Filter) -> bool:
    """Tell whether figures are among those that were asked for."""
    return (
        chosen.surface in ("", figures.surface)
        and chosen.language.lower() in ("", figures.language.lower())
        and chosen.model.lower() in f"{figures.provider}:{figures.model}".lower()
    )


def _tables(rows: Sequence[TeamFigures], columns: int) -> Iterator[str]:
    for surface in dict.fromkeys(each.surface for each in rows):
        there = [_row(each) for each in rows if each.surface == surface]
        yield f"{surface}\n{table(_HEADER, there, columns=columns)}\n"


def _bench_tables(rows: Sequence[BenchFigures], columns: int) -> Iterator[str]:
    for surface in dict.fromkeys(each.surface for each in rows):
        there = [_bench_row(each) for each in rows if each.surface == surface]
        saved = "CHECKS" if surface == "cli" else "SAVED"
        header = tuple(each.format(saved) for each in _BENCH_HEADER)
        yield f"benches of {surface}\n{table(header, there, columns=columns)}\n"
    if rows:
        yield wrapped_lines([_BENCHED], columns)


def _closing(published: Published, columns: int) -> str:
    words = (
        f"Of about {published.people} people, until {published.week}; counts in tens, "
        "figures to two digits, nothing of fewer than five people."
    )
    return wrapped_lines([words], columns)


def _row(each: TeamFigures) -> tuple[str, ...]:
    return (
        each.language,
        f"{each.provider}:{each.model}",
        str(each.people),
        str(each.runs),
        _share(each.answered, each.runs),
        _share(each.late, each.answered),
        *map(_time, (*each.first_token, *each.total)),
        "" if each.tokens_per_s is None else f"{each.tokens_per_s:.0f}",
        usd(Decimal(str(each.cost_usd))) + "?" * bool(each.unpriced),
        _share(each.accepted, each.shown),
        "" if each.kept is None else percent(each.kept),
    )


def _bench_row(each: BenchFigures) -> tuple[str, ...]:
    saved, dollars = each.saved, each.usd_for_1000_tasks
    shown = percent if each.surface == "cli" else signed
    return (
        each.language,
        f"{each.provider}:{each.model}",
        str(each.people),
        str(each.tasks),
        _share(each.answered, each.tasks),
        "" if saved is None else shown(saved),
        *map(_time, (*each.first_token, *each.total)),
        "?" if dollars is None else usd(Decimal(str(dollars))),
    )


def _share(part: int, whole: int) -> str:
    return percent(min(1.0, part / whole)) if whole else ""


def _time(quantile: Quantile | None) -> str:
    if quantile is None:
        return ""
    return f"{'>' * quantile.at_least}{seconds(quantile.seconds)}"


_QUANTILES = ("first_p50", "first_p90", "total_p50", "total_p90")


def _record(figures: TeamFigures | None) -> dict[str, object]:
    """Give a row for CSV; the headings alone where there are no figures."""
    names = [
        n for n in TeamFigures.__struct_fields__ if n not in ("first_token", "total")
    ]
    if figures is None:
        return dict.fromkeys((*names, *_QUANTILES))
    values = asdict(figures)
    times = (*figures.first_token, *figures.total)
    seconds = (None if each is None else each.seconds for each in times)
    return {n: values[n] for n in names} | dict(zip(_QUANTILES, seconds, strict=True))


def show_leaderboard(
    invocation: Invocation, chosen: Filter, now: float, options: Mapping[str, Any]
) -> int:
    """Print the team's leaderboards, and where this person differs from them."""
    refuse(options)
    if chosen.language:
        raise UsageError(
            "a team's ratings are of all languages together, so --language does not go "
            "with leaderboard --team; hexai stats --team has figures of each language"
        )
    here = here_of(invocation)
    by: By = options["by"]
    with here.connected() as connection:
        setting = read_setting(connection)
        published = read_boards(connection, by)
    process, model = here.process, chosen.model.lower()
    boards = [b for b in published or () if chosen.surface in ("", b.surface)]
    if options["json"]:
        records = [board_record(board, model) for board in boards]
        say(process, to_json({"surfaces": records}) + "\n")
    elif options["csv"]:
        rows = (row for board in boards for row in board_rows(board, model))
        say(process, csv_of(LeaderboardRow.__struct_fields__, map(asdict, rows)))
    elif not boards:
        complain(process, NOTHING if published is None else _nothing_rated())
    else:
        with here.history() as history:
            mine = history.leaderboard(
                Filter(surface=chosen.surface), Counted(now=now), by
            )
        differ = compare(mine, boards, setting, by)
        _show(process, boards, differ, model, wide=options["wide"])
    return 0


def _nothing_rated() -> str:
    return "no two models were compared by five people yet"


def _show(
    process: Process,
    boards: Sequence[Leaderboard],
    differ: Iterable[Difference],
    model: str,
    *,
    wide: bool,
) -> None:
    columns = process.columns
    texts = (text_of(board, model, columns=columns, wide=wide) for board in boards)
    ranked = "\n".join(filter(None, texts))
    names = {board.surface: board_names(board) for board in boards}
    told = [*_difference_words(differ, names)]
    say(process, ranked + wrapped_lines(told, columns))


def _difference_words(
    differ: Iterable[Difference], names: Mapping[str, Mapping[str, str]]
) -> Iterator[str]:
    for each in differ:
        more, less = (
            visible_line(names[each.surface][m]) for m in (each.more, each.less)
        )
        yield (
            f"{each.surface}: you differ from the team, beyond chance: {more} against "
            f"{less} is {each.mine:+.1f} for you and {each.theirs:+.1f} for the team"
        )
