"""What the page knows: the figures of `stats` and `leaderboard`, cut into views; pure.

A view is one surface in one language, or in all of them. Verdicts, quantiles and what
survives cannot be summed up from those of parts, so each view has figures of its own,
made by the functions that make those of the commands. There may be any number of
languages; the page has the views that were used most, and counts for the others.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.figures import Figures, Subject, Times, Title
from hexai.domain.parts import WEEK, Part, put_together
from hexai.domain.ranking import Leaderboard
from hexai.service.statistics import Row, make_rows
from hexai.text.sanitise import visible_line

MOST_VIEWS = 14
"""Views on one page; what is drawn of each takes a tenth of a second, and 60 kB."""
MOST_WEEKS = 104
_POINTS = tuple(share / 50 for share in range(1, 50))
_LONGEST = 120.0
"""Seconds beyond which no curve of times goes on."""

Parts = Sequence[tuple[Part, Figures]]
Boards = Mapping[str, tuple[Leaderboard, ...]]
Titles = Mapping[Subject, Title]


class Week(Struct, frozen=True, kw_only=True):
    """One model in one week."""

    began: float
    """The wall clock in seconds since 1970."""
    subject: Subject
    figures: Figures


class Language(Struct, frozen=True, kw_only=True):
    """The models of a surface in one language."""

    name: str
    rows: tuple[Row, ...]


class View(Struct, frozen=True, kw_only=True):
    """One surface, in one language or in all of them."""

    surface: str
    language: str
    """Empty for all of them together."""
    rows: tuple[Row, ...]
    """Those of `stats` with the same filters."""
    board: Leaderboard | None
    """That of `leaderboard` with the same filters."""
    weeks: tuple[Week, ...]
    languages: tuple[Language, ...] = ()
    """Each by itself, where this is all of them."""

    @property
    def runs(self) -> int:
        """How many answers were asked for."""
        return sum(row.figures.runs for row in self.rows)


class Counts(Struct, frozen=True, kw_only=True):
    """A view that the page has not: what there is, so that nobody takes it for none."""

    surface: str
    language: str
    runs: int
    accepted: float


class Known(Struct, frozen=True, kw_only=True):
    """All figures of a page."""

    views: tuple[View, ...]
    """Surfaces in all languages first, then single ones, each used most first."""
    others: tuple[Counts, ...] = ()

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Those with any figures, used most first."""
        return tuple(each.surface for each in self.views if not each.language)

    @property
    def languages(self) -> tuple[str, ...]:
        """Those with any figures, in the order of their names."""
        named = {each.language for each in self.views}
        named |= {each.language for each in self.others}
        return tuple(sorted(named - {""}))


def known(parts: Parts, boards: Boards, titles: Titles) -> Known:
    """Make the views of a page; a language is called as it may be shown."""
    cut: dict[tuple[str, str], list[tuple[Part, Figures]]] = {}
    boards = {visible_line(language): each for language, each in boards.items()}
    for told, figures in parts:
        part = replace(told, language=visible_line(told.language))
        surface = part.subject.surface
        for language in {"", part.language}:
            cut.setdefault((surface, language), []).append((part, figures))
    for board in boards.get("", ()):
        cut.setdefault((board.surface, ""), [])
    places = sorted(cut, key=lambda where: (bool(where[1]), -_runs(cut[where]), where))
    kept = [
        where for where in places if not where[1] or places.index(where) < MOST_VIEWS
    ]
    return Known(
        views=tuple(_view(where, cut[where], boards, titles) for where in kept),
        others=tuple(_counts(w, cut[w]) for w in places if w not in kept),
    )


def _runs(parts: Parts) -> int:
    return sum(figures.runs for _, figures in parts)


def _counts(where: tuple[str, str], parts: Parts) -> Counts:
    return Counts(
        surface=where[0],
        language=where[1],
        runs=_runs(parts),
        accepted=sum(figures.accepted for _, figures in parts),
    )


def _view(where: tuple[str, str], parts: Parts, boards: Boards, titles: Titles) -> View:
    surface, language = where
    named = sorted({part.language for part, _ in parts} - {""})
    return View(
        surface=surface,
        language=language,
        rows=rows_of(parts, titles),
        board=next((b for b in boards.get(language, ()) if b.surface == surface), None),
        weeks=_weeks(parts),
        languages=()
        if language
        else tuple(
            Language(
                name=name,
                rows=rows_of([p for p in parts if p[0].language == name], titles),
            )
            for name in named
        ),
    )


def rows_of(parts: Parts, titles: Titles) -> tuple[Row, ...]:
    """Make the rows of statistics from parts, those used most first."""
    found: dict[Subject, list[Figures]] = {}
    for part, figures in parts:
        found.setdefault(part.subject, []).append(figures)
    figured = ((s, put_together(each)) for s, each in found.items())
    return tuple(make_rows(figured, titles=titles))


def _weeks(parts: Parts) -> tuple[Week, ...]:
    """Put together what belongs to one week, or to several where there are many."""
    numbers = {part.week for part, _ in parts}
    if not numbers:
        return ()
    first = min(numbers)
    step = 1 + (max(numbers) - first) // MOST_WEEKS
    found: dict[tuple[int, Subject], list[Figures]] = {}
    for part, figures in parts:
        number = part.week - (part.week - first) % step
        found.setdefault((number, part.subject), []).append(figures)
    return tuple(
        Week(began=number * WEEK, subject=subject, figures=put_together(each))
        for (number, subject), each in sorted(found.items(), key=lambda x: x[0])
    )


class Point(Struct, frozen=True, kw_only=True):
    """A point of a curve of times: by then this share had come to its end."""

    seconds: float
    share: float


def curve(times: Times) -> list[Point]:
    """Give the quantiles of durations, as far as anybody was waited for."""
    quantiles = zip(_POINTS, times.quantiles(*_POINTS), strict=True)
    return [
        Point(seconds=quantile.seconds, share=share)
        for share, quantile in quantiles
        if quantile and not quantile.at_least and quantile.seconds <= _LONGEST
    ]


def within(times: Times, seconds: float) -> float | None:
    """Say what share had come to its end by then; None if there were none.

    Who was not waited for so long counts up to then, as in `Times`.
    """
    if not times.seen and not times.cut:
        return None
    rest, waiting = 1.0, times.seen.total() + times.cut.total()
    for time in sorted(times.seen.keys() | times.cut.keys()):
        if time > seconds * 1000:
            break
        ended = times.seen[time]
        rest *= 1 - ended / waiting
        waiting -= ended + times.cut[time]
    return 1 - rest


def spent_for_1000(figures: Figures) -> Decimal | None:
    """Say what 1,000 characters have cost that were still there when last seen.

    Characters that were not looked at again are taken to have stayed as the others.
    None where nothing has stayed, or a price is not known.
    """
    if not figures.retained or figures.shown_unpriced:
        return None
    stayed = figures.characters * Decimal(figures.retained) / figures.followed
    return 1000 * Decimal(figures.shown_cost) / 10**9 / stayed


def looked_at(figures: Figures) -> tuple[int, ...]:
    """Count the taken texts that were looked at, at each age."""
    counted = (each.texts for each in figures.kept_in.values())
    return tuple(map(sum, zip(*counted, strict=True)))
