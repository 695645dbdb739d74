"""The side-by-side view: which rows stand under which header, what is for good."""

from collections.abc import Sequence
from itertools import zip_longest

from hexai.domain.outcome import Delta, Ended, Event, TakenBackEvent
from hexai.surfaces.cli.live.column import Column, MakeSource, keeping_thoughts
from hexai.surfaces.cli.live.header import DIM, Frame, Size, Standing, header
from hexai.surfaces.cli.live.lines import Pieces, PlainSource, drawn
from hexai.surfaces.cli.live.rows import (
    DIM_SEPARATOR,
    SEPARATOR,
    Piece,
    row,
    styled_row,
)
from hexai.text.cells import truncate

# The view begins with a header that tells how each contender stands. A row is complete
# once every contender has filled it or ended before it. As long as all fits the screen
# everything stays live, so that the header tells the end too and a new width wraps all
# anew. What grows beyond the screen leaves it at the top: first the header, with
# labels alone, then the complete rows; how the contenders stand is from then on
# told below the rows. What is still too much waits: a contender that runs ahead of the
# others by more than a screen shows its first and its newest rows. Once it has ended
# nobody waits for long to read it: its rows are printed beside what the others have,
# and they go on below. Blind they wait, for who is quick would be known by it.
#
# Pure: events and a size in, lines out.

_NARROWEST = 8
"""Cells below which a column cannot be read."""

_WAITS = 2.0
"""Seconds that rows of an ended answer wait for others, if the screen cannot hold them:
most that are about as quick stay side by side."""

_FLATTEST = 5
"""Lines of a screen that hold header, rule and something to read."""

_HEADER = 2
"""Lines of a header with its rule, and as many of the footer that takes its place."""


def fits(size: Size, contenders: int) -> bool:
    """Tell whether so many columns can be shown at all."""
    narrowest = min(_widths(size.columns, contenders))
    return narrowest >= _NARROWEST and size.lines >= _FLATTEST


def _widths(columns: int, contenders: int) -> tuple[int, ...]:
    # The last column of the screen stays free: what a terminal does with marks and
    # erasing once it is filled differs.
    room = columns - 1 - len(SEPARATOR) * (contenders - 1)
    each, more = divmod(max(0, room), contenders)
    return tuple(each + (position < more) for position in range(contenders))


class Columns:
    """The answers of several contenders side by side."""

    def __init__(
        self,
        standings: Sequence[Standing],
        *,
        colour: bool,
        make: MakeSource = PlainSource,
    ) -> None:
        """`standings` are kept up to date by the caller, in the order shown."""
        self._standings = standings
        self._colour = colour
        self._separator = DIM_SEPARATOR if colour else SEPARATOR
        self._columns = [Column(_NARROWEST, make) for _ in standings]
        self._widths: tuple[int, ...] = (_NARROWEST,) * len(standings)
        self._ended_at: dict[int, float] = {}
        """Since when it was seen that a column has no rows to come."""
        self._topped = True
        """Whether the header is still the first live line."""

    def handle(self, position: int, event: Event) -> None:
        """Take the next event of the contender at this position."""
        match event:
            case Delta():
                self._columns[position].feed(event.text)
            case TakenBackEvent():
                self._columns[position].take_back()
            case Ended():
                self._columns[position].end(self._standings[position].reason())
            case _:
                pass

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the positions that stay readable though they were taken back."""
        return keeping_thoughts(self._columns)

    @property
    def order(self) -> tuple[int, ...]:
        """The positions from left to right."""
        return tuple(range(len(self._columns)))

    @property
    def is_behind(self) -> bool:
        """Whether something that has come is not drawn yet."""
        return any(column.is_behind for column in self._columns)

    @property
    def waits(self) -> bool:
        """Whether something is to be loaded before more of it can be drawn."""
        return any(column.is_behind and column.waits for column in self._columns)

    def settle(self) -> None:
        """Draw the next bit of what has come."""
        for column in self._columns:
            column.settle()

    def frame(self, size: Size, now: float) -> Frame:
        """Show what is there; once all does not fit, complete rows are for good."""
        if not fits(size, len(self._columns)):
            return Frame(live=(truncate("(window too small)", size.columns - 1),))
        self._resize(size)
        self.settle()
        room = size.lines - 1 - _HEADER
        count = self._count()
        complete = self._complete(count, now if count > room else None)
        lasting: list[str] = []
        if self._topped and complete and count > room:
            self._topped = False
            lasting += self._header([""] * len(self._standings))
        if not self._topped:
            lasting += self._take(complete)
        words = [standing.words(now) for standing in self._standings]
        return Frame(lasting=tuple(lasting), live=tuple(self._live(room, words)))

    def last_frame(self, size: Size, now: float) -> Frame:
        """Draw all that is left for good; nothing more will come."""
        for column in self._columns:
            column.finish()
        words = [standing.words(now) for standing in self._standings]
        if not fits(size, len(self._columns)):
            return Frame(lasting=tuple(self._stacked(size, words)))
        self._resize(size)
        rows = self._take(self._count())
        if self._topped:
            return Frame(lasting=(*self._header(words), *rows))
        return Frame(lasting=(*rows, *self._footer(words)))

    def _resize(self, size: Size) -> None:
        widths = _widths(size.columns, len(self._columns))
        if widths != self._widths:
            self._widths = widths
            for column, cells in zip(self._columns, widths, strict=True):
                column.resize(cells)

    def _complete(self, count: int, now: float | None) -> int:
        """Count the rows that are for good; those that nobody waits for if time says.

        `now` is None as long as all of them can be seen.
        """
        done = [column.done for column in self._columns]
        complete = min((rows for rows in done if rows is not None), default=count)
        if now is None or self._standings[0].blind:
            return complete
        for position, column in enumerate(self._columns):
            if column.done is None:
                ended_at = self._ended_at.setdefault(position, now)
                if now - ended_at >= _WAITS:
                    complete = max(complete, column.count)
        return complete

    def _count(self) -> int:
        return max(column.count for column in self._columns)

    def _take(self, count: int) -> list[str]:
        """Take rows for good; blank where a column has none, or none that is done."""
        taken = []
        for column in self._columns:
            done = count if column.done is None else min(count, column.done)
            taken.append([*column.take(done), *[()] * (count - done)])
        return [self._row(cells) for cells in zip(*taken, strict=True)]

    def _row(self, cells: Sequence[Pieces]) -> str:
        return row(cells, self._widths, self._separator)

    def _live(self, room: int, words: list[str]) -> list[str]:
        views = [column.view(room) for column in self._columns]
        rows = [self._row(cells) for cells in zip_longest(*views, fillvalue=())]
        if self._topped:
            return self._header(words) + rows
        return rows + self._footer(words)

    def _header(self, words: list[str]) -> list[str]:
        return [self._states(words), self._rule("─┼─")]

    def _footer(self, words: list[str]) -> list[str]:
        return [self._rule("─┴─"), self._states(words)]

    def _states(self, words: list[str]) -> str:
        told = zip(self._standings, words, self._widths, strict=True)
        cells = [header(s, w, cells, colour=self._colour) for s, w, cells in told]
        return styled_row(cells, self._widths, self._separator)

    def _rule(self, crossing: str) -> str:
        rule = crossing.join("─" * cells for cells in self._widths)
        return styled_row([[Piece(rule, DIM)]], [len(rule)]) if self._colour else rule

    def _stacked(self, size: Size, words: list[str]) -> list[str]:
        lines: list[str] = []
        told = zip(self._standings, words, self._columns, strict=True)
        for standing, said, column in told:
            cell = header(standing, said, size.columns, colour=self._colour)
            lines.append(styled_row([cell], [size.columns]))
            lines += [*map(drawn, column.rest()), ""]
        return lines[:-1]
