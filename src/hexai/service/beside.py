"""A bench and people at the same upstream: who yields, and whose times count for less.

A bench asks for an hour, in a process of its own, and whoever edits meanwhile must not
wait for it. So each side marks what it does, in a private folder that is there only
while a bench runs: who asks without one pays for a look at a folder that is missing.

A mark is a file that is locked while a request is under way, and whose time is that of
the last beginning or end. A lock goes with its process, however that ends.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from hexai.config.addresses import is_loopback
from hexai.domain.request import Target
from hexai.service.private_files import FILE_MODE, make_private_folder

_BEHIND = 0.01
"""Seconds, at most, by which the time of a file is behind the clock: Linux gives it the
moment of the last tick, of which there are at least a hundred a second."""

MACHINE = "this machine"
"""The place of all that shares this machine's processor."""
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


def place_of(target: Target) -> str:
    """Name what a target shares with others: this machine, or its upstream."""
    origin = target.upstream.origin
    over_http = origin.startswith(("http://", "https://"))
    if over_http and (target.local is False or not is_loopback(origin)):
        return origin
    return MACHINE


class Mark:
    """A file by which one side tells the other what it is doing."""

    def __init__(self, path: Path) -> None:
        """Make nothing yet."""
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Tell that something is under way, as long as the context is open.

        Whatever goes wrong with that is no reason not to do it.
        """
        descriptor = -1
        with suppress(OSError):
            descriptor = os.open(self.path, _FLAGS, FILE_MODE)
            os.utime(descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        try:
            yield
        finally:
            if descriptor >= 0:
                with suppress(OSError):
                    os.utime(descriptor)
                os.close(descriptor)

    def was_busy_since(self, moment: float) -> bool:
        """Tell whether anything was under way at a time or since, by the wall clock."""
        return self.busy_until() >= moment - _BEHIND

    def busy_until(self) -> float:
        """Say when something was last under way, by the clock of files; 0: never.

        It is now as long as anything is.
        """
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return 0.0
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return _wall_clock()
        else:
            return os.fstat(descriptor).st_mtime
        finally:
            os.close(descriptor)


class Beside:
    """The marks below one private folder."""

    def __init__(self, runtime: Path) -> None:
        """`runtime` is the folder of what lives no longer than its processes."""
        self._folder = runtime / "bench"
        self._folder_name = str(self._folder)

    @property
    def is_open(self) -> bool:
        """Whether a bench runs, or was killed."""
        return os.access(self._folder_name, os.F_OK)

    def open(self) -> None:
        """Let people tell what they ask; raises `OSError`."""
        make_private_folder(self._folder.parent)
        make_private_folder(self._folder)

    def close(self) -> None:
        """Let nobody tell anything any more."""
        with suppress(OSError):
            for path in self._folder.iterdir():
                path.unlink(missing_ok=True)
            self._folder.rmdir()

    def people(self, place: str) -> Mark:
        """Give the mark of those who wait for what they ask at a place."""
        return self._mark(place, "people")

    def cells(self, place: str) -> Mark:
        """Give the mark of a bench's cells at a place."""
        return self._mark(place, "cells")

    @contextmanager
    def asking(self, places: Iterable[str]) -> Iterator["Overlap | None"]:
        """Tell a bench, if one runs, that a person asks; gives None if none does."""
        if not self.is_open:  # a look, and nothing more, for nearly everybody
            yield None
            return
        overlap = Overlap(self, began=_wall_clock())
        with ExitStack() as stack:
            for place in set(places):
                stack.enter_context(self.people(place).held())
            yield overlap

    def _mark(self, place: str, whose: str) -> Mark:
        name = sha256(place.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        return Mark(self._folder / f"{name}.{whose}")


class Overlap:
    """What a bench did while somebody else asked."""

    def __init__(self, beside: Beside, *, began: float) -> None:
        self._beside = beside
        self._began = began

    def at(self, place: str) -> bool:
        """Tell whether a cell was under way there at any moment since it began."""
        return self._beside.cells(place).was_busy_since(self._began)


def _wall_clock() -> float:
    return time.time()  # noqa: TID251 - it is compared with files' times
