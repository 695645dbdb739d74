"""Layers of configuration, merged by presence.

A layer is flat: one value for each key path that it sets. So merging is a union of
mappings in which the higher layer wins, whatever its value is (0, false and an empty
list are values), and the origin of a value is the layer that it was taken from. What
is not in a layer cannot touch the layers below it.

Tables are taken apart; lists are values, and so is an entry of `[models]`, since half
of one entry and half of another are no entry.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct, field

from hexai.config.problems import KeyPath, Problem, dotted
from hexai.config.toml import find_lines

LayerKind = Literal["built-in", "user", "project", "environment", "options", "editor"]


class Layer(Struct, frozen=True, kw_only=True):
    """One source of values."""

    kind: LayerKind
    name: str
    """The file's path, or what people call the source."""
    values: Mapping[KeyPath, object]
    text: str = ""
    """The file's text, for lines."""
    variables: Mapping[KeyPath, str] = field(default_factory=dict)
    """Which environment variable set a path."""
    older: Mapping[KeyPath, KeyPath] = field(default_factory=dict)
    """By today's path, the one under which this source has it."""

    def where(self, path: KeyPath) -> str:
        """Say where a path is set: `FILE:LINE`, a variable's name, or the layer."""
        path = self.older.get(path, path)
        for length in range(len(path), 0, -1):
            if variable := self.variables.get(path[:length]):
                return variable
        line = _line(find_lines(self.text), path) if self.text else None
        return f"{self.name}:{line}" if line else self.name

    def line(self, problem: Problem) -> int | None:
        """Give the line of a problem, if this is a file and has it."""
        if problem.line is not None or not self.text:
            return problem.line
        path = self.older.get(problem.path, problem.path)
        return _line(find_lines(self.text), path)

    def told(self, problem: Problem) -> str:
        """Write a problem of this layer on one line."""
        key = dotted(problem.path)
        if problem.value:
            key += f" = {problem.value}"
        if older := self.older.get(problem.path):
            key += f" (from {older[-1]})"
        place = self.where(problem.path)
        if problem.line is not None:
            place = f"{self.name}:{problem.line}"
        parts = (place, key, problem.message)
        return ": ".join(part for part in parts if part)


def _line(lines: Mapping[KeyPath, int], path: KeyPath) -> int | None:
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


class Merged(Struct, frozen=True, kw_only=True):
    """The union of layers: what holds, and where it comes from."""

    values: Mapping[KeyPath, object]
    origins: Mapping[KeyPath, Layer]

    def origin(self, path: KeyPath) -> Layer | None:
        """Give the layer that set a path, what it is part of, or a part of it."""
        for length in range(len(path), 0, -1):
            if layer := self.origins.get(path[:length]):
                return layer
            for below, layer_below in self.origins.items():
                if below[:length] == path[:length]:
                    return layer_below
        return None

    def told(self, problem: Problem) -> str:
        """Write a problem on one line, with where the value is from."""
        layer = self.origin(problem.path)
        return layer.told(problem) if layer else problem.message


def merge(layers: Iterable[Layer]) -> Merged:
    """Merge layers, given from the lowest to the highest."""
    values: dict[KeyPath, object] = {}
    origins: dict[KeyPath, Layer] = {}
    for layer in layers:
        values.update(layer.values)
        origins.update(dict.fromkeys(layer.values, layer))
    return Merged(values=values, origins=origins)


def flatten(table: Mapping[str, object]) -> dict[KeyPath, object]:
    """Take nested tables apart; an empty table stays, as itself."""
    return dict(_leaves(table, ()))


def _leaves(
    table: Mapping[str, object], prefix: KeyPath
) -> Iterator[tuple[KeyPath, object]]:
    for key, value in table.items():
        path = (*prefix, key)
        if isinstance(value, dict) and value and not _is_entry(path):
            yield from _leaves(value, path)
        else:
            yield path, value


def _is_entry(path: KeyPath) -> bool:
    return len(path) == 2 and path[0] == "models"


def nest(values: Mapping[KeyPath, object]) -> dict[str, object]:
    """Put flat values back into tables."""
    root: dict[str, object] = {}
    for path, value in values.items():
        table = root
        for part in path[:-1]:
            inner = table.setdefault(str(part), {})
            # Checked layers agree on what is a table, so this one is.
            table = inner if isinstance(inner, dict) else {}
        last = str(path[-1])
        if value == {}:
            table.setdefault(last, {})
        else:
            table[last] = value
    return root
