"""Answers below each other: one streams, several come as they finish; pure.

Of several, who still runs has one line below what is printed: how long it has been
running, how it stands, and its last words. Where the order is drawn, or the contenders
have no names, the answers keep their order: who is quick would be known by it.
"""

from collections.abc import Sequence

from hexai.domain.outcome import Delta, Ended, Event, Started, TakenBackEvent
from hexai.surfaces.cli.live.column import Column, MakeSource, keeping_thoughts
from hexai.surfaces.cli.live.header import DIM, Frame, Size, Standing, header, heading
from hexai.surfaces.cli.live.lines import PlainSource
from hexai.surfaces.cli.live.rows import Piece, row, styled_row
from hexai.text.cells import grapheme_width, graphemes, width
from hexai.text.sanitise import visible_line

_REMEMBERED = 400
"""Characters of what was said last."""
_LEAST_WORDS = 12
"""Cells below which no last words are shown."""


class Stacked:
    """The answers of one or more contenders, each with a header, below each other."""

    def __init__(
        self,
        standings: Sequence[Standing],
        *,
        colour: bool,
        make: MakeSource = PlainSource,
        in_order: bool = False,
    ) -> None:
        """`standings` are kept up to date by the caller; `in_order`: in that shown."""
        self._standings = standings
        self._colour, self._in_order = colour, in_order
        self._columns = [Column(80, make) for _ in standings]
        self._said = [""] * len(standings)
        self._streaming: set[int] = set()
        """Who says something bit by bit; a cached answer never starts."""
        self._finished: list[int] = []
        """Who has ended and is not printed yet, first come first."""
        self._printed: list[int] = []
        """Whose header is printed, first come first."""
        self._current: int | None = None
        """Whose header is printed, and not all of whose answer."""
        self._is_after_thoughts = False

    def handle(self, position: int, event: Event) -> None:
        """Take the next event of the contender at this position."""
        match event:
            case Started():
                self._streaming.add(position)
            case Delta():
                self._columns[position].feed(event.text)
                self._said[position] = (self._said[position] + event.text)[
                    -_REMEMBERED:
                ]
            case TakenBackEvent():
                self._take_back(position)
            case Ended():
                self._columns[position].end(self._standings[position].reason())
                if position != self._current:
                    self._finished.append(position)
            case _:
                pass

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the positions that stay readable though they were taken back."""
        return keeping_thoughts(self._columns)

    @property
    def order(self) -> tuple[int, ...]:
        """The positions from above down."""
        rest = set(range(len(self._columns))).difference(self._printed)
        return (*self._printed, *sorted(rest))

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
        """Print what is for good; what may change stands below, and who still runs."""
        self._resize(size)
        self.settle()
        lasting = self._lasting(size)
        running = self._running(size, now)
        room = size.lines - 1 - len(running)
        live: list[str] = []
        if self._current is not None:
            views = self._columns[self._current].view(max(2, room))
            live = [row([cells], [size.columns - 1]) for cells in views]
        return Frame(lasting=tuple(lasting), live=(*live, *running))

    def last_frame(self, size: Size, now: float) -> Frame:
        """Print all that is left, with the header of whoever has said nothing."""
        del now
        self._resize(size)
        for position, column in enumerate(self._columns):
            column.finish()
            if not (self._standings[position].ended or position == self._current):
                self._finished.append(position)
        return Frame(lasting=tuple(self._lasting(size)))

    def _take_back(self, position: int) -> None:
        column = self._columns[position]
        column.take_back()
        self._said[position] = ""
        if position == self._current:
            self._current = None
            self._is_after_thoughts = column.keeps_thoughts
            if column.keeps_thoughts:
                column.take(1)  # its blank row stands before the next header here

    def _resize(self, size: Size) -> None:
        for column in self._columns:
            column.resize(max(2, size.columns - 1))

    def _lasting(self, size: Size) -> list[str]:
        lines: list[str] = []
        while True:
            if self._current is None:
                self._current = self._next()
                if self._current is None:
                    return lines
                lines += self._heading(self._current, size)
            column = self._columns[self._current]
            rows = column.take(column.count if column.done is None else column.done)
            lines += [row([cells], [size.columns - 1]) for cells in rows]
            if column.done is not None:
                return lines
            self._current = None

    def _next(self) -> int | None:
        """Say whose answer is printed next, if it can be."""
        if self._in_order and len(self._printed) < len(self._standings):
            turn = len(self._printed)
            is_there = turn in self._finished
        elif self._finished:
            turn, is_there = self._finished[0], True
        else:
            turn, is_there = 0, False
        if is_there:
            self._finished.remove(turn)
            return turn
        alone = len(self._standings) == 1 and not self._standings[0].ended
        comes = alone and self._columns[0].done is not None  # until it is given up
        return 0 if comes and self._streaming and self._said[0] else None

    def _heading(self, position: int, size: Size) -> list[str]:
        standing = self._standings[position]
        words = ""
        if standing.ended:
            is_one = len(self._standings) == 1
            words = standing.lasting_words() if is_one else standing.heading_words()
        line = heading(standing, words, size.columns, colour=self._colour)
        apart = bool(self._printed) or self._is_after_thoughts
        self._is_after_thoughts = False
        if position not in self._printed:
            self._printed.append(position)
        return ["", line] if apart else [line]

    def _running(self, size: Size, now: float) -> list[str]:
        """Draw a line for each that still runs, as many as the screen can show."""
        running = [
            (position, standing)
            for position, standing in enumerate(self._standings)
            if not standing.ended
        ]
        label = max((width(each.label) for _, each in running), default=0)
        room = max(1, size.lines - 4)
        lines = [
            self._running_line(position, label, size, now)
            for position, _ in running[:room]
        ]
        if len(running) > room:
            lines[-1] = f"… {len(running) - room + 1} more"
        return lines

    def _running_line(self, position: int, label: int, size: Size, now: float) -> str:
        standing, cells = self._standings[position], size.columns - 1
        words = standing.running_words(now)
        if len(self._standings) == 1:
            return heading(standing, words, size.columns, colour=self._colour)
        pieces = header(standing, words, cells, colour=self._colour)
        used = sum(width(piece.text) for piece in pieces)
        pieces.insert(1, Piece(" " * (label - width(pieces[0].text))))
        used += max(0, label - width(pieces[0].text))
        if cells - used - 2 >= _LEAST_WORDS:
            said = _last_words(self._said[position], cells - used - 2)
            pieces.append(Piece(f"  {said}", DIM if self._colour else ""))
        return styled_row([pieces], [cells])


def _last_words(text: str, cells: int) -> str:
    """Give the end of a text in one line, from the beginning of a word."""
    line = visible_line(" ".join(text.split()))
    if width(line) <= cells:
        return line
    kept: list[str] = []
    room = cells - 2
    for grapheme in reversed(list(graphemes(line))):
        room -= grapheme_width(grapheme)
        if room < 0:
            break
        kept.append(grapheme)
    end = "".join(reversed(kept))
    _, blank, words = end.partition(" ")
    return f"… {words if blank else end}"
