"""What was seen of a run, put together from the lists that were; pure."""

from collections.abc import Iterable

Groups = tuple[tuple[int, ...], ...]
"""From top to bottom, the contenders that gave each item's text."""


def joined(seen: Groups, listed: Iterable[tuple[int, ...]]) -> Groups:
    """Add the items of another list, each below the one that it stood below.

    An item is known by its contenders, since each gives one text in a run. Who gave
    the text of a known item later joins it; who is known stays where it was.
    """
    groups = [list(group) for group in seen]
    known = {index for group in seen for index in group}
    below = 0
    for by in listed:
        at = next((n for n, g in enumerate(groups) if known & {*by} & {*g}), None)
        new = [index for index in by if index not in known]
        known.update(new)
        if at is None:
            groups.insert(at := below, new)
        else:
            groups[at] = sorted({*groups[at], *new})
        below = at + 1
    return tuple(tuple(group) for group in groups)
