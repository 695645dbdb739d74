"""Shows a run, first event to closing lines: as JSON, text or live columns."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    nullcontext,
)
from functools import partial
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.outcome import Event, Outcome, Settled, Started
from hexai.domain.record import Chosen, RunRecord
from hexai.service.guard.options import masked
from hexai.surfaces.cli.options import Layout
from hexai.surfaces.cli.plain import Blocks, FirstAnswer, OneAnswer
from hexai.surfaces.cli.process import NOBODY_READS, NONE_ANSWERED, exit_code
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.words import (
    DisplayOrder,
    Run,
    blind_line,
    closing_line,
    in_order,
    labels_needed,
)
from hexai.text.sanitise import VisibleStream

if TYPE_CHECKING:
    from hexai.surfaces.cli.live.painter import Painter

Write = Callable[[str], None]


class View(Protocol):
    """Shows a run on standard output."""

    def handle(self, event: Event) -> None:
        """Take the next event."""

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the contenders whose text stays readable though it was taken back."""

    def close(self) -> None:
        """Show what is still to be shown: the run is over, or given up."""


class Wanted(Struct, frozen=True, kw_only=True):
    """How the user wants answers to be shown."""

    json: bool = False
    jsonl: bool = False
    first: bool = False
    blind: bool = False
    vote: bool = False
    quiet: bool = False
    layout: Layout = "auto"
    render: bool = True
    """Whether Markdown is rendered where answers are painted."""
    with_closing: bool = True
    """Whether each contender's closing line is wanted."""

    @property
    def as_text(self) -> bool:
        """Whether nothing is to be painted, not even on a terminal."""
        return self.json or self.jsonl or self.layout == "plain"


class OnTerminal:
    """Lets plain text onto a terminal: made visible, and ended by a line break."""

    def __init__(self, make: Callable[[Write], View], write: Write) -> None:
        self._write = write
        self._visible = VisibleStream()
        self._last = "\n"
        self._view = make(lambda text: self._show(self._visible.feed(text)))

    def handle(self, event: Event) -> None:
        """Take the next event."""
        self._view.handle(event)

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give those of the plain view."""
        return self._view.keeping_thoughts()

    def close(self) -> None:
        """Close the plain view, and leave the cursor at the start of a line."""
        self._view.close()
        self._show(self._visible.end())
        if self._last != "\n":
            self._show("\n")

    def _show(self, text: str) -> None:
        if text:
            self._write(text)
            self._last = text[-1]


def plain_view(cast: DisplayOrder, wanted: Wanted, write: Write) -> View:
    """Show answers as plain text."""
    if len(cast.names) == 1:
        return OneAnswer(write)
    return FirstAnswer(write) if wanted.first else Blocks(cast, write)


@asynccontextmanager
async def open_view(
    run: Run,
    cast: DisplayOrder,
    wanted: Wanted,
    screen: Screen,
    *,
    with_reasons: bool = True,
) -> AsyncIterator[View]:
    """Make the view of a run; it is closed on every way out.

    `with_reasons`: who fails says why in the place of its answer.
    """
    if screen.is_terminal and not (wanted.as_text or _cannot_paint(wanted, screen)):
        async with _painted(cast, wanted, screen, with_reasons=with_reasons) as painter:
            yield painter
        if not run.is_drawn:
            run.shown_in(painter.order)
        return
    view = _text_view(run, cast, wanted, screen)
    with screen.live(lambda: None) if screen.is_terminal else nullcontext():
        try:
            yield view
        finally:
            view.close()


def _cannot_paint(wanted: Wanted, screen: Screen) -> bool:
    """Tell whether the terminal knows no cursor, and the user no better."""
    return screen.is_dumb and wanted.layout == "auto"


_OUT_AFTER = 0.03
"""Seconds from the first attempt's beginning: its request is out, and few models answer
sooner. Only then what comes later is loaded, which holds up all else."""
_SOON = 0.001
"""Seconds after which one looks again whether something is loaded."""


@asynccontextmanager
async def _painted(
    cast: DisplayOrder, wanted: Wanted, screen: Screen, *, with_reasons: bool
) -> AsyncIterator["Painter"]:
    from hexai.surfaces.cli.live.painter import Painter, tick_forever
    from hexai.surfaces.cli.live.rendering import Rendering

    rendering = Rendering(colour=screen.colour) if wanted.render else None
    painter = Painter(
        cast.names,
        size=screen.size,
        write=screen.write,
        ready=screen.is_ready,
        now=asyncio.get_running_loop().time,
        order=cast.order,
        colour=screen.colour,
        blind=cast.blind,
        in_order=cast.is_drawn,
        layout="auto" if wanted.layout == "plain" else wanted.layout,
        render=None if rendering is None else rendering.make,
        with_reasons=with_reasons,
    )
    if rendering is not None:
        asyncio.get_running_loop().call_later(_OUT_AFTER, rendering.start)
    toggle = None if rendering is None else painter.toggle
    with screen.live(painter.pause, toggle):
        try:
            async with asyncio.TaskGroup() as group:
                ticking = group.create_task(tick_forever(painter))
                try:
                    yield painter
                    if rendering is not None:
                        rendering.start()
                        await _catch_up(painter)
                finally:
                    ticking.cancel()
        finally:
            painter.close()


async def _catch_up(painter: "Painter") -> None:
    """Let all be drawn that has come, bit by bit: a key still acts meanwhile."""
    while painter.is_behind:
        painter.catch_up()
        await asyncio.sleep(_SOON if painter.waits else 0)


def _text_view(run: Run, cast: DisplayOrder, wanted: Wanted, screen: Screen) -> View:
    if wanted.json or wanted.jsonl:
        from hexai.surfaces.cli.json_records import JsonLines, JsonView

        return (JsonView if wanted.json else JsonLines)(run, cast, screen.write)
    if screen.is_terminal:
        return OnTerminal(partial(plain_view, cast, wanted), screen.write)
    return plain_view(cast, wanted, screen.write)


Asking = AbstractAsyncContextManager[Run]


class Show:
    """One run on its way to the user: its view on standard output.

    A Ctrl-C cancels the contenders, so that they end as outcomes like any others: what
    had arrived stays, and the run is shown to its end. Where nobody reads standard
    output any more, the run is given up without a word, as SIGPIPE ends a program.
    """

    def __init__(
        self, screen: Screen, wanted: Wanted, table_columns: int | None = None
    ) -> None:
        """`table_columns`: the cells of a line where a person reads how it ended."""
        self._screen, self._wanted, self._columns = screen, wanted, table_columns
        self._run: Run | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = False
        self.notes: tuple[str, ...] = ()
        """What has to be known to read the answers rightly."""
        self.signal_code: int | None = None
        """The exit code that a signal asked for."""
        self.outcomes: tuple[Outcome, ...] = ()
        """The outcomes in entry order, once the run is over."""
        self.closing_lines: tuple[str, ...] = ()
        """For standard error, once standard output is flushed."""
        self.left_vote = False
        """Whether Ctrl-C ended the question for a vote."""
        self.chosen: Chosen | None = None
        """What the user voted at its end, if they were asked and did."""
        self.held_back: tuple[str, ...] = ()
        """The names and lines of a blind run, for after the choice."""
        self.is_named = False
        """Whether it was said who is who in a blind run."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong beside the answers."""
        return tuple(self._run.warnings) if self._run else ()

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

    async def follow(
        self, asking: Asking, when_out: Callable[[], None] = lambda: None
    ) -> None:
        """Enter the run and show all of it, or what comes of it until `stop`.

        `when_out` is called once the first request is on its way. A bug in a contender
        is raised at the end, when everything has been shown.
        """
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        try:
            with self._screen.when_broken(self._stop_now):
                async with asking as run:
                    await self._show(run, when_out)
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
        self._screen.drop_typed()
        if self._run is not None:
            self._run.cancel()
        elif self._task is not None:
            self._task.cancel()

    async def _show(self, run: Run, when_out: Callable[[], None]) -> None:
        self._run = run
        calls: Callable[[], None] | None = when_out
        cast = DisplayOrder.of(run, blind=self._wanted.blind)
        says_why = self._columns is None or not self._wanted.with_closing
        async with open_view(
            run,
            cast,
            self._wanted,
            self._screen,
            with_reasons=says_why or self._wanted.quiet,
        ) as view:
            async for event in run:
                _wake_collector()
                self._take(event, view, run)
                if calls is not None and isinstance(event, Started):
                    asyncio.get_running_loop().call_later(_OUT_AFTER, calls)
                    calls = None
            self.notes = tuple(
                f"{cast.names[index]}: the first text above is its reasoning, which it "
                "did not mark; the answer follows it"
                for index in view.keeping_thoughts()
            )
        cast = DisplayOrder.of(run, blind=self._wanted.blind)
        self.notes += tuple(_left_out(run, cast))
        self.outcomes = run.outcomes
        if self._wanted.with_closing:
            apart = self._screen.is_terminal and self._columns is not None
            lines = _closing_lines(run, cast, self._columns)
            self.closing_lines = ("", *lines) if apart and lines else lines
            self.held_back = _held_back(run, cast, self._columns)

    def _take(self, event: Event, view: View, run: Run) -> None:
        view.handle(event)
        if self._wanted.first and isinstance(event, Settled):
            run.cancel()


def _wake_collector() -> None:
    """Let garbage be collected again: the requests are out, start-up is over."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _left_out(run: Run, cast: DisplayOrder) -> Iterator[str]:
    """Say who was not sent all of the thread; while it is blind, not whom."""
    if cast.blind and run.left_out:
        yield (
            f"{len(run.left_out)} of {len(cast.names)} were not sent the oldest turns "
            "of this thread, as they do not fit"
        )
        return
    for index, turns in run.left_out.items():
        yield (
            f"{cast.names[index]}: not sent were the oldest {turns} turns of this "
            "thread, as they do not fit into what its model holds"
        )


def _closing_lines(
    run: Run, cast: DisplayOrder, columns: int | None
) -> tuple[str, ...]:
    shown = in_order(run.outcomes, cast.order)
    if not cast.blind:
        return _full_lines(run, shown, columns)
    lines = (blind_line(each, cast.names[each.index]) for each in shown)
    return tuple(line for line in lines if line is not None)


def _held_back(run: Run, cast: DisplayOrder, columns: int | None) -> tuple[str, ...]:
    if not cast.blind:
        return ()
    shown = in_order(run.outcomes, cast.order)
    names = (f"{cast.names[each.index]} = {each.label}" for each in shown)
    return (*names, *_full_lines(run, shown, columns))


def _full_lines(
    run: Run, shown: tuple[Outcome, ...], columns: int | None
) -> tuple[str, ...]:
    if columns is not None:
        from hexai.surfaces.cli.closing import closing_table

        return closing_table(shown, run.cost_usd, columns=columns, short=True)
    return tuple(
        closing_line(
            replace(each, model=masked(each.model, ())),
            run.cost_usd(each),
            label=label,
        )
        for each, label in zip(shown, labels_needed(shown), strict=True)
    )
