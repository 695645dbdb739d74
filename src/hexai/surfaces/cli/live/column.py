"""The rows of one contender: what is for good, what may change, what waits; pure."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice

from msgspec.structs import replace

from hexai.surfaces.cli.live.lines import (
    Line,
    Pieces,
    PlainSource,
    Row,
    Source,
    TextLine,
)
from hexai.surfaces.cli.live.rows import Piece
from hexai.text.sanitise import VisibleStream, visible

MakeSource = Callable[[], Source | None]
"""Makes what turns text into lines; None as long as that is not loaded."""

_PREVIEW = 4_000
"""Characters of a text that are shown as they are while nothing can draw them."""


class Column:
    """The rows of one contender from the first that is not printed for good.

    Only what may still change is drawn anew when text comes, so that a column costs
    the same after 10,000 lines as at once. A lot of text at once is taken bit by bit,
    one bit for each frame, so that nobody else has to wait.
    """

    def __init__(self, cells: int, make: MakeSource = PlainSource) -> None:
        self._cells, self._make = cells, make
        self._source: Source | None = None
        self._clean = VisibleStream()
        self._arrived: list[str] = []
        self._backlog = ""
        """Text that is not drawn yet; it is cleaned as it is drawn."""
        self._rows: deque[Row] = deque()
        """Rows that stay as they are, but for the last of a line that goes on."""
        self._open: list[Row] | None = []
        """The rows after those, which may change; None if they are to be drawn."""
        self._reason = ""
        self._is_ending = self._ended = self._is_printed = False
        self.keeps_thoughts = False
        """Whether text is printed for good that was taken back."""

    def feed(self, text: str) -> None:
        """Take the next piece of the answer; it is drawn when rows are wanted."""
        self._arrived.append(text)

    def take_back(self) -> None:
        """Drop what is not printed for good: it was reasoning.

        Below what is, a blank row stands before the answer.
        """
        self._clean, self._source = VisibleStream(), None
        self._arrived.clear()
        self._backlog = ""
        self._rows.clear()
        self._open = []
        self.keeps_thoughts = self.keeps_thoughts or self._is_printed
        if self.keeps_thoughts:
            self._append(TextLine())

    def end(self, reason: str = "") -> None:
        """Let nothing follow but the reason why there is no more; once is enough."""
        if not self._is_ending:
            self._is_ending, self._reason = True, reason

    def finish(self) -> None:
        """Draw all that has come, however much, and let nothing follow."""
        self.end()
        self._source = self._source or self._make() or PlainSource()
        self.settle()
        while not self._ended:
            if self._source.waits:
                self._draw(self._backlog)
                self._close()
            self.settle()

    def settle(self) -> None:
        """Draw the next of what has come; cheap if nothing has."""
        self._source = self._source or self._make()
        if self._arrived:
            self._backlog += "".join(self._arrived)
            self._arrived.clear()
            self._open = None
        source = self._source
        if source is None or source.waits or self._ended:
            return
        if self._backlog or source.has_waited:
            self._draw(source.bite(self._backlog))
        if self._is_ending and not self._backlog and not source.waits:
            self._close()

    @property
    def is_behind(self) -> bool:
        """Whether there is something to draw, now or once it can be."""
        has_waited = self._source is not None and self._source.has_waited
        more = self._arrived or self._backlog or self._is_ending or has_waited
        return bool(more) and not self._ended

    @property
    def waits(self) -> bool:
        """Whether something is to be loaded before anything more can be drawn."""
        return self._source is None or self._source.waits

    @property
    def done(self) -> int | None:
        """How many rows are complete; None if all are and no other will come."""
        return None if self._ended else len(self._rows) - self._is_held

    @property
    def count(self) -> int:
        """How many rows there are, with those that may change."""
        return len(self._rows) - self._is_held + len(self._tail())

    def resize(self, cells: int) -> None:
        """Wrap what is not printed for good to another width."""
        if cells == self._cells:
            return
        self._cells, self._open = cells, None
        rows, self._rows = self._rows, deque()
        for same in _by_line(rows):
            self._rows += _wrapped_anew(same, cells)

    def take(self, count: int) -> list[Pieces]:
        """Hand over the first rows to be printed for good; blank where it has none."""
        here = min(count, len(self._rows))
        self._is_printed = self._is_printed or here > 0
        rows = [self._rows.popleft().pieces for _ in range(here)]
        return rows + [()] * (count - here)

    def rest(self) -> list[Pieces]:
        """Hand over all lines that are left, unwrapped."""
        rows, self._rows = self._rows, deque()
        return [pieces for same in _by_line(rows) for pieces in _joined(same)]

    def view(self, height: int) -> list[Pieces]:
        """Show at most `height` rows: all, else the first and the newest.

        What stands between them waits until the slower contenders have come so far.
        """
        count = self.count
        first = count if count <= height else height - height // 4 - 1
        settled = islice(self._rows, len(self._rows) - self._is_held)
        head = [row.pieces for row in islice(chain(settled, self._tail()), first)]
        if first == count:
            return head
        newest = height // 4
        marker = (Piece(f"… {count - first - newest} more rows"),)
        return [*head, marker, *self.newest(newest)]

    def newest(self, height: int) -> list[Pieces]:
        """Show the last rows."""
        settled = islice(reversed(self._rows), self._is_held, None)
        backwards = chain(reversed(self._tail()), settled)
        return [row.pieces for row in islice(backwards, height)][::-1]

    @property
    def _is_held(self) -> bool:
        """Whether the last row belongs to a line that may go on in it."""
        return bool(self._rows) and not (self._rows[-1].line.ends or self._ended)

    def _tail(self) -> Sequence[Row]:
        """Draw what may still change, with the row that it goes on in."""
        if self._open is None:
            last = self._rows[-1] if self._is_held else None
            lines = self._open_lines()
            self._open = [last] if last is not None else []
            for line in lines:
                _go_on(self._open, line, self._cells)
        elif self._is_held and not self._open:
            return [self._rows[-1]]
        return self._open

    def _open_lines(self) -> list[Line]:
        waiting = visible(self._backlog[-_PREVIEW:])
        if self._source is None or self._source.waits:
            drawn = [] if self._source is None else self._source.open()
            return drawn + PlainSource().feed(waiting)
        return self._source.open()

    def _draw(self, text: str) -> None:
        assert self._source is not None
        self._backlog = self._backlog[len(text) :]
        self._open = None
        for line in self._source.feed(self._clean.feed(text)):
            self._append(line)

    def _close(self) -> None:
        assert self._source is not None
        last = self._source.feed(self._clean.end())
        for line in chain(last, self._source.end(), _lines_of(self._reason)):
            self._append(line)
        self._open, self._ended = [], True

    def _append(self, line: Line) -> None:
        _go_on(self._rows, line, self._cells)


def _go_on(rows: "deque[Row] | list[Row]", line: Line, cells: int) -> None:
    """Add a line, in the last row if it goes on there."""
    if line.continues and isinstance(line, TextLine):
        can = bool(rows) and not rows[-1].line.ends
        line = line.after(rows.pop()) if can else replace(line, continues=False)
    rows.extend(line.rows(cells))


def _by_line(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Put the rows together that one line broke into."""
    same: list[Row] = []
    for row in rows:
        if row.is_first and same:
            yield same
            same = []
        same.append(row)
    if same:
        yield same


def _lines_of(text: str) -> list[Line]:
    """Make lines of a text of ours, as it is."""
    source = PlainSource()
    return [*source.feed(text), *source.end()]


def _wrapped_anew(rows: Sequence[Row], cells: int) -> list[Row]:
    """Wrap the rows of one line again; what is left of a table's stays as it is."""
    line = rows[0].line
    if isinstance(line, TextLine):
        return TextLine.of(rows).rows(cells)
    is_whole = rows[0].is_first
    return line.rows(cells) if is_whole else list(rows)


def _joined(rows: Sequence[Row]) -> list[Pieces]:
    """Undo the wrapping of one line, where that can be undone."""
    line = rows[0].line
    if not isinstance(line, TextLine):
        return [row.pieces for row in rows]
    whole = TextLine.of(rows)
    return [(*whole.first, *whole.body)]


def keeping_thoughts(columns: Sequence[Column]) -> tuple[int, ...]:
    """Give the positions that stay readable though they were taken back."""
    return tuple(n for n, column in enumerate(columns) if column.keeps_thoughts)
