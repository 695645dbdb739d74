"""A race: one request put to all contenders at once, one outcome each.

A task group owns the contenders, but its rule (the first exception cancels all) is
the opposite of what a race needs. So nothing leaves a contender but its outcome: a
`ProviderError` becomes one at the contender's boundary; a bug becomes one too, is
kept, and is raised as the race is left, when nobody is disturbed by it any more.

Nothing waits for the consumer: contenders put what happens into a `Feed`, and their
figures are taken where the chunks arrive.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from hexai.domain.outcome import Ended, Outcome, Queued, Settled, SettledReason, Status
from hexai.domain.request import Contender, Request
from hexai.engine.attempt import contend
from hexai.engine.feed import Feed
from hexai.engine.limits import Gate, Slots
from hexai.engine.race_options import Conditions, RaceContext, RaceOptions
from hexai.engine.settle import Settlement, is_due, settlement
from hexai.engine.tally import Tally
from hexai.errors import Internal, ProviderError


class Race:
    """Runs as long as its context is open; iterate over it for its events.

    Leaving the context cancels what still runs, and returns when every stream is
    closed, or abandoned to `Conditions.streams` because its close hangs. If there was
    a bug, it is raised then, as it was or in an `ExceptionGroup` if there were more;
    if the body of the context raised something, that goes on, and the loop's exception
    handler is told of the bug.
    """

    def __init__(
        self,
        contenders: Sequence[Contender],
        request: Request,
        terms: RaceOptions,
        conditions: Conditions,
    ) -> None:
        """Prepare a race; call it inside the event loop.

        Contenders are known by their `index`, which need not begin at 0: some may
        have been answered otherwise.
        """
        self._loop = asyncio.get_running_loop()
        self._tallies = {each.index: Tally(each, request) for each in contenders}
        self._request = request
        self._terms = terms
        self._conditions = conditions
        self._feed = Feed()
        self._gate = Gate(terms.max_concurrency, request.surface)
        self._held_up = HeldUp(
            conditions.slots, self._gate, terms.policy.queue_grace, self._tell_held_up
        )
        self._group = asyncio.TaskGroup()
        self._tasks: dict[int, asyncio.Task[Outcome]] = {}
        self._cancelled: set[int] = set()
        self._outcomes: dict[int, Outcome] = {}
        self._bugs: list[Exception] = []
        self._began_at = self._requested_at = 0.0
        self._first_answer_at: float | None = None
        self._settled = False
        self._alarm: asyncio.TimerHandle | None = None
        self._unwatch: Callable[[], None] = lambda: None

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes so far, in entry order; all of them once the race is left."""
        return tuple(self._outcomes[index] for index in sorted(self._outcomes))

    async def __aenter__(self) -> Self:
        self._began_at = self._requested_at = self._loop.time()
        if self._terms.requested_at is not None:
            self._requested_at = self._terms.requested_at
        course = RaceContext(
            request=self._request,
            clearance=self._terms.clearance,
            compose=self._terms.compose,
            conditions=self._conditions,
            gate=self._gate,
            feed=self._feed,
            began_at=self._began_at,
        )
        await self._group.__aenter__()
        self._unwatch = self._conditions.slots.watch(self._look_at_clock)
        for index, tally in self._tallies.items():
            task = self._group.create_task(self._contain(tally, course))
            task.add_done_callback(partial(self._end, index))
            self._tasks[index] = task
        self._look_at_clock()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()
        try:
            # The group is not told what the body raised: it would wrap it.
            await self._group.__aexit__(None, None, None)
        finally:
            self._unwatch()
            self._tasks.clear()  # one that was cancelled holds frames, and they us
        if self._bugs:
            bug = _one_of(self._bugs)
            if error is None:
                raise bug
            self._loop.call_exception_handler(
                {"message": "a contender of a race failed", "exception": bug}
            )

    def __aiter__(self) -> Feed:
        return self._feed

    def cancel(self, index: int | None = None) -> None:
        """Cancel one contender, or all that still run; their outcomes follow."""
        for each in self._tasks if index is None else (index,):
            if each in self._tasks and each not in self._cancelled:
                self._cancelled.add(each)  # a second cancel would cut a close short
                self._tasks[each].cancel()

    def finish(self, index: int) -> None:
        """End a contender that has said enough: it has answered with what there is.

        One that has said nothing is cancelled.
        """
        if index not in self._cancelled:
            self._tallies[index].is_enough = True
            self.cancel(index)

    def settle(self) -> None:
        """Settle now, for a consumer that knows better: who answers now is late."""
        if not self._settled:
            self._put_settled("asked")
            self._look_at_clock()

    async def _contain(self, tally: Tally, course: RaceContext) -> Outcome:
        try:
            await contend(tally, course)
        except ProviderError as error:
            return tally.outcome(self._loop.time(), error.without_trace())
        except Exception as bug:  # noqa: BLE001 - raised again as the race is left
            self._bugs.append(bug)
            return tally.outcome(self._loop.time(), _internal(bug, tally))
        return tally.outcome(self._loop.time())

    def _end(self, index: int, task: asyncio.Task[Outcome]) -> None:
        now, tally = self._loop.time(), self._tallies[index]
        outcome = tally.outcome(now) if task.cancelled() else task.result()
        answered = outcome.status is Status.ANSWERED
        if answered and self._settled:
            outcome = replace(outcome, late=True)
        if outcome.is_whole and self._first_answer_at is None:
            self._first_answer_at = now - self._requested_at
        self._outcomes[index] = outcome
        at = now - self._began_at
        self._feed.put(Ended(index=outcome.index, at=at, outcome=outcome))
        self._look_at_clock()

    def _look_at_clock(self) -> None:
        """Settle if it is time to, else set the clock; the last outcome ends it all."""
        if self._alarm is not None:
            self._alarm.cancel()
        due = self._held_up.look(self._loop.time())
        if not self._settled:
            moment = self._when_due()
            settles_at = self._requested_at + moment.at
            if is_due(settles_at, self._loop.time()):
                self._put_settled(moment.reason)
            else:
                due = min(due, settles_at)
        if len(self._outcomes) == len(self._tallies):
            self._feed.close()
        elif due < inf:
            self._alarm = self._loop.call_at(due, self._look_at_clock)

    def _when_due(self) -> Settlement:
        nobody_left = all(
            index in self._outcomes or index in self._held_up for index in self._tallies
        )
        now = self._loop.time() - self._requested_at
        return settlement(
            self._terms.policy,
            first_answer_at=self._first_answer_at,
            ended_at=now if nobody_left else None,
        )

    def _tell_held_up(self, index: int) -> None:
        at = self._loop.time() - self._began_at
        self._feed.put(Queued(index=index, at=at, held_up=True))

    def _put_settled(self, reason: SettledReason) -> None:
        self._settled = True
        self._feed.put(Settled(at=self._loop.time() - self._began_at, reason=reason))


def _internal(bug: Exception, tally: Tally) -> Internal:
    spec = tally.target.spec
    name = type(bug).__name__
    error = Internal(
        f"internal error: {name}", provider=spec.provider, model=spec.model
    )
    error.__cause__ = bug
    return error


def _one_of(bugs: list[Exception]) -> Exception:
    return bugs[0] if len(bugs) == 1 else ExceptionGroup("bugs in a race", bugs)


class HeldUp:
    """The contenders of one race that are held up.

    A chat may hold the only slot of a local model for minutes, and a completion that
    waits for it would be held back to its deadline at every key. So after a while such
    a contender is not waited for any more. It stays queued, and its answer is late.
    Once is for good: a slot that comes free afterwards would only make the list wait
    again.

    Those that wait for a slot of their own surface are waited for: the attempts before
    them are answers to the same person's same kind of question, and short.
    """

    def __init__(
        self, slots: Slots, gate: Gate, grace: float, tell: Callable[[int], None]
    ) -> None:
        """Tell the index of each when it has waited for `grace` seconds."""
        self._slots = slots
        self._gate = gate
        self._grace = grace
        self._tell = tell
        self._indexes: set[int] = set()

    def __contains__(self, index: int) -> bool:
        return index in self._indexes

    def look(self, now: float) -> float:
        """Note who is held up at the loop's time `now`; give the next one's time."""
        due = inf
        for slot in self._slots.waiting(self._gate):
            if slot.index in self._indexes or not self._slots.others_hold(slot):
                continue
            if is_due(slot.since + self._grace, now):
                self._indexes.add(slot.index)
                self._tell(slot.index)
            else:
                due = min(due, slot.since + self._grace)
        return due
