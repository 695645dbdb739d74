"""What the page knows: the figures of `stats` and `leaderboard`, cut into views; pure.

A view is one surface in one language, or in all of them. Verdicts, quantiles and what
survives cannot be summed up from those of parts, so each view has figures of its own,
made by the functions that make those of the commands. There may be any number of
languages; the page has the views that were used most, and counts for the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.figures import Figures, Subject, Times, Title
from hexai.domain.figures_by_week import Part, put_together, week_began
from hexai.domain.ranking import Leaderboard
from hexai.report.names import shown_names
from hexai.service.statistics import Row, make_rows

MOST_VIEWS = 10
"""Views on one page; what is drawn of each takes 0.2 s, and 60 kB."""
MOST_COUNTS = 100
"""Views of which there are counts alone."""
MOST_WEEKS = 104
_POINTS = tuple(share / 50 for share in range(1, 50))
_LONGEST = 120.0
"""Seconds beyond which no curve of times goes on."""

Parts = Sequence[tuple[Part, Figures]]
Boards = Mapping[str, tuple[Leaderboard, ...] | None]
"""By language, empty for all of them; None: it was not ranked what was chosen there."""
Titles = Mapping[Subject, Title]


class Week(Struct, frozen=True, kw_only=True):
    """One model in one week."""

    began: float
    """The wall clock in seconds since 1970."""
    subject: Subject
    total: Times
    cost: int
    """Billionths of a dollar."""
    is_estimated: bool
    """Whether tokens were estimated for that."""


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

    @property
    def counts(self) -> "Counts":
        """What can be told of it in one line."""
        return _counts((self.surface, self.language), self.rows)


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
    unlisted: int = 0
    """Views of which there are not even counts."""

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


_Where = tuple[str, str]
"""A surface and a language; empty for all languages."""


def known(parts: Parts, boards: Boards, titles: Titles) -> Known:
    """Make the views of a page; a language is called as it may be shown."""
    languages = {*boards, *(part.language for part, _ in parts)}
    called = shown_names({each: each for each in sorted(languages)})
    boards = {called[language]: each for language, each in boards.items()}
    shown = [(replace(p, language=called[p.language]), f) for p, f in parts]
    rows = _rows(shown, titles)
    if len({part.language for part, _ in shown}) == 1:  # which is all of it
        rows = {where: each for where, each in rows.items() if not where[1]}
    for board in boards.get("") or ():
        rows.setdefault((board.surface, ""), ())
    runs = {w: sum(row.figures.runs for row in each) for w, each in rows.items()}
    places = sorted(rows, key=lambda where: (bool(where[1]), -runs[where], where))
    kept = [w for n, w in enumerate(places) if not w[1] or n < MOST_VIEWS]
    kept = [w for w in kept if boards.get(w[1], ()) is not None]
    others = [w for w in places if w not in kept][:MOST_COUNTS]
    views = tuple(_view(where, shown, rows, boards) for where in kept)
    return Known(
        views=views,
        others=tuple(_counts(where, rows[where]) for where in others),
        unlisted=len(places) - len(views) - len(others),
    )


def _counts(where: _Where, rows: Iterable[Row]) -> Counts:
    surface, language = where
    figures = [row.figures for row in rows]
    return Counts(
        surface=surface,
        language=language,
        runs=sum(each.runs for each in figures),
        accepted=sum(each.accepted for each in figures),
    )


def _rows(parts: Parts, titles: Titles) -> dict[_Where, tuple[Row, ...]]:
    """Make the rows of each surface and language, then those of all languages.

    The counts of a language's weeks are many, and its sum few: so those of all
    languages are made of sums.
    """
    weeks: dict[tuple[Subject, str], list[Figures]] = {}
    for part, figures in parts:
        weeks.setdefault((part.subject, part.language), []).append(figures)
    sums = {key: put_together(each) for key, each in weeks.items()}
    languages: dict[Subject, list[Figures]] = {}
    found: dict[_Where, list[tuple[Subject, Figures]]] = {}
    for (subject, language), figures in sums.items():
        languages.setdefault(subject, []).append(figures)
        if language:
            found.setdefault((subject.surface, language), []).append((subject, figures))
    for subject, each in languages.items():
        whole = subject, put_together(each)
        found.setdefault((subject.surface, ""), []).append(whole)
    return {w: tuple(make_rows(each, titles=titles)) for w, each in found.items()}


def _view(
    where: _Where, parts: Parts, rows: Mapping[_Where, tuple[Row, ...]], boards: Boards
) -> View:
    surface, language = where
    there = [each for each in parts if each[0].subject.surface == surface]
    ranked = boards.get(language) or ()
    named = sorted(of for its, of in rows if its == surface and of)
    return View(
        surface=surface,
        language=language,
        rows=rows[where],
        board=next((each for each in ranked if each.surface == surface), None),
        weeks=_weeks([each for each in there if language in ("", each[0].language)]),
        languages=()
        if language
        else tuple(Language(name=name, rows=rows[surface, name]) for name in named),
    )


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
        Week(
            began=week_began(number),
            subject=subject,
            total=_times([figures.total for figures in each]),
            cost=sum(figures.cost for figures in each),
            is_estimated=any(figures.estimated for figures in each),
        )
        for (number, subject), each in sorted(found.items(), key=lambda x: x[0])
    )


def _times(several: Sequence[Times]) -> Times:
    if len(several) == 1:
        return several[0]
    whole = Times()
    for times in several:
        whole.seen.update(times.seen)
        whole.cut.update(times.cut)
    return whole


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
