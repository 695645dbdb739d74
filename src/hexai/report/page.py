"""The page as values: its sections, each with a block for every view; pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from shlex import quote

from msgspec import Struct

from hexai.domain.figures import Subject
from hexai.domain.ranking import Model
from hexai.report.answer import answer
from hexai.report.bench_section import Bench, bench_block
from hexai.report.blocks import Block, Words
from hexai.report.charts import MOST_SERIES
from hexai.report.figures import Counts, Known, View
from hexai.report.speed import speed
from hexai.report.texts import Texts
from hexai.report.worth import became, money
from hexai.text.sanitise import visible_line


class Given(Struct, frozen=True, kw_only=True):
    """What a page is made of beside figures."""

    version: str
    made: str
    """When, as people on this machine write it."""
    filters: tuple[str, ...] = ()
    """What narrows it, in words; no project is named."""
    options: tuple[str, ...] = ()
    """The same, as somebody would type it."""
    deadlines: Mapping[str, float] = {}
    """After how many seconds a surface does not wait any longer."""
    with_texts: bool = False


class Shown(Struct, frozen=True, kw_only=True):
    """What a section says of one view."""

    surface: str
    language: str
    block: Block


class Missing(Struct, frozen=True, kw_only=True):
    """A view that is not on the page, and the command that makes one of it."""

    surface: str
    language: str
    runs: int
    accepted: float
    command: str


class Section(Struct, frozen=True, kw_only=True):
    """A section of the page."""

    anchor: str
    title: str
    shown: tuple[Shown, ...]


class Page(Struct, frozen=True, kw_only=True):
    """All of a page."""

    given: Given
    surfaces: tuple[str, ...]
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    missing: tuple[Missing, ...]
    bench: Block
    bench_title: str = ""
    bench_number: int = 0
    tasks: Texts = Texts()
    runs: Texts = Texts()


def make_page(known: Known, bench: Bench | None, given: Given, words: Words) -> Page:
    """Make the page, without texts."""
    return Page(
        given=given,
        surfaces=known.surfaces,
        languages=known.languages,
        sections=tuple(
            Section(
                anchor=anchor,
                title=_TITLES[anchor],
                shown=tuple(
                    Shown(surface=v.surface, language=v.language, block=make(v))
                    for v in known.views
                ),
            )
            for anchor, make in _sections(known, given, words)
        ),
        missing=tuple(_missing(each, given) for each in known.others),
        bench=bench_block(bench, words),
        bench_title=bench.title if bench else "",
        bench_number=bench.number if bench else 0,
    )


_TITLES = {
    "answer": "The answer",
    "speed": "Speed",
    "became": "What became of it",
    "money": "Money",
}


def _sections(
    known: Known, given: Given, words: Words
) -> list[tuple[str, Callable[[View], Block]]]:
    rows = words.names([row for view in known.views for row in view.rows])
    orders = orders_of(known, rows, words)

    def rated(view: View) -> Mapping[Model, str]:
        return words.board_names(view.board) if view.board else {}

    def how_fast(view: View) -> Block:
        deadline = given.deadlines.get(view.surface)
        return speed(view, rows, orders[view.surface], deadline)

    return [
        ("answer", lambda v: answer(v, rated(v), orders[v.surface], words)),
        ("speed", how_fast),
        ("became", lambda v: became(v, rows, orders[v.surface], words)),
        ("money", lambda v: money(v, rows, orders[v.surface], words)),
    ]


def orders_of(
    known: Known, names: Mapping[Subject, str], words: Words
) -> dict[str, list[str]]:
    """Give who stands on each surface, in the order of colours.

    Each has one colour everywhere, where there are colours enough.
    """
    there: dict[str, list[str]] = {}
    runs: Counter[str] = Counter()
    for view in known.views:
        if not view.language:
            board = words.board_names(view.board).values() if view.board else ()
            of_rows = [names[row.subject] for row in view.rows]
            there[view.surface] = [*dict.fromkeys([*of_rows, *board])]
            for row in view.rows:
                runs[names[row.subject]] += row.figures.runs
    known_first = [name for name, _ in runs.most_common()]
    every = [*dict.fromkeys(sum(there.values(), known_first))]
    return dict.fromkeys(there, every) if len(every) <= MOST_SERIES else there


def _missing(counts: Counts, given: Given) -> Missing:
    kept = [option for option in given.options if not option.startswith("--surface")]
    language = quote(visible_line(counts.language))
    options = (*kept, f"--surface {counts.surface}", f"--language {language}")
    return Missing(
        surface=counts.surface,
        language=counts.language,
        runs=counts.runs,
        accepted=counts.accepted,
        command=" ".join(("hexai report", *options)),
    )
