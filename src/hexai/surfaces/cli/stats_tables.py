"""The tables of `hexai stats`: how fast and sure, and what it was worth; pure.

What cannot be known yet says so, and what is estimated says how well.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from math import isfinite, sqrt

from hexai.domain.estimates import Estimate
from hexai.domain.figures import Figures, Quantile, Subject, Title
from hexai.service.statistics import (
    ENOUGH_OF_AN_ORDER,
    Comparison,
    Row,
    distribution,
)
from hexai.surfaces.cli.legend import STATS, legend
from hexai.surfaces.cli.output import table
from hexai.surfaces.contender_names import contender_names, day, model_name, options_of
from hexai.surfaces.words import percent, seconds, usd
from hexai.text.cells import bar, sparkline, width, wrap
from hexai.text.sanitise import visible_line

_BAR = 10
_NOT_YET = "not yet"
_NOT_TOLD = "not told"
_UNEVEN = 0.1
"""Standing first so much more often than another calls for a word."""
_ENOUGH = 20
"""Lists from which on it does."""
_BY_CHANCE = 3.0
"""By the root of the lists: how much drawn orders differ by chance."""
_SPEED = (
    *("SURFACE", "ENTRY", "RUNS", "ANSWERED", "FAILED", "LATE"),
    *("FIRST p50", "p90", "TOTAL p50", "p90", "0.1 s … 60 s", "TOK/S"),
)
_WORTH = (
    *("SURFACE", "ENTRY", "COST", "CACHED", "ACCEPTED", "", "SHARE", "CHARACTERS"),
    "EACH",
)
_KEPT = ("SURFACE", "ENTRY", "KEPT 30 s", "2 min", "5 min", "10 min")
_REFUSED = ("SURFACE", "ENTRY", "NOT OFFERED", "WHY")
_BESIDE = (
    *("SURFACE", "ENTRY", "BESIDE", "LISTS", "ABOVE"),
    *("SHARE", "OTHER'S", "DIFFERENCE"),
)
_BRIEFLY = ("ENTRY", "RUNS", "ANSWERED", "FAILED", "FIRST", "TOTAL", "TOK/S", "COST")
_IN_BRIEF = (1, 2, 3, 4, 6, 8, 11)
_TAKEN, _ENDS, _PAIR = (1, 4, 6, 8), (1, 2, 5), (1, 2, 3, 7)
"""Columns of the wide tables that are left where there is little room."""
_NOTES = (
    ("~", "~ with estimated tokens"),
    ("?", "? with answers whose price nobody knows"),
    (
        "about ",
        "about: from fewer than six sittings, or from before they were recorded",
    ),
    ("not told", "not told: the upstream does not say what it read from its cache"),
)
_BETWEEN = "in 95 of 100 cases the true figure lies between"
_WITH_BOUNDS = ("SHARE", "EACH", "KEPT")
_LONGER = "> longer than that: nobody was waited for any longer"


def tables(
    rows: Sequence[Row],
    names: Mapping[Subject, str],
    *,
    columns: int = 0,
    wide: bool = False,
) -> str:
    """Draw the tables, and say what headings and marks in them mean.

    `names` are those of `subject_names`, `columns` the cells of the screen; 0 where
    there is none. Without `wide`, what fits 80 of them.
    """
    drawn = [*_all_columns(rows, names)] if wide else []
    text = _drawn(drawn, columns)
    if not wide:
        for surface, there in groupby(rows, key=lambda row: row.subject.surface):
            own = [*_fewer_columns([*there], names)]
            text += f"{surface}\n{_drawn(own, columns)}\n"
            drawn += own
        text = text.removesuffix("\n")
    figures = " ".join(cell for _, cells in drawn for row in cells for cell in row[1:])
    headings = [heading for header, _ in drawn for heading in header]
    notes = [note for mark, note in _NOTES if mark in figures]
    if " … " in figures:
        bounded = [n for n in _WITH_BOUNDS if any(h.startswith(n) for h in headings)]
        notes.insert(0, f"{', '.join(bounded)}: {_BETWEEN}")
    if any(each.at_least for row in rows for each in _times(row) if each is not None):
        notes.append(_LONGER)
    if any(row.figures.cached_of or row.figures.written_of for row in rows):
        notes += _saved(rows, names)
    notes = [
        *legend(headings, STATS),
        *notes,
        *_options(rows, names),
        *_cut(rows, names),
        *_places(rows, names),
        *_firsts(rows, names),
    ]
    if not wide:
        notes.append("More columns: --wide; for scripts: --json, --csv.")
    return text + _below(notes, columns)


_Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def _drawn(tables_: Sequence[_Table], columns: int) -> str:
    return "\n".join(table(header, cells, columns=columns) for header, cells in tables_)


def _all_columns(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[_Table]:
    """Give every table that has rows, with all that is known."""
    for header, cells in (
        (_SPEED, [_speed(row, names) for row in rows]),
        (_WORTH, [_worth(row, names) for row in rows]),
        (_KEPT, [_kept(row, names) for row in rows if row.figures.characters]),
        (_REFUSED, [_refused(row, names) for row in rows if row.figures.refused]),
        (_BESIDE, [*_beside(rows, names)]),
    ):
        if cells:
            yield header, cells


def _fewer_columns(
    rows: Sequence[Row], names: Mapping[Subject, str]
) -> Iterator[_Table]:
    """Give the tables of one surface, with what fits 80 columns."""
    shown = [row for row in rows if row.figures.shown]
    kept = [row for row in rows if row.figures.characters]
    refused = [row for row in rows if row.figures.refused]
    for header, cells in (
        (
            _BRIEFLY,
            [
                (*_pick(_speed(row, names), _IN_BRIEF), _worth(row, names)[2])
                for row in rows
            ],
        ),
        (
            _pick(_WORTH, _TAKEN),
            [_pick(_worth(row, names), _TAKEN) for row in shown],
        ),
        (_pick(_KEPT, _ENDS), [_pick(_kept(row, names), _ENDS) for row in kept]),
        (_REFUSED[1:], [_refused(row, names)[1:] for row in refused]),
        (
            _pick(_BESIDE, _PAIR),
            [_pick(pair, _PAIR) for pair in _beside(rows, names)],
        ),
    ):
        if cells:
            yield header, cells


def _pick(cells: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    return tuple(cells[place] for place in places)


def _below(notes: Sequence[str], columns: int) -> str:
    """Write notes below the tables, broken between words where the screen ends."""
    shown = [visible_line(note) for note in notes]
    rows = [row for note in shown for row in wrap(note, columns or width(note))]
    return "".join(f"\n{row.rstrip()}" for row in rows) + ("\n" if rows else "")


def _saved(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[str]:
    """Say what kept input has saved, less what was paid for having it kept."""
    for row in rows:
        if row.saved_usd:
            verb = "saved" if row.saved_usd > 0 else "cost"
            yield (
                f"{names[row.subject]} ({row.subject.surface}): what its upstream kept "
                f"has {verb} {usd(abs(row.saved_usd))} in all, by the prices of today"
            )


def _cut(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[str]:
    """Say whose prompts were cut: those answers are missing in all that compares."""
    for row in rows:
        if row.figures.cut:
            yield (
                f"{names[row.subject]} ({row.subject.surface}): {row.figures.cut} "
                "answered a prompt that its upstream had cut; they count in no times, "
                "lists or comparisons"
            )


def subject_names(
    rows: Sequence[Row], titles: Mapping[Subject, Title]
) -> dict[Subject, str]:
    """Name who stands in the tables, shortly and apart."""
    subjects = {row.subject for row in rows}
    subjects |= {each.against for row in rows for each in row.comparisons}
    names: dict[Subject, str] = {}
    for surface in {each.surface for each in subjects}:
        here = {each: each for each in subjects if each.surface == surface}
        names |= contender_names(here, titles)
    return names


def _options(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[str]:
    """Say what stands behind labels, and what an update has changed of it."""
    told: dict[tuple[str, str], None] = {}
    for row in rows:
        if row.title.label not in ("", row.subject.model) or row.title.since:
            asked = f"{model_name(row.subject)}, {options_of(row.subject)}"
            told[names[row.subject], asked] = None
    yield from (f"{name}: {asked}" for name, asked in told)
    for row in rows:
        for at in row.title.updated:
            yield (
                f"{names[row.subject]} ({row.subject.surface}): an update changed the "
                f"built-in prompts on {day(at)}; what was before counts along"
            )


def _speed(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    figures = row.figures
    decided = figures.runs - figures.cancelled
    failed = figures.failed + figures.timed_out
    speed = figures.tokens_per_s
    return (
        row.subject.surface,
        names[row.subject],
        str(figures.runs),
        _part(figures.answered, decided),
        str(failed or "-"),
        str(figures.late or "-"),
        *map(_seconds, _times(row)),
        sparkline(distribution(figures)),
        _NOT_YET if speed is None else f"{_guess(figures)}{speed:.0f}",
    )


def _worth(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    figures, taken = row.figures, row.accepted_share
    return (
        row.subject.surface,
        names[row.subject],
        _money(figures.cost_usd, figures, unpriced=figures.unpriced),
        _kept_input(row),
        f"{_count(figures.accepted)} of {figures.shown}" if figures.shown else _NOT_YET,
        bar(taken.value, _BAR) if taken and taken.value else "",
        _share(taken),
        str(figures.characters or "-"),
        _each(row),
    )


def _kept_input(row: Row) -> str:
    """Say what upstreams read from their caches, and what they wrote there."""
    figures = row.figures
    read = _part(figures.cached_input, figures.cached_of)
    written = _part(figures.written_input, figures.written_of)
    told = read if figures.cached_of else _NOT_TOLD
    return f"{told} +{written}" if figures.written_input else told


def _kept(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    return (row.subject.surface, names[row.subject], *map(_share, row.kept))


def _refused(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    """Say how many answers were not offered, and why."""
    reasons = row.figures.refused
    return (
        row.subject.surface,
        names[row.subject],
        _part(reasons.total(), row.figures.answered),
        ", ".join(f"{reason} {count}" for reason, count in reasons.most_common()),
    )


def _beside(
    rows: Sequence[Row], names: Mapping[Subject, str]
) -> Iterator[tuple[str, ...]]:
    """Give every pair once, as the one that is used more sees it."""
    for row, compared in _pairs(rows):
        yield (
            row.subject.surface,
            names[row.subject],
            names[compared.against],
            str(compared.lists),
            percent(compared.above),
            _share(compared.own),
            _share(compared.other),
            _points(compared.difference),
        )


def _pairs(rows: Sequence[Row]) -> Iterator[tuple[Row, Comparison]]:
    told: set[frozenset[Subject]] = set()
    for row in rows:
        for compared in row.comparisons:
            pair = frozenset((row.subject, compared.against))
            if pair not in told:
                told.add(pair)
                yield row, compared


def _places(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[str]:
    """Say where figures tell places as well as models, and what to do."""
    for row, compared in _pairs(rows):
        if not compared.is_even:
            yield (
                f"{names[row.subject]} stood above {names[compared.against]} in "
                f"{_part(round(compared.above * compared.lists), compared.lists)} of "
                "their lists, so DIFFERENCE tells places too, until each order has "
                f"come {ENOUGH_OF_AN_ORDER} times; `hexai leaderboard` says what draws "
                "the order"
            )


def _firsts(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[str]:
    """Say where some stood first so much more often that chance alone is no reason."""
    for surface, there in groupby(rows, key=lambda row: row.subject.surface):
        seen = [row for row in there if row.figures.shown >= _ENOUGH]
        shares = [row.figures.first / row.figures.shown for row in seen]
        least = min((row.figures.shown for row in seen), default=_ENOUGH)
        spread = max(shares, default=0.0) - min(shares, default=0.0)
        if spread > max(_UNEVEN, _BY_CHANCE / sqrt(least)):
            told = ", ".join(
                f"{names[row.subject]} {percent(share)}"
                for row, share in zip(seen, shares, strict=True)
            )
            yield (
                f"{surface}: stood first in their lists: {told}; so ACCEPTED and EACH "
                "tell places as well as models"
            )


def _count(accepted: float) -> str:
    """Write a number of accepted answers, of which some may be shared by several."""
    return f"{accepted:.1f}".removesuffix(".0")


def _part(part: int, whole: int) -> str:
    return percent(part / whole) if whole else _NOT_YET


def _share(estimate: Estimate | None) -> str:
    if estimate is None:
        return _NOT_YET
    low, high = 100 * estimate.low, 100 * estimate.high
    return f"{_about(estimate)}{percent(estimate.value)} ({low:.0f} … {high:.0f})"


def _points(estimate: Estimate) -> str:
    value, low, high = (
        f"{100 * x:+.0f}" for x in (estimate.value, estimate.low, estimate.high)
    )
    return f"{_about(estimate)}{value} ({low} … {high})"


def _each(row: Row) -> str:
    each, figures = row.cost_per_accepted, row.figures
    if not figures.shown:
        return _NOT_YET
    spent = _money(row.shown_cost_usd, figures, unpriced=figures.shown_unpriced)
    if each is None:
        return f"none for {spent}"
    value = _money(Decimal(each.value), figures, unpriced=figures.shown_unpriced)
    if figures.shown_unpriced or not each.value:
        return value
    high = usd(Decimal(each.high)) if isfinite(each.high) else "…"
    return f"{_about(each)}{value} ({usd(Decimal(each.low))} … {high})"


def _about(estimate: Estimate) -> str:
    return "about " if estimate.is_rough else ""


def _times(row: Row) -> tuple[Quantile | None, ...]:
    """Give when first tokens and answers came; how soon somebody failed tells none."""
    times = (*row.first_token, *row.total)
    return times if row.figures.answered else (None,) * len(times)


def _seconds(quantile: Quantile | None) -> str:
    if quantile is None:
        return _NOT_YET
    return f"{'>' if quantile.at_least else ''}{seconds(quantile.seconds)}"


def _money(dollars: Decimal, figures: Figures, *, unpriced: int) -> str:
    if unpriced and not dollars:
        return "?"
    unknown = " + ?" if unpriced else ""
    return usd(dollars, estimated=bool(figures.estimated)) + unknown


def _guess(figures: Figures) -> str:
    return "~" if figures.estimated else ""
