"""Two answers on the whole screen, to be voted on: side by side, or stacked.

Pure: texts and a size in, lines out. What does not fit is scrolled, both answers
together where they stand side by side.
"""

from collections.abc import Callable

from hexai.surfaces.cli.live.column import Column, MakeSource
from hexai.surfaces.cli.live.header import DIM, Size
from hexai.surfaces.cli.live.lines import Pieces, drawn
from hexai.surfaces.cli.live.rows import SEPARATOR, Piece, styled_row
from hexai.surfaces.words import letter
from hexai.text.cells import TAB, truncate, wrap
from hexai.text.sanitise import visible, visible_line

NARROWEST, FLATTEST = 40, 12
"""Cells and lines of a screen on which two answers can be read."""
_BESIDE = 40
"""Cells that an answer needs to stand beside another one."""
_BOLD = "1"
_MOST = 50_000
"""Characters of an answer that are drawn."""
LETTERS = (letter(0), letter(1))
_A, _B = LETTERS
_KEYS = (
    f"better? {_A} or {_B} (capital) · t tie · b both bad · s skip · u undo · q stop",
    f"{_A}, {_B} better · t tie · b bad · s skip · u undo · q stop",
    f"{_A} {_B} t b · s skip · u undo · q stop",
)
"""What keys do, in as many words as there is room for."""

Rows = list[Pieces]
_Draw = Callable[[int], str]
"""Draws a row."""
_Body = tuple[list[str], int, _Draw]
"""Lines that stay, and how many rows are scrolled below them."""


class Ballot:
    """One question with two answers, and how far they are scrolled."""

    def __init__(
        self, question: str, answers: tuple[str, str], make: MakeSource
    ) -> None:
        """`make` gives what renders an answer."""
        self._question, self._answers, self._make = question, answers, make
        self._rows: dict[int, tuple[Rows, Rows]] = {}
        self._top = 0
        self._room = 1
        self._most = 0
        self._second = 0
        """The row at which the second answer begins, if it stands below."""
        self.shows_question = False

    def scroll(self, rows: int) -> None:
        """Move by so many rows."""
        self._top = min(max(0, self._top + rows), self._most)

    def scroll_page(self, pages: int) -> None:
        """Move by so many screens, with a row of each that stays."""
        self.scroll(pages * max(1, self._room - 1))

    def scroll_far(self, *, down: bool) -> None:
        """Move to an end."""
        self._top = self._most if down else 0

    def jump(self) -> None:
        """Move to where the other answer begins, if it stands below."""
        is_there = self._top >= min(self._second, self._most) > 0
        self._top = 0 if is_there else min(self._second, self._most)

    def turn(self) -> None:
        """Show the whole question instead of the answers, or those again."""
        self.shows_question = not self.shows_question
        self._top = 0

    def lines(self, size: Size, progress: str, message: str) -> list[str]:
        """Draw as many lines as the screen has."""
        columns, height = size.columns, size.lines
        if columns < NARROWEST or height < FLATTEST:
            least = f"{NARROWEST}x{FLATTEST}"
            told = (f"the terminal is too small: {least} at least", "q stops")
            return [truncate(each, columns) for each in told][:height]
        cells = columns - 1
        top = [_styled(truncate(progress, cells), DIM), *self._asked(cells, height)]
        head, count, draw = self._body(cells)
        self._room = height - len(top) - len(head) - 2
        self._most = max(0, count - self._room)
        self._top = min(self._top, self._most)
        shown = [draw(n) for n in range(count)[self._top : self._top + self._room]]
        blank = [""] * (self._room - len(shown))
        foot = [self._place(count, cells), self._foot(message, cells)]
        return [*top, *head, *shown, *blank, *foot]

    def _asked(self, cells: int, height: int) -> list[str]:
        """Show the question, of a long one its beginning."""
        rows = self._question_rows(cells)
        most = max(1, height // 5)
        if len(rows) > most and not self.shows_question:
            more = len(rows) - most + 1
            rows = [*rows[: most - 1], f"… {more} more rows: w shows the question"]
        elif self.shows_question:
            rows = ["the whole question; w shows the answers again"]
        return [_styled(truncate(row, cells), _BOLD) for row in rows]

    def _question_rows(self, cells: int) -> list[str]:
        lines = visible(self._question).expandtabs(TAB).split("\n")
        return [row.rstrip() for line in lines for row in wrap(line, cells)]

    def _body(self, cells: int) -> _Body:
        """Give what stays at the top, and what is scrolled below it."""
        rule = "─" * cells
        if self.shows_question:
            self._second = 0
            rows = self._question_rows(cells)
            return [rule], len(rows), rows.__getitem__
        each, more = divmod(cells - len(SEPARATOR), 2)
        if each < _BESIDE:
            return [rule], *self._below(cells)
        self._second = 0
        widths = (each + more, each)
        names = styled_row([(Piece(name, _BOLD),) for name in LETTERS], widths)
        rule = "─┼─".join("─" * width for width in widths)
        both = [self._drawn(n, width) for n, width in enumerate(widths)]

        def draw(row: int) -> str:
            return styled_row(
                [rows[row] if row < len(rows) else () for rows in both], widths
            )

        return [names, rule], max(map(len, both)), draw

    def _below(self, cells: int) -> tuple[int, _Draw]:
        """Put one answer below the other."""
        rows: Rows = []
        for number, name in enumerate(LETTERS):
            if number:
                rows.append(())
                self._second = len(rows)
            rows.append((Piece(f"{name} {'─' * (cells - 2)}", _BOLD),))
            rows += self._drawn(number, cells)
        return len(rows), lambda row: drawn(rows[row])

    def _drawn(self, number: int, cells: int) -> Rows:
        known = self._rows.setdefault(cells, ([], []))
        if not known[number]:
            known[number].extend(_render(self._answers[number], cells, self._make))
        return known[number]

    def _place(self, rows: int, cells: int) -> str:
        """Say which rows are shown, and how to see the others."""
        if not self._most:
            return "─" * cells
        last = min(rows, self._top + self._room)
        tab = ", Tab the other answer" if self._second else ""
        words = f" rows {self._top + 1} to {last} of {rows}: ↑ ↓ space{tab} "
        return truncate(f"──{words}{'─' * cells}", cells, "")

    def _foot(self, message: str, cells: int) -> str:
        if message:
            return truncate(visible_line(message), cells)
        fitting = (words for words in _KEYS if len(words) <= cells)
        return next(fitting, _KEYS[-1][:cells])


def _styled(text: str, sgr: str) -> str:
    return drawn((Piece(text, sgr),))


def _render(text: str, cells: int, make: MakeSource) -> Rows:
    """Draw an answer as the terminal draws answers; at least one row."""
    column = Column(cells, make)
    column.feed(text[:_MOST])
    if len(text) > _MOST:
        column.feed(f"\n\n… {len(text) - _MOST} more characters are not shown")
    column.finish()
    return column.take(column.count) or [()]
