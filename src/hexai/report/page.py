"""The page as values: its sections, each with a block for every view; pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from shlex import quote

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.figures import Subject
from hexai.domain.ranking import Model
from hexai.report.answer import answer
from hexai.report.bench_section import Bench, bench_block
from hexai.report.blocks import Block, Words
from hexai.report.speed import speed
from hexai.report.texts import Texts
from hexai.report.theme import MOST_SERIES
from hexai.report.views import Counts, Known, View
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


class Missing(Struct, frozen=True, kw_only=True):
    """A view that is not on the page, and the command that makes one of it."""

    surface: str
    language: str
    runs: int
    accepted: float
    command: str


class Shown(Struct, frozen=True, kw_only=True):
    """What a section says of one view."""

    surface: str
    language: str
    block: Block
    otherwise: Missing
    """What stands for it where there is no room."""


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
    unlisted: int
    """Views that are not even missing."""
    nothing_yet: str
    """What it takes to know anything."""
    of_team: str = ""
    """Of whom a team's page is, in words; empty for a page of one's own ledger."""
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
                title=TITLES[anchor],
                shown=tuple(
                    Shown(
                        surface=view.surface,
                        language=view.language,
                        block=make(view),
                        otherwise=_missing(view.counts, given),
                    )
                    for view in known.views
                ),
            )
            for anchor, make in _sections(known, given, words)
        ),
        missing=tuple(_missing(each, given) for each in known.others),
        unlisted=known.unlisted,
        nothing_yet=words.nothing_yet,
        bench=bench_block(bench, words),
        bench_title=bench.title if bench else "",
        bench_number=bench.number if bench else 0,
    )


def smaller(page: Page) -> Iterator[Page]:
    """Give the page, then ever smaller ones: of fewer lines, then fewer languages."""
    yield page
    page = _with_lines(page, 400)
    yield page
    for most in (6, 2, 0):
        yield _with_languages(page, most)
    page = _with_languages(page, 0)
    for most in (100, 20, 5):
        yield _with_lines(page, most)


def _with_lines(page: Page, most: int) -> Page:
    return _mapped(
        replace(page, bench=page.bench.cut(most)),
        lambda section: tuple(
            replace(each, block=each.block.cut(most)) for each in section.shown
        ),
    )


def _with_languages(page: Page, most: int) -> Page:
    """Keep the views of so many languages, and counts of the others."""
    [first, *_] = page.sections
    dropped = [each for each in first.shown if each.language][most:]
    gone = {(each.surface, each.language) for each in dropped}
    missing = (*(each.otherwise for each in dropped), *page.missing)
    return _mapped(
        replace(page, missing=missing),
        lambda section: tuple(
            each for each in section.shown if (each.surface, each.language) not in gone
        ),
    )


def _mapped(page: Page, map_: Callable[[Section], tuple[Shown, ...]]) -> Page:
    sections = (replace(each, shown=map_(each)) for each in page.sections)
    return replace(page, sections=tuple(sections))


TITLES = {
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
        return speed(view, rows, orders[view.surface], deadline, rated(view))

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
