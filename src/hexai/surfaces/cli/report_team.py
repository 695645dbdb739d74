"""`hexai report --team`: the page of what a team has published."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from hexai.domain.figures import Filter, Quantile
from hexai.domain.ranking import Leaderboard
from hexai.errors import TeamError, UsageError
from hexai.report.answer import answer
from hexai.report.blocks import Block, Table, Words, count, name, number, text
from hexai.report.page import TITLES, Given, Missing, Page, Section, Shown
from hexai.report.views import View
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.team_here import here_of
from hexai.surfaces.cli.team_views import NOTHING, refuse
from hexai.surfaces.words import percent
from hexai.team.results import Published, TeamFigures, read_boards, read_published
from hexai.team.server import read_setting

_COLUMNS = (
    *("Model", "Language", "People", "Runs", "Answered", "Late"),
    *("First token, median", "90 %", "Total, median", "90 %", "Tokens a second"),
    *("Money", "Shown", "Taken", "Left after 2 min"),
)


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
        raise UsageError("a team publishes neither texts nor benches")
    with here_of(invocation).connected() as connection:
        read_setting(connection)
        published = read_published(connection)
        boards = read_boards(connection, "entry") or ()
    if published is None:
        raise TeamError(NOTHING)
    rated = {board.surface: board for board in boards}
    rows = [each for each in published.figures if _fits(each, chosen)]
    surfaces = tuple(dict.fromkeys(each.surface for each in rows))
    return Page(
        given=given,
        surfaces=surfaces,
        languages=("",),
        sections=(
            _section(
                "answer",
                {s: _answer(rated.get(s), s, words) for s in surfaces},
            ),
            _section(
                "speed", {s: _figures(published, rows, s, words) for s in surfaces}
            ),
        ),
        missing=(),
        unlisted=0,
        nothing_yet=words.nothing_yet,
        bench=Block(sentences=("A team publishes no benches.",)),
    )


def _fits(each: TeamFigures, chosen: Filter) -> bool:
    return (
        chosen.surface in ("", each.surface)
        and chosen.language.lower() in ("", each.language.lower())
        and chosen.model.lower() in f"{each.provider}:{each.model}".lower()
    )


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


def _figures(
    published: Published, rows: Sequence[TeamFigures], surface: str, words: Words
) -> Block:
    said = (
        f"Of about {published.people} people, until {published.week}: counts in tens, "
        "figures to two digits, and nothing of fewer than five people."
    )
    there = [_row(each, words) for each in rows if each.surface == surface]
    table = Table(caption=f"Figures of {surface}", columns=_COLUMNS, rows=(*there,))
    return Block(sentences=(said,), tables=(table,))


def _row(each: TeamFigures, words: Words) -> tuple[Any, ...]:
    cost = words.usd(Decimal(str(each.cost_usd)))
    kept = "" if each.kept is None else percent(each.kept)
    return (
        name(f"{each.provider}:{each.model}"),
        text(each.language),
        *map(count, (each.people, each.runs, each.answered, each.late)),
        *map(_time, (*each.first_token, *each.total)),
        number(each.tokens_per_s, f"{each.tokens_per_s or 0:.0f}", ""),
        text(cost + " and more" * bool(each.unpriced)),
        *map(count, (each.shown, each.accepted)),
        text(kept),
    )


def _time(quantile: Quantile | None) -> Any:
    if quantile is None:
        return text("")
    return text(f"{'over ' * quantile.at_least}{quantile.seconds:.2g} s")
