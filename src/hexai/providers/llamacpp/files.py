"""The files by which a user's processes share their workers, and their private folder.

Nobody is in charge of the workers: any `hexai` may start one, use one that another
started, or find that its starter is long gone. What they agree on is a private folder,
with four files for each worker, named after what it serves:

    NAME.lock    locked by the worker as long as it lives; holds its key and its pid
    NAME.lease   locked, shared, by every request under way; touched when one ends
    NAME.sock    where the worker listens
    NAME.log     what the worker printed; no texts

All locks are `flock`s, which belong to an open file and end with its last holder,
however that ends. So a free lock means no worker, whatever else is left lying around,
and nothing here has to be repaired after a crash.
"""

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from hexai.errors import NotSent

NAME_LENGTH = 16
"""Characters in the name of a worker."""


class Card(Struct, frozen=True, kw_only=True):
    """Who holds a lock file: what is written into it when a worker is started."""

    pid: int
    key: str

    def __repr__(self) -> str:
        return f"Card(pid={self.pid}, key=***)"


class Lock:
    """A try at a `flock`; held until it is released, or the process ends."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    @property
    def held(self) -> bool:
        """Whether the try succeeded, and the lock was not released since."""
        return self._fd is not None

    @property
    def fd(self) -> int:
        """The open file; only of a lock that is held."""
        if self._fd is None:
            raise ValueError("this lock is not held")
        return self._fd

    def release(self) -> None:
        """Give the lock back; further calls have no effect."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)


def try_lock(path: Path, *, shared: bool = False) -> Lock:
    """Try to lock a file, made if need be, without waiting for whoever holds it.

    A lock on a file that was removed between opening and locking is one that nobody
    else would see, so it is not kept.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    lock = Lock(os.open(path, flags, 0o600))
    try:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(lock.fd, kind | fcntl.LOCK_NB)
        kept = os.path.samestat(os.fstat(lock.fd), path.stat(follow_symlinks=False))
    except (BlockingIOError, FileNotFoundError):
        kept = False
    except BaseException:
        lock.release()
        raise
    if not kept:
        lock.release()
    return lock


class WorkerFiles(Struct, frozen=True):
    """The four files of one worker."""

    folder: Path
    name: str

    @property
    def lock(self) -> Path:
        """Locked by the worker as long as it lives."""
        return self.folder / f"{self.name}.lock"

    @property
    def lease(self) -> Path:
        """Locked, shared, by every request; exclusively by whoever ends the worker."""
        return self.folder / f"{self.name}.lease"

    @property
    def socket(self) -> Path:
        """Where the worker listens."""
        return self.folder / f"{self.name}.sock"

    @property
    def log(self) -> Path:
        """What the worker printed."""
        return self.folder / f"{self.name}.log"

    def is_alive(self) -> bool:
        """Tell whether a worker lives, or is being started.

        Asks by a shared lock, so that two who ask at once do not take each other for
        the worker.
        """
        with try_lock(self.lock, shared=True) as probe:
            return not probe.held

    def card(self) -> Card | None:
        """Read who the worker is; None if it is not written yet."""
        try:
            return msgspec.json.decode(self.lock.read_bytes(), type=Card)
        except (OSError, msgspec.MsgspecError):
            return None

    def remove(self) -> None:
        """Remove what is left of a worker, unless it lives or is about to."""
        with try_lock(self.lock) as lock, try_lock(self.lease) as lease:
            if lock.held and lease.held:
                for path in (self.socket, self.log, self.lease, self.lock):
                    path.unlink(missing_ok=True)


def worker_files(folder: Path, identity: str) -> WorkerFiles:
    """Name the files of the worker that serves what `identity` describes."""
    import hashlib

    digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape"))
    return WorkerFiles(folder, digest.hexdigest()[:NAME_LENGTH])


def all_workers(folder: Path) -> list[WorkerFiles]:
    """List every worker that has left a lock file, alive or not."""
    return [
        WorkerFiles(folder, path.stem)
        for path in sorted(folder.glob("*.lock"))
        if len(path.stem) == NAME_LENGTH
    ]


# It is the user's runtime folder, which nobody else can enter, so that names in it need
# not be guarded. But the address of a Unix socket is short: where the runtime folder's
# path is too long for one, the files lie in a folder in /tmp, where anybody may make
# anything. A name that follows from the path could be taken by another user first, who
# would so keep the user from the embedded model. So the name is drawn at random, and a
# link in the runtime folder, where only the user can write, says what was drawn.
#
# Processes that come at once agree by a lock, held for a few system calls. What the
# link names is used only while it is a folder of the user's own that nobody else may
# enter; else (a tidied /tmp, or a folder that somebody opened to others) it is drawn
# anew.

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
