"""Small tables for the terminal; pure.

Cells are made visible before they are measured, so that columns stay aligned whatever
a name holds.
"""

from collections.abc import Sequence

from hexai.text.cells import pad, width
from hexai.text.visible import visible_line


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Align rows under a header, two blanks between columns, the last one free."""
    cells = [[visible_line(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(pad(cell, cells) for cell, cells in zip(row, widths, strict=True))
        for row in cells
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)
