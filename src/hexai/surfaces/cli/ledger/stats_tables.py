"""The tables of `hexai stats`: how fast and sure, and what it was worth; pure."""

from collections.abc import Sequence
from decimal import Decimal

from hexai.domain.figures import Figures, Quantile
from hexai.service.statistics import Row, distribution
from hexai.surfaces.cli.closing import usd
from hexai.surfaces.cli.table import table
from hexai.text.chart import bar, sparkline

_BAR = 10
_SPEED = (
    *("SURFACE", "MODEL", "RUNS", "ANSWERED", "FAILED", "LATE"),
    *("FIRST p50", "p90", "TOTAL p50", "p90", "0.1 s … 60 s", "TOK/S"),
)
_WORTH = (
    *("SURFACE", "MODEL", "COST", "ACCEPTED", "", "CHARACTERS", "RETAINED", "EACH"),
)
_NOTES = (
    ("~", "~ with estimated tokens"),
    ("?", "? with answers whose price nobody knows"),
    (">", "> at least that long: it falls on contenders that timed out"),
)


def tables(rows: Sequence[Row], *, columns: int = 0) -> str:
    """Draw both tables, and say what the marks in them mean.

    `columns` are the cells of the screen; 0 where there is none.
    """
    names = _names(rows)
    speed = [(row.surface, names[i], *_speed(row)) for i, row in enumerate(rows)]
    worth = [(row.surface, names[i], *_worth(row)) for i, row in enumerate(rows)]
    drawn = "\n".join(
        table(header, drawn, columns=columns)
        for header, drawn in ((_SPEED, speed), (_WORTH, worth))
    )
    figures = " ".join(cell for row in (*speed, *worth) for cell in row[2:])
    notes = [text for mark, text in _NOTES if mark in figures]
    return drawn + "".join(f"\n{note}" for note in notes) + ("\n" if notes else "")


def _names(rows: Sequence[Row]) -> list[str]:
    """Name models shortly, by their upstream too where that tells two apart."""
    short = [f"{row.provider}:{row.model}" for row in rows]
    seen = [(row.surface, name) for row, name in zip(rows, short, strict=True)]
    return [
        f"{name} ({row.upstream})" if seen.count((row.surface, name)) > 1 else name
        for row, name in zip(rows, short, strict=True)
    ]


def _speed(row: Row) -> tuple[str, ...]:
    figures = row.figures
    decided = figures.runs - figures.cancelled
    failed = figures.failed + figures.timed_out
    speed = figures.tokens_per_s
    return (
        str(figures.runs),
        _percent(figures.answered, decided),
        str(failed or "-"),
        str(figures.late or "-"),
        *map(_seconds, (*row.first_token, *row.total)),
        sparkline(distribution(figures)),
        "-" if speed is None else f"{_guess(figures)}{speed:.0f}",
    )


def _worth(row: Row) -> tuple[str, ...]:
    figures = row.figures
    shares = figures.accepted, figures.answered
    return (
        _money(figures.cost_usd, figures),
        str(figures.accepted or "-"),
        bar(shares[0] / shares[1], _BAR) if all(shares) else "",
        str(figures.characters or "-"),
        _percent(figures.retained, figures.followed),
        "-"
        if row.cost_per_accepted is None
        else _money(row.cost_per_accepted, figures),
    )


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "-"


def _seconds(quantile: Quantile | None) -> str:
    if quantile is None:
        return "-"
    digits = 2 if quantile.seconds < 10 else 0
    return f"{'>' if quantile.at_least else ''}{quantile.seconds:.{digits}f} s"


def _money(dollars: Decimal, figures: Figures) -> str:
    if figures.unpriced and not dollars:
        return "?"
    unknown = " + ?" if figures.unpriced else ""
    return usd(dollars, estimated=bool(figures.estimated)) + unknown


def _guess(figures: Figures) -> str:
    return "~" if figures.estimated else ""
