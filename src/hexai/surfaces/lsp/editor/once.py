"""What is done once for each thing, of things that an editor never runs out of."""

from collections.abc import Hashable

MOST = 1000
"""Things remembered; of one that came before these it is done again."""


class Once:
    """Remembers the newest things that it was asked about."""

    def __init__(self, most: int = MOST) -> None:
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
