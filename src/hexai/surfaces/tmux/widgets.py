"""What all parts of the view draw with, and whom they tell of the user's wishes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from rich.cells import cell_len
from rich.segment import ControlType, Segment
from textual.strip import Strip
from textual.widgets import Static

from hexai.surfaces.tmux.view_messages import Opened
from hexai.text.cells import graphemes, is_certain, is_plain

_SAVE, _RESTORE = "\x1b7", "\x1b8"


class Words(Static):
    """Text of others, which is no markup."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - as Textual has it
        super().__init__(markup=False, id=id)

    def render_line(self, y: int) -> Strip:
        """Draw one line of the screen."""
        return placed(super().render_line(y))


def placed(strip: Strip, measure: Callable[[str], int] = cell_len) -> Strip:
    """Draw a row so that it fills the cells that `measure` has counted.

    Terminals disagree about emoji and their sequences: tmux 3.3a draws a rainbow flag
    in one cell, others in two. Textual believes its own count, so what follows would be
    drawn beside its place, and the end of the row before stay as if it were part of
    the answer. So the cells of each are blanked first, and the cursor is put behind.
    """
    if all(segment.control or is_plain(segment.text) for segment in strip):
        return strip
    segments = [part for each in strip for part in _parts(each, measure)]
    return Strip(segments, strip.cell_length)


def _parts(segment: Segment, measure: Callable[[str], int]) -> Iterator[Segment]:
    if segment.control or is_plain(segment.text):
        yield segment
        return
    certain = ""
    for grapheme in graphemes(segment.text):
        if is_certain(grapheme):
            certain += grapheme
            continue
        if certain:
            yield Segment(certain, segment.style)
        certain, cells = "", measure(grapheme)
        yield _control(f"{_SAVE}{' ' * cells}{_RESTORE}")
        yield Segment(grapheme, segment.style)
        yield _control(f"{_RESTORE}\x1b[{cells}C" if cells else _RESTORE)
    if certain:
        yield Segment(certain, segment.style)


def _control(text: str) -> Segment:
    """Make a piece that Textual writes as it is and counts no cells for."""
    return Segment(text, None, [(ControlType.CURSOR_FORWARD, 0)])


class Wishes(Protocol):
    """Hears what the user wants, and passes it on to the parent.

    The application does. It imports the widgets that tell it, so they know this only.
    """

    opened: Opened
    """What the parent said first."""
    folder: str
    """A private one, which is removed even if the view is killed."""

    def pick(self, item: int, prompt: str, *, compare: bool) -> None:
        """Choose an action."""

    def take(self, place: int) -> None:
        """Take an answer and go."""

    def again(self) -> None:
        """Ask for other answers."""

    def shows(self, places: tuple[int, ...]) -> None:
        """Say which answers can be seen."""

    def edited(self, place: int, text: str) -> None:
        """Say what the user made of an answer."""

    def leave(self) -> None:
        """Go without taking anything."""

    def complain(self, text: str) -> None:
        """Say what cannot be done."""

    def suspend(self) -> AbstractContextManager[None]:
        """Give the terminal to another program for a while."""
