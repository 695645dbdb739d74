"""Plain data without what is wrong in it, so that the rest can still be checked."""

from collections.abc import Iterable, Mapping

from hexai.config.problems import KeyPath


def prune(data: Mapping[str, object], paths: Iterable[KeyPath]) -> dict[str, object]:
    """Copy tables and lists without what the paths name.

    Places in a list stay: an entry becomes a blank one, which is dropped later. Any
    other list goes as a whole when an item of it, and not a key in one, is wrong.
    """
    pruned = _copied(data)
    for path in paths:
        _remove(pruned, path)
    return pruned if isinstance(pruned, dict) else {}


def _copied(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _remove(root: object, path: KeyPath) -> None:
    parents = [root]
    for part in path[:-1]:
        parents.append(_step(parents[-1], part))
    last, parent = path[-1], parents[-1]
    if isinstance(parent, dict):
        parent.pop(last, None)
    elif isinstance(parent, list) and isinstance(last, int):
        holder = parents[-2]
        if path[0] == "models":
            parent[last] = ""
        elif isinstance(holder, dict):
            holder.pop(path[-2], None)


def _step(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int):
        return value[part]
    return None
