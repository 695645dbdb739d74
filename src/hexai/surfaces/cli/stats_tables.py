"""The tables of `hexai stats`: how fast and sure, and what it was worth; pure.

What cannot be known yet says so, and what is estimated says how well.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from math import sqrt

from hexai.domain.figures import Subject, Title
from hexai.service.statistics import (
    ENOUGH_OF_AN_ORDER,
    Comparison,
    Row,
    distribution,
)
from hexai.surfaces.cli.legend import STATS, legend
from hexai.surfaces.cli.output import table
from hexai.surfaces.cli.stats_cells import (
    NOT_YET,
    accepted_words,
    each_words,
    money_words,
    part_words,
    points_words,
    share_words,
    speed_words,
    time_words,
    times_of,
)
from hexai.surfaces.contender_names import contender_names, day, model_name, options_of
from hexai.surfaces.words import counted, percent, seconds, usd
from hexai.text.bars import bar, sparkline
from hexai.text.cells import width, wrap
from hexai.text.sanitise import visible_line

_BAR = 10
_MOST_PAIRS = 15
"""Pairs of one surface, unless all that is known is wanted."""
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
_HELD_UP = ("SURFACE", "ENTRY", "LOADING", "QUEUED")
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
    if any(each.at_least for row in rows for each in times_of(row) if each is not None):
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
        notes += _left_out(rows)
        notes.append("More columns: --wide; for scripts: --json, --csv.")
    return text + _below(notes, columns)


_Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def _drawn(tables_: Sequence[_Table], columns: int) -> str:
    return "\n".join(table(header, cells, columns=columns) for header, cells in tables_)


def _all_columns(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[_Table]:
    """Give every table that has rows, with all that is known."""
    for header, cells in (
        (_SPEED, [_speed(row, names) for row in rows]),
        (_HELD_UP, [_held_up(row, names) for row in rows if _was_held_up(row)]),
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
            [_pick(p, _PAIR) for p in _beside(rows, names, most=_MOST_PAIRS)],
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
    return (
        row.subject.surface,
        names[row.subject],
        str(figures.runs),
        part_words(figures.answered, decided),
        str(failed or "-"),
        str(figures.late or "-"),
        *map(time_words, times_of(row)),
        sparkline(distribution(figures)),
        speed_words(figures),
    )


def _worth(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    figures, taken = row.figures, row.accepted_share
    return (
        row.subject.surface,
        names[row.subject],
        money_words(figures.cost_usd, figures, unpriced=figures.unpriced),
        _kept_input(row),
        f"{accepted_words(figures.accepted)} of {figures.shown}"
        if figures.shown
        else NOT_YET,
        bar(taken.value, _BAR) if taken and taken.value else "",
        share_words(taken),
        str(figures.characters or "-"),
        each_words(row),
    )


def _kept_input(row: Row) -> str:
    """Say what upstreams read from their caches, and what they wrote there."""
    figures = row.figures
    read = part_words(figures.cached_input, figures.cached_of)
    written = part_words(figures.written_input, figures.written_of)
    told = read if figures.cached_of else _NOT_TOLD
    return f"{told} +{written}" if figures.written_input else told


def _kept(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    return (row.subject.surface, names[row.subject], *map(share_words, row.kept))


def _was_held_up(row: Row) -> bool:
    return bool(row.figures.loads or row.figures.waits)


def _held_up(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    """Say how often it waited for a load and for others, and how long in all."""
    figures = row.figures
    spans = (figures.loads, figures.loading_ms), (figures.waits, figures.queued_ms)
    told = (f"{n} for {seconds(ms / 1000)}" if n else "-" for n, ms in spans)
    return (row.subject.surface, names[row.subject], *told)


def _refused(row: Row, names: Mapping[Subject, str]) -> tuple[str, ...]:
    """Say how many answers were not offered, and why."""
    reasons = row.figures.refused
    return (
        row.subject.surface,
        names[row.subject],
        part_words(reasons.total(), row.figures.answered),
        ", ".join(f"{reason} {count}" for reason, count in reasons.most_common()),
    )


def _beside(
    rows: Sequence[Row], names: Mapping[Subject, str], *, most: int | None = None
) -> Iterator[tuple[str, ...]]:
    """Give every pair once, as the one that is used more sees it.

    Of more than `most` pairs, those that differ beyond chance go first.
    """
    pairs = [*_pairs(rows)]
    if most is not None and len(pairs) > most:
        pairs = sorted(pairs, key=lambda pair: not _differs(pair[1]))[:most]
    for row, compared in pairs:
        yield (
            row.subject.surface,
            names[row.subject],
            names[compared.against],
            str(compared.lists),
            percent(compared.above),
            share_words(compared.own),
            share_words(compared.other),
            points_words(compared.difference),
        )


def _pairs(rows: Sequence[Row]) -> Iterator[tuple[Row, Comparison]]:
    told: set[frozenset[Subject]] = set()
    for row in rows:
        for compared in row.comparisons:
            pair = frozenset((row.subject, compared.against))
            if pair not in told:
                told.add(pair)
                yield row, compared


def _differs(compared: Comparison) -> bool:
    return compared.difference.low > 0 or compared.difference.high < 0


def _left_out(rows: Sequence[Row]) -> Iterator[str]:
    """Say how many pairs are not among those that are shown without `--wide`."""
    for surface, there in groupby(rows, key=lambda row: row.subject.surface):
        if (missing := sum(1 for _ in _pairs([*there])) - _MOST_PAIRS) > 0:
            pairs = counted(missing, "more pair")
            yield f"{surface}: {pairs} stood in the same lists: --wide"


def _places(rows: Sequence[Row], names: Mapping[Subject, str]) -> Iterator[str]:
    """Say where figures tell places as well as models, and what to do."""
    for row, compared in _pairs(rows):
        if not compared.is_even:
            lists = compared.lists
            above = part_words(round(compared.above * lists), lists)
            yield (
                f"{names[row.subject]} stood above {names[compared.against]} in "
                f"{above} of their lists, so DIFFERENCE tells places too, until each "
                f"order has come {ENOUGH_OF_AN_ORDER} times; `hexai leaderboard` says "
                "what draws the order"
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
