"""How far a completion can go: to the end of its line, or on to the end of a block."""

_CLOSING = " \t)]}>\"'`;:,"
"""What may stand right of the cursor and belong to what an editor closed by itself."""
_OPENING = ("{", "[", "(", ":")
"""What ends a line that goes on below."""


def is_closed_in(after: str) -> bool:
    """Tell whether text right of the cursor leaves room for the line's end alone."""
    return bool(after.partition("\n")[0].strip(_CLOSING))


def ends_with_line(before: str, after: str) -> bool:
    """Tell whether what is begun most likely ends with its line.

    A new line, and one that opens a block, go on to the block's end.
    """
    current = before.rpartition("\n")[2].strip()
    if is_closed_in(after):
        return True
    return bool(current) and not current.endswith(_OPENING)
