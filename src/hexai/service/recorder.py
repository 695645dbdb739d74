"""Writes the ledger from a thread, and into a spool what it cannot take."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hexai.config.folders import LEDGER_FILE, SPOOL_FOLDER
from hexai.domain.record import Fact
from hexai.errors import BadFact, LedgerBusy, LedgerError, LedgerTooNew
from hexai.service.private_files import create_private, make_private_folder
from hexai.service.spool import Spool

if TYPE_CHECKING:
    from hexai.ledger.access import Ledger


MOST_QUEUED = 1000
"""Facts that wait for the thread at most; what comes then is lost, and told."""
PATIENCE = 0.8
"""Seconds that a statement waits for another process's lock."""
PATIENCE_OF_READERS = 5.0
"""The same for commands that read the ledger and have nothing else to do."""
LEAVES_AFTER = 1.0
"""Seconds that a command waits at its end, at most."""
_IDLE = 2.0
"""Seconds after which the database is closed."""
_BATCH = 50


class LedgerRecorder:
    """Records facts in the ledger below one folder. Its methods never raise.

    They only put a fact into a queue. One thread opens the database, takes in what
    other processes had to put aside, and writes each fact in a transaction of its own.
    When another program holds the ledger it waits a moment, then puts all that is
    queued into the spool. After a while without work it closes the database and ends;
    the next fact starts it again.

    An editor server calls `close` as it shuts down. A command has no time for that, as
    closing may copy the log into the database and wait for the disk. It calls `flush`
    and leaves, which to the file is the same as being killed, and harms it never.
    """

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
        self._spool = Spool(folder / SPOOL_FOLDER, now=now)
        self._told: set[str] = set()
        self._queue: deque[Fact] = deque()
        self._writing: tuple[Fact, ...] = ()
        self._gathers = gathers
        self._refused = 0
        """Facts that found the queue full."""
        self._wanted = False
        """The database is to be opened, whether or not a fact is there."""
        self._is_urgent = False
        """Somebody waits in `flush`, so nothing is gathered."""
        self._closing = False
        """The thread ends when the queue is empty; the next fact starts another."""
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def record(self, fact: Fact) -> None:
        """Queue a fact, which is written soon, or put aside.

        It is lost, and the user told, where `MOST_QUEUED` wait already, where a newer
        program has changed the ledger, and where it can be put nowhere.
        """
        with self._changed:
            full = len(self._queue) >= MOST_QUEUED
            if not full:
                self._queue.append(fact)
                self._start()
            else:
                self._refused += 1
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
            self._changed.wait_for(lambda: not self._unwritten(), timeout)
            self._is_urgent = False
            late = self._unwritten()
            self._queue.clear()
        self._put_aside(late)  # a fact that is written as well changes nothing

    def close(self) -> None:
        """Flush, close the database and end the thread; says how much was lost."""
        self.flush()
        with self._changed:
            lost, self._refused = self._refused, 0
            self._closing = True
            self._changed.notify_all()
            thread = self._thread
        if lost:
            self._problem(
                f"the ledger was too slow; facts that are not recorded: {lost}"
            )
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
                    ledger = ledger or self._open(beforehand=not facts)
                    for fact in facts:
                        self._write(ledger, fact)
                    if facts:
                        self._on_written()
                except LedgerError as error:
                    self._fail(error, facts)
                except Exception as bug:
                    self._put_aside(
                        facts, because=f"recording failed: {type(bug).__name__}"
                    )
                    raise
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
        except LedgerError:
            raise
        except Exception as bug:  # noqa: BLE001 - the facts behind it are none the worse
            self._problem(f"a run is not recorded, by a bug: {type(bug).__name__}")

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
                self._changed.wait_for(self._is_hurried, self._gathers)
            if not self._has_work() or (self._closing and not self._queue):
                self._thread = None
                return None
            self._wanted = False
            count = min(len(self._queue), _BATCH)
            self._writing = tuple(self._queue.popleft() for _ in range(count))
            return self._writing

    def _is_hurried(self) -> bool:
        return self._is_urgent or self._closing

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

    def _open(self, *, beforehand: bool) -> "Ledger":
        """Open the database; `beforehand`: no fact waits for it yet."""
        from hexai.ledger.access import Ledger
        from hexai.service.bench_texts import sweep

        ledger = Ledger(make_ledger_file(self._folder), patience=PATIENCE)
        try:
            self._spool.take_in(lambda facts: ledger.record(*facts))
            ledger.expire(self._now(), days=self._retention_days)
            sweep(self._folder, lambda: ledger.benches.ids())  # noqa: PLW0108 - loads it
            if beforehand:
                ledger.shorten_log()
        except BaseException:
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
    path = folder / LEDGER_FILE
    try:
        make_private_folder(folder)
        create_private(path)
    except OSError as error:
        reason = f"{error.strerror or error} ({error.filename or path})"
        raise LedgerError(f"the ledger cannot be used: {reason}") from None
    return path
