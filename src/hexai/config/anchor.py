"""Paths in a configuration file, made absolute.

They are relative to the file, never to the working directory, which may be anybody's.
"""

import posixpath
from collections.abc import Mapping

from hexai.config.problems import KeyPath


def anchor(
    values: Mapping[KeyPath, object], *, folder: str, home: str
) -> dict[KeyPath, object]:
    """Give the values of a layer with `ca_file` and GGUF models made absolute."""
    anchored = dict(values)
    for path, value in values.items():
        if path[0] == "models":
            anchored[path] = _entries(value, folder, home)
        elif path == ("local", "model"):
            anchored[path] = _model(value, folder, home)
        elif path[-1] == "ca_file" and isinstance(value, str) and value:
            anchored[path] = _absolute(value, folder, home)
    return anchored


def _entries(value: object, folder: str, home: str) -> object:
    if isinstance(value, list):
        return [_entries(entry, folder, home) for entry in value]
    if not isinstance(value, dict):
        return _model(value, folder, home)
    if value.get("provider", "local") != "local" or "model" not in value:
        return value
    return {**value, "model": _model(value["model"], folder, home)}


def _model(value: object, folder: str, home: str) -> object:
    if isinstance(value, str) and value.endswith(".gguf"):
        return _absolute(value, folder, home)
    return value


def _absolute(path: str, folder: str, home: str) -> str:
    if path.startswith("~/"):
        return posixpath.join(home, path[2:])
    return posixpath.normpath(posixpath.join(folder, path))
