"""The code around a cursor, read from a syntax tree.

A document that is being written is broken most of the time, and a grammar then makes
the best of it. Where the tree has errors and does not know, `heuristics.py` is asked.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from hexai.prompts.code import nodes
from hexai.prompts.code.constructs import Comment, Context, Function, Syntax
from hexai.prompts.code.definitions import Definition, definitions, find_core
from hexai.prompts.code.languages import Language, comment_text, is_block
from hexai.prompts.code.parsed_lines import Window
from hexai.text.lines import Encoding, Position, Span, to_character, to_units

if TYPE_CHECKING:
    from tree_sitter import Node, Point, Tree

_OF_LINES = frozenset({"'''", '"""', "`"})
"""Quotes between which lines may break in any language that has them."""
_STRING_LETTERS = "bBfFrRtTuU"
_DEEPEST = 400
"""Levels of nesting that are followed; nobody writes so many."""


def encode(lines: Sequence[str]) -> bytes:
    """Write lines as the bytes that are parsed; a NUL would be taken for the end."""
    text = "\n".join(lines).replace("\0", " ")
    return text.encode("utf-8", "surrogatepass")


def count_errors(tree: "Tree", *, beside: int | None = None) -> int:
    """Count what does not parse; of that what is not all in the row `beside`."""
    count = 0
    waiting = [tree.root_node]
    while waiting:
        node = waiting.pop()
        broken = [child for child in node.children if child.has_error]
        # What is missing is not always a child: a line's end is hidden in the grammar.
        hides = node.has_error and not broken
        if not node.start_point.row == beside == node.end_point.row:
            count += node.is_error or node.is_missing or hides
        waiting += broken
    return count


class TreeSyntax:
    """A window of a document as a tree."""

    def __init__(
        self, *, language: Language, window: Window, tree: "Tree", plain: Syntax
    ) -> None:
        self._language = language
        self._window = window
        self._tree = tree
        self._plain = plain
        sizes = (len(encode((line,))) + 1 for line in window.lines)
        self._starts = (0, *accumulate(sizes))

    def functions_at(self, position: Position) -> tuple[Function, ...]:
        """Give the named functions around a position, the innermost first."""
        probe, column = self._probe(position)
        path = find_core(self._path(self._offset(probe)))
        found = tuple(
            self._function(each)
            for each in definitions(path, self._offset(position))
            if column is None or each.whole.start_point.column < column
        )
        if found or not self._broken:
            return found
        return self._plain.functions_at(position)

    def in_parameters(self, position: Position) -> bool:
        """Tell whether a position is in the parameter list of a definition."""
        offset = self._offset(position)
        path = self._path(offset)
        for place in range(len(path) - 1, 0, -1):
            node, parent = path[place], path[place - 1]
            if node.type in nodes.ENDS_PARAMETERS or node.type in nodes.STRINGS:
                return False
            if node.type in nodes.PARAMETERS and node.start_byte < offset:
                return parent.type in nodes.FUNCTIONS | nodes.DECLARATORS
        return self._broken and self._plain.in_parameters(position)

    def context_at(self, position: Position) -> Context:
        """Tell what a position is in."""
        offset = self._offset(position)
        for node in reversed(self._path(offset - 1)):
            if node.type in nodes.INTERPOLATIONS:
                return Context.CODE
            inside = node.start_byte < offset < node.end_byte
            if node.type in nodes.COMMENTS and (inside or self._on_line(node, offset)):
                return Context.COMMENT
            if node.type in nodes.STRINGS and inside:
                return Context.STRING
        if not self._broken:
            return Context.CODE
        if self._is_open_string(offset):
            return Context.STRING
        return self._plain.context_at(position)

    def _is_open_string(self, offset: int) -> bool:
        """Tell whether a string of several lines that nothing closes begins above."""
        waiting = [self._tree.root_node]
        while waiting:
            node = waiting.pop()
            if not node.has_error or node.start_byte >= offset:
                continue
            if node.is_error and _leaves_open(node, offset):
                return True
            waiting.extend(node.children)
        return False

    def comments(self, first: int, last: int) -> tuple[Comment, ...]:
        """Give the comments that touch the lines `first` to `last`, in their order."""
        rows = range(first - self._window.first, last - self._window.first + 1)
        found = sorted(self._find_comments(rows), key=lambda node: node.start_byte)
        return tuple(map(self._comment, found))

    def count_errors(self, *, beside: int | None = None) -> int | None:
        """Count what does not parse; of that what is not all in the line `beside`."""
        row = None if beside is None else beside - self._window.first
        return count_errors(self._tree, beside=row)

    def is_broken_near(self, line: int) -> bool:
        """Tell whether what does not parse touches a line or one next to it."""
        row = line - self._window.first
        waiting = [self._tree.root_node]
        while waiting:
            node = waiting.pop()
            start, end = node.start_point.row, node.end_point.row
            if node.has_error and start <= row + 1 and end >= row - 1:
                if node.is_error or node.is_missing:
                    return True
                waiting.extend(node.children)
        return False

    @property
    def _broken(self) -> bool:
        return self._tree.root_node.has_error

    def _path(self, offset: int) -> "list[Node]":
        """Give the nodes around a character, from the root to the innermost."""
        path = [self._tree.root_node]
        cursor = self._tree.walk()
        while len(path) < _DEEPEST:
            if cursor.goto_first_child_for_byte(max(0, offset)) is None:
                break
            node = cursor.node
            if node is None or node.start_byte > offset:
                break
            path.append(node)
        return path

    def _probe(self, position: Position) -> tuple[Position, int | None]:
        """Choose the character that says which function a position belongs to.

        One of its line. A blank line has none: in a language of blocks by indentation
        it is the last one above, and the column says how many blocks have ended.
        """
        line = self._line(position.line)
        if line.strip():
            start = len(line) - len(line.lstrip())
            last = len(line.rstrip()) - 1
            column = min(max(position.character, start), last)
            return Position(position.line, column), None
        if not self._language.indented:
            return position, None
        for number in range(position.line - 1, self._window.first - 1, -1):
            above = self._line(number).rstrip()
            if above:
                return Position(number, len(above) - 1), position.character
        return position, position.character

    def _function(self, each: Definition) -> Function:
        return Function(
            name=each.name,
            owner=each.owner,
            header=each.header,
            parameters=each.parameters,
            span=self._span(each.whole),
        )

    def _find_comments(self, rows: range) -> "Iterator[Node]":
        waiting = [self._tree.root_node]
        while waiting:
            node = waiting.pop()
            if node.end_point.row < rows.start or node.start_point.row >= rows.stop:
                continue
            if node.type in nodes.COMMENTS:
                yield node
            else:
                waiting.extend(node.children)

    def _comment(self, node: "Node") -> Comment:
        text = _text(node)
        span = self._span(node)
        if text.endswith("\n"):
            line = span.end.line - 1
            span = Span(span.start, Position(line, len(self._line(line))))
        return Comment(span=span, text=comment_text(text, self._language))

    def _on_line(self, node: "Node", offset: int) -> bool:
        """Tell whether an offset ends the line of a comment that lasts to its end."""
        text = _text(node)
        ends = len(text.rstrip("\n").encode("utf-8", "surrogatepass"))
        return offset == node.start_byte + ends and not is_block(text, self._language)

    def _span(self, node: "Node") -> Span:
        return Span(self._position(node.start_point), self._position(node.end_point))

    def _position(self, point: "Point") -> Position:
        number = point.row + self._window.first
        line = self._line(number)
        return Position(number, to_character(line, point.column, Encoding.UTF8))

    def _offset(self, position: Position) -> int:
        row = position.line - self._window.first
        if not 0 <= row < len(self._window.lines):
            return 0 if row < 0 else self._starts[-1]
        line = self._window.lines[row]
        column = min(max(0, position.character), len(line))
        return self._starts[row] + to_units(line, column, Encoding.UTF8)

    def _line(self, number: int) -> str:
        row = number - self._window.first
        return self._window.lines[row] if 0 <= row < len(self._window.lines) else ""


def _leaves_open(error: "Node", offset: int) -> bool:
    """Tell whether the last quotes of what does not parse open a string of lines."""
    quotes = [
        _text(child).lstrip(_STRING_LETTERS)
        for child in error.children
        if child.type in nodes.QUOTES and child.end_byte <= offset
    ]
    return len(quotes) % 2 == 1 and quotes[-1] in _OF_LINES


def _text(node: "Node") -> str:
    return (node.text or b"").decode("utf-8", "surrogatepass")
