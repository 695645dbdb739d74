"""Which view shows a run: JSON, plain text, or the live columns of the painter."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from msgspec import Struct

from hexai.domain.events import Event
from hexai.surfaces.cli.live.painter import Painter, tick_forever
from hexai.surfaces.cli.options import Layout
from hexai.surfaces.cli.plain import Blocks, FirstAnswer, OneAnswer
from hexai.surfaces.cli.records import (
    event_record,
    opening_record,
    run_record,
    to_json,
)
from hexai.surfaces.cli.run import Cast, Run
from hexai.surfaces.cli.screen import Screen
from hexai.text.visible import VisibleStream

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
    with_closing: bool = True
    """Whether each contender's closing line is wanted."""

    @property
    def as_text(self) -> bool:
        """Whether nothing is to be painted, not even on a terminal."""
        return self.json or self.jsonl or self.layout == "plain"


class JsonView:
    """Prints one object when the run is over."""

    def __init__(self, run: Run, cast: Cast, write: Write) -> None:
        self._run, self._cast, self._write = run, cast, write

    def handle(self, event: Event) -> None:
        """Wait for the end."""

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give nobody: texts are printed at the end."""
        return ()

    def close(self) -> None:
        """Print the object."""
        self._write(to_json(run_record(self._run, self._cast)) + "\n")


class JsonLines:
    """Prints every event on a line of its own, as it comes."""

    def __init__(self, run: Run, cast: Cast, write: Write) -> None:
        self._run, self._cast, self._write = run, cast, write
        write(to_json(opening_record(run, cast)) + "\n")

    def handle(self, event: Event) -> None:
        """Print the event."""
        self._write(to_json(event_record(event, self._run, self._cast)) + "\n")

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give nobody: an event says it."""
        return ()

    def close(self) -> None:
        """Do nothing: every event is printed."""


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


def plain_view(cast: Cast, wanted: Wanted, write: Write) -> View:
    """Show answers as plain text."""
    if len(cast.names) == 1:
        return OneAnswer(write)
    return FirstAnswer(write) if wanted.first else Blocks(cast, write)


@asynccontextmanager
async def open_view(
    run: Run, cast: Cast, wanted: Wanted, screen: Screen
) -> AsyncIterator[View]:
    """Make the view of a run; it is closed on every way out."""
    if screen.is_terminal and not (wanted.as_text or _cannot_paint(wanted, screen)):
        async with _painted(cast, wanted, screen) as painter:
            yield painter
        return
    view = _text_view(run, cast, wanted, screen)
    try:
        yield view
    finally:
        view.close()


def _cannot_paint(wanted: Wanted, screen: Screen) -> bool:
    """Tell whether the terminal knows no cursor, and the user no better."""
    return screen.is_dumb and wanted.layout == "auto"


@asynccontextmanager
async def _painted(cast: Cast, wanted: Wanted, screen: Screen) -> AsyncIterator[View]:
    painter = Painter(
        cast.names,
        size=screen.size,
        write=screen.write,
        ready=screen.is_ready,
        now=asyncio.get_running_loop().time,
        order=cast.order,
        colour=screen.colour,
        blind=cast.blind,
        layout="auto" if wanted.layout == "plain" else wanted.layout,
    )
    with screen.live(painter.pause):
        try:
            async with asyncio.TaskGroup() as group:
                ticking = group.create_task(tick_forever(painter))
                try:
                    yield painter
                finally:
                    ticking.cancel()
        finally:
            painter.close()


def _text_view(run: Run, cast: Cast, wanted: Wanted, screen: Screen) -> View:
    if wanted.json:
        return JsonView(run, cast, screen.write)
    if wanted.jsonl:
        return JsonLines(run, cast, screen.write)
    if screen.is_terminal:
        return OnTerminal(partial(plain_view, cast, wanted), screen.write)
    return plain_view(cast, wanted, screen.write)
