"""The blocks that most of an answer is made of, read without the parser; pure.

An answer is read a few lines at a time, many times over, and the parser takes a tenth
of a millisecond for the smallest of texts. So what models write most is read here:
paragraphs, headings, items of lists within each other, quotes, fences and tables, each
line by how it begins. Whatever else a line might be, nothing is guessed: then there is
no answer, and the parser has to read them all. A test holds the two against each other.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.containers import (
    Container,
    Items,
    Path,
    item,
    quote,
)

_TEXT = re.compile(
    r"[^\s#>+*`~_=|:\d-]|\*{1,2}[^\s*]|_{1,2}[^\s_]|`{1,2}[^`]|\d+(?![\d.)])"
)
"""How a line begins that can be nothing but text, whatever stands around it."""
_HEADING = re.compile(r"(#{1,6}) ([^\s#|][^#|]*)\Z")
_ITEM = re.compile(r"([-+*]|\d{1,9}[.)]) {1,4}(?=\S)")
_FENCE = re.compile(r"(`{3,})([^`|]*)\Z")
_SIDE = re.compile(r":?-+:?\Z")
"""Of a column, in the line below the header of a table."""
_SHORTEST_RULE = 2
_QUOTE = re.compile(r" {0,3}> ?")
_CODE = 4
"""Blanks before a line from which on it may be code."""


def simple_blocks(lines: Sequence[str], known: Path = ()) -> list[Block] | None:
    """Read the blocks in some lines, of which the first open the known containers.

    None if something else than what is simple may stand in them.
    """
    if not known and len(lines) == 1 and _TEXT.match(lines[0]):
        return [Block(kind="paragraph", start=0, end=1, text=lines[0].strip(" "))]
    if known and True in [container.is_empty for container in known]:
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
        self._is_quoted = _has_quote(known)

    def read(self) -> None:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            text = line.lstrip(" ")
            if not text:
                self._end_text()
                self._end_quotes()
                self._at += 1
            elif self._is_quoted or self._begun is None or not _TEXT.match(text):
                self._begin(line)
            else:
                self._go_on(line, text, 0)
        self._end_text()

    def _go_on(self, line: str, text: str, depth: int) -> None:
        """Take a line of a paragraph, without the blanks that its containers take."""
        room = sum(container.width for container in self._path[depth:])
        self._text.append(line[min(len(line) - len(text), room) :])
        self._at += 1

    def _begin(self, line: str) -> None:
        """Read a line that a block may begin with."""
        line, depth = self._inside(line)
        text = line.lstrip(" ")
        blanks = len(line) - len(text)
        if not text:
            self._end_text()
            self._at += 1
        elif self._begun is not None and _TEXT.match(text):
            self._go_on(line, text, depth)
        elif blanks >= _CODE:
            raise _NotSimpleError
        elif mark := _ITEM.match(text):
            self._item(line, mark, depth)
        elif text[0] == "|" and self._begun is not None:
            raise _NotSimpleError  # a table, or the rule below its header
        else:
            self._end_text()
            self._leave(depth)
            self._block_of(text, blanks)

    def _inside(self, line: str) -> tuple[str, int]:
        """Give what a line holds within the containers that go on, and their number."""
        for depth, container in enumerate(self._path):
            inner = _within(container, line)
            if inner is None:
                if self._is_quoted and _has_quote(self._path[depth:]):
                    raise _NotSimpleError  # it may go on in a quote without its mark
                return line, depth
            line = inner
        return line, len(self._path)

    def _block_of(self, text: str, blanks: int) -> None:
        is_last = self._at + 1 == len(self._lines)
        if _TEXT.match(text) or (text[0] == "|" and is_last):
            self._begin_text(text)
        elif heading := _HEADING.match(text):
            self._heading(heading)
        elif text[0] == ">":
            self._quote(text)
        elif self._is_quoted:
            raise _NotSimpleError
        elif fence := _FENCE.match(text):
            self._fence(fence, blanks)
        else:
            self._table(text)

    def _quote(self, text: str) -> None:
        self._path.append(quote())
        self._lists.append(Items(None))
        self._is_quoted = True
        inner = text[2:] if text[1:2] == " " else text[1:]
        if not _TEXT.match(inner):
            raise _NotSimpleError
        self._begin_text(inner)

    def _end_quotes(self) -> None:
        """Leave the outermost quote and all in it, as a blank line does."""
        if self._is_quoted:
            self._leave([container.is_quote for container in self._path].index(True))

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
        if depth < len(self._path):
            del self._path[depth:], self._lists[depth:]
            self._is_quoted = _has_quote(self._path)

    def _item(self, line: str, mark: re.Match[str], depth: int) -> None:
        """Read an item of the list at this depth, or of another that begins."""
        marker = mark[1]
        number = int(marker[:-1]) if len(marker) > 1 else None
        is_deeper = depth == len(self._path)
        if is_deeper and self._begun is not None and number not in {None, 1}:
            raise _NotSimpleError  # only the first of a list parts a text
        self._end_text()
        goes_on = not is_deeper and self._path[depth].marker[-1] == marker[-1]
        items = (
            self._lists[depth]
            if goes_on
            else Items(None if number is None else number or 1)
        )
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

    @property
    def _column(self) -> int:
        """Where text begins in the containers, of which none is a quote."""
        return sum(container.width for container in self._path)

    def _fence(self, found: re.Match[str], blanks: int) -> None:
        column = self._column
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
                code.append(line[min(before, column + blanks) :])
            self._at += 1
        text = "".join(f"{line}\n" for line in code)
        block = self._block("fence", start, text)
        self.blocks.append(replace(block, info=found[2], is_closed=is_closed))

    def _table(self, text: str) -> None:
        start, column, header = self._at, self._column, _cells(text)
        rule = self._next(start + 1, column)
        sides = _sides(rule or "")
        if not header or len(header) != len(sides):
            if rule is None or start + 2 < len(self._lines):
                raise _NotSimpleError
            self._begin_text(text)  # the rule is not whole yet
            self._go_on(self._lines[self._at], rule, 0)
            return
        rows = [header]
        self._at += 2
        while (text := self._next(self._at, column) or "") != "":
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


def _has_quote(path: Iterable[Container]) -> bool:
    return True in [each.is_quote for each in path]


def _within(container: Container, line: str) -> str | None:
    """Give what a line holds within a container; None if it is not in it."""
    if container.is_quote:
        mark = _QUOTE.match(line)
        return line[mark.end() :] if mark else None
    if line[: container.width].strip(" "):
        return None
    return line[container.width :]


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


def _sides(rule: str) -> tuple[str, ...]:
    """Read where the cells of each column stand; nothing if that is no rule."""
    columns = [column.strip() for column in rule.split("|")]
    if not all(map(_SIDE.match, columns[1:-1])) or len(rule.rstrip()) < _SHORTEST_RULE:
        return ()
    last = columns[-1:] if columns[-1] else []
    if not all(map(_SIDE.match, last)):
        return ()
    named = [*columns[1:-1], *last]
    return tuple(_SIDES[column[0] == ":", column[-1] == ":"] for column in named)


_SIDES = {
    (False, False): "left",
    (True, False): "left",
    (False, True): "right",
    (True, True): "center",
}
