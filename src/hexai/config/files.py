"""Configuration files, read so that they can do no harm, and made into layers.

A FIFO would hang a plain open, a device might never end, and a huge file would fill
the memory. So a file is opened without waiting, must be a regular one, and is read
up to a limit.
"""

import os
import posixpath
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from hexai.config.decode import decode, prune, spell_out
from hexai.config.merge import Layer, LayerKind, flatten
from hexai.config.older_names import drop_tables, rename
from hexai.config.problems import KeyPath, Problem
from hexai.config.schema import Settings
from hexai.errors import ConfigError

FILE_LIMIT = 1 << 20
"""Bytes of a configuration file."""

_DEEPEST = 32
"""Tables and lists within each other; no configuration needs half of it."""

_PLACE = re.compile(r" ?\(at (?:line (\d+), column (\d+)|end of document)\)$")


class ConfigFile(Struct, frozen=True, kw_only=True):
    """A configuration file as it was read."""

    path: Path
    text: str
    content: bytes = b""
    """The bytes that the text is from."""
    owner: int
    """The user id that owns it."""


class Unreadable(Exception):
    """A file is there but cannot be used; the text says why."""


class Oversized(Unreadable):
    """It is larger than it may be."""


def read_file(path: Path, *, limit: int = FILE_LIMIT) -> ConfigFile | None:
    """Read a file; None if there is none. Raises `Unreadable`, and never waits.

    A link to nothing is not none: what it led to may be on a disk that is away.
    """
    read = read_bytes(path, limit=limit)
    if read is None:
        return None
    content, owner = read
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"is not UTF-8 (line {line}); save it as UTF-8") from None
    return ConfigFile(path=path, text=text, content=content, owner=owner)


def read_user_file(path: Path, *, is_asked_for: bool) -> ConfigFile | None:
    """Read the user's file; None if there is none and nobody asked for it by name.

    Raises `ConfigError`.
    """
    try:
        file = read_file(path)
    except Unreadable as error:
        raise ConfigError((f"{path}: {error}",)) from None
    if file is None and is_asked_for:
        raise ConfigError((f"{path}: there is no such file; check --config",))
    return file


def read_bytes(path: Path, *, limit: int) -> tuple[bytes, int] | None:
    """Read a file as `read_file` does, whatever is in it; gives its owner too."""
    try:
        descriptor = os.open(
            path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        )
    except FileNotFoundError:
        if _leads_to_nothing(path):
            raise Unreadable("is a link to nothing") from None
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable(f"cannot be opened: {reason}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("is not a regular file")
        content = _read(descriptor, limit)
    finally:
        os.close(descriptor)
    return content, status.st_uid


def _leads_to_nothing(path: Path) -> bool:
    """Tell whether a link is what keeps a path from being there."""
    there = next(place for place in (path, *path.parents) if os.path.lexists(place))
    return not os.path.exists(there)


def _read(descriptor: int, limit: int) -> bytes:
    content = bytearray()
    try:
        while len(content) <= limit:
            piece = os.read(descriptor, limit + 1 - len(content))
            if not piece:
                return bytes(content)
            content += piece
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    raise Oversized(f"is over {limit >> 10} KiB; no configuration is that large")


def parse_toml(text: str) -> dict[str, object] | Problem:
    """Parse a TOML text, or give its one syntax error with line and column."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        return Problem(path=(), message="is not valid TOML: nested too deeply", line=1)
    except ValueError as error:
        return _syntax_error(str(error), text)
    if is_too_deep(data):
        return Problem(path=(), message="tables or lists are nested too deeply", line=1)
    return data


def is_too_deep(data: object) -> bool:
    """Tell whether plain data is nested so deeply that walking it may fail.

    A key of many dots is enough for that.
    """
    level = [data]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _parts(value)]
        if not level:
            return False
    return True


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def _syntax_error(message: str, text: str) -> Problem:
    place = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    if place is None:
        return Problem(path=(), message=f"is not valid TOML: {reason}", line=1)
    if place[1] is None:
        last = text.rstrip("\n").rpartition("\n")
        line, column = text.rstrip("\n").count("\n") + 1, len(last[2]) + 1
    else:
        line, column = int(place[1]), int(place[2])
    message = f"column {column}: is not valid TOML: {reason}"
    return Problem(path=(), message=message, line=line)


def anchor(
    values: Mapping[KeyPath, object], *, folder: str, home: str
) -> dict[KeyPath, object]:
    """Give the values of a layer with `ca_file` and GGUF models made absolute.

    Relative to the file, never to the working directory, which may be anybody's.
    """
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


_SHORT = 8 << 10
"""Characters that hold no parser for longer than a look takes to be loaded."""


class CheckedLayer(Struct, frozen=True, kw_only=True):
    """A layer of which every value is well-formed, and what was left out of it."""

    layer: Layer
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


def _parse(text: str) -> dict[str, object] | Problem:
    """Parse a text whose shape is no trap; a short one is none, and costs no look."""
    if len(text) > _SHORT:
        from hexai.config.toml import USER, look

        looked = look(text, USER)
        if isinstance(looked, Problem):
            return looked
    return parse_toml(text)


def check_file(
    file: ConfigFile, kind: LayerKind, *, home: Path, folder: Path | None = None
) -> CheckedLayer:
    """Turn a file into a layer; what is wrong with it is left out and told.

    Paths in it are relative to `folder`, or else to the one that it was found in.
    Raises `ConfigError` if the text is not TOML.
    """
    name = str(file.path)
    data = _parse(file.text)
    if isinstance(data, Problem):
        raise ConfigError((Layer(kind=kind, name=name, values={}).told(data),))
    known, dropped = drop_tables(data)
    kept = spell_out(known)
    decoded = decode(kept)
    problems = () if isinstance(decoded, Settings) else decoded
    renamed = rename(flatten(prune(kept, [each.path for each in problems])))
    folder = folder or file.path.absolute().parent
    return CheckedLayer(
        layer=Layer(
            kind=kind,
            name=name,
            values=anchor(renamed.values, folder=str(folder), home=str(home)),
            text=file.text,
            older=renamed.older,
        ),
        problems=problems,
        warnings=(*dropped, *renamed.warnings),
    )
