"""What is half done has a lock that ends with its maker, however that ends.

A pull that is killed cannot tidy up, so the next one does. What it may remove must be
dead beyond doubt, and neither age nor a process number says that. So each folder and
file is held by a `flock` as long as somebody works on it: its maker, and the child that
inherits the lock. What bears our prefix, belongs to the user and is held by nobody is
dead.

Between making and locking something there is a moment in which another process may take
it for dead. So its maker looks, once it has the lock, whether it is still there, and
makes another if not. Where a file system knows no locks, nothing is ever removed.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct


class HalfDone(Struct, frozen=True, kw_only=True):
    """A folder or file that is held."""

    path: Path
    fd: int
    """Open as long as it is held; a child that inherits it holds it too."""


@contextmanager
def new_folder(parent: Path, prefix: str) -> Iterator[HalfDone]:
    """Make a private folder and hold it; it is gone afterwards."""
    held = _make(lambda: _new_folder(parent, prefix))
    try:
        yield held
    finally:
        _remove(held.path)
        os.close(held.fd)


@contextmanager
def new_file(parent: Path, prefix: str) -> Iterator[HalfDone]:
    """Make a private file and hold it; it is gone afterwards, or renamed."""
    held = _make(lambda: _new_file(parent, prefix))
    try:
        yield held
    finally:
        held.path.unlink(missing_ok=True)
        os.close(held.fd)


def remove_dead(parent: Path, prefix: str, *, after: float = 0.0) -> int:
    """Remove what nobody holds any more; tell how much that was.

    What cannot be looked at or removed stays: tidying up stops nobody's work. `after`
    so many seconds without a change, for what its maker does not hold.
    """
    try:
        found = [path for path in parent.iterdir() if path.name.startswith(prefix)]
        now = _now_in(parent) if found and after else 0.0
    except OSError:
        return 0
    return sum(_remove_if_dead(path, now - after) for path in sorted(found))


def _now_in(folder: Path) -> float:
    """Tell the time by the clock that a folder's files are dated with."""
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.fstat(file.fileno()).st_mtime


def _make(make: Callable[[], HalfDone]) -> HalfDone:
    while True:
        held = make()
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(held.fd, fcntl.LOCK_EX)
            if _is_same(held.fd, held.path):
                return held
        except BaseException:
            os.close(held.fd)
            raise
        os.close(held.fd)


def _new_folder(parent: Path, prefix: str) -> HalfDone:
    path = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
    try:
        return HalfDone(path=path, fd=_open(path))
    except FileNotFoundError:  # somebody took it for dead already
        return _new_folder(parent, prefix)


def _new_file(parent: Path, prefix: str) -> HalfDone:
    fd, name = tempfile.mkstemp(dir=parent, prefix=prefix)
    return HalfDone(path=Path(name), fd=fd)


def _remove_if_dead(path: Path, since: float) -> bool:
    """Remove one thing; if `since` is a time, only if it has not changed since."""
    try:
        found = path.lstat()
        if found.st_uid != os.getuid() or (since > 0 and found.st_mtime > since):
            return False
        fd = _open(path)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_same(fd, path):
            return False
        _remove(path)
    except OSError:
        return False
    finally:
        os.close(fd)
    return not os.path.lexists(path)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)


def _is_same(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    if os.path.isdir(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
