"""A small terminal with a scrollback, strict about what it is sent.

It knows exactly the control sequences that Hexai may send and fails on any other. Like
the terminals that people use it either wraps lines anew when its width changes
(`reflow`, as tmux, kitty, VTE, iTerm2 do) or keeps them (as xterm does; what no longer
fits is out of sight here, not lost).
"""

import re
from itertools import groupby

from wcwidth import iter_graphemes, wcswidth

_SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")
_STYLES = {"", "1", "2", "3", "4", "9", "31", "32", "34", "35", "36"}
_MODES = {"7": "wrapping", "25": "cursor_shown", "2026": "synchronized"}


class Row:
    """One line of cells; a wide character has an empty second cell."""

    def __init__(self) -> None:
        self.cells: list[str] = []
        self.wraps = False
        """Whether the terminal continued it on the next row by itself."""

    @property
    def text(self) -> str:
        """What a reader sees, without blanks at the end."""
        return "".join(self.cells).rstrip(" ")


class Terminal:
    """What is on the screen and above it after all that was fed."""

    def __init__(self, columns: int, lines: int, *, reflow: bool = True) -> None:
        self.columns, self.lines = columns, lines
        self.reflow = reflow
        self.rows = [Row()]
        self.x, self.y = 0, 0
        self.modes = {"wrapping": True, "cursor_shown": True, "synchronized": False}
        self.moved_off = False
        """Whether resizing has pushed the cursor's line off the screen."""
        self.frames = 0

    @property
    def top(self) -> int:
        """The first row on the screen; those above are the scrollback."""
        return max(0, len(self.rows) - self.lines)

    @property
    def screen(self) -> list[str]:
        """The rows on the screen."""
        return [row.text for row in self.rows[self.top :]]

    @property
    def everything(self) -> list[str]:
        """All lines from the first of the scrollback, rejoined where it wrapped."""
        lines, line = [], ""
        for row in self.rows:
            line += "".join(row.cells)
            if not row.wraps:
                lines.append(line.rstrip(" "))
                line = ""
        return lines

    def feed(self, text: str) -> None:
        """Take output as a terminal in its usual modes does."""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = _SEQUENCE.match(text, at)
                assert found, f"not a sequence of ours: {text[at : at + 9]!r}"
                self._obey(found[1], found[2], found[3])
                at = found.end()
            else:
                self._take(text[at])
                at += 1

    def resize(self, columns: int, lines: int) -> None:
        """Change the size as a user does with the mouse."""
        if self.reflow and columns != self.columns:
            self._wrap_anew(columns)
        for _ in range(self.lines - lines):
            if len(self.rows) > max(lines, self.y + 1):
                self.rows.pop()
        self.columns, self.lines = columns, lines
        if self.y < self.top:
            self.y, self.x = self.top, 0
            self.moved_off = True

    def _obey(self, private: str, parameters: str, final: str) -> None:
        if private:
            assert final in "hl", f"unknown private sequence {final}"
            self._set_mode(_MODES[parameters], on=final == "h")
            return
        number = int(parameters or 0) if final != "m" else 0
        match final:
            case "A":
                self.moved_off = self.moved_off or self.y - number < self.top
                self.y = max(self.top, self.y - max(1, number))
            case "G":
                self.x = min(self.columns, max(1, number)) - 1
            case "K":
                assert number == 0
                self._row.cells = self._row.cells[: self.x]
                self._row.wraps = False
            case "J":
                assert number == 0
                assert (self.x, self.y) != (0, self.top), "tmux keeps a copy of this"
                self._row.cells = self._row.cells[: self.x]
                self._row.wraps = False
                del self.rows[self.y + 1 :]
            case "m":
                assert all(each in _STYLES for each in parameters.split(";"))
            case _:
                raise AssertionError(f"unknown sequence {final}")

    def _set_mode(self, mode: str, *, on: bool) -> None:
        if mode == "synchronized":
            assert self.modes[mode] != on, "brackets must not nest"
            self.frames += on
        self.modes[mode] = on

    @property
    def _row(self) -> Row:
        return self.rows[self.y]

    def _take(self, character: str) -> None:
        if character == "\n":
            self._line_feed()
        elif character == "\r":
            self.x = 0
        elif character == "\t":
            self.x = min(self.columns - 1, (self.x // 8 + 1) * 8)
        else:
            assert character >= " ", f"control character {character!r}"
            self._draw(character)

    def _line_feed(self) -> None:
        self.y += 1
        if self.y == len(self.rows):
            self.rows.append(Row())

    def _draw(self, character: str) -> None:
        if self._joins(character):
            return
        wide = min(2, max(0, wcswidth(character)))
        if self.x + wide > self.columns:
            if self.modes["wrapping"]:
                self._row.wraps = True
                self._line_feed()
                self.x = 0
            else:
                self.x = self.columns - wide
        self._put(character, wide)

    def _joins(self, character: str) -> bool:
        """Let a mark or an emoji's part join the character left of the cursor."""
        cells = self._row.cells
        at = self.x - 1
        while 0 <= at < len(cells) and cells[at] == "":
            at -= 1
        if not 0 <= at < len(cells):
            return False
        joined = cells[at] + character
        if len(list(iter_graphemes(joined))) > 1:
            return False
        if wcswidth(joined) == 2 and self.x - at == 1 and self.x < self.columns:
            self._put("", 1)
        cells[at] = joined
        return True

    def _put(self, character: str, wide: int) -> None:
        cells = self._row.cells
        cells.extend(" " * (self.x + wide - len(cells)))
        if cells[self.x] == "" and self.x and wide:
            cells[self.x - 1] = " "  # half a wide character is none
        end = self.x + wide
        if end < len(cells) and cells[end] == "":
            cells[end] = " "
        cells[self.x : end] = [character, ""][:wide]
        self.x += wide

    def _wrap_anew(self, columns: int) -> None:
        rows: list[Row] = []
        place = (0, 0)
        start = 0
        for index, row in enumerate(self.rows):
            if row.wraps and index + 1 < len(self.rows):
                continue
            line = self.rows[start : index + 1]
            if start <= self.y <= index:
                before = sum(len(each.cells) for each in self.rows[start : self.y])
                place = (len(rows), before + self.x)
            rows += _wrapped([cell for each in line for cell in each.cells], columns)
            start = index + 1
        self.rows = rows
        self.y, self.x = place[0] + place[1] // columns, place[1] % columns
        while len(self.rows) <= self.y:
            self.rows.append(Row())


def _wrapped(cells: list[str], columns: int) -> list[Row]:
    while cells and cells[-1] == " ":
        cells.pop()
    rows = [Row()]
    for character, rest in _characters(cells):
        if len(rows[-1].cells) + 1 + rest > columns:
            rows[-1].wraps = True
            rows.append(Row())
        rows[-1].cells += [character, *[""] * rest]
    return rows


def _characters(cells: list[str]) -> list[tuple[str, int]]:
    """Pair each character with how many further cells it fills."""
    found: list[tuple[str, int]] = []
    for empty, group in groupby(cells, lambda cell: cell == ""):
        for cell in group:
            if empty and found:
                found[-1] = (found[-1][0], found[-1][1] + 1)
            else:
                found.append((cell, 0))
    return found
