"""The side-by-side view: which rows stand under which header, what is for good."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice, zip_longest

from hexai.domain.outcome import Delta, Ended, Event, TakenBackEvent
from hexai.surfaces.cli.live.header import DIM, Frame, Size, Standing, header, lines_of
from hexai.surfaces.cli.live.rows import SEPARATOR, Piece, row, styled_row
from hexai.text.cells import truncate, wrap
from hexai.text.sanitise import VisibleStream


class Column:
    """The rows of one contender from the first that is not printed for good.

    Only the last of them is wrapped again when text comes, so that a column costs the
    same after 10,000 lines as at once.
    """

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._clean = VisibleStream()
        self._arrived: list[str] = []
        self._rows: deque[str] = deque()
        """Rows that stay as they are; one that ends its line ends in a newline."""
        self._open = ""
        """The row that is still being filled."""
        self._ended = False
        self._is_printed = False
        self.keeps_thoughts = False
        """Whether text is printed for good that was taken back."""

    def feed(self, text: str) -> None:
        """Take the next piece of the answer; it is wrapped when rows are wanted."""
        self._arrived.append(text)

    def take_back(self) -> None:
        """Drop what is not printed for good: it was reasoning.

        Below what is, a blank row stands before the answer.
        """
        self._clean = VisibleStream()
        self._arrived.clear()
        self._rows.clear()
        self._open = ""
        self.keeps_thoughts = self.keeps_thoughts or self._is_printed
        if self.keeps_thoughts:
            self._rows.append("\n")

    def end(self, reason: str = "") -> None:
        """Close the last row: nothing follows but the reason why there is no more.

        Once is enough.
        """
        if self._ended:
            return
        self._settle()
        self._wrap(self._clean.end())
        if reason and self._open:
            self._wrap("\n")
        self._wrap(reason)
        if self._open:
            self._rows.append(self._open)
            self._open = ""
        self._ended = True

    @property
    def done(self) -> int | None:
        """How many rows are complete; None if all are and no other will come."""
        self._settle()
        return None if self._ended else len(self._rows)

    @property
    def count(self) -> int:
        """How many rows there are, with the one that is being filled."""
        self._settle()
        return len(self._rows) + bool(self._open)

    def resize(self, cells: int) -> None:
        """Wrap what is not printed for good to another width."""
        if cells == self._cells:
            return
        self._settle()
        pending = "".join(self._rows) + self._open
        self._cells = cells
        self._rows.clear()
        self._open = ""
        self._wrap(pending)
        if self._ended and self._open:
            self._rows.append(self._open)
            self._open = ""

    def take(self, count: int) -> list[str]:
        """Hand over the first rows to be printed for good; blank where it has none."""
        self._settle()
        here = min(count, len(self._rows))
        self._is_printed = self._is_printed or here > 0
        rows = [self._rows.popleft().rstrip() for _ in range(here)]
        return rows + [""] * (count - here)

    def rest(self) -> list[str]:
        """Hand over all rows, each that ends its line with its newline."""
        self._settle()
        rows = [*self._rows, self._open]
        self._rows.clear()
        self._open = ""
        return rows

    def view(self, height: int) -> list[str]:
        """Show at most `height` rows: all, else the first and the newest.

        What stands between them waits until the slower contenders have come so far.
        """
        count = self.count
        first = count if count <= height else height - height // 4 - 1
        head = [row.rstrip() for row in islice(self._all(), first)]
        if first == count:
            return head
        newest = height // 4
        marker = f"… {count - first - newest} more rows"
        tail = reversed(list(islice(self._backwards(), newest)))
        return [*head, marker, *(row.rstrip() for row in tail)]

    def _all(self) -> Iterator[str]:
        yield from self._rows
        if self._open:
            yield self._open

    def _backwards(self) -> Iterator[str]:
        if self._open:
            yield self._open
        yield from reversed(self._rows)

    def _settle(self) -> None:
        if self._arrived:
            arrived = "".join(self._arrived)
            self._arrived.clear()
            self._wrap(self._clean.feed(arrived))

    def _wrap(self, text: str) -> None:
        *ended, self._open = (self._open + text).split("\n")
        for line in ended:
            *rows, last = wrap(line, self._cells)
            self._rows.extend(rows)
            self._rows.append(last + "\n")
        *rows, self._open = wrap(self._open, self._cells)
        self._rows.extend(rows)


# The view begins with a header that tells how each contender stands. A row is complete
# once every contender has filled it or ended before it. As long as all fits the screen
# everything stays live, so that the header tells the end too and a new width wraps all
# anew. What grows beyond the screen leaves it at the top: first the header, with the
# words that stay true, then the complete rows; how the contenders stand is from then on
# told below the rows. What is still too much waits: a contender that runs ahead of the
# others by more than a screen shows its first and its newest rows.
#
# Pure: events and a size in, lines out.

_NARROWEST = 8
"""Cells below which a column cannot be read."""

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

    def __init__(self, standings: Sequence[Standing], *, colour: bool) -> None:
        """`standings` are kept up to date by the caller, in the order shown."""
        self._standings = standings
        self._colour = colour
        self._columns = [Column(_NARROWEST) for _ in standings]
        self._widths: tuple[int, ...] = (_NARROWEST,) * len(standings)
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
        return tuple(
            position
            for position, column in enumerate(self._columns)
            if column.keeps_thoughts
        )

    def frame(self, size: Size) -> Frame:
        """Draw what is there; once all does not fit, complete rows are for good."""
        if not fits(size, len(self._columns)):
            return Frame(live=(truncate("(window too small)", size.columns - 1),))
        self._resize(size)
        room = size.lines - 1 - _HEADER
        count = self._count()
        complete = self._complete(count)
        lasting: list[str] = []
        if self._topped and complete and count > room:
            self._topped = False
            lasting += self._header([s.lasting_words() for s in self._standings])
        if not self._topped:
            lasting += self._take(complete)
        return Frame(lasting=tuple(lasting), live=tuple(self._live(room)))

    def last_frame(self, size: Size) -> Frame:
        """Draw all that is left for good; nothing more will come."""
        for column in self._columns:
            column.end()
        if not fits(size, len(self._columns)):
            return Frame(lasting=tuple(self._stacked(size)))
        self._resize(size)
        rows = self._take(self._count())
        words = [standing.words() for standing in self._standings]
        if self._topped:
            return Frame(lasting=(*self._header(words), *rows))
        return Frame(lasting=(*rows, *self._footer(words)))

    def _resize(self, size: Size) -> None:
        widths = _widths(size.columns, len(self._columns))
        if widths != self._widths:
            self._widths = widths
            for column, cells in zip(self._columns, widths, strict=True):
                column.resize(cells)

    def _complete(self, count: int) -> int:
        done = [column.done for column in self._columns]
        return min((rows for rows in done if rows is not None), default=count)

    def _count(self) -> int:
        return max(column.count for column in self._columns)

    def _take(self, count: int) -> list[str]:
        taken = [column.take(count) for column in self._columns]
        return [row(cells, self._widths) for cells in zip(*taken, strict=True)]

    def _live(self, room: int) -> list[str]:
        views = [column.view(room) for column in self._columns]
        rows = [row(cells, self._widths) for cells in zip_longest(*views, fillvalue="")]
        words = [standing.words() for standing in self._standings]
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
        return styled_row(cells, self._widths)

    def _rule(self, crossing: str) -> str:
        rule = crossing.join("─" * cells for cells in self._widths)
        return styled_row([[Piece(rule, DIM)]], [len(rule)]) if self._colour else rule

    def _stacked(self, size: Size) -> list[str]:
        lines: list[str] = []
        for standing, column in zip(self._standings, self._columns, strict=True):
            words = standing.words()
            told = header(standing, words, size.columns, colour=self._colour)
            lines.append(styled_row([told], [size.columns]))
            lines += [*lines_of(column.rest()), ""]
        return lines[:-1]
