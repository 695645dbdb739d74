"""Shows a race on a terminal: when to draw, and how frames get there."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from hexai.domain.outcome import Event, Settled
from hexai.surfaces.cli.live import columns
from hexai.surfaces.cli.live.as_written import AsWritten
from hexai.surfaces.cli.live.column import MakeSource
from hexai.surfaces.cli.live.columns import Columns
from hexai.surfaces.cli.live.header import Frame, Size, Standing
from hexai.surfaces.cli.live.lines import PlainSource
from hexai.surfaces.cli.live.stacked import Stacked
from hexai.surfaces.words import letter
from hexai.text.sanitise import visible_line

# Between frames the cursor rests at the start of the region's first line, hidden. That
# is what makes a new width harmless: a terminal that wraps its lines anew keeps the
# cursor at the same character, one that does not moves neither, and in both everything
# from the cursor down is ours to draw again. With the cursor at the end one would have
# to guess by how many lines the beginning has moved, and every wrong guess leaves
# rubbish or overwrites what was printed for good.
#
# A terminal may have its new width before we hear of it (tmux: a quarter of a second),
# and until then its lines may stand where we do not expect them. So lines that will be
# drawn again are never wrapped by the terminal, only cut, which is mended soon; a frame
# with lines for good is drawn whole, line by line from the cursor on; and these lines
# the terminal may wrap, so that nothing of them is lost whatever its width.
#
# Else a frame draws only the lines that changed, as one string in synchronized-output
# brackets (private mode 2026), and nothing above the region is ever touched. What
# cannot be helped: a window that becomes so narrow or so low that the live lines do not
# fit it moves the first of them to the scrollback, where they stay as a stale copy; and
# tmux does so with room below them too, as it counts empty rows of the screen.

_BEGIN, _END = "\x1b[?2026h", "\x1b[?2026l"
_HIDE_CURSOR, _SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"
_NO_WRAP, _WRAP = "\x1b[?7l", "\x1b[?7h"
_ERASE_LINE, _ERASE_BELOW = "\x1b[K", "\x1b[J"


class Region:
    """Turns frames into what a terminal has to be sent."""

    def __init__(self) -> None:
        self._drawn: tuple[str, ...] = ()
        self._hidden = False

    def draw(self, frame: Frame, *, anew: bool = False) -> str:
        """Draw the next frame over the last; `anew` trusts nothing of the last.

        Returns nothing if it looks the same.
        """
        for_good = bool(frame.text or frame.lasting)
        if frame.live == self._drawn and not (for_good or anew):
            return ""
        whole = for_good or anew or len(frame.live) < len(self._drawn)
        body = self._whole(frame) if whole else self._changes(frame.live)
        if not body:
            return ""
        hide = "" if self._hidden else _HIDE_CURSOR
        self._drawn, self._hidden = frame.live, True
        return f"{_BEGIN}{hide}{body}{_END}"

    def leave(self) -> str:
        """Give the cursor back below the region, which stays as it is.

        The next frame begins where the cursor is then.
        """
        below = "\r\n" * len(self._drawn)
        cursor = _SHOW_CURSOR if self._hidden else ""
        self._drawn, self._hidden = (), False
        return below + cursor

    def _whole(self, frame: Frame) -> str:
        """Draw over what is there, which may have another shape than we know.

        What is below is erased after the first line: erasing from the first corner of
        the screen makes tmux keep a copy of it in the scrollback.
        """
        text = frame.text + "".join(f"{line}\n" for line in frame.lasting)
        live = "\n".join(frame.live)
        if live:
            live = f"{_NO_WRAP}{live}{_WRAP}{_move(len(frame.live) - 1, 0)}"
        body = (text + live).replace("\n", "\r\n")
        if not self._drawn:
            return body
        first, line_end, rest = body.partition("\r")
        return f"{_ERASE_LINE}{first}{_ERASE_BELOW}{line_end}{rest}"

    def _changes(self, lines: tuple[str, ...]) -> str:
        """Draw the lines that are not as they were, each in its place."""
        out: list[str] = []
        at = 0
        for index, line in enumerate(lines):
            known = index < len(self._drawn)
            if not known or self._drawn[index] != line:
                out += [_move(at, index), _ERASE_LINE * known, line]
                at = index
        return "".join([_NO_WRAP, *out, _WRAP, _move(at, 0)])


def _move(at: int, to: int) -> str:
    """Go to the start of another line of the region.

    Down by line breaks: they make the line if it is not there, and on a screen that
    has become lower they scroll where a cursor movement would stop short, and the way
    back up would then end above the region.
    """
    if to > at:
        return "\r\n" * (to - at)
    return "\r" + (f"\x1b[{at - to}A" if to < at else "")


Layout = Literal["auto", "columns", "stacked"]

FRAME_SECONDS = 0.05
"""The least time between two frames."""

_COMFORTABLE = 40
"""Columns a contender, from which on `auto` shows them side by side."""


View = Columns | Stacked | AsWritten
"""How answers share the screen."""


class Painter:
    """Draws the events of one race as they come, on a terminal of its own.

    At once if it has not drawn for `FRAME_SECONDS`, else with the next tick, and not
    while the terminal has not taken the frames before.
    """

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
        in_order: bool = False,
        layout: Layout = "auto",
        render: MakeSource | None = None,
        with_reasons: bool = True,
    ) -> None:
        """`labels` by contender's index; `order` their indices in the order shown.

        `size` gives columns and lines, 0 where unknown; `ready` tells whether the
        terminal has taken what was written. Blind, the labels shown are letters.
        `in_order`: whoever is done sooner is not shown sooner.
        `render` makes what renders an answer; without it they stay as they are written.
        `with_reasons`: who fails says why in the place of its answer.
        """
        shown = tuple(range(len(labels))) if order is None else tuple(order)
        self._positions = {index: place for place, index in enumerate(shown)}
        self._labels = [
            letter(place) if blind else visible_line(labels[index])
            for place, index in enumerate(shown)
        ]
        self._colour, self._blind, self._layout = colour, blind, layout
        self._in_order = in_order or blind
        self._render, self._with_reasons = render, with_reasons
        self._read_size, self._write = size, write
        self._now, self._ready = now, ready
        self._size = self._measured()
        self._told: list[tuple[int, Event, float]] = []
        """All that was told so far, and when: another view begins with it."""
        self._began_at = self._due_at = now()
        self._show(rendered=render is not None)
        self._region = Region()
        self._begun = self._changed = False
        self._drawn_at = 0
        self._closed = False

    def _show(self, *, rendered: bool) -> None:
        """Begin a view that has seen nothing yet."""
        self._is_rendered = rendered
        self._standings = [
            Standing(
                label,
                blind=self._blind,
                with_reason=self._with_reasons,
                since=self._began_at,
            )
            for label in self._labels
        ]
        make = self._render if rendered and self._render else PlainSource
        side_by_side = _side_by_side(self._layout, self._size, len(self._labels))
        if side_by_side:
            self._view: View = Columns(self._standings, colour=self._colour, make=make)
        elif rendered:
            self._view = Stacked(
                self._standings, colour=self._colour, make=make, in_order=self._in_order
            )
        else:
            self._view = AsWritten(self._standings, colour=self._colour)

    def handle(self, event: Event) -> None:
        """Take the next event of the race, and draw it if a frame is due."""
        if isinstance(event, Settled) or self._closed:
            return
        position, now = self._positions[event.index], self._now()
        self._told.append((position, event, now))
        self._hand_on(position, event, now)
        self._begun = self._changed = True
        self._draw_if_due()

    def _hand_on(self, position: int, event: Event, now: float) -> None:
        self._standings[position].hear(now)
        self._standings[position].handle(event)
        self._view.handle(position, event)

    def toggle(self) -> None:
        """Show all answers anew, as they were written, or rendered again.

        What is printed for good stays above.
        """
        if self._closed or self._render is None:
            return
        self._show(rendered=not self._is_rendered)
        for position, event, now in self._told:
            self._hand_on(position, event, now)
        self._changed = True

    @property
    def is_behind(self) -> bool:
        """Whether more has come than could be drawn without making others wait."""
        return not self._closed and self._view.is_behind

    @property
    def waits(self) -> bool:
        """Whether something is to be loaded before more of it can be drawn."""
        return not self._closed and self._view.waits

    def catch_up(self) -> None:
        """Go on with what has come; to be called until that is all."""
        self._view.settle()
        self._changed = True
        self._draw_if_due()

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the contenders whose text stays readable though it was taken back."""
        by_position = {place: index for index, place in self._positions.items()}
        return tuple(by_position[place] for place in self._view.keeping_thoughts())

    @property
    def order(self) -> tuple[int, ...]:
        """The contenders' indices in the order in which they were shown."""
        by_position = {place: index for index, place in self._positions.items()}
        return tuple(by_position[place] for place in self._view.order)

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
        frame = self._view.last_frame(self._measured(), self._now())
        self._write(self._region.draw(frame, anew=True) + self._region.leave())

    def _draw_if_due(self) -> None:
        now = self._now()
        if self._closed or now < self._due_at or not self._ready():
            return
        size = self._measured()
        resized = size != self._size
        if not (self._changed or resized or self._clock_has_moved(now)):
            return
        self._due_at = now + FRAME_SECONDS
        frame = self._view.frame(size, now)
        self._size, self._changed = size, self._view.is_behind
        self._drawn_at = int(now)
        self._write(self._region.draw(frame, anew=resized))

    def _clock_has_moved(self, now: float) -> bool:
        """Tell whether a clock that is shown has another second."""
        if self._blind or not self._begun or int(now) == self._drawn_at:
            return False
        return not all(standing.ended for standing in self._standings)

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
