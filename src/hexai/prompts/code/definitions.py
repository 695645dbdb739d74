"""Definitions of functions in a syntax tree: their names, owners and headers."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.prompts.code import nodes

if TYPE_CHECKING:
    from tree_sitter import Node

_LONGEST_HEADER = 400
_LONGEST_LIST = 20
"""Lines of parameters that do not parse."""
_OPENING, _CLOSING = (b"(", b"[", b"{"), (b")", b"]", b"}")
_DECLARATORS = 8
"""Levels between a C definition and its name: pointers, references, brackets."""


class Definition(Struct, frozen=True, kw_only=True):
    """A function's definition."""

    name: str
    owner: str
    header: str
    parameters: str
    whole: "Node"
    """With its decorators, or the statement that names it."""


def definitions(path: "Sequence[Node]", cursor: int) -> Iterator[Definition]:
    """Find the named functions on the way from the root to a node, innermost first.

    `cursor` is the byte that headers do not go beyond.
    """
    for place in range(len(path) - 1, -1, -1):
        node = path[place]
        if node.type not in nodes.FUNCTIONS:
            continue
        name = _name(node) or _given_name(path[:place])
        if not name:
            continue
        whole = _whole(path, place)
        owner, name = _split_owner(name)
        yield Definition(
            name=name,
            owner=owner or _receiver(node) or _owner(path[:place]),
            header=_header(node, path[whole], cursor),
            parameters=_parameters(node),
            whole=path[whole],
        )


def find_core(path: "Sequence[Node]") -> "list[Node]":
    """Give the way to a path that ends in a definition, if it ends in what wraps one.

    On its decorator, or on the `const` that names it, one is at a definition too.
    """
    for place in range(len(path) - 1, 0, -1):
        if path[place].type in nodes.FUNCTIONS:
            break
        if path[place].type in nodes.WRAPPERS:
            core = _descend(path[place])
            return [*path[: place + 1], *core] if core else list(path)
    return list(path)


def _descend(node: "Node") -> "list[Node]":
    way: list[Node] = []
    while node.type not in nodes.FUNCTIONS:
        inner = [
            child
            for child in node.named_children
            if child.type in nodes.FUNCTIONS or child.type in nodes.WRAPPERS
        ]
        if not inner or len(way) == _DECLARATORS:
            return []
        node = inner[-1]
        way.append(node)
    return way


def _whole(path: "Sequence[Node]", place: int) -> int:
    while place and path[place - 1].type in nodes.WRAPPERS:
        place -= 1
    return place


def _name(node: "Node") -> str:
    named = node.child_by_field_name("name")
    if named is not None:
        return _text(named)
    last = _declarators(node)[-1]
    return _text(last) if last is not node and _declared(last) is None else ""


def _declarators(node: "Node") -> "list[Node]":
    """Give the way from a C definition to its name: pointers, brackets and so on."""
    way = [node]
    while len(way) <= _DECLARATORS and (inner := _declared(way[-1])) is not None:
        way.append(inner)
    return way


def _declared(node: "Node") -> "Node | None":
    field = node.child_by_field_name("declarator")
    if field is not None:
        return field
    inner = (child for child in node.named_children if "declarator" in child.type)
    return next(inner, None)


def _given_name(above: "Sequence[Node]") -> str:
    """Find the name that an assignment gives to what stands right in it."""
    passed = nodes.WRAPPERS - nodes.NAMING
    node = next((each for each in reversed(above) if each.type not in passed), None)
    if node is None or node.type not in nodes.NAMING:
        return ""
    fields = map(node.child_by_field_name, ("name", "key", "property"))
    named = (*filter(None, fields), *node.named_children)
    return _text(named[0])


def _split_owner(name: str) -> tuple[str, str]:
    """Take `A::f`, `M.f` and `M:f` apart."""
    for mark in ("::", ".", ":"):
        owner, found, last = name.rpartition(mark)
        if found and owner and last:
            return owner, last
    return "", name


def _receiver(node: "Node") -> str:
    """Find the type of a Go method's receiver."""
    receiver = node.child_by_field_name("receiver")
    if receiver is None:
        return ""
    words = _text(receiver).strip("() \t\n").split()
    return words[-1].lstrip("*").partition("[")[0] if words else ""


def _owner(above: "Sequence[Node]") -> str:
    for node in reversed(above):
        if node.type in nodes.OWNERS:
            named = node.child_by_field_name("name") or node.child_by_field_name("type")
            if named is not None:
                return _text(named).partition("<")[0]
        elif node.type in nodes.FUNCTIONS:
            return ""
    return ""


def _header(node: "Node", whole: "Node", cursor: int) -> str:
    """Give the header alone, whatever a grammar took for it while it is being typed.

    What does not parse ends somewhere in the next function, or in a body far below.
    """
    start = node if whole.type == "decorated_definition" else whole
    body = node.child_by_field_name("body")
    text = start.text or b""
    if cursor > start.start_byte:
        text = text[: cursor - start.start_byte]
    if body is not None and not _is_broken_before(node, body):
        text = text[: max(0, body.start_byte - start.start_byte)]
    else:
        listed = _parameter_list(node)
        known = listed is not None and not listed.has_error and body is None
        end = listed.end_byte - start.start_byte if listed is not None and known else 0
        text = text[:end] + _to_end_of_brackets(text[end:])
    return " ".join(_decode(text[: 4 * _LONGEST_HEADER]).split())[:_LONGEST_HEADER]


def _is_broken_before(node: "Node", body: "Node") -> bool:
    """Tell whether a definition does not parse before its body."""
    before = (each for each in node.children if each.start_byte < body.start_byte)
    return any(each.has_error or each.is_missing for each in before)


def _to_end_of_brackets(text: bytes) -> bytes:
    """Give the lines until one at whose end all brackets are closed, or a blank one.

    A bracket that is never closed ends with its line.
    """
    depth = 0
    lines = text.split(b"\n")[:_LONGEST_LIST]
    for number, line in enumerate(lines):
        depth += sum(map(line.count, _OPENING)) - sum(map(line.count, _CLOSING))
        if depth <= 0:
            return b"\n".join(lines[: number + 1])
        if not line.strip():
            break
    return lines[0]


def _parameters(node: "Node") -> str:
    listed = _parameter_list(node)
    if listed is None or listed.has_error:
        return ""
    text = _text(listed).strip()
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    return " ".join(inner.split())


def _parameter_list(node: "Node") -> "Node | None":
    listed = (each.child_by_field_name("parameters") for each in _declarators(node))
    return next(filter(None, listed), None)


def _text(node: "Node") -> str:
    return _decode(node.text or b"")


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "replace")
