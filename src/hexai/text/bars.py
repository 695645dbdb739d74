"""Figures as pictures of characters: a bar, a row of columns; pure."""

from collections.abc import Sequence

_HEIGHTS = "▁▂▃▄▅▆▇█"
_WIDTHS = " ▏▎▍▌▋▊▉█"


def bar(share: float, cells: int) -> str:
    """Draw a share of 1 as a bar; whatever is more than nothing shows."""
    eighths = round(min(max(share, 0.0), 1.0) * cells * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_WIDTHS[rest] if rest else "")).ljust(cells)


def sparkline(counts: Sequence[float]) -> str:
    """Draw counts as columns of one cell, the highest filled; nothing is a blank."""
    highest = max(counts, default=0)
    if not highest:
        return " " * len(counts)
    steps = len(_HEIGHTS) - 1
    return "".join(
        _HEIGHTS[round(count / highest * steps)] if count else " " for count in counts
    )
