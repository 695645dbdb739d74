"""Who is told of a reload, and in which order."""

from collections.abc import Callable
from contextlib import ExitStack

from hexai.config.snapshot import Snapshot

Listener = Callable[[Snapshot | None, Snapshot], None]
"""Called with the snapshots before and after; there may have been none before."""


class Listeners:
    """Tells all listeners, in the order in which they were added."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._added = 0
        self._untold: list[tuple[Snapshot | None, Snapshot]] = []
        self._is_telling = False

    def add(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; gives what takes it away again."""
        self._added += 1
        number = self._added
        self._listeners[number] = listener

        def remove() -> None:
            self._listeners.pop(number, None)

        return remove

    def tell(self, old: Snapshot | None, new: Snapshot) -> None:
        """Tell everybody, of one change after the other.

        Where a listener makes the next change, that one is told when everybody knows
        of this one. What a listener raises is raised after the last has been told.
        """
        self._untold.append((old, new))
        if self._is_telling:
            return
        self._is_telling = True
        try:
            self._tell_next()
        finally:
            self._is_telling = False

    def _tell_next(self) -> None:
        if not self._untold:
            return
        old, new = self._untold.pop(0)
        with ExitStack() as stack:  # runs in reverse, and to its end in any case
            stack.callback(self._tell_next)
            for listener in reversed(tuple(self._listeners.values())):
                stack.callback(listener, old, new)
