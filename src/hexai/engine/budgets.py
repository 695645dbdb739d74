"""The budgets of one attempt, each for its phase, and which of them ran out.

connect → (queue →) (load →) first token → idle, and across all of them the total

Each token begins the idle budget anew, and there may be thousands of tokens a second;
to set a timer for each would cost more than to read it. So a token only stores its
time. When the timer rings, it looks at that time and, unless the budget has run out,
sets itself for the rest. Only a new phase sets the timer anew.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Final, Literal

from msgspec import Struct

from hexai.domain.entry import Budgets
from hexai.domain.outcome import Timings
from hexai.domain.provider import Finished
from hexai.engine.settle import is_due
from hexai.engine.streams import CLOSE_WITHIN
from hexai.errors import Phase


class _Told(Struct, frozen=True, kw_only=True):
    """What an upstream said of one attempt, in seconds, cut to what was possible."""

    loading: float = 0.0
    queued: float = 0.0
    generating: float = 0.0
    before: float = 0.0
    """Between slot and first token, when it neither loaded nor queued."""


class _Spans:
    """Sums up the spans of time in which something goes on."""

    def __init__(self) -> None:
        self.total = 0.0
        """Seconds of those that are over."""
        self._since: float | None = None

    def begin(self, now: float) -> None:
        self._since = now

    def end(self, now: float) -> None:
        if self._since is not None:
            self.total += now - self._since
            self._since = None

    def forget(self) -> float | None:
        """Give since when something goes on, and do not count it here."""
        since, self._since = self._since, None
        return since


class Stopwatch:
    """Times a contender from its first slot on; `now` is the loop's time in seconds.

    Its figures stand still while the contender queues again or loads its model: both
    have figures of their own, and enter no other. Its timeout is put off by what is a
    load, or may be one, so who queues again spends it.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._first_slot_at: float | None = None
        self._queued = _Spans()
        """Before the first slot."""
        self._queued_again = _Spans()
        """For every other slot, and at the upstream."""
        self._loading = _Spans()
        self._silent = _Spans()
        """At an upstream that says nothing: a wait that may have been a load."""
        self._slot_at = 0.0
        self._still_at_slot = 0.0
        """Seconds that the figures had stood still by then."""
        self._first_token_at: float | None = None
        self._ttft: float | None = None
        self._stopped_at: float | None = None
        self._told = _Told()

    def resume(self) -> None:
        """Go on for another attempt, and forget the tokens of the last one."""
        self._stopped_at = None
        self._first_token_at = None
        self._told = _Told()

    def queue(self, now: float) -> None:
        """Begin to wait for a slot."""
        self._waits().begin(now)

    def leave_queue(self, now: float) -> None:
        """End the wait for a slot, granted or not."""
        self._waits().end(now)

    def _waits(self) -> _Spans:
        return self._queued if self._first_slot_at is None else self._queued_again

    def take_slot(self, now: float) -> None:
        """Start, with the first slot."""
        self._slot_at = now
        self._still_at_slot = self._stood_still()
        if self._first_slot_at is None:
            self._first_slot_at = now

    def start_waiting(self, now: float) -> None:
        """Stand still: the upstream serves others first."""
        self._queued_again.begin(now)

    def start_silence(self, since: float) -> None:
        """Stand still: the upstream has said nothing since then."""
        self._silent.begin(since)

    def take_silence_for_loading(self) -> None:
        """Have all of it be a load."""
        since = self._silent.forget()
        if since is not None:
            self._loading.begin(since)

    def start_loading(self, now: float) -> None:
        """Stand still: the model is being loaded; a wait is over then."""
        self.go_on(now)
        self._loading.begin(now)

    def go_on(self, now: float) -> None:
        """End the wait or the loading, if there is one."""
        self._queued_again.end(now)
        self._loading.end(now)
        self._silent.end(now)

    def _stood_still(self) -> float:
        """Give the seconds since the first slot in which no figure ran."""
        return self._queued_again.total + self._loading.total + self._silent.total

    def see_token(self, now: float) -> None:
        """Note a token, of reasoning or of the answer: the model is loaded."""
        if self._first_token_at is None:
            self.go_on(now)
            self._first_token_at = now

    def see_text(self, now: float) -> None:
        """Note a piece of the answer."""
        if self._ttft is None:
            self._ttft = self._elapsed(now)

    def be_told(self, end: Finished) -> None:
        """Take in how long the upstream says it loaded, waited and generated.

        Loading and waiting come before the first token, so they are cut to the time
        between slot and first token. Tokens that came faster than the upstream says it
        made them were held back on the way: then the time since the slot counts as
        well.
        """
        if self._first_token_at is not None:
            stood = self._stood_still() - self._still_at_slot
            passed = max(0.0, self._first_token_at - self._slot_at - stood)
            loading = min(end.loading, passed)
            queued = min(end.queued, passed - loading)
            self._told = _Told(
                loading=loading,
                queued=queued,
                generating=end.generating,
                before=passed - loading - queued,
            )

    def forget_text(self) -> None:
        """Forget when the answer began: what came so far was reasoning."""
        self._ttft = None

    def stop(self, now: float) -> None:
        """Note the end, of an answer or an attempt; what closing takes is left out."""
        if self._stopped_at is None:
            self.go_on(now)
            self._stopped_at = now

    @property
    def saw_token(self) -> bool:
        """Whether the current attempt has brought a token."""
        return self._first_token_at is not None

    def due(self) -> float:
        """Give the loop's time at which `timeout` is spent."""
        if self._first_slot_at is None:
            return inf
        put_off = self._loading.total + self._silent.total
        return self._first_slot_at + self._timeout + put_off

    def timings(self, now: float) -> Timings:
        """Stop, unless that was done, and give the figures up to then."""
        self.stop(now)
        assert self._stopped_at is not None
        end, told = self._stopped_at, self._told.loading + self._told.queued
        waited = self._queued.total + self._queued_again.total + self._silent.total
        return Timings(
            queued=waited + self._told.queued,
            loading=self._loading.total + self._told.loading,
            ttft=None if self._ttft is None else max(0.0, self._ttft - told),
            generating=self._generating(end),
            total=max(0.0, self._elapsed(end) - told),
        )

    def _generating(self, end: float) -> float | None:
        if self._first_token_at is None:
            return None
        seen = end - self._first_token_at
        return max(seen, min(self._told.generating, seen + self._told.before))

    def _elapsed(self, now: float) -> float:
        began = now if self._first_slot_at is None else self._first_slot_at
        return max(0.0, now - began - self._stood_still())


REFUSAL_WITHIN = 3.0
"""Seconds that a refusal may take to be read; providers wait less than that."""


HeldUpBy = Literal["queued", "loading", "ready"]
"""What an attempt waits for before it is sent; `ready`: it waits no more."""

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
        """`tell` is called with what the attempt waits for, and then with `ready`."""
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
        self._is_silent = False
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
        if self._is_silent:
            self._is_silent = False
            self._stopwatch.take_silence_for_loading()
            self._tell("loading")
        elif self._phase in ("connect", "queue", "first token"):
            self._stopwatch.start_loading(self._loop.time())
            self._enter("load")
            self._tell("loading")

    def queued(self) -> None:
        """Let no budget run but the total one."""
        if self._phase == "connect":
            self._stopwatch.start_waiting(self._loop.time())
            self._enter("queue")
            self._tell("queued")

    def silent(self, seconds: float) -> None:
        """Let the load budget run for what is not known to be a load."""
        if self._phase == "connect":
            self._stopwatch.start_silence(self._loop.time() - seconds)
            self._enter("load")
            self._is_silent = True
            self._tell("queued")

    def ready(self) -> None:
        """Let the connect budget run again, after a wait or a load."""
        if self._phase in ("queue", "load"):
            self._stopwatch.go_on(self._loop.time())
            self._enter("connect")
            self._tell("ready")

    def connected(self) -> None:
        """Let the first-token budget run; anew for what is sent after a refusal."""
        if self._refused_at is not None and self._phase != "closing":
            self._refused_at = None
            self._enter("first token")
        if self._phase in _BEFORE_SENT:
            was_held = self._phase != "connect"
            self._stopwatch.go_on(self._loop.time())
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
            self._stopwatch.go_on(now)
            self._enter("idle")

    def finish(self) -> None:
        """Leave the stream a moment to close; no budget runs any more."""
        self._enter("closing")

    def end(self) -> None:
        """Stop watching; whatever the provider still says has no effect."""
        self._phase = "closing"
        self._disarm()
        # A used scope refers to its task, that to its frames, and those to us: a cycle.
        self.scope = asyncio.timeout(None)

    def _enter(self, phase: Phase | Literal["queue", "closing"]) -> None:
        self._phase = phase
        self._is_silent = False
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
