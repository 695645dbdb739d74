"""Tests as a syntax tree: what they import, what they define, and whether they test.

A pattern takes a line within a string for an import and a comment for a test, so the
grammars are asked that are loaded anyway for the cursor. What does not parse is read as
far as it does.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.prompts.actions import TEST_FAMILIES
from hexai.prompts.code.grammars import parse
from hexai.prompts.code.languages import language_of
from hexai.prompts.code.tree import encode

if TYPE_CHECKING:
    from tree_sitter import Node

_PATIENCE = 0.01
"""Seconds for an answer, read on the loop. With twice that, 600 lines of `/*` in Python
hold it for 0.3 s, since the last step of a parse cannot be stopped."""
_FILE_PATIENCE = 5e-7
"""Seconds more for each byte of a file of the user's; code takes the half of that."""
_LARGEST = 250_000
"""Bytes of a file, about 8,000 lines: it is read on the loop."""

_TESTS = {
    "go": re.compile(r"(?:Test|Benchmark|Fuzz|Example)\w*"),
    "python": re.compile(r"test_\w+"),
    "rust": re.compile(r"(?:\w+::)*test"),
    "javascript": re.compile(r"(?:describe|test|it)(?:\.\w+)*"),
}
"""What makes a test: a function of that name, in Rust an attribute, or a call."""
_VERSION = re.compile(r"[./]v\d+$")
_ENDS_LINE = re.compile(rb"[ \t;]*+(?:(?:#|//)[^\n]*+)?(?:\n|\Z)")


class Import(Struct, frozen=True, kw_only=True):
    """One import of a file."""

    text: str
    """Without breaks and a comment behind it; in Go only what stands in the list."""
    source: str
    names: frozenset[tuple[str, str]]
    """What is taken, and what it is called here; none where it is loaded only."""
    span: tuple[int, int]
    """The bytes of the whole statement, with its line's end."""

    @property
    def given(self) -> set[str]:
        """The names that it gives the file."""
        return {here for _, here in self.names}


class Code:
    """A text of one language as a tree."""

    def __init__(self, language: str, text: bytes, root: "Node") -> None:
        self.language = language
        self.family = TEST_FAMILIES[language]
        self.root = root
        self.outer = tuple(_outer(root))
        """The statements at the margin, also of a text that does not parse."""
        self._text = text

    @cached_property
    def imports(self) -> list[Import]:
        """What it imports at the margin."""
        read = _IMPORTS.get(self.family)
        return [] if read is None else [each for n in self.outer for each in read(n)]

    @property
    def has_test(self) -> bool:
        """Tell whether there is a test in it."""
        is_test = _TESTS[self.family].fullmatch
        return any(is_test(name) for node in self.outer for name in _marks(node))

    def written(
        self,
        *,
        without: Iterable[tuple[int, int]] = (),
        renamed: Mapping[str, str] | None = None,
    ) -> str:
        """Give the text, without some of its bytes and with other names."""
        cuts = [(start, self._line_end(start, end), "") for start, end in {*without}]
        if renamed:
            cuts += [
                (node.start_byte, node.end_byte, renamed[text_of(node)])
                for node in _words(self.root)
                if text_of(node) in renamed
            ]
        parts, at = list[bytes](), 0
        for start, end, new in sorted(cuts):
            if start >= at:
                parts += [self._text[at:start], new.encode()]
                at = end
        return (b"".join(parts) + self._text[at:]).decode("utf-8", "surrogatepass")

    def head(self) -> int:
        """Give the line behind what has to stay first: `#!`, a license, a docstring."""
        row, comments = 0, 0
        for node in self.outer:
            if node.type in ("comment", "hash_bang_line"):
                comments = node.end_point.row + 1
                if comments <= 2 and text_of(node).startswith(("#!", "# -*-")):
                    row = comments
            elif _is_directive(node):
                row = node.end_point.row + 1
            else:  # a comment right above something is about that
                is_apart = row < comments < node.start_point.row
                return node.start_point.row if is_apart else row
        return max(row, comments)

    def _line_end(self, start: int, end: int) -> int:
        line = self._text.rfind(b"\n", 0, start) + 1
        rest = _ENDS_LINE.match(self._text, end)
        alone = not self._text[line:start].strip()
        return rest.end() if rest is not None and alone else end


def read_answer(text: str, language: str) -> Code | None:
    """Read what a model wrote; None if that would take too long."""
    return _read(text, language, _PATIENCE)


def read_file(text: str, language: str) -> Code | None:
    """Read what the user wrote; None if that would take too long."""
    size = len(text)
    if size > _LARGEST:
        return None
    return _read(text, language, _PATIENCE + size * _FILE_PATIENCE)


def _read(text: str, language: str, patience: float) -> Code | None:
    source = encode((text,))
    tree = parse(language_of(language), source, patience=patience)
    return None if tree is None else Code(language, source, tree.root_node)


def text_of(node: "Node | None") -> str:
    """Give what a node says."""
    text = node.text if node is not None else None
    return (text or b"").decode("utf-8", "surrogatepass")


def definitions(nodes: "Iterable[Node]") -> Iterator[str]:
    """Give the names of the functions and types that are defined by some statements."""
    for each in nodes:
        node = each.child_by_field_name("definition") or each
        if node.type == "type_declaration":
            yield from (text_of(_field(spec, "name")) for spec in node.named_children)
        elif node.type in _DEFINITIONS:
            yield text_of(_field(node, "name"))


_DEFINITIONS = {
    "class_definition",
    "function_declaration",
    "function_definition",
    "function_item",
}


def walk(node: "Node") -> "Iterator[Node]":
    """Give a node and all below it.

    No query is asked for them: where thousands stand in one that does not parse, it
    takes time that grows with their square (tree-sitter 0.26.1, 0.5 s for 20,000), and
    a model that repeats itself would hold the editor server.
    """
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.named_children))


def _marks(node: "Node") -> Iterator[str]:
    """Give what may make a test of a statement."""
    node = _field(node, "definition") or node
    if node.type in _DEFINITIONS:
        yield text_of(_field(node, "name"))
    elif node.type == "attribute_item":
        yield text_of(node.named_children[0]).partition("(")[0].strip()
    elif node.type == "expression_statement":
        called = node.named_children[0]
        while called.type == "await_expression":
            called = called.named_children[0]
        while called.type == "call_expression":
            inner = _field(called, "function")
            assert inner is not None, "the grammar has no call of nothing"
            called = inner
            yield text_of(called)
    body = _field(node, "body")
    if body is not None and node.type in ("class_definition", "mod_item"):
        for inner in body.named_children:
            yield from _marks(inner)


def _words(root: "Node") -> "Iterator[Node]":
    """Give the names in a text, but for fields and names of arguments."""
    members = set[int]()
    for node in walk(root):
        if node.type in _MEMBERS:
            member = _field(node, _MEMBERS[node.type])
        elif node.type == "keyed_element":
            member = next(iter(node.named_children[0].named_children), None)
        else:
            member = None
        members |= {member.id} if member is not None else set()
        if node.type in ("identifier", "type_identifier") and node.id not in members:
            yield node


_MEMBERS = {
    "attribute": "attribute",
    "keyword_argument": "name",
    "scoped_identifier": "name",
}


def _outer(root: "Node") -> "Iterator[Node]":
    waiting = list(reversed(root.named_children))
    while waiting:
        node = waiting.pop()
        if node.is_error:
            waiting.extend(reversed(node.named_children))
        else:
            yield node


def _field(node: "Node | None", name: str) -> "Node | None":
    return None if node is None else node.child_by_field_name(name)


def _is_directive(node: "Node") -> bool:
    """Tell whether a statement is a text alone: a docstring, or `"use strict"`."""
    inner = node.named_children
    is_text = node.type == "expression_statement" and len(inner) == 1
    return is_text and inner[0].type == "string"


def _python(node: "Node") -> Iterator[Import]:
    if not node.type.startswith(("import_", "future_import")):
        return
    taken = set[tuple[str, str]]()
    for each in node.children_by_field_name("name"):
        name = text_of(_field(each, "name") or each)
        taken.add((name, text_of(_field(each, "alias")) or name))
    if any(each.type == "wildcard_import" for each in node.named_children):
        taken.add(("*", "*"))
    source = text_of(_field(node, "module_name"))
    if node.type.startswith("future"):
        source = "__future__"
    yield _import(node, source, taken)


def _javascript(node: "Node") -> Iterator[Import]:
    if node.type == "import_statement":
        clause = next(iter(node.named_children), None)
        source = _field(node, "source") or _field(clause, "source")
        yield _import(node, text_of(source).strip("'\""), _clause_names(clause))
    elif node.type in ("lexical_declaration", "variable_declaration"):
        first = node.named_children[0]
        if loaded := _required(_field(first, "value")):
            yield _import(node, loaded, _bound(_field(first, "name")))


def _clause_names(clause: "Node | None") -> set[tuple[str, str]]:
    found = set[tuple[str, str]]()
    for node in clause.named_children if clause is not None else ():
        if node.type == "identifier":
            found.add(("default", text_of(node)))
        elif node.type == "namespace_import":
            found.add(("*", text_of(node.named_children[0])))
        elif node.type == "named_imports":
            for each in node.named_children:
                name = text_of(_field(each, "name"))
                found.add((name, text_of(_field(each, "alias")) or name))
    return found


def _bound(pattern: "Node | None") -> set[tuple[str, str]]:
    """Give what a `const` takes of what was required."""
    if pattern is None or pattern.type == "identifier":
        return {("default", text_of(pattern))}
    found = set[tuple[str, str]]()
    for each in pattern.named_children:
        name = text_of(_field(each, "key") or each)
        found.add((name, text_of(_field(each, "value")) or name))
    return found


def _required(value: "Node | None") -> str:
    """Give what `require` loads, also where only a part of it is taken."""
    while value is not None:
        called = _field(value, "function")
        if text_of(called) == "require":
            given = _field(value, "arguments")
            first = given.named_children[:1] if given is not None else []
            return text_of(first[0]).strip("'\"") if first else ""
        value = _field(value, "object") or called
    return ""


def _go(node: "Node") -> Iterator[Import]:
    if node.type != "import_declaration":
        return
    listed = [each for n in node.named_children for each in (n, *n.named_children)]
    for spec in listed:
        if spec.type == "import_spec":
            path = text_of(_field(spec, "path")).strip('"`')
            name = text_of(_field(spec, "name")) or package_name(path)
            found = _import(spec, path, {(path, name)})
            yield Import(
                text=found.text,
                source=path,
                names=found.names,
                span=(node.start_byte, node.end_byte),
            )


def package_name(path: str) -> str:
    """Give what a Go package is mostly called, by its path."""
    return _VERSION.sub("", path).rpartition("/")[2]


def _import(node: "Node", source: str, names: set[tuple[str, str]]) -> Import:
    return Import(
        text=text_of(node).rstrip(),
        source=source,
        names=frozenset(names),
        span=(node.start_byte, node.end_byte),
    )


_IMPORTS: dict[str, Callable[["Node"], Iterator[Import]]] = {
    "go": _go,
    "python": _python,
    "javascript": _javascript,
}
"""Tests in Rust stand in the module that they test, and import all of it."""
