"""The private socket at which the view joins its parent.

It lies in a folder of mode 0700 with a random name, made for one action, and beside it
a key in a file of mode 0600. So the popup's command line names a place and no secret,
two popups cannot meet, and whoever connects has to show that he could read the file.

Parent and view hold a lock on the folder as long as they live: one that nobody holds
has been left by processes that were killed, and the next action removes it.

The popup waits for all of this, so nothing is imported that the interpreter has not
loaded itself, but for the socket and the lock.
"""

import fcntl
import os
import socket
import stat
from collections.abc import Callable, Mapping

KEY_FILE = "key"
SOCKET = "socket"
_LONGEST_PATH = 103
"""Bytes that every system takes in the address of a Unix socket."""
_OTHERS = 0o077
_PREFIX = "hexai-action-"
_SHARED = "/tmp"  # noqa: S108 - folders in it are made at once, or not at all
_FRESH = 60.0
"""Seconds in which a folder that nobody holds may just have been made."""


class Door:
    """A socket that one view may come in by; closing it leaves nothing behind.

    The view keeps in its folder what a killed one must not leave anywhere.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        """Make folder, key and socket; raises `OSError`."""
        self.folder = _own_folder(environ)
        self.path = f"{self.folder}/{SOCKET}"
        self.key = os.urandom(32).hex()
        self._held: int | None = None
        self.socket = socket.socket(socket.AF_UNIX)
        try:
            self._held = hold(self.folder)
            _write_key(f"{self.folder}/{KEY_FILE}", self.key)
            self.socket.bind(self.path)
            self.socket.listen(4)
            self.socket.settimeout(0)
        except OSError:
            self.close()
            raise

    def shut(self) -> None:
        """Let nobody else come in."""
        self.socket.close()
        for path in (self.path, f"{self.folder}/{KEY_FILE}"):
            _without_failing(os.unlink, path)

    def close(self) -> None:
        """Remove all of it, and what a view has left."""
        self.shut()
        _without_failing(_remove, self.folder)
        if self._held is not None:
            os.close(self._held)
            self._held = None


def hold(folder: str) -> int:
    """Lock a folder as one that is in use, until what this gives is closed."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(folder, flags)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def remove_left(environ: Mapping[str, str], *, now: float) -> None:
    """Remove the folders of actions whose processes were all killed."""
    for place in {environ.get("XDG_RUNTIME_DIR", ""), _SHARED} - {""}:
        try:
            names = os.listdir(place)  # noqa: PTH208
        except OSError:
            continue
        for name in names:
            if name.startswith(_PREFIX):
                _remove_if_left(f"{place}/{name}", now)


def _remove_if_left(folder: str, now: float) -> None:
    if not _is_private(folder):
        return
    try:
        held = hold(folder)
    except OSError:
        return  # somebody else removes it
    try:
        if now - os.fstat(held).st_mtime > _FRESH:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)
    except OSError:
        return  # it is in use
    finally:
        os.close(held)


def _own_folder(environ: Mapping[str, str]) -> str:
    """Make a folder that nobody else can have made, and nobody else can read."""
    name = f"{_PREFIX}{os.urandom(16).hex()}"
    folder = f"{environ.get('XDG_RUNTIME_DIR', '')}/{name}"
    longest = len(os.fsencode(f"{folder}/{SOCKET}"))
    if longest > _LONGEST_PATH or not _is_private(os.path.dirname(folder)):  # noqa: PTH120
        folder = f"{_SHARED}/{name}"
    os.mkdir(folder, 0o700)  # noqa: PTH102
    os.chmod(folder, 0o700)  # noqa: PTH101 - whatever the umask
    return folder


def _is_private(folder: str) -> bool:
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    return folder.startswith("/") and is_ours and not found.st_mode & _OTHERS


def _write_key(path: str, key: str) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        os.write(descriptor, key.encode())
    finally:
        os.close(descriptor)


def _remove(folder: str) -> None:
    try:
        os.rmdir(folder)  # noqa: PTH106 - pathlib takes 5 ms
    except OSError:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _without_failing(remove: Callable[[str], None], path: str) -> None:
    try:
        remove(path)
    except OSError:
        return  # somebody else has removed it
