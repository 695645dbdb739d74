"""What is done once for each thing, and not again."""

from collections.abc import Hashable

MOST_KNOWN = 1000
"""Things remembered; an older one counts as new again."""


class Once:
    """Remembers things that it was asked about, the newest of them."""

    def __init__(self, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._known: dict[Hashable, None] = {}

    def __len__(self) -> int:
        return len(self._known)

    def is_new(self, thing: Hashable) -> bool:
        """Tell whether a thing was not asked about before, and remember it."""
        if thing in self._known:
            return False
        self._known[thing] = None
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]
        return True
