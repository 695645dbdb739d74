"""Which blocks stand in some lines of Markdown, and in which containers; pure.

markdown-it-py reads them. Raw HTML is off, so that `Vec<String>` and tags are text, and
so are definitions of links: they are shown as they stand, and hold for what follows.
"""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

from hexai.surfaces.cli.live.markdown.containers import (
    Container,
    Path,
    item,
    quote,
)

PARSER = (
    MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    .enable(["table", "strikethrough"])
    .disable(["reference"])
)


class Block(Struct, frozen=True, kw_only=True, eq=False):
    """A block that holds text, not other blocks."""

    kind: str
    """`paragraph`, `heading`, `fence`, `code`, `rule`, `table` or `empty` (an item)."""
    path: Path
    """The containers it stands in, from outside in."""
    start: int
    end: int
    """Its first line, and the one after its last."""
    text: str = ""
    level: int = 0
    """Of a heading."""
    info: str = ""
    """What stands behind the mark of a fence."""
    is_closed: bool = False
    """Whether nothing that comes could belong to it."""
    table: tuple[tuple[str, ...], ...] = ()
    """The cells of a table, the header first."""
    sides: tuple[str, ...] = ()
    """Where the cells of each column of a table stand: `left`, `right`, `center`."""


def read_blocks(lines: Sequence[str], known: Path) -> list[Block]:
    """Read the blocks in some lines, of which the first open the known containers.

    The blocks of these lines are left out, but for one that goes on after them.
    """
    if not known and (blocks := simple_blocks(lines)) is not None:
        return blocks
    return parsed_blocks(lines, known)


def parsed_blocks(lines: Sequence[str], known: Path) -> list[Block]:
    """Have the parser read them."""
    tokens: list[Token] = []
    PARSER.block.parse("\n".join([*lines, ""]), PARSER, {}, tokens)
    return list(_Walk(lines, known).blocks(tokens))


def simple_blocks(lines: Sequence[str]) -> list[Block] | None:
    """Read paragraphs and headings, if there is nothing else; None: the parser has to.

    Most of an answer is that, and is read many times: a line that begins with a letter
    goes on with a paragraph or begins one, whatever stands around it.
    """
    blocks: list[Block] = []
    begun: int | None = None
    for number, line in enumerate((*lines, "")):
        heading = _HEADING.match(line)
        if line[:1].isalpha():
            begun = number if begun is None else begun
            continue
        if heading is None and line:
            return None
        if begun is not None:
            text = "\n".join(lines[begun:number]).strip()
            block = Block(kind="paragraph", path=(), start=begun, end=number, text=text)
            blocks.append(block)
            begun = None
        if heading is not None:
            blocks.append(_heading(heading, number))
    return blocks


_HEADING = re.compile(r"(#{1,6}) ([^\s#][^#]*)\Z")


def _heading(found: re.Match[str], number: int) -> Block:
    return Block(
        kind="heading",
        path=(),
        start=number,
        end=number + 1,
        text=found[2].strip(),
        level=len(found[1]),
        is_closed=True,
    )


class _Walk:
    """A way through the parser's tokens."""

    def __init__(self, lines: Sequence[str], known: Path) -> None:
        self._lines, self._known = lines, known
        self._path: list[Container] = []
        self._opened: list[int] = []
        """The line on which each container of the path opens."""
        self._lists: list[_Items] = []
        self._is_empty = False

    def blocks(self, tokens: Sequence[Token]) -> Iterator[Block]:
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type in _ENDS:
                stop = _closing(tokens, at)
                block = self._block(tokens[at : stop + 1])
                self._is_empty = False
                if block.end > len(self._known):
                    yield block
                at = stop
            elif empty := self._step(token):
                yield empty
            at += 1

    def _step(self, token: Token) -> Block | None:
        """Follow a token into a container or out of it; gives an item without text."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrGet("start") or 1)
                ordered = token.type == "ordered_list_open"
                self._lists.append(_Items(start if ordered else None))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open" | "blockquote_open":
                self._open(token)
            case "list_item_close" | "blockquote_close":
                return self._close()
            case _:
                pass
        return None

    def _open(self, token: Token) -> None:
        line = token.map[0] if token.map else 0
        items = None if token.type == "blockquote_open" else self._lists[-1]
        if line < len(self._known):
            container = self._known[line]
        elif items is None:
            container = quote()
        else:
            number = items.number
            container = item(
                self._inside(line), number=number, list_indent=items.indent
            )
        if items is not None:
            items.count(container)
        self._path.append(container)
        self._opened.append(line)
        self._is_empty = line >= len(self._known)

    def _close(self) -> Block | None:
        path, line = tuple(self._path), self._opened.pop()
        self._path.pop()
        if not self._is_empty:
            return None
        self._is_empty = False
        return Block(kind="empty", path=path, start=line, end=line + 1)

    def _inside(self, line: int) -> str:
        """Give what a line holds within the containers that are open."""
        text = self._lines[line]
        for container, opened in zip(self._path, self._opened, strict=True):
            text = container.inside(text, opens=opened == line)
        return text

    def _block(self, tokens: Sequence[Token]) -> Block:
        first = tokens[0]
        start, end = first.map or [0, 0]
        kind = _ENDS[first.type][0]
        path = tuple(self._path)
        if kind == "table":
            return _table(tokens, path)
        text = tokens[1].content if len(tokens) > 1 else first.content
        return Block(
            kind=kind,
            path=path,
            start=start,
            end=end,
            text=text,
            level=int(first.tag[1:]) if kind == "heading" else 0,
            info=first.info if kind == "fence" else "",
            is_closed=_is_closed(first, kind),
        )


class _Items(Struct):
    """The items of a list as far as they are read."""

    number: int | None
    """The number of the next."""
    indent: int | None = None

    def count(self, container: Container) -> None:
        if self.number is not None and container.number is not None:
            self.number = container.number + 1
        if self.indent is None:
            self.indent = container.indent


_ENDS = {
    "paragraph_open": ("paragraph", "paragraph_close"),
    "heading_open": ("heading", "heading_close"),
    "table_open": ("table", "table_close"),
    "fence": ("fence", ""),
    "code_block": ("code", ""),
    "hr": ("rule", ""),
}
"""Tokens that begin a block: what it is called here, and which token ends it."""


def _closing(tokens: Sequence[Token], at: int) -> int:
    """Find the token that ends the block beginning at another."""
    closing = _ENDS[tokens[at].type][1]
    while closing and tokens[at].type != closing:
        at += 1
    return at


def _is_closed(token: Token, kind: str) -> bool:
    if kind == "fence":
        start, end = token.map or [0, 0]
        return end - start > 1 + token.content.count("\n")
    return kind in {"heading", "rule"}


def _table(tokens: Sequence[Token], path: Path) -> Block:
    rows: list[list[str]] = []
    sides: list[str] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "th_open":
            style = str(token.attrGet("style") or "")
            sides.append(style.removeprefix("text-align:") or "left")
        elif token.type == "inline":
            rows[-1].append(token.content)
    start, end = tokens[0].map or [0, 0]
    return Block(
        kind="table",
        path=path,
        start=start,
        end=end,
        table=tuple(map(tuple, rows)),
        sides=tuple(sides),
    )
