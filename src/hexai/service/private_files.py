"""Private files and folders: 0600 and 0700 whatever the umask, replaced whole.

A folder made here belongs to the user and to nobody else, so that its checks need
hold only once: inside it no other user can plant a link or swap a file. What the
folder holds is replaced by rename, so a reader sees the old file or the new one, never
half of one, and a full disk leaves the old one in place.

Every failure is an `OSError`; the callers know the path, and decide what it means.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
TEMPORARY = ".tmp"
"""How the names of files end that are not finished yet."""
# Not through a link, and not waiting for a FIFO's other end.
_CAREFUL = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def make_private_folder(path: Path) -> None:
    """Make `path` and what is missing above it; check and tighten it if it is there.

    Refuses a symbolic link, another user's folder, and what is no folder. What lies
    above and was there before is the user's own affair and stays as it is.
    """
    if not os.path.isdir(path.parent):
        make_private_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=FOLDER_MODE)
    if stat.S_IMODE(check_private_folder(path).st_mode) != FOLDER_MODE:
        path.chmod(FOLDER_MODE)


def check_private_folder(path: Path) -> os.stat_result:
    """Refuse a folder that `make_private_folder` would refuse; make nothing."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, "is not a folder of its own", str(path))
    _check_owner(found, path)
    return found


def read_private(path: Path, *, limit: int) -> bytes:
    """Read a regular file of the user's own, never through a link, whole or not at all.

    A file of more than `limit` bytes is refused before it is read.
    """
    descriptor = os.open(path, os.O_RDONLY | _CAREFUL)
    try:
        found = os.fstat(descriptor)
        _check_regular(found, path)
    except BaseException:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        # It may grow meanwhile.
        data = b"" if found.st_size > limit else file.read(limit + 1)
    if max(found.st_size, len(data)) > limit:
        raise OSError(errno.EFBIG, f"is larger than {limit} bytes", str(path))
    return data


def write_private(
    path: Path, data: bytes, *, sync: bool = False, mode: int = FILE_MODE
) -> None:
    """Put `data` in place of `path` in one step.

    With `sync` the file is on the disk before it takes the name, and the name too when
    this returns. Its folder must be there. `mode` is for a file that others may read.
    """
    temporary, descriptor = _create_beside(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            file.write(data)
            file.flush()
            if sync:
                os.fsync(descriptor)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if sync:
        _sync_folder(path.parent)


def remove_files(folder: Path, is_ours: Callable[[Path], bool]) -> list[OSError]:
    """Remove what is ours in a private folder; gives an error for each that stays."""
    try:
        check_private_folder(folder)
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        return [error]
    return remove_each(filter(is_ours, paths))


def remove_each(paths: Iterable[Path]) -> list[OSError]:
    """Remove files, as many as can be; gives an error for each that stays."""
    stays = []
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            stays.append(error)
    return stays


def open_private_append(path: Path) -> int:
    """Open `path` for appending and give its descriptor, which the caller closes.

    Makes the file if it is not there; refuses a link, a device and another user's
    file. A file that others could read is closed to them.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _CAREFUL
    descriptor = os.open(path, flags, FILE_MODE)
    try:
        found = os.fstat(descriptor)
        _check_regular(found, path)
        if stat.S_IMODE(found.st_mode) != FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def create_private(path: Path) -> None:
    """Make an empty file if there is none; check and tighten one that is there.

    That one is never opened: SQLite's locks on it would go with the descriptor.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFUL
    try:
        descriptor = os.open(path, flags, FILE_MODE)
    except FileExistsError:
        found = path.lstat()
        _check_regular(found, path)
        if stat.S_IMODE(found.st_mode) != FILE_MODE:
            path.chmod(FILE_MODE)
        return
    try:
        os.fchmod(descriptor, FILE_MODE)
    finally:
        os.close(descriptor)


def _create_beside(path: Path) -> tuple[Path, int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFUL
    for attempt in range(1000):
        name = f".{path.name}.{os.getpid()}.{attempt}{TEMPORARY}"
        temporary = path.with_name(name)
        with suppress(FileExistsError):
            return temporary, os.open(temporary, flags, FILE_MODE)
    raise FileExistsError(errno.EEXIST, "has too many unfinished copies", str(path))


def _sync_folder(path: Path) -> None:
    """Have a name on the disk; some file systems of a network refuse that."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _check_regular(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is not a regular file", str(path))
    _check_owner(found, path)


def _check_owner(found: os.stat_result, path: Path) -> None:
    if found.st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "belongs to another user", str(path))
