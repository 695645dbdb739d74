"""How a test imports a name of a JavaScript file: by how that file exports it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from hexai.service.actions.unit_test_code import Code, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_DEFAULT = "import {} from '{}';"
_BY_NAME = "import {{ {} }} from '{}';"
_BY_ALIAS = "import {{ ALIAS as {} }} from '{}';"
_REQUIRED = "const {} = require('{}');"
_REQUIRED_BY_KEY = "const {{ {} }} = require('{}');"


def import_form(code: Code, name: str) -> str:
    """Give how a name is imported, by how its file exports it; empty: not at all."""
    forms = (
        _exported(node, name)
        if node.type == "export_statement"
        else _assigned(node, name)
        for node in code.outer
        if node.type in ("export_statement", "expression_statement")
    )
    return next(filter(None, forms), "")


def _exported(node: "Node", name: str) -> str:
    """Read an `export` of a module; one with a source passes on what is elsewhere."""
    if node.child_by_field_name("source") is not None:
        return ""
    what = node.child_by_field_name("declaration") or node.child_by_field_name("value")
    if what is not None:
        names = [what, *what.named_children]
        found = any(_is_called(each, name) for each in names)
        is_default = any(each.type == "default" for each in node.children)
        form = _DEFAULT if is_default else _BY_NAME
        return form if found else ""
    listed = [each for clause in node.named_children for each in clause.named_children]
    for each in listed:
        if text_of(each.child_by_field_name("name")) == name:
            alias = text_of(each.child_by_field_name("alias"))
            if alias == "default":
                return _DEFAULT
            return _BY_ALIAS.replace("ALIAS", alias) if alias else _BY_NAME
    return ""


def _assigned(statement: "Node", name: str) -> str:
    """Read what is put into `module.exports` or `exports`."""
    node = statement.named_children[0]
    while node.type == "assignment_expression":
        left = text_of(node.child_by_field_name("left"))
        right = node.child_by_field_name("right")
        assert right is not None, "the grammar has no assignment of nothing"
        if left.removeprefix("module.") == f"exports.{name}":
            return _REQUIRED_BY_KEY
        if left == "module.exports":
            if _is_called(right, name):
                return _REQUIRED
            if right.type == "object" and any(map(_keyed(name), right.named_children)):
                return _REQUIRED_BY_KEY
        node = right
    return ""


def _is_called(node: "Node", name: str) -> bool:
    named = node if node.type == "identifier" else node.child_by_field_name("name")
    return text_of(named) == name


def _keyed(name: str) -> "Callable[[Node], bool]":
    def is_it(member: "Node") -> bool:
        key = member.child_by_field_name("key") or member.child_by_field_name("name")
        return text_of(key or member) == name

    return is_it
