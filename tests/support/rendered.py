"""Answers rendered without a race: what is for good, told apart from what is open."""

from collections.abc import Callable, Iterable

from hexai.surfaces.cli.live.column import Column
from hexai.surfaces.cli.live.lines import Pieces, drawn
from hexai.surfaces.cli.live.markdown.code import Lexers
from hexai.surfaces.cli.live.markdown.source import MarkdownSource


def at_once(work: Callable[[], None]) -> None:
    """Load what is to be loaded elsewhere, here and now."""
    work()


LEXERS = Lexers(at_once)


def column(cells: int = 60, *, colour: bool = True) -> Column:
    """Make a column that renders what it is fed."""
    return Column(cells, lambda: MarkdownSource(LEXERS, colour=colour))


def text_of(row: Pieces) -> str:
    """Give what a reader sees of a row."""
    return "".join(piece.text for piece in row).rstrip(" ")


def rendered(
    pieces: str | Iterable[str], cells: int = 60, *, colour: bool = False
) -> list[str]:
    """Render an answer that comes in pieces; rows are taken as they are for good."""
    shown = column(cells, colour=colour)
    rows: list[Pieces] = []
    for piece in [pieces] if isinstance(pieces, str) else pieces:
        shown.feed(piece)
        shown.settle()
        rows += shown.take(shown.done or 0)
        shown.view(20)
    shown.finish()
    rows += shown.take(shown.count)
    return [drawn(row) if colour else text_of(row) for row in rows]


def seen(pieces: Iterable[str], cells: int = 60, height: int = 99) -> list[str]:
    """Show what is on the screen of an answer that goes on."""
    shown = column(cells, colour=False)
    for piece in pieces:
        shown.feed(piece)
        shown.settle()
    return [text_of(row) for row in shown.view(height)]
