"""`hexai report --team`: the page of what a team has published."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from hexai.domain.figures import Filter, Quantile
from hexai.domain.ranking import Leaderboard
from hexai.errors import TeamError, UsageError
from hexai.report.answer import answer
from hexai.report.blocks import Block, Cell, Table, Words, count, name, number, text
from hexai.report.page import TITLES, Given, Missing, Page, Section, Shown
from hexai.report.views import View
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.team_here import here_of
from hexai.surfaces.cli.team_views import NO_BENCH, NOTHING, fits, refuse
from hexai.surfaces.words import percent, seconds, signed
from hexai.team.results import (
    BenchFigures,
    ModelFigures,
    TeamFigures,
    read_boards,
    read_published,
)
from hexai.team.server import read_setting

_WHO = ("Model", "Language")
_TIMES = ("First token, median", "90 %", "Whole answer, median", "90 %")
_SPEED = (*_WHO, "People", "Runs", "Answered", "Late", *_TIMES, "Tokens a second")
_BECAME = (*_WHO, "Shown", "Taken", "Share", "Left after 2 min")
_MONEY = (*_WHO, "Answers", "Money", "Without a price")
_BENCH = (*_WHO, "People", "Tasks", "Answered", "{}", *_TIMES, "1,000 tasks")

_Rows = Sequence[TeamFigures]


def team_page(
    invocation: Invocation,
    chosen: Filter,
    given: Given,
    words: Words,
    options: Mapping[str, Any],
) -> Page:
    """Read what is published, as a page.

    Raises `TeamError` where that is nothing, `UsageError` for what is not published.
    """
    refuse(options)
    if options["texts"] or options["bench"]:
        raise UsageError("a team publishes neither texts nor single benches")
    with here_of(invocation).connected() as connection:
        read_setting(connection)
        published = read_published(connection)
        boards = read_boards(connection, "entry") or ()
    if published is None:
        raise TeamError(NOTHING)
    rated = {board.surface: board for board in boards}
    rows = [each for each in published.figures if fits(each, chosen)]
    benches = [each for each in published.benches if fits(each, chosen)]
    return Page(
        given=given,
        surfaces=tuple(dict.fromkeys(each.surface for each in rows)),
        languages=(),
        sections=_sections(rows, rated, words),
        missing=(),
        unlisted=0,
        nothing_yet=words.nothing_yet,
        of_team=(
            f"what a team of about {published.people} people has published, until "
            f"{published.week}"
        ),
        bench=_benches(benches, words),
    )


def _sections(
    rows: _Rows, rated: Mapping[str, Leaderboard], words: Words
) -> tuple[Section, ...]:
    there: dict[str, list[TeamFigures]] = {}
    for each in rows:
        there.setdefault(each.surface, []).append(each)

    def money(each: TeamFigures) -> tuple[Cell, ...]:
        return _money(each, words)

    blocks = {
        "answer": {s: _answer(rated.get(s), s, words) for s in there},
        "speed": {s: _table("speed", s, _SPEED, map(_speed, there[s])) for s in there},
        "became": {
            s: _table("became", s, _BECAME, map(_became, there[s])) for s in there
        },
        "money": {s: _table("money", s, _MONEY, map(money, there[s])) for s in there},
    }
    return tuple(_section(anchor, each) for anchor, each in blocks.items())


def _section(anchor: str, blocks: Mapping[str, Block]) -> Section:
    return Section(
        anchor=anchor,
        title=TITLES[anchor],
        shown=tuple(
            Shown(
                surface=surface,
                language="",
                block=block,
                otherwise=Missing(
                    surface=surface,
                    language="",
                    runs=0,
                    accepted=0,
                    command=f"hexai report --team --surface {surface}",
                ),
            )
            for surface, block in blocks.items()
        ),
    )


def _answer(board: Leaderboard | None, surface: str, words: Words) -> Block:
    if board is None or not board.rankings:
        return Block(sentences=("No two models were compared by five people yet.",))
    names = words.board_names(board)
    view = View(surface=surface, language="", rows=(), board=board, weeks=())
    return answer(view, names, list(names.values()), words)


def _table(
    anchor: str,
    surface: str,
    columns: tuple[str, ...],
    rows: Iterable[tuple[Cell, ...]],
) -> Block:
    caption = f"{TITLES[anchor]}: {surface}"
    return Block(tables=(Table(caption=caption, columns=columns, rows=tuple(rows)),))


def _speed(each: TeamFigures) -> tuple[Cell, ...]:
    return (
        *_who(each),
        *map(count, (each.people, each.runs, each.answered, each.late)),
        *map(_time, (*each.first_token, *each.total)),
        number(each.tokens_per_s, f"{each.tokens_per_s or 0:.0f}", ""),
    )


def _became(each: TeamFigures) -> tuple[Cell, ...]:
    share = min(1.0, each.accepted / each.shown) if each.shown else None
    return (
        *_who(each),
        *map(count, (each.shown, each.accepted)),
        number(share, percent(share or 0.0), ""),
        number(each.kept, percent(each.kept or 0.0), ""),
    )


def _money(each: TeamFigures, words: Words) -> tuple[Cell, ...]:
    cost = words.usd(Decimal(str(each.cost_usd)))
    return (
        *_who(each),
        count(each.answered),
        text(cost + " and more" * bool(each.unpriced)),
        count(each.unpriced),
    )


def _benches(benches: Sequence[BenchFigures], words: Words) -> Block:
    if not benches:
        return Block(sentences=(NO_BENCH,))
    return Block(
        tables=tuple(
            Table(
                caption=f"Benches: {surface}",
                columns=tuple(each.format(_saved(surface)) for each in _BENCH),
                rows=tuple(_bench(b, words) for b in benches if b.surface == surface),
            )
            for surface in dict.fromkeys(each.surface for each in benches)
        )
    )


def _saved(surface: str) -> str:
    return "Checks passed" if surface == "cli" else "Keys saved"


def _bench(each: BenchFigures, words: Words) -> tuple[Cell, ...]:
    saved = each.saved or 0.0
    shown = percent(saved) if each.surface == "cli" else signed(saved)
    dollars = each.usd_for_1000_tasks
    return (
        *_who(each),
        *map(count, (each.people, each.tasks, each.answered)),
        number(each.saved, shown, ""),
        *map(_time, (*each.first_token, *each.total)),
        text("?" if dollars is None else words.usd(Decimal(str(dollars)))),
    )


def _who(each: ModelFigures) -> tuple[Cell, Cell]:
    return name(f"{each.provider}:{each.model}"), text(each.language)


def _time(quantile: Quantile | None) -> Cell:
    if quantile is None:
        return text("")
    return text(f"{'over ' * quantile.at_least}{seconds(quantile.seconds)}")
