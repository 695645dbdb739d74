"""A bench and people at the same upstream: who yields, and whose times count for less.

A bench asks for an hour, in a process of its own, and whoever edits meanwhile must not
wait for it. So each side marks what it does, in a private folder that is there only
while a bench runs: who asks without one pays for a look at a folder that is missing.

A mark is a file that is locked while a request is under way, and whose time is that of
the last beginning or end. A lock goes with its process, however that ends.

Benches of several processes tell each other the same way that they run, so that none is
asked by two, and that only one at a time asks on this machine: else neither would
measure a model.
"""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from hexai.config.addresses import is_loopback
from hexai.domain.request import Target
from hexai.service.private_files import FILE_MODE, make_private_folder

_BEHIND = 0.01
"""Seconds, at most, by which the time of a file is behind the clock: Linux gives it the
moment of the last tick, of which there are at least a hundred a second."""

_AGAIN = 0.05
"""Seconds after which it is looked again whether another bench asks on this machine."""
MACHINE = "this machine"
"""The place of all that shares this machine's processor."""
_ALL = "all"
"""The file whose lock benches share as long as they run; it is never removed."""
_LOOKS, _A_LOOK = 3, 0.005
"""Times that a bench is found taken before it is so, and seconds between: whoever looks
whether it is has it for a moment."""
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
        descriptor = self.lock()
        try:
            yield
        finally:
            _unlock(descriptor)

    def lock(self, *, alone: bool = False) -> int | None:
        """Tell that something begins; gives what is to be let go of, -1 for nothing.

        None: something else is under way, and this would not be `alone`.
        """
        descriptor = -1
        kind = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        try:
            descriptor = os.open(self.path, _FLAGS, FILE_MODE)
            if not alone:
                os.utime(descriptor)  # though a look at it may hold it just now
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            os.utime(descriptor)
        except BlockingIOError:
            if alone:
                os.close(descriptor)
                return None
        except OSError:
            pass
        return descriptor

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


def _unlock(descriptor: int | None) -> None:
    if descriptor is not None and descriptor >= 0:
        with suppress(OSError):
            os.utime(descriptor)
        os.close(descriptor)


class Beside:
    """The marks below one private folder."""

    def __init__(self, runtime: Path) -> None:
        """`runtime` is the folder of what lives no longer than its processes."""
        self._folder = runtime / "bench"
        self._folder_name = str(self._folder)
        self._benches = runtime / "benches"
        self._all = -1
        """The lock that benches share, of this process; -1: none is held."""
        self._own: dict[str, int] = {}
        """The locks of the benches that this process asks, by their ids."""

    @property
    def is_open(self) -> bool:
        """Whether a bench runs, or was killed."""
        return os.access(self._folder_name, os.F_OK)

    def open(self) -> None:
        """Let people tell what they ask; raises `OSError`.

        Who tidies up has the lock of all alone for a moment, which is waited for: what
        is made afterwards stays.
        """
        make_private_folder(self._folder.parent)
        make_private_folder(self._benches)
        if self._all < 0:
            self._all = os.open(self._benches / _ALL, _FLAGS, FILE_MODE)
            fcntl.flock(self._all, fcntl.LOCK_SH)
        make_private_folder(self._folder)

    def take(self, bench: str) -> bool:
        """Have a bench for this process; False: another one asks it just now."""
        mark = Mark(self._benches / bench)
        for _ in range(_LOOKS):
            held = mark.lock(alone=True)
            if held is not None:
                self._own[bench] = held
                return True
            time.sleep(_A_LOOK)
        return False

    def is_taken(self, bench: str) -> bool:
        """Tell whether any process asks a bench just now."""
        path = self._benches / bench
        if not os.path.exists(path):
            return False
        held = Mark(path).lock(alone=True)
        if held is None:
            return True
        _unlock(held)
        return False

    def close(self) -> None:
        """Let nobody tell anything any more, unless another bench still runs."""
        if self._all >= 0:
            with suppress(OSError):
                fcntl.flock(self._all, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._tidy_up()
        for descriptor in (*self._own.values(), self._all):
            _unlock(descriptor)
        self._own.clear()
        self._all = -1

    def _tidy_up(self) -> None:
        """Remove what benches have left, but for the lock of all: some wait for it."""
        for path in (*self._folder.iterdir(), *self._benches.iterdir()):
            if path.name != _ALL:
                path.unlink(missing_ok=True)
        self._folder.rmdir()

    def _others_run(self) -> bool:
        with suppress(OSError):
            others = {path.name for path in self._benches.iterdir()} - {_ALL}
            return any(map(self.is_taken, others - self._own.keys()))
        return False

    def people(self, place: str) -> Mark:
        """Give the mark of those who wait for what they ask at a place."""
        return self._mark(place, "people")

    def cells(self, place: str) -> Mark:
        """Give the mark of a bench's cells at a place."""
        return self._mark(place, "cells")

    @asynccontextmanager
    async def cell(self, place: str) -> AsyncIterator[None]:
        """Tell people that a cell is asked at a place.

        On this machine it waits for the cells of other benches, which get their turn.
        """
        mark = self.cells(place)
        if place == MACHINE and self._others_run():
            await asyncio.sleep(2 * _AGAIN)
        while (held := mark.lock(alone=place == MACHINE)) is None:  # noqa: ASYNC110
            await asyncio.sleep(_AGAIN)
        try:
            yield
        finally:
            _unlock(held)

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
