"""The private folder in which the workers' files lie, made and checked at each use.

It is the user's runtime folder, which nobody else can enter, so that names in it need
not be guarded. But the address of a Unix socket is short: where the runtime folder's
path is too long for one, the files lie in a folder in /tmp, where anybody may make
anything. A name that follows from the path could be taken by another user first, who
would so keep the user from the embedded model. So the name is drawn at random, and a
link in the runtime folder, where only the user can write, says what was drawn.

Processes that come at once agree by a lock, held for a few system calls. What the link
names is used only while it is a folder of the user's own that nobody else may enter;
else (a tidied /tmp, or a folder that somebody opened to others) it is drawn anew.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hexai.errors import NotSent
from hexai.providers.llamacpp.files import NAME_LENGTH

_LONGEST_SOCKET_PATH = 103
"""Bytes that every system takes in the address of a Unix socket (108 on Linux)."""

_SHORT = Path("/tmp")  # noqa: S108 - names in it are drawn at random
_PREFIX = "hexai-"
_LINK = "elsewhere"
_PRIVATE = 0o700


def workers_folder(runtime: Path) -> Path:
    """Make the folder of the workers' files, or make sure that it is private.

    It is `runtime`, or a short one in /tmp where a socket's path would be too long.
    Raises `NotSent` if `runtime` belongs to somebody else, or others may enter it.
    """
    make_private(runtime)
    longest = len(os.fsencode(runtime)) + len("/") + NAME_LENGTH + len(".sock")
    if longest <= _LONGEST_SOCKET_PATH:
        return runtime
    try:
        return _short_folder(runtime)
    except OSError as error:
        raise NotSent(
            f"cannot make a folder in {_SHORT} for {runtime}: {error.strerror}",
            advice="set XDG_RUNTIME_DIR to a folder with a shorter path",
        ) from error


def _short_folder(runtime: Path) -> Path:
    link = runtime / _LINK
    if (named := _named_by(link)) is not None:
        return named
    with _locked(runtime / f"{_LINK}.lock"):
        if (named := _named_by(link)) is not None:
            return named
        drawn = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_SHORT))
        new = runtime / f"{_LINK}.new"
        new.unlink(missing_ok=True)
        new.symlink_to(drawn)
        new.replace(link)
        return drawn


def _named_by(link: Path) -> Path | None:
    """Read which folder was drawn; None unless it can be used as it is."""
    try:
        named = link.readlink()
        found = named.stat(follow_symlinks=False)
    except OSError:
        return None
    drawn_here = named.parent == _SHORT and named.name.startswith(_PREFIX)
    return named if drawn_here and _fault(found) is None else None


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def make_private(folder: Path) -> None:
    """Make a folder that only the user can enter, or make sure that it is one.

    Raises `NotSent` if it belongs to somebody else, or others may enter it.
    """
    try:
        _make_folders(folder)
        found = folder.stat(follow_symlinks=False)
    except OSError as error:
        raise NotSent(
            f"cannot make {folder}: {error.strerror}",
            advice="set XDG_RUNTIME_DIR to a folder of your own, or unset it",
        ) from error
    if (fault := _fault(found)) is not None:
        opened = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        advice = f"run: chmod 700 {folder}" if opened else "remove it"
        raise NotSent(f"{folder} {fault}", advice=advice)


def _fault(found: os.stat_result) -> str | None:
    """Say why a folder cannot be trusted, if so."""
    if not stat.S_ISDIR(found.st_mode):
        return "is not a folder"
    if found.st_uid != os.getuid():
        return "belongs to another user"
    if stat.S_IMODE(found.st_mode) != _PRIVATE:
        return "may be entered by others"
    return None


def _make_folders(folder: Path) -> None:
    """Make a folder and all above it that are missing, each for the user alone.

    Not below another user's folder: with `sudo`, that user could not use it later.
    """
    if os.path.lexists(folder):
        return
    parent = folder.parent
    _make_folders(parent)
    if parent.stat().st_uid not in {os.getuid(), 0}:
        raise NotSent(
            f"{parent} belongs to another user",
            advice="set XDG_RUNTIME_DIR to a folder of your own, or unset it",
        )
    folder.mkdir(mode=_PRIVATE, exist_ok=True)
