"""Values written as TOML, so that what is shown can be read again.

A text is written so that nothing in it acts on a terminal or hides: whatever is not
printable is escaped, as TOML itself writes it.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from hexai.config.problems import KeyPath

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Line(Struct, frozen=True, kw_only=True):
    """A value at its key path, and what is said beside it."""

    path: KeyPath
    value: object
    comment: str = ""


def to_toml(value: object) -> str:
    """Write plain data on one line."""
    if isinstance(value, Mapping):
        pairs = (f"{to_key(str(key))} = {to_toml(v)}" for key, v in value.items())
        return f"{{ {', '.join(pairs)} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(to_toml(item) for item in value)}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    return str(value) if isinstance(value, int) else to_text(str(value))


def to_text(text: str) -> str:
    """Write a text in quotes."""
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def to_key(key: str) -> str:
    """Write one part of a key path, in quotes if it needs them."""
    return key if _BARE_KEY.fullmatch(key) else to_text(key)


def document(lines: Iterable[Line]) -> str:
    """Write a whole file: the lines of each table together, under its name."""
    tables: dict[KeyPath, list[Line]] = {}
    for line in lines:
        tables.setdefault(line.path[:-1], []).append(line)
    return "\n".join("".join(_table(path, tables[path])) for path in _ordered(tables))


def _ordered(tables: Mapping[KeyPath, object]) -> list[KeyPath]:
    """Put what is above all tables first; it would belong to the last one else."""
    return sorted(tables, key=lambda path: path != ())


def _table(path: KeyPath, lines: Iterable[Line]) -> Iterator[str]:
    if path:
        yield f"[{'.'.join(to_key(str(part)) for part in path)}]\n"
    for line in lines:
        text = f"{to_key(str(line.path[-1]))} = {to_toml(line.value)}"
        yield f"{text}  # {line.comment}\n" if line.comment else f"{text}\n"


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
