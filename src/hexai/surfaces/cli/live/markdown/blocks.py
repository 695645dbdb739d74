"""Which blocks stand in some lines of Markdown, and in which containers; pure.

markdown-it-py reads them. Raw HTML is off, so that `Vec<String>` and tags are text, and
so are definitions of links: they are shown as they stand, and hold for what follows.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.containers import (
    Container,
    Items,
    Path,
    item,
    quote,
)
from hexai.surfaces.cli.live.markdown.simple import simple_blocks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@cache
def parser() -> "MarkdownIt":
    """Make the parser, which most answers do without: to load it takes 20 ms."""
    from markdown_it import MarkdownIt

    return (
        MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
        .enable(["table", "strikethrough"])
        .disable(["reference"])
    )


def read_blocks(lines: Sequence[str], known: Path) -> list[Block]:
    """Read the blocks in some lines, of which the first open the known containers.

    The blocks of these lines are left out, but for one that goes on after them.
    """
    simple = simple_blocks(lines, known)
    return parsed_blocks(lines, known) if simple is None else simple


def parsed_blocks(lines: Sequence[str], known: Path) -> list[Block]:
    """Have the parser read them."""
    tokens: list[Token] = []
    parser().block.parse("\n".join([*lines, ""]), parser(), {}, tokens)
    return list(_Walk(lines, known).blocks(tokens))


class _Walk:
    """A way through the parser's tokens."""

    def __init__(self, lines: Sequence[str], known: Path) -> None:
        self._lines, self._known = lines, known
        self._path: list[Container] = []
        self._opened: list[int] = []
        """The line on which each container of the path opens."""
        self._lists: list[Items] = []
        self._is_empty = False

    def blocks(self, tokens: "Sequence[Token]") -> Iterator[Block]:
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

    def _step(self, token: "Token") -> Block | None:
        """Follow a token into a container or out of it; gives an item without text."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                start = int(token.attrGet("start") or 1)
                ordered = token.type == "ordered_list_open"
                self._lists.append(Items(start if ordered else None))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open" | "blockquote_open":
                self._open(token)
            case "list_item_close" | "blockquote_close":
                return self._close()
            case _:
                pass
        return None

    def _open(self, token: "Token") -> None:
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

    def _block(self, tokens: "Sequence[Token]") -> Block:
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


_ENDS = {
    "paragraph_open": ("paragraph", "paragraph_close"),
    "heading_open": ("heading", "heading_close"),
    "table_open": ("table", "table_close"),
    "fence": ("fence", ""),
    "code_block": ("code", ""),
    "hr": ("rule", ""),
}
"""Tokens that begin a block: what it is called here, and which token ends it."""


def _closing(tokens: "Sequence[Token]", at: int) -> int:
    """Find the token that ends the block beginning at another."""
    closing = _ENDS[tokens[at].type][1]
    while closing and tokens[at].type != closing:
        at += 1
    return at


def _is_closed(token: "Token", kind: str) -> bool:
    if kind == "fence":
        start, end = token.map or [0, 0]
        return end - start > 1 + token.content.count("\n")
    return kind in {"heading", "rule"}


def _table(tokens: "Sequence[Token]", path: Path) -> Block:
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
