"""What a layout hands to the terminal: lines for good, and lines that will change."""

from collections.abc import Sequence

from msgspec import Struct

from hexai.surfaces.cli.live.rows import Piece
from hexai.surfaces.cli.live.standing import Standing
from hexai.text.cells import truncate, width


class Size(Struct, frozen=True):
    """The terminal's size in cells."""

    columns: int
    lines: int


class Frame(Struct, frozen=True, kw_only=True):
    """One picture of a live view, from the first line that could still change."""

    text: str = ""
    """Printed for good above all else, as it is; ends a line unless `live` is empty."""
    lasting: tuple[str, ...] = ()
    """Lines now printed for good: they are never drawn again."""
    live: tuple[str, ...] = ()
    """Lines that the next frame draws again; fewer than the screen has."""


BOLD, DIM, RED, GREEN = "1", "2", "31", "32"


def header(standing: Standing, words: str, cells: int, *, colour: bool) -> list[Piece]:
    """Put a label and how its contender stands into one cell.

    Where both do not fit, each has half.
    """
    label = truncate(standing.label, max(cells // 2, cells - width(words) - 2))
    room = cells - width(label) - 2
    pieces = [Piece(label, BOLD if colour else "")]
    if words and room > 2:
        told = truncate(words, room)
        pieces += [Piece("  "), Piece(told, _tint(standing) if colour else "")]
    return pieces


def _tint(standing: Standing) -> str:
    if standing.outcome is None:
        return DIM
    return GREEN if standing.outcome.error is None else RED


def lines_of(rows: Sequence[str]) -> list[str]:
    """Join rows that were wrapped back into lines."""
    text = "".join(rows)
    return text.removesuffix("\n").split("\n") if text else []
