"""Shows a run from its first event to its closing lines.

Standard output belongs to the view, standard error to the closing lines. A Ctrl-C
cancels the contenders, so that they end as outcomes like any others: what had arrived
stays, and the run is shown to its end. Where nobody reads standard output any more,
the run is given up without a word, as a program ends that dies of SIGPIPE.
"""

import asyncio
import gc
from contextlib import AbstractAsyncContextManager

from hexai.domain.events import Event, Settled
from hexai.domain.outcome import Outcome
from hexai.domain.record import RunRecord
from hexai.surfaces.cli.closing import blind_line, closing_line, labels_needed
from hexai.surfaces.cli.exit_code import NOBODY_READS, NONE_ANSWERED, exit_code
from hexai.surfaces.cli.run import Cast, Run
from hexai.surfaces.cli.screen import Screen
from hexai.surfaces.cli.views import View, Wanted, open_view

Asking = AbstractAsyncContextManager[Run]
"""Entering it puts the question; leaving it ends the run."""


class Show:
    """One run on its way to the user."""

    def __init__(self, screen: Screen, wanted: Wanted) -> None:
        self._screen, self._wanted = screen, wanted
        self._run: Run | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._thoughts: tuple[str, ...] = ()
        self.signal_code: int | None = None
        """The exit code that a signal asked for."""
        self.outcomes: tuple[Outcome, ...] = ()
        """The outcomes in entry order, once the run is over."""
        self.closing_lines: tuple[str, ...] = ()
        """For standard error, once standard output is flushed."""
        self.held_back: tuple[str, ...] = ()
        """The names and lines of a blind run, for after the choice."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong beside the answers."""
        return (*self._thoughts, *self._run.warnings) if self._run else ()

    @property
    def record(self) -> RunRecord | None:
        """What is recorded of the run, once it is over."""
        return self._run.record if self._run else None

    @property
    def code(self) -> int:
        """The exit code: a signal's, a closed pipe's, or the outcomes'."""
        if self.signal_code is not None:
            return self.signal_code
        if self._screen.abandoned:
            return NOBODY_READS
        if self._screen.broken:
            return NONE_ANSWERED
        return exit_code(self.outcomes, first=self._wanted.first)

    async def follow(self, asking: Asking) -> None:
        """Enter the run and show all of it, or what comes of it until `stop`.

        A bug in a contender is raised at the end, when everything has been shown.
        """
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        try:
            with self._screen.when_broken(self._stop_now):
                async with asking as run:
                    await self._show(run)
        except asyncio.CancelledError:
            if not self._is_stopped:
                raise
            if self._task is not None:
                self._task.uncancel()
        finally:
            self._loop = self._task = None

    def stop(self) -> bool:
        """Stop a run under way, from a signal handler or another thread.

        Says whether there was one.
        """
        if self._loop is None:
            return False
        self._loop.call_soon_threadsafe(self._stop_now)
        return True

    def _stop_now(self) -> None:
        """Cancel the contenders; before there are any, give up asking."""
        self._is_stopped = True
        if self._run is not None:
            self._run.cancel()
        elif self._task is not None:
            self._task.cancel()

    async def _show(self, run: Run) -> None:
        self._run = run
        cast = Cast.of(run, blind=self._wanted.blind)
        async with open_view(run, cast, self._wanted, self._screen) as view:
            async for event in run:
                _wake_collector()
                self._take(event, view, run)
            self._thoughts = tuple(
                f"{cast.names[index]}: the first text above is its reasoning, which it "
                "did not mark; the answer follows it"
                for index in view.keeping_thoughts()
            )
        self.outcomes = run.outcomes
        if self._wanted.with_closing:
            self.closing_lines = _closing_lines(run, cast)
            self.held_back = _held_back(run, cast)

    def _take(self, event: Event, view: View, run: Run) -> None:
        view.handle(event)
        if self._wanted.first and isinstance(event, Settled):
            run.cancel()


def _wake_collector() -> None:
    """Let garbage be collected again: the requests are out, start-up is over."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _closing_lines(run: Run, cast: Cast) -> tuple[str, ...]:
    shown = _in_order(run, cast)
    if not cast.blind:
        return _full_lines(run, shown)
    lines = (blind_line(each, cast.names[each.index]) for each in shown)
    return tuple(line for line in lines if line is not None)


def _held_back(run: Run, cast: Cast) -> tuple[str, ...]:
    if not cast.blind:
        return ()
    shown = _in_order(run, cast)
    names = (f"{cast.names[each.index]} = {each.label}" for each in shown)
    return (*names, *_full_lines(run, shown))


def _full_lines(run: Run, shown: tuple[Outcome, ...]) -> tuple[str, ...]:
    return tuple(
        closing_line(each, run.cost_usd(each), label=label)
        for each, label in zip(shown, labels_needed(shown), strict=True)
    )


def _in_order(run: Run, cast: Cast) -> tuple[Outcome, ...]:
    by_index = {outcome.index: outcome for outcome in run.outcomes}
    return tuple(by_index[index] for index in cast.order if index in by_index)
