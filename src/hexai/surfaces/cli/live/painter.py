"""Shows a race on a terminal while it runs.

The layouts decide what is shown (`columns`, `stacked`; pure), the region how it gets
onto the terminal; the painter brings events, time and size to them. It draws at once
if it has not drawn for a twentieth of a second, else with the next tick, and not while
the terminal has not taken the frames before.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from hexai.domain.events import Event, Settled
from hexai.surfaces.cli.live import columns
from hexai.surfaces.cli.live.columns import Columns
from hexai.surfaces.cli.live.frame import Size
from hexai.surfaces.cli.live.region import Region
from hexai.surfaces.cli.live.stacked import Stacked
from hexai.surfaces.cli.live.standing import Standing
from hexai.text.visible import visible_line

Layout = Literal["auto", "columns", "stacked"]

FRAME_SECONDS = 0.05
"""The least time between two frames."""

_COMFORTABLE = 40
"""Columns a contender, from which on `auto` shows them side by side."""


class Painter:
    """Draws the events of one race as they come, on a terminal of its own."""

    def __init__(  # noqa: PLR0913 - what the edge knows, handed in piece by piece
        self,
        labels: Sequence[str],
        *,
        size: Callable[[], tuple[int, int]],
        write: Callable[[str], None],
        now: Callable[[], float],
        ready: Callable[[], bool] = lambda: True,
        order: Sequence[int] | None = None,
        colour: bool = False,
        blind: bool = False,
        layout: Layout = "auto",
    ) -> None:
        """`labels` by contender's index; `order` their indices in the order shown.

        `size` gives columns and lines, 0 where unknown; `ready` tells whether the
        terminal has taken what was written. Blind, the labels shown are letters.
        """
        shown = tuple(range(len(labels))) if order is None else tuple(order)
        self._positions = {index: place for place, index in enumerate(shown)}
        self._standings = [
            Standing(
                chr(ord("A") + place) if blind else visible_line(labels[index]),
                blind=blind,
            )
            for place, index in enumerate(shown)
        ]
        self._read_size, self._write = size, write
        self._now, self._ready = now, ready
        self._size = self._measured()
        side_by_side = _side_by_side(layout, self._size, len(shown))
        kind = Columns if side_by_side else Stacked
        self._view: Columns | Stacked = kind(self._standings, colour=colour)
        self._region = Region()
        self._begun = self._changed = False
        self._due_at = now()
        self._closed = False

    def handle(self, event: Event) -> None:
        """Take the next event of the race, and draw it if a frame is due."""
        if isinstance(event, Settled) or self._closed:
            return
        position = self._positions[event.index]
        self._standings[position].handle(event)
        self._view.handle(position, event)
        self._begun = self._changed = True
        self._draw_if_due()

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the contenders whose text stays readable though it was taken back."""
        by_position = {place: index for index, place in self._positions.items()}
        return tuple(by_position[place] for place in self._view.keeping_thoughts())

    def tick(self) -> None:
        """Draw what has changed since the last frame, a new size included."""
        self._draw_if_due()

    def pause(self) -> None:
        """Give the terminal away, as before a stop; the next frame is drawn whole.

        Nothing is drawn until the next event or tick.
        """
        self._write(self._region.leave())
        self._changed = True

    def close(self) -> None:
        """Print all that is left for good and give the cursor back; once is enough.

        To be called on every way out, and before anything else is written.
        """
        if self._closed:
            return
        self._closed = True
        if not self._begun:
            return
        frame = self._view.last_frame(self._measured())
        self._write(self._region.draw(frame, anew=True) + self._region.leave())

    def _draw_if_due(self) -> None:
        now = self._now()
        if self._closed or now < self._due_at or not self._ready():
            return
        size = self._measured()
        resized = size != self._size
        if not (self._changed or resized):
            return
        self._due_at = now + FRAME_SECONDS
        frame = self._view.frame(size)
        self._size, self._changed = size, False
        self._write(self._region.draw(frame, anew=resized))

    def _measured(self) -> Size:
        columns_wide, lines = self._read_size()
        return Size(columns_wide or 80, lines or 24)


def _side_by_side(layout: Layout, size: Size, contenders: int) -> bool:
    if contenders < 2 or layout == "stacked" or not columns.fits(size, contenders):
        return False
    return layout == "columns" or size.columns // contenders >= _COMFORTABLE


async def tick_forever(painter: Painter) -> None:
    """Tick until cancelled; to be run beside the race that the painter is fed from."""
    while True:
        await asyncio.sleep(FRAME_SECONDS)
        painter.tick()
