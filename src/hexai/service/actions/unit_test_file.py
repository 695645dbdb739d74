"""The file that unit tests go into.

Its path is computed from the source's path, so no answer has a say in it. A link that
leads out of the workspace folder, and what is no regular file, is refused; a new file
is made only where there is nothing.
"""

import errno
import json
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path, PurePath

from msgspec import Struct

from hexai.service.actions.fitting import Unfit

_MODE = 0o666
"""As every editor makes files: the user's mask decides. It is source code, not ours."""
_LIMIT = 10 * 10**6
_PACKAGE_LIMIT = 1 << 20
_FRAMEWORKS = ("vitest", "jest", "mocha", "jasmine")


class Place(Struct, frozen=True, kw_only=True):
    """Where the tests of a source go."""

    path: Path
    exists: bool


def find_place(paths: Sequence[PurePath], folder: Path) -> Place | Unfit:
    """Choose the first file that exists, or else the first that can be made."""
    for each in map(Path, paths):
        if os.path.lexists(each):
            return _existing(each, folder)
    for each in map(Path, paths):
        if os.path.isdir(each.parent) and _is_within(each, folder):
            return Place(path=each, exists=False)
    return Unfit("there is no place for its tests in the workspace folder")


def create(path: Path, text: str, folder: Path) -> Unfit | None:
    """Make a new file; what is there already, a link included, stays as it is."""
    if not _is_within(path, folder):
        return _outside(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(
            Path(os.path.realpath(path.parent), path.name), flags, _MODE
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        return Unfit(f"{path.name} could not be made: {error.strerror}")
    return None


def check(path: Path, folder: Path) -> Unfit | None:
    """Say why an existing file must not be touched; None if it may be."""
    found = _existing(path, folder)
    return found if isinstance(found, Unfit) else None


def read(path: Path) -> str:
    """Read a test file; raises `OSError`, or `UnicodeDecodeError` if it is no text."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise OSError(errno.EFBIG, "is too large", str(path))
    return data.decode()


def python_module(source: Path) -> str:
    """Give the name that a Python file is imported by."""
    parts = [] if source.stem == "__init__" else [source.stem]
    folder = source.parent
    while os.path.isfile(folder / "__init__.py") and folder.name:
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts) or source.parent.name


def javascript_framework(source: Path, folder: Path) -> str:
    """Name what runs the tests, by the nearest package.json up to the folder."""
    for above in (source.parent, *source.parent.parents):
        package = above / "package.json"
        if os.path.isfile(package):
            return _framework_of(package)
        if above == folder:
            break
    return "node:test"


def _framework_of(package: Path) -> str:
    try:
        with package.open("rb") as file:
            held = json.loads(file.read(_PACKAGE_LIMIT))
    except (OSError, ValueError, RecursionError):
        return "node:test"
    text = json.dumps(held if isinstance(held, dict) else {})
    for name in _FRAMEWORKS:
        if re.search(rf'"{name}"|\b{name}\b(?= run| --|")', text):
            return name
    return "node:test"


def _existing(path: Path, folder: Path) -> Place | Unfit:
    if not _is_within(path, folder):
        return _outside(path)
    try:
        found = path.stat()
    except OSError:
        return Unfit(f"{path.name} is a link that leads nowhere")
    if not stat.S_ISREG(found.st_mode):
        return Unfit(f"{path.name} is not a regular file")
    return Place(path=path, exists=True)


def _is_within(path: Path, folder: Path) -> bool:
    within = PurePath(os.path.realpath(path))  # which bears links in a circle
    return within.is_relative_to(os.path.realpath(folder))


def _outside(path: Path) -> Unfit:
    return Unfit(f"{path.name} leads out of the workspace folder, so it is left alone")
