"""A block of Markdown, as it is read; pure."""

from msgspec import Struct

from hexai.surfaces.cli.live.markdown.containers import Path


class Block(Struct, frozen=True, kw_only=True, eq=False):
    """A block that holds text, not other blocks."""

    kind: str
    """`paragraph`, `heading`, `fence`, `code`, `rule`, `table` or `empty` (an item)."""
    start: int
    end: int
    """Its first line, and the one after its last."""
    path: Path = ()
    """The containers it stands in, from outside in."""
    text: str = ""
    level: int = 0
    """Of a heading."""
    info: str = ""
    """What stands behind the mark of a fence."""
    is_closed: bool = False
    """Whether nothing that comes could belong to it."""
    table: tuple[tuple[str, ...], ...] = ()
    """The cells of a table, the header first."""
    sides: tuple[str, ...] = ()
    """Where the cells of each column of a table stand: `left`, `right`, `center`."""
