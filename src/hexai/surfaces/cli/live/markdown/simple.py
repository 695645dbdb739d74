"""The blocks that most of an answer is made of, read without the parser; pure.

An answer is read a few lines at a time, many times over, and the parser takes a tenth
of a millisecond for the smallest of texts. So what models write most is read here:
paragraphs, headings, items of lists within each other, fences and tables, each line by
how it begins. Whatever else a line might be, nothing is guessed: then there is no
answer, and the parser has to read them all. A test holds the two against each other.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.containers import Container, Items, Path, item

_TEXT = re.compile(
    r"[^\s#>+*`~_=|:\d-]|\*{1,2}[^\s*]|_{1,2}[^\s_]|`{1,2}[^`]|\d+(?![\d.)])"
)
"""How a line begins that can be nothing but text, whatever stands around it."""
_HEADING = re.compile(r"(#{1,6}) ([^\s#|][^#|]*)\Z")
_ITEM = re.compile(r"([-+*]|\d{1,9}[.)]) {1,4}(?=\S)")
_FENCE = re.compile(r"(`{3,})([^`|]*)\Z")
_RULE = re.compile(r"\|(?: *:?-+:? *\|)+\Z")
"""The line below the header of a table."""
_CODE = 4
"""Blanks before a line from which on it may be code."""


def simple_blocks(lines: Sequence[str], known: Path = ()) -> list[Block] | None:
    """Read the blocks in some lines, of which the first open the known containers.

    None if something else than what is simple may stand in them.
    """
    if any(container.is_quote or container.is_empty for container in known):
        return None
    reading = _Reading(lines, known)
    try:
        reading.read()
    except _NotSimpleError:
        return None
    return reading.blocks


class _NotSimpleError(Exception):
    """A line may be something else."""


class _Reading:
    """Lines as far as they are read."""

    def __init__(self, lines: Sequence[str], known: Path) -> None:
        self.blocks: list[Block] = []
        self._lines = lines
        self._path = list(known)
        self._lists = [_list_of(container) for container in known]
        """The list that each item of the path is in."""
        self._at = len(known)
        """The next line."""
        self._begun: int | None = None
        """Where the paragraph began that may go on."""
        self._text: list[str] = []

    def read(self) -> None:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            text = line.lstrip(" ")
            if not text:
                self._end_text()
                self._at += 1
            elif self._begun is not None and _TEXT.match(text):
                self._text.append(self._inner(line, len(line) - len(text)))
                self._at += 1
            else:
                self._begin(line, text)
        self._end_text()

    def _inner(self, line: str, blanks: int) -> str:
        """Leave out of a line as many of its blanks as its containers take."""
        return line[min(blanks, self._column(len(self._path))) :]

    def _column(self, depth: int) -> int:
        """Tell where the text begins in so many containers."""
        return sum(container.width for container in self._path[:depth])

    def _begin(self, line: str, text: str) -> None:
        """Read a line that a block begins with."""
        blanks = len(line) - len(text)
        depth = column = 0
        for container in self._path:
            if blanks < column + container.width:
                break
            column += container.width
            depth += 1
        if blanks - column >= _CODE:
            raise _NotSimpleError
        if mark := _ITEM.match(text):
            self._item(line[column:], mark, depth)
            return
        if text[0] == "|" and self._begun is not None:
            raise _NotSimpleError  # a table, or the rule below its header
        self._end_text()
        self._leave(depth)
        is_last = self._at + 1 == len(self._lines)
        if _TEXT.match(text) or (text[0] == "|" and is_last):
            self._begin_text(line[column:])
        elif heading := _HEADING.match(text):
            self._heading(heading)
        elif fence := _FENCE.match(text):
            self._fence(fence, blanks, column)
        else:
            self._table(text, column)

    def _begin_text(self, text: str) -> None:
        self._begun, self._text = self._at, [text]
        self._at += 1

    def _end_text(self) -> None:
        if self._begun is not None:
            text = "\n".join(self._text).strip(" ")
            self.blocks.append(self._block("paragraph", self._begun, text))
            self._begun = None

    def _block(self, kind: str, start: int, text: str) -> Block:
        """Make a block that ends before the next line."""
        path = tuple(self._path)
        return Block(kind=kind, path=path, start=start, end=self._at, text=text)

    def _leave(self, depth: int) -> None:
        """Leave all containers but so many."""
        del self._path[depth:], self._lists[depth:]

    def _item(self, line: str, mark: re.Match[str], depth: int) -> None:
        """Read an item of the list at this depth, or of another that begins."""
        marker = mark[1]
        number = int(marker[:-1]) if len(marker) > 1 else None
        is_deeper = depth == len(self._path)
        if is_deeper and self._begun is not None and number not in {None, 1}:
            raise _NotSimpleError  # only the first of a list parts a text
        self._end_text()
        goes_on = not is_deeper and self._path[depth].marker[-1] == marker[-1]
        items = self._lists[depth] if goes_on else Items(None if number is None else number or 1)
        container = item(line, number=items.number, list_indent=items.indent)
        items.count(container)
        self._leave(depth)
        self._path.append(container)
        self._lists.append(items)
        text = line[container.width :]
        if not _TEXT.match(text):
            raise _NotSimpleError
        self._begin_text(text)

    def _heading(self, found: re.Match[str]) -> None:
        self._at += 1
        block = self._block("heading", self._at - 1, found[2].strip(" "))
        self.blocks.append(replace(block, level=len(found[1]), is_closed=True))

    def _fence(self, found: re.Match[str], blanks: int, column: int) -> None:
        start, mark = self._at, found[1]
        code: list[str] = []
        is_closed = False
        self._at += 1
        while self._at < len(self._lines) and not is_closed:
            line = self._lines[self._at]
            text = line.lstrip(" ")
            before = len(line) - len(text)
            if text and before < column:
                break
            is_closed = before - column < _CODE and _closes(text, mark)
            if not is_closed:
                code.append(line[min(before, blanks) :])
            self._at += 1
        text = "".join(f"{line}\n" for line in code)
        block = self._block("fence", start, text)
        self.blocks.append(replace(block, info=found[2], is_closed=is_closed))

    def _table(self, text: str, column: int) -> None:
        start, header = self._at, _cells(text)
        sides = _sides(self._next(start + 1, column))
        if not header or len(header) != len(sides):
            raise _NotSimpleError
        rows = [header]
        self._at += 2
        while (text := self._next(self._at, column)) is not None:
            cells = _cells(text)
            more = [""] * (len(header) - len(cells))
            rows.append((*cells[: len(header)], *more))
            self._at += 1
        block = self._block("table", start, "")
        self.blocks.append(replace(block, table=tuple(rows), sides=sides))

    def _next(self, at: int, column: int) -> str | None:
        """Give a line that a table may go on with; None if it ends before."""
        line = self._lines[at] if at < len(self._lines) else ""
        text = line.lstrip(" ")
        blanks = len(line) - len(text)
        if not text or blanks < column:
            return None
        if blanks - column >= _CODE or text[0] != "|":
            raise _NotSimpleError
        return text


def _list_of(container: Container) -> Items:
    number = container.number
    return Items(None if number is None else number + 1, container.indent)


def _closes(text: str, mark: str) -> bool:
    """Tell whether a line ends a fence that begins with a mark."""
    return text.startswith(mark) and not text.rstrip().strip("`")


def _cells(text: str) -> tuple[str, ...]:
    """Cut a row of a table into its cells."""
    if text[0] != "|" or "\\" in text:
        raise _NotSimpleError
    cells = text.rstrip().split("|")[1:]
    if cells and not cells[-1]:
        cells.pop()
    return tuple(cell.strip() for cell in cells)


def _sides(rule: str | None) -> tuple[str, ...]:
    """Read where the cells of each column stand; nothing if that is no rule."""
    if rule is None or not _RULE.match(rule.rstrip()):
        return ()
    columns = (column.strip() for column in rule.rstrip()[1:-1].split("|"))
    return tuple(_SIDES[column[0] == ":", column[-1] == ":"] for column in columns)


_SIDES = {
    (False, False): "left",
    (True, False): "left",
    (False, True): "right",
    (True, True): "center",
}
