"""The files by which the processes of one user share their workers.

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
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

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
