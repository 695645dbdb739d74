"""The budgets of one attempt, each for its phase, and which of them ran out.

connect → (queue →) (load →) first token → idle, and across all of them the total.

Every token puts the idle budget off, and there may be thousands of tokens a second.
Arming a timer for each would cost more than reading it. So a token only leaves its
time behind; the timer that is armed already finds it there when it rings, and arms
itself for what is left. Only a new phase arms the timer anew.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Final, Literal

from hexai.domain.entry import Budgets
from hexai.engine.due import is_due
from hexai.engine.stopwatch import Stopwatch
from hexai.engine.streams import CLOSE_WITHIN
from hexai.errors import Phase

REFUSAL_WITHIN = 3.0
"""Seconds for what follows the status of a refusal; providers wait less for it."""


HeldUpBy = Literal["queued", "loading", "ready"]
"""What an attempt waits for before it is sent, or that it does not any more."""

_BEFORE_SENT: Final = ("connect", "queue", "load")


class BudgetClock:
    """Watches over one attempt from the slot on, and tells how far it has come.

    It is the `Progress` that the provider is given.
    """

    def __init__(
        self,
        budgets: Budgets,
        total: float,
        stopwatch: Stopwatch,
        tell: Callable[[HeldUpBy], None] = lambda _held: None,
    ) -> None:
        """Call `tell` with what holds the attempt up, and when nothing does."""
        self._loop = asyncio.get_running_loop()
        self._tell = tell
        self._stopwatch = stopwatch
        self._seconds: dict[Phase, float] = {
            "connect": budgets.connect,
            "load": budgets.load,
            "first token": budgets.first_token,
            "idle": budgets.idle,
            "total": total,
        }
        self._phase: Phase | Literal["queue", "closing"] = "connect"
        self._refused_at: float | None = None
        self._since = self._loop.time()
        self.scope = asyncio.timeout(None)
        """Expires when a budget runs out; to be entered by whoever waits."""
        self._timer: asyncio.TimerHandle | None = None
        self._missed: Phase | None = None

    @property
    def missed(self) -> tuple[Phase, float] | None:
        """The budget that ran out, with its seconds; None as long as none has."""
        if self._missed is None:
            return None
        return self._missed, self._seconds[self._missed]

    def start(self) -> None:
        """Let the connect budget run, and the total one."""
        self._arm()

    def loading(self) -> None:
        """Let the load budget run; all others stand still."""
        if self._phase in ("connect", "queue", "first token"):
            self._stopwatch.stop_waiting(self._loop.time())
            self._stopwatch.start_loading(self._loop.time())
            self._enter("load")
            self._tell("loading")

    def queued(self) -> None:
        """Let no budget run but the total one."""
        if self._phase == "connect":
            self._stopwatch.start_waiting(self._loop.time())
            self._enter("queue")
            self._tell("queued")

    def connected(self) -> None:
        """Let the first-token budget run; anew for what is sent after a refusal."""
        if self._refused_at is not None and self._phase != "closing":
            self._refused_at = None
            self._enter("first token")
        if self._phase in _BEFORE_SENT:
            was_held = self._phase != "connect"
            self._stopwatch.stop_waiting(self._loop.time())
            self._stopwatch.stop_loading(self._loop.time())
            self._enter("first token")
            if was_held:
                self._tell("ready")

    def refused(self) -> None:
        """Let no budget cut in on a refusal whose status is known already."""
        if self._phase != "closing":
            self._refused_at = self._loop.time()
            self._arm()

    def token(self, now: float) -> None:
        """Let the idle budget run from here."""
        if self._phase == "idle":
            self._since = now
        elif self._phase != "closing":
            self._stopwatch.stop_waiting(now)
            self._stopwatch.stop_loading(now)
            self._enter("idle")

    def finish(self) -> None:
        """Leave the stream a moment to close; no budget runs any more."""
        self._enter("closing")

    def end(self) -> None:
        """Stop watching; whatever the provider still says has no effect."""
        self._phase = "closing"
        self._disarm()
        # The used one knows the task, whose end knows the frames, and these know us.
        self.scope = asyncio.timeout(None)

    def _enter(self, phase: Phase | Literal["queue", "closing"]) -> None:
        self._phase = phase
        self._since = self._loop.time()
        self._arm()

    def _due(self) -> tuple[float, Phase | None]:
        if self._phase == "closing":
            return self._since + CLOSE_WITHIN, None
        total_due = self._stopwatch.due()
        if self._phase == "queue":
            return total_due, "total"
        if self._refused_at is not None:
            return self._refused_at + REFUSAL_WITHIN, self._phase
        due = self._since + self._seconds[self._phase]
        if self._phase != "load" and total_due <= due:
            return total_due, "total"
        return due, self._phase

    def _arm(self) -> None:
        self._disarm()
        due, _ = self._due()
        if due < inf:
            self._timer = self._loop.call_at(due, self._ring)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        due, budget = self._due()
        if not is_due(due, self._loop.time()):
            self._arm()
            return
        self._phase = "closing"
        self._missed = budget
        self.scope.reschedule(self._loop.time())
