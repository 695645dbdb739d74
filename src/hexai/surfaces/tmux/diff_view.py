"""The diff of an answer on the screen: compared, laid out, drawn in colours."""

import math
import time
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from hexai.service.actions.fitting import Frame, fit
from hexai.surfaces.tmux.diff_rows import Mark, Row, split, unified, with_more
from hexai.surfaces.tmux.widgets import placed
from hexai.text.cells import TAB, most_cells, pad, width, wrap
from hexai.text.diff import compare_lines
from hexai.text.sanitise import visible_line

_STYLES: dict[Mark, Style] = {
    "same": Style(),
    "old": Style(color="red"),
    "new": Style(bold=True),
    "rest": Style(dim=True),
    "fold": Style(dim=True),
    "more": Style(dim=True),
}
_SIGNS: dict[Mark, str] = {
    "same": "  ",
    "old": "- ",
    "new": "+ ",
    "rest": "  ",
    "fold": "",
    "more": "",
}
_FOLDED = {"fold": "lines without a change", "more": "lines more"}
"""What a row of this mark stands for, after how many there are."""
_BEGINNING = 1 << 16
"""Characters of a selection by which is guessed what an unfinished answer comes to."""
_AHEAD = 2_000
"""Lines of a selection that an unfinished answer is compared with beyond its own."""
_LONGEST_LINE = 20_000
"""Characters of a line that are shown."""
_SHORT_LINE = 1_000
_NARROWEST_HALF = 20
"""Cells of one side of a split view."""


class Answer(Struct, frozen=True, kw_only=True):
    """An answer that is to be drawn."""

    text: str
    frame: Frame | None
    is_live: bool
    """It is as the model writes it, and not yet whole."""


class Drawing(Struct, frozen=True, kw_only=True):
    """A diff made ready to be drawn."""

    old: Sequence[str] = ()
    new: Sequence[str] = ()
    rows: Sequence[Row] = ()
    places: Sequence[tuple[int, int]] = ()
    """For each line of the screen, its row, and which part of that it shows."""
    cells: int = 0
    """How wide the screen is that it was made for."""
    is_split: bool = False
    last: int = 0
    """The line of the screen that was written last, once every row has its place."""
    took: float = 0.0
    """Seconds that it took."""

    @property
    def is_whole(self) -> bool:
        """Whether every row has its place; else those from the top have one."""
        return not self.rows or self._placed == len(self.rows)

    @property
    def _placed(self) -> int:
        return self.places[-1][0] + 1 if self.places else 0

    def laid_out(self, seconds: float) -> "Drawing":
        """Give more rows their places, for about so long; for a thread."""
        began = now = time.monotonic()
        places = list(self.places)
        number = self._placed
        while number < len(self.rows) and (now < began + seconds or not places):
            height = self.height_of(self.rows[number])
            places += ((number, part) for part in range(height))
            number += 1
            now = time.monotonic()
        last = _last_written(self.rows, places) if number == len(self.rows) else 0
        took = self.took + time.monotonic() - began
        return replace(self, places=places, last=last, took=took)

    @property
    def left(self) -> int:
        """How many cells the left half of a split drawing has."""
        return (self.cells - 1) // 2

    def height_of(self, row: Row) -> int:
        """Count the lines of the screen that a row takes."""
        if row.mark in _FOLDED:
            return 1
        return max(len(self._parts(line, cells)) for line, _, cells in self._sides(row))

    def strip(self, place: int) -> Strip:
        """Draw one line of the screen."""
        number, part = self.places[place]
        row = self.rows[number]
        if row.mark in _FOLDED:
            text = f"  ⋯ {row.old} {_FOLDED[row.mark]}"
            return _strip(text, _STYLES[row.mark], self.cells)
        strips = []
        for line, mark, cells in self._sides(row):
            parts = self._parts(line, cells)
            sign = _SIGNS[mark] if part == 0 and line is not None else "  "
            shown = sign + parts[part] if part < len(parts) else ""
            strips.append(_strip(shown, _STYLES[mark], cells))
        if len(strips) > 1:
            strips.insert(1, Strip([Segment("│", _STYLES["fold"])], 1))
        return Strip.join(strips)

    def _sides(self, row: Row) -> list[tuple[str | None, Mark, int]]:
        """Give what stands in a row from left to right: a line, its mark, its cells."""
        old = self.old[row.old] if row.old >= 0 else None
        new = self.new[row.new] if row.new >= 0 else None
        if not self.is_split:
            shows_old = row.mark in ("old", "rest")
            return [(old if shows_old else new, row.mark, self.cells)]
        marks: tuple[Mark, Mark] = ("same", "same")
        if row.mark != "same":
            marks = ("rest" if row.mark == "rest" else "old", "new")
        right = self.cells - 1 - self.left
        return [(old, marks[0], self.left), (new, marks[1], right)]

    def _parts(self, line: str | None, cells: int) -> Sequence[str]:
        return _wrapped(line, max(1, cells - 2)) if line is not None else ("",)


def draw(
    selection: Sequence[str],
    answer: Answer,
    *,
    is_split: bool,
    cells: int,
    patience: float = math.inf,
) -> Drawing:
    """Compare a selection with an answer; takes its time, so it is for a thread.

    After `patience` seconds of laying it out, what there is has to do for now.
    """
    began = time.monotonic()
    text, live = answer.text, answer.is_live
    if live:
        text = _as_it_will_be(selection, text, answer.frame)
    new = lines_of(text)
    # What an unfinished answer has not come to by far is not looked at with each piece.
    old = selection[: len(new) + _AHEAD] if live else selection
    hunks = compare_lines(old, new)
    is_split = is_split and is_wide_enough(cells)
    rows = (split if is_split else unified)(hunks, live=live)
    rows = with_more(rows, len(selection) - len(old))
    drawing = Drawing(old=old, new=new, rows=rows, cells=cells, is_split=is_split)
    took = time.monotonic() - began
    return replace(drawing, took=took).laid_out(patience)


def is_wide_enough(cells: int) -> bool:
    """Tell whether old and new have room beside each other."""
    return cells > 2 * _NARROWEST_HALF


def _as_it_will_be(selection: Sequence[str], text: str, frame: Frame | None) -> str:
    """Guess what an answer will come to, from what there is of it.

    How the selection begins tells how it is indented, and is quickly looked through.
    """
    if frame is None:
        return "\n".join((*selection, "", text))
    whole, shown = frame.replaced, frame.shown
    frame = replace(frame, replaced=_beginning(whole), shown=_beginning(shown))
    fitted = fit(text, frame)
    return fitted if isinstance(fitted, str) else text


def _beginning(text: str) -> str:
    end = text.rfind("\n", 0, _BEGINNING) + 1
    return text if len(text) <= _BEGINNING or not end else text[:end]


def lines_of(text: str) -> list[str]:
    """Split a text into lines; one that ends with a break has no line after it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


Way = Literal["down", "up", "first", "last", "page down", "page up"]
"""By a line, to an end, or by a screen."""


class DiffView(ScrollView, can_focus=False):
    """Shows a drawing, and scrolls."""

    DEFAULT_CSS = """
    DiffView { width: 1fr; height: 1fr; scrollbar-size: 0 1; overflow-x: hidden;
               background: ansi_default; color: ansi_default; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.drawing = Drawing()
        self._ways: list[Way] = []
        """Those that were to be gone before there was anything to move in."""

    def move(self, way: Way) -> None:
        """Scroll, or do so once something is drawn: who chooses types ahead."""
        self._ways.append(way)
        if self.drawing.places and len(self._ways) == 1:
            self._move_on()

    def _move_on(self) -> None:
        """Scroll at once: what Textual puts off comes after the keys behind it."""
        page = self.scrollable_content_region.height
        for way in self._ways:
            place = {
                "down": self.scroll_y + 1,
                "up": self.scroll_y - 1,
                "first": 0,
                "last": self.max_scroll_y,
                "page down": self.scroll_y + page,
                "page up": self.scroll_y - page,
            }[way]
            self.scroll_to(y=place, animate=False, immediate=True)
        self._ways.clear()

    def show(self, drawing: Drawing, *, live: bool) -> None:
        """Show another drawing, at the same place or at the end of a growing one."""
        # Whoever went to the end of what there was wants the end of what comes.
        was_at_end = 0 < self.max_scroll_y <= self.scroll_offset.y
        follows = was_at_end and not self.drawing.is_whole
        self.drawing = drawing
        self.virtual_size = Size(drawing.cells, len(drawing.places))
        if live or follows:
            last = drawing.last if live else len(drawing.places) - 1
            place = last - self.size.height + 1
            # Forced: the bar that scrolling needs comes with the next layout.
            self.scroll_to(y=max(0, place), animate=False, force=True)
        self.refresh()
        if self._ways:
            self.call_after_refresh(self._move_on)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        place = y + self.scroll_offset.y
        if place >= len(self.drawing.places):
            return Strip.blank(self.size.width)
        return placed(self.drawing.strip(place), width)


def _wrapped(line: str, cells: int) -> tuple[str, ...]:
    shown = line[:_LONGEST_LINE]
    return (_short if len(shown) <= _SHORT_LINE else _long)(shown, cells)


def _wrap(line: str, cells: int) -> tuple[str, ...]:
    shown = visible_line(line.expandtabs(TAB))
    if most_cells(shown) <= cells:
        return (shown,)
    return tuple(wrap(shown, cells))


_short = lru_cache(maxsize=2_000)(_wrap)
_long = lru_cache(maxsize=64)(_wrap)
"""Of fewer lines, since a long one that grows is another one with each piece."""


def _strip(text: str, style: Style, cells: int) -> Strip:
    return Strip([Segment(pad(text, cells), style)], cells)


def _last_written(rows: Sequence[Row], places: Sequence[tuple[int, int]]) -> int:
    """Give the line of the screen that was written last."""
    for number in range(len(rows) - 1, -1, -1):
        if rows[number].mark not in ("rest", "fold", "more"):
            return bisect_left(places, (number + 1, 0)) - 1
    return 0
