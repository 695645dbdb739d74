"""Whether configuration files have changed, without reading them."""

import stat
from collections.abc import Iterable
from pathlib import Path

State = tuple[tuple[int, int, int, int] | None, ...]
"""For each file device, inode, size and mtime; None where there is none."""


def state_of(paths: Iterable[Path]) -> State:
    """Look at files; two equal states mean that nothing has changed in between."""
    return tuple(map(_state_of_one, paths))


def is_empty(path: Path) -> bool:
    """Tell whether there is a regular file with nothing in it."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def _state_of_one(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
