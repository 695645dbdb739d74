"""Values of a file with the lines where they stand, whatever the file's form.

What is a question and what is wrong with one is then the same for JSON, YAML and TOML.
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexai.config.toml import find_lines
from hexai.errors import SetupError
from hexai.extras import install_command

if TYPE_CHECKING:
    import yaml

_DEEPEST = 40
"""Lists and tables within each other; no question needs half of it."""
_TOO_DEEP = "it is nested too deeply"
_LONGEST_NUMBER = 1000
"""Digits; Python takes 4,300."""
_MOST = 200_000
"""Values of a file; a short YAML text can be written that has billions."""

Path = tuple[str | int, ...]
Scalar = str | int | float | bool | None


class Node(Struct, frozen=True, kw_only=True):
    """A value with its line."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    line: int
    """From 1; 0: not known."""
    written: str | None = None
    """Of YAML, a scalar as it stands there: `yes`, `0x10` and `1e3` are texts too."""

    @property
    def plain(self) -> Any:
        """Give the value alone."""
        match self.value:
            case tuple():
                return [each.plain for each in self.value]
            case Mapping():
                return {key: each.plain for key, each in self.value.items()}
            case _:
                return self.value


class Malformed(Exception):
    """A text that is not of its form; says where and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def read_json_line(text: str, line: int) -> Node:
    """Read the JSON of a line; raises `Malformed`."""
    return _wrapped(_json(text, line), lambda _path: line, ())


def read_json(text: str) -> Node:
    """Read JSON; raises `Malformed`."""
    value = _json(text, 1)
    lines = _lines_of_json(text)
    return _wrapped(value, lambda path: lines.get(path, 1), ())


def _lines_of_json(text: str) -> Mapping[Path, int]:
    """Say where its values stand, as far as a reader of YAML is there to tell."""
    lines: dict[Path, int] = {}

    def look(node: Node, path: Path) -> None:
        lines[path] = node.line
        if isinstance(node.value, Mapping):
            for key, each in node.value.items():
                look(each, (*path, key))
        elif isinstance(node.value, tuple):
            for number, each in enumerate(node.value):
                look(each, (*path, number))

    with suppress(Malformed, SetupError):
        look(read_yaml(text.replace("\t", " ")), ())
    return lines


def _json(text: str, line: int) -> Any:
    import json  # not for the other forms

    try:
        return json.loads(
            text, parse_constant=_refuse, parse_int=_int, object_pairs_hook=_table
        )
    except json.JSONDecodeError as error:
        at = line + error.lineno - 1
        raise Malformed(at, f"{error.msg} in column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise Malformed(line, _reason(error)) from None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _int(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} stands there twice")
        found[key] = value
    return found


def _reason(error: Exception) -> str:
    deep = isinstance(error, RecursionError)
    return _TOO_DEEP if deep else str(error)


def read_toml(text: str) -> Node:
    """Read TOML; raises `Malformed`."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        at = int(found[1]) if found else text.count("\n") + 1
        reason = re.sub(r" ?\(at .*\)$", "", str(error))
        raise Malformed(at, reason) from None
    except (ValueError, RecursionError) as error:
        raise Malformed(1, _reason(error)) from None
    lines = find_lines(text)

    def line(path: Path) -> int:
        while path and path not in lines:
            path = path[:-1]
        return lines.get(path, 1)

    return _wrapped(value, line, ())


def _wrapped(value: Any, line: Callable[[Path], int], path: Path) -> Node:
    if len(path) > _DEEPEST:
        raise Malformed(line(path), _TOO_DEEP)
    inner: Any = value
    if isinstance(value, str) or (value and isinstance(value, dict)):
        _check_text("".join(value), line(path))
    if isinstance(value, dict):
        inner = {k: _wrapped(each, line, (*path, k)) for k, each in value.items()}
    elif isinstance(value, list):
        inner = tuple(_wrapped(v, line, (*path, n)) for n, v in enumerate(value))
    elif not isinstance(value, str | int | float | bool | None):
        inner = str(value)  # TOML's dates
    return Node(value=inner, line=line(path))


def _check_text(text: str, line: int) -> None:
    """Refuse half a character, which is none, and which nobody can be sent."""
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise Malformed(line, "it has half a character, a surrogate without its other")


def read_yaml(text: str) -> Node:
    """Read YAML, of which version 1.2 says what is no text; raises `Malformed`."""
    try:
        import yaml
    except ImportError:
        raise SetupError(f"to read YAML it takes {install_command('bench')}") from None
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        found = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        reason = ", ".join(filter(None, (error.context, error.problem)))
        raise Malformed(line, reason or "it is no YAML") from None
    except yaml.YAMLError as error:
        raise Malformed(1, " ".join(str(error).split())) from None
    except RecursionError as error:
        raise Malformed(1, _reason(error)) from None
    return Node(value=None, line=1) if found is None else _Nodes().of(found, 0)


class _Nodes:
    """Makes ours of the nodes of a YAML text."""

    def __init__(self) -> None:
        self._count = 0

    def of(self, node: "yaml.Node", depth: int) -> Node:
        """Make one of ours, that deep within others; raises `Malformed`."""
        import yaml

        line = node.start_mark.line + 1
        self._count += 1
        if depth > _DEEPEST or self._count > _MOST:
            raise Malformed(line, "it is nested too deeply, or too often repeated")
        if isinstance(node, yaml.ScalarNode):
            _check_text(node.value, line)
            value = node.value if node.style else _resolved(node.value)
            return Node(value=value, line=line, written=node.value)
        if isinstance(node, yaml.SequenceNode):
            items = tuple(self.of(each, depth + 1) for each in node.value)
            return Node(value=items, line=line)
        return Node(value=self._table(node.value, depth), line=line)

    def _table(
        self, pairs: "Sequence[tuple[yaml.Node, yaml.Node]]", depth: int
    ) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for key, value in pairs:
            line = key.start_mark.line + 1
            if not isinstance(key.value, str):
                raise Malformed(line, "a key has to be a text")
            if key.value in found:
                raise Malformed(line, f"{key.value} stands there twice")
            if key.value == "<<":
                raise Malformed(line, "<< is no YAML 1.2; write the keys out")
            found[key.value] = self.of(value, depth + 1)
        return found


_NUMBER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}


def _resolved(written: str) -> Scalar:
    """Say what a plain scalar is by the core schema of YAML 1.2."""
    if written in _WORDS:
        return _WORDS[written]
    if len(written) > 40:
        return written
    if _NUMBER.fullmatch(written):
        return int(written)
    return float(written) if _FLOAT.fullmatch(written) else written
