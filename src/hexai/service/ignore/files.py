"""Files that say what is ignored: read when they change, and so that none can do harm.

A repository may hold anything under such a name: a FIFO would hang a plain open, a
device might never end. So they are opened without waiting, must be regular files, and
are read up to a limit. One that cannot be read may ignore anything.

Each is asked about before every request, which costs one `stat` of it: what it says is
parsed again only when its inode, size or times have changed.
"""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from hexai.config.sources import Unreadable, read_bytes

LIMIT = 256 << 10
"""Bytes of a file that says what is ignored."""

_KEPT = 512

_QUICK = 16 << 10
"""Bytes that are parsed in no time."""

_Said = TypeVar("_Said")
_State = tuple[int, ...] | str


class TakesLong(Exception):
    """What was asked takes long; ask again in a thread, with patience."""


class WatchedFiles(Generic[_Said]):
    """What files of one kind say."""

    def __init__(self, parse: Callable[[bytes], _Said], *, limit: int = LIMIT) -> None:
        """`parse` is given a file's bytes, whatever they are; none for no file."""
        self._parse = parse
        self._limit = limit
        self._nothing = parse(b"")
        self._said: dict[str, tuple[_State, _Said]] = {}

    def say(self, path: str, *, patient: bool) -> _Said:
        """Say what is in a file now; the same object as long as it does not change.

        Raises `Unreadable`, naming the file, and, if not `patient`, `TakesLong`.
        """
        state = _state_of(path)
        if isinstance(state, str):
            raise Unreadable(f"{path} {state}")
        if not state:
            return self._nothing
        known = self._said.get(path)
        if known is not None and known[0] == state:
            return known[1]
        if state[0] > _QUICK and not patient:
            raise TakesLong
        said = self._read(path)
        if len(self._said) >= _KEPT:
            self._said.clear()
        self._said[path] = (state, said)
        return said

    def _read(self, path: str) -> _Said:
        try:
            read = read_bytes(Path(path), limit=self._limit)
        except Unreadable as error:
            raise Unreadable(f"{path} {error}") from None
        return self._nothing if read is None else self._parse(read[0])


def _state_of(path: str) -> _State:
    """Tell one state of a file from another; `()`: none, text: no file to be read."""
    try:
        found = os.stat(path)  # noqa: PTH116 - this runs often, and Paths are slow
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ()
    except OSError as error:
        too_long = error.errno == errno.ENAMETOOLONG  # so there can be none
        return () if too_long else f"cannot be opened: {error.strerror}"
    if stat.S_ISREG(found.st_mode):
        times = found.st_mtime_ns, found.st_ctime_ns
        return (found.st_size, found.st_dev, found.st_ino, *times)
    return () if _is_null(found) else "is not a regular file"


def _is_null(found: os.stat_result) -> bool:
    """Tell the empty file that people name where they want none."""
    if not stat.S_ISCHR(found.st_mode):
        return False
    return found.st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116
