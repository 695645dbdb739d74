"""Plain data without what is wrong in it, so that the rest can still be checked."""

from collections.abc import Iterable, Mapping

from hexai.config.problems import KeyPath


def prune(data: Mapping[str, object], paths: Iterable[KeyPath]) -> dict[str, object]:
    """Copy tables and lists without what the paths name.

    Places in a list stay: an entry becomes a blank one, which is dropped later. Any
    other list goes as a whole when an item of it, and not a key in one, is wrong.
    """
    pruned = {key: _copied(value) for key, value in data.items()}
    for path in paths:
        _remove(pruned, path)
    return pruned


def _copied(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _remove(root: dict[str, object], path: KeyPath) -> None:
    if isinstance(path[-1], int) and path[0] != "models":
        path = path[:-1]
    parent: object = root
    for part in path[:-1]:
        parent = _inner(parent, part)
    last = path[-1]
    if isinstance(parent, dict):
        parent.pop(last, None)
    elif isinstance(parent, list) and isinstance(last, int):
        parent[last] = ""


def _inner(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
