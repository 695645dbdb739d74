"""Where in a document a hole may be, by its syntax tree or by its lines alone; pure.

Grammars mostly agree on names, as `nodes.py` of the prompts says, so that one
vocabulary does for all of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.domain.bench import Kind
from hexai.prompts.code import nodes

if TYPE_CHECKING:
    from tree_sitter import Node

MOST_ROWS = 20
"""Lines of a body, as people take it."""

_CONTROL = frozenset(
    {
        "begin",
        "c_style_for_statement",
        "case",
        "case_clause",
        "case_item",
        "case_statement",
        "catch_clause",
        "communication_case",
        "default_case",
        "do_block",
        "do_statement",
        "elif_clause",
        "else",
        "else_clause",
        "else_if_clause",
        "elseif_statement",
        "else_statement",
        "elsif",
        "enhanced_for_statement",
        "ensure",
        "except_clause",
        "except_group_clause",
        "expression_case",
        "expression_switch_statement",
        "finally_clause",
        "for",
        "for_expression",
        "for_in_statement",
        "for_range_loop",
        "for_statement",
        "foreach_statement",
        "if",
        "if_expression",
        "if_statement",
        "lock_statement",
        "loop_expression",
        "match_arm",
        "match_expression",
        "match_statement",
        "repeat_statement",
        "rescue",
        "select_statement",
        "switch_expression",
        "switch_statement",
        "synchronized_statement",
        "try_statement",
        "try_with_resources_statement",
        "type_case",
        "type_switch_statement",
        "unless",
        "until",
        "using_statement",
        "when",
        "while",
        "while_expression",
        "while_statement",
        "with_statement",
    }
)
_BODIES = frozenset(
    {
        "block",
        "body_statement",
        "block_body",
        "compound_statement",
        "do",
        "do_group",
        "match_block",
        "statement_block",
        "switch_block",
        "switch_body",
        "then",
    }
)
"""What holds the statements of a function or of one of the above."""
_IMPORTS = frozenset(
    {
        "extern_crate_declaration",
        "future_import_statement",
        "import_declaration",
        "import_from_statement",
        "import_statement",
        "mod_item",
        "namespace_use_declaration",
        "package_clause",
        "package_declaration",
        "preproc_include",
        "use_declaration",
        "using_directive",
    }
)
_PROSE = nodes.STRINGS | nodes.COMMENTS | {"subshell"}
"""The last is what Ruby has between backticks."""
_OPEN = ("{", "do", "then", "else", "ensure")
_CLOSED = ("}", "done", "end", "elif_clause", "else_clause", "fi")


class Document(Struct, frozen=True):
    """A text, and where its lines begin."""

    text: str
    lines: tuple[str, ...]
    """Each with its line feed."""
    starts: tuple[int, ...]
    """Characters before each line, and of all."""

    @classmethod
    def of(cls, text: str) -> "Document":
        """Take a text apart at each line feed, as git does."""
        lines = _lines(text)
        return cls(text, lines, tuple(accumulate(map(len, lines), initial=0)))

    def row(self, offset: int) -> int:
        """Give the number of the line that a character stands in."""
        return bisect_right(self.starts, offset) - 1

    def offset(self, point: "tuple[int, int]") -> int:
        """Give the character at a place in bytes, as a tree has it."""
        row, column = point
        if row >= len(self.lines):
            return len(self.text)
        line = self.lines[row]
        if not line.isascii():
            column = len(line.encode()[:column].decode(errors="replace"))
        return self.starts[row] + column


def _lines(text: str) -> tuple[str, ...]:
    pieces = text.split("\n")
    whole = [piece + "\n" for piece in pieces[:-1]]
    return tuple(whole + ([pieces[-1]] if pieces[-1] else []))


class Hole(Struct, frozen=True, kw_only=True):
    """A piece of a document that may be asked for."""

    kind: Kind
    start: int
    """Counted in characters, as `end`."""
    end: int
    rows: range
    """The lines that it touches."""
    tells: range = range(0)
    """Lines of the body that would tell parameters."""

    @property
    def is_too_long(self) -> bool:
        """Whether it has more lines than people take."""
        return len(self.rows) > MOST_ROWS


class Marks(Struct, frozen=True, kw_only=True):
    """Where a document is no code, near some of its lines."""

    prose: tuple[tuple[int, int], ...]
    """Strings and comments, from where to where."""
    imports: frozenset[int]
    """Lines that bring names in."""

    def is_inside(self, offset: int) -> bool:
        """Tell whether a character stands in a string or comment."""
        return any(start < offset < end for start, end in self.prose)

    def share(self, start: int, end: int) -> float:
        """Say how much of a piece is strings and comments, from 0 to 1."""
        inside = sum(
            max(0, min(end, last) - max(start, first)) for first, last in self.prose
        )
        return inside / max(1, end - start)


def near(root: "Node", rows: Sequence[int]) -> "Iterator[tuple[Node, Node | None]]":
    """Give the nodes that touch some lines, each with its parent; strings whole."""
    waiting: list[tuple[Node, Node | None]] = [(root, None)]
    while waiting:
        node, parent = waiting.pop()
        if not _touches(node, rows):
            continue
        yield node, parent
        if node.type not in _PROSE:
            waiting.extend((child, node) for child in reversed(node.children))


def _touches(node: "Node", rows: Sequence[int]) -> bool:
    at = bisect_left(rows, node.start_point.row)
    return at < len(rows) and rows[at] <= node.end_point.row


def marks(document: Document, found: "Sequence[tuple[Node, Node | None]]") -> Marks:
    """Say where a document is no code."""
    prose: list[tuple[int, int]] = []
    imports: set[int] = set()
    for node, _ in found:
        if node.type in _PROSE:
            prose.append(_span(document, node))
        elif node.type in _IMPORTS:
            imports.update(range(node.start_point.row, node.end_point.row + 1))
    return Marks(prose=tuple(prose), imports=frozenset(imports))


def structures(
    document: Document, found: "Sequence[tuple[Node, Node | None]]"
) -> Iterator[Hole]:
    """Give blocks, bodies and parameters."""
    for node, parent in found:
        if node.type in nodes.FUNCTIONS:
            yield from _of_function(document, node)
        elif _is_block(node, parent):
            yield from _inner(document, node, Kind.BLOCK)


def _is_block(node: "Node", parent: "Node | None") -> bool:
    """Tell what holds the statements of an if, a loop and the like.

    A switch of Go and an if of a shell have them right within.
    """
    if node.type in _BODIES:
        return parent is not None and parent.type in _CONTROL
    return node.type in _CONTROL and _opening(node.children) is not None


def _of_function(document: Document, node: "Node") -> Iterator[Hole]:
    body = node.child_by_field_name("body")
    holes = list(_inner(document, body, Kind.BODY)) if body is not None else []
    yield from holes
    listed = _parameter_list(node)
    if listed is None or (body is not None and not holes):
        return
    inner = list(listed.named_children)
    if not inner or not (listed.text or b"").startswith(b"("):
        return
    start, end = _start(document, inner[0]), _end(document, inner[-1])
    rows = range(document.row(start), document.row(max(start, end - 1)) + 1)
    tells = _rows_of_statements(document, body) if body is not None else range(0)
    if not tells or tells.start >= rows.stop:
        yield Hole(kind=Kind.PARAMS, start=start, end=end, rows=rows, tells=tells)


def _rows_of_statements(document: Document, body: "Node") -> range:
    """Give the lines of all in a body; the node of some grammars goes beyond them."""
    inside = _statements(body)
    start, end = _start(document, inside[0]), _end(document, inside[-1])
    end = start + len(document.text[start:end].rstrip())
    return range(document.row(start), document.row(max(start, end - 1)) + 1)


def _parameter_list(node: "Node") -> "Node | None":
    """Find the list of parameters; that of C is deep within what is declared."""
    for _ in range(8):
        listed = node.child_by_field_name("parameters")
        if listed is not None:
            return listed
        inner = node.child_by_field_name("declarator")
        if inner is None:
            return None
        node = inner
    return None


def _inner(document: Document, body: "Node", kind: Kind) -> Iterator[Hole]:
    """Give what stands in a body, on lines of its own and without a docstring."""
    inside = _statements(body)
    if kind is Kind.BODY and inside and _is_docstring(inside[0]):
        inside = inside[1:]
    if not inside:
        return
    start, end = _start(document, inside[0]), _end(document, inside[-1])
    end = start + len(document.text[start:end].rstrip())
    rows = range(document.row(start), document.row(max(start, end - 1)) + 1)
    head = document.text[document.starts[rows.start] : start]
    tail = document.text[end : document.starts[rows.stop]]
    if not head.strip() and not tail.strip():
        yield Hole(kind=kind, start=start, end=end, rows=rows)


def _statements(body: "Node") -> "list[Node]":
    """Give what stands between the brackets or words of a body, if it has any."""
    children = body.children
    opened = _opening(children)
    if opened is None:
        return list(body.named_children) if body.type in _BODIES else []
    inside = list(takewhile(lambda each: each.type not in _CLOSED, children[opened:]))
    found = [child for child in inside if child.is_named]
    return [] if len(found) == 1 and found[0].type in _BODIES else found


def _opening(children: "Sequence[Node]") -> int | None:
    """Give the place behind the bracket or word that opens a body, if one does."""
    opens = (each.type in _OPEN and not each.is_named for each in children)
    return next((n for n, is_one in enumerate(opens, 1) if is_one), None)


def _is_docstring(statement: "Node") -> bool:
    inner = statement.named_children
    is_one = statement.type == "expression_statement" and len(inner) == 1
    return is_one and inner[0].type == "string"


def _start(document: Document, node: "Node") -> int:
    return document.offset((node.start_point.row, node.start_point.column))


def _end(document: Document, node: "Node") -> int:
    return document.offset((node.end_point.row, node.end_point.column))


def _span(document: Document, node: "Node") -> tuple[int, int]:
    return _start(document, node), _end(document, node)
