"""Writes the ledger from a thread, so that no answer waits for it.

Whoever records only puts a fact into a queue. One thread opens the database, takes in
what other processes had to put aside, and writes each fact in a transaction of its own.
When another program holds the ledger it waits a moment, then puts all that is queued
into the spool. After a while without work it closes the database and ends; the next
fact starts it again.

An editor server calls `close` as it shuts down. A command has no time for that: closing
may copy the log into the database and wait for the disk. It calls `flush` and leaves;
to the file that is the same as being killed, which never harms it. What has not been
written when the time is up goes to the spool from the calling thread: should the other
thread write it too, that changes nothing.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hexai.domain.record import Fact
from hexai.errors import BadFact, LedgerBusy, LedgerError, LedgerTooNew
from hexai.service.files import create_private, make_private_folder
from hexai.service.spool import Spool

if TYPE_CHECKING:
    from hexai.ledger.access import Ledger

FILE_NAME = "ledger.db"
SPOOL = "spool"
MOST_QUEUED = 1000
PATIENCE = 0.8
"""Seconds that a statement waits for another process's lock."""
LEAVES_AFTER = 1.0
"""Seconds that a command waits at its end, at most."""
_IDLE = 2.0
"""Seconds after which the database is closed."""
_BATCH = 50


class LedgerRecorder:
    """Records facts in the ledger below one folder. Its methods never raise."""

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], float],
        retention_days: int = 0,
        gathers: float = 0.0,
        on_written: Callable[[], None] = lambda: None,
        on_problem: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`now` is the wall clock; `on_problem` hears of each problem once.

        `on_written` hears that facts have been written. Both are called from the thread
        that writes. `gathers` is how many seconds a fact waits for others, so that
        writing does not get in the way of what comes next.
        """
        self._folder = folder
        self._now = now
        self._retention_days = retention_days
        self._on_written = on_written
        self._on_problem = on_problem
        self._spool = Spool(folder / SPOOL, now=now)
        self._told: set[str] = set()
        self._queue: deque[Fact] = deque()
        self._writing: tuple[Fact, ...] = ()
        self._gathers = gathers
        self._wanted = self._closing = self._is_urgent = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def record(self, fact: Fact) -> None:
        """Queue a fact; it is written within a second, or put aside."""
        with self._changed:
            full = len(self._queue) >= MOST_QUEUED
            if not full:
                self._queue.append(fact)
                self._start()
        if full:
            self._problem("the ledger is too slow; some runs are not recorded")

    def warm_up(self) -> None:
        """Open the database, while nobody waits, because a fact will soon come."""
        with self._changed:
            self._start()

    def flush(self, timeout: float = LEAVES_AFTER) -> None:
        """Return when everything is written, or after `timeout` put aside."""
        with self._changed:
            self._is_urgent = True
            self._changed.notify_all()
            if self._changed.wait_for(lambda: not self._unwritten(), timeout):
                self._is_urgent = False
                return
            self._is_urgent = False
            late = self._unwritten()
            self._queue.clear()
        self._put_aside(late)

    def close(self) -> None:
        """Flush, close the database and end the thread."""
        self.flush()
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(LEAVES_AFTER)

    def _unwritten(self) -> tuple[Fact, ...]:
        return (*self._writing, *self._queue)

    def _start(self) -> None:
        self._wanted = True
        self._changed.notify_all()
        if self._thread is None:
            self._closing = False
            self._thread = threading.Thread(
                target=self._run, name="ledger", daemon=True
            )
            self._thread.start()

    def _run(self) -> None:
        ledger: Ledger | None = None
        try:
            while (facts := self._next()) is not None:
                try:
                    ledger = ledger or self._open()
                    for fact in facts:
                        self._write(ledger, fact)
                    if facts:
                        self._on_written()
                except LedgerError as error:
                    self._fail(error, facts)
                finally:
                    self._done()
        finally:
            self._end()
            if ledger is not None:
                ledger.close()

    def _end(self) -> None:
        with self._changed:
            if self._thread is threading.current_thread():
                self._thread = None

    def _write(self, ledger: "Ledger", fact: Fact) -> None:
        """Write a fact; one that no ledger would take keeps no other from it."""
        try:
            ledger.record(fact)
        except BadFact as error:
            self._problem(str(error))

    def _fail(self, error: LedgerError, facts: tuple[Fact, ...]) -> None:
        if isinstance(error, LedgerTooNew):
            self._problem(str(error))
            return
        if isinstance(error, LedgerBusy):
            facts = self._all_queued(facts)
        self._put_aside(facts, because=str(error))

    def _next(self) -> tuple[Fact, ...] | None:
        """Give the next facts, none to begin with, or None when it is time to end."""
        with self._changed:
            self._changed.wait_for(self._has_work, _IDLE)
            if self._queue and self._gathers:
                hurried = lambda: self._is_urgent or self._closing  # noqa: E731
                self._changed.wait_for(hurried, self._gathers)
            if not self._has_work() or (self._closing and not self._queue):
                self._thread = None
                return None
            self._wanted = False
            count = min(len(self._queue), _BATCH)
            self._writing = tuple(self._queue.popleft() for _ in range(count))
            return self._writing

    def _has_work(self) -> bool:
        return bool(self._queue) or self._wanted or self._closing

    def _all_queued(self, facts: Sequence[Fact]) -> tuple[Fact, ...]:
        with self._changed:
            rest = tuple(self._queue)
            self._queue.clear()
        return (*facts, *rest)

    def _done(self) -> None:
        with self._changed:
            self._writing = ()
            self._changed.notify_all()

    def _open(self) -> "Ledger":
        from hexai.ledger.access import Ledger

        ledger = Ledger(make_ledger_file(self._folder), patience=PATIENCE)
        try:
            self._spool.take_in(lambda facts: ledger.record(*facts))
            ledger.expire(self._now(), days=self._retention_days)
        except LedgerError:
            ledger.close()
            raise
        return ledger

    def _put_aside(self, facts: Sequence[Fact], *, because: str = "") -> None:
        """Put facts into the spool, and say `because` of what, once."""
        if not facts:
            return
        try:
            self._spool.put(facts)
        except OSError as error:
            reason = f"this run is not recorded: {error.strerror or error}"
            self._problem(f"{because}; {reason}" if because else reason)
        else:
            if because:
                self._problem(f"{because}; what is recorded waits beside it")

    def _problem(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            self._on_problem(message)


def make_ledger_file(folder: Path) -> Path:
    """Make the database's file private and empty if it is missing.

    Raises `LedgerError`.
    """
    path = folder / FILE_NAME
    try:
        make_private_folder(folder)
        create_private(path)
    except OSError as error:
        reason = f"{error.strerror or error} ({error.filename or path})"
        raise LedgerError(f"the ledger cannot be used: {reason}") from None
    return path
