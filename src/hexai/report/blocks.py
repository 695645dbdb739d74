"""What a section of the page is made of: sentences, charts, tables; pure values."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from math import isfinite

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.estimates import Estimate
from hexai.domain.figures import Subject
from hexai.domain.ranking import Leaderboard, Model, Ranking, Standing
from hexai.report.theme import Spec
from hexai.service.statistics import Row


class Words(Struct, frozen=True, kw_only=True):
    """How things are worded, which is the same on every surface."""

    names: Callable[[Sequence[Row]], Mapping[Subject, str]]
    """Names who stands in rows, shortly and apart."""
    board_names: Callable[[Leaderboard], Mapping[Model, str]]
    percent: Callable[[float], str]
    usd: Callable[[Decimal], str]
    standings: Callable[[Ranking, Leaderboard], list[Standing]]
    """Gives those that the filters let through."""
    verdicts: Callable[[Ranking, Leaderboard], list[str]]
    """Says what is known of each pair, and what is missing."""
    changes: Callable[[Leaderboard], list[str]]
    """Says which models have changed, and since when."""
    nothing_yet: str
    """Says that nobody can know yet, and what to do."""


class Cell(Struct, frozen=True, kw_only=True):
    """A cell of a table."""

    text: str
    key: str = ""
    """What JSON calls the figure, as `kept_30s.low`; empty where it is none."""
    value: float | None = None
    high: float | None = None
    """Where it is the low end of an interval, the other one; None for no end."""
    is_name: bool = False


class Table(Struct, frozen=True, kw_only=True):
    """Figures for eyes and screen readers; the first cell of a row heads it."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    missing: int = 0
    """Rows that are not on the page."""

    def cut(self, most: int) -> "Table":
        """Leave out all rows but so many."""
        missing = max(0, len(self.rows) - most)
        return replace(self, rows=self.rows[:most], missing=self.missing + missing)


class Chart(Struct, frozen=True, kw_only=True):
    """A chart whose figures stand in a table beside it."""

    caption: str
    spec: Spec


class Block(Struct, frozen=True, kw_only=True):
    """What a section says of one view."""

    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    missing: int = 0
    """Sentences and notes that are not on the page."""

    def cut(self, most: int) -> "Block":
        """Leave out all sentences, notes and rows but so many of each."""
        lines = max(0, len(self.sentences) - most) + max(0, len(self.notes) - most)
        return replace(
            self,
            sentences=self.sentences[:most],
            notes=self.notes[:most],
            tables=tuple(table.cut(most) for table in self.tables),
            missing=self.missing + lines,
        )


NOT_YET = "not yet"


def name(words: str) -> Cell:
    """Make a cell of a name or a day."""
    return Cell(text=words, is_name=True)


def text(words: str) -> Cell:
    """Make a cell of words or of a figure that JSON does not tell."""
    return Cell(text=words)


def count(number: float, key: str = "") -> Cell:
    """Make a cell of a number of things."""
    shown = f"{number:,.1f}".removesuffix(".0")
    return Cell(text=shown, key=key, value=round(number, 6))


def day(moment: float) -> str:
    """Write the day of a moment, in UTC."""
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"


def number(value: float | None, shown: str, key: str) -> Cell:
    """Make a cell of a figure that may not be known."""
    return (
        Cell(text=NOT_YET) if value is None else Cell(text=shown, key=key, value=value)
    )


def ends(
    estimate: Estimate | None, key: str, shown: Callable[[float], str]
) -> list[Cell]:
    """Make two cells of an estimate: its value, and between what it lies."""
    if estimate is None:
        return [Cell(text=NOT_YET), Cell(text="")]
    about = "about " if estimate.is_rough else ""
    low, high = shown(estimate.low), "∞"
    end = estimate.high if isfinite(estimate.high) else None
    if end is not None:
        high = shown(end)
    value = Cell(
        text=about + shown(estimate.value),
        key=key and f"{key}.value",
        value=estimate.value,
    )
    span = Cell(
        text=f"{low} … {high}", key=key and f"{key}.low", value=estimate.low, high=end
    )
    return [value, span]
