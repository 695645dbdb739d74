"""What runs on the user's behalf, so that it can be shown and stopped.

Completion is not among it: nobody asked for it, and typing on ends it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct


class Work(Struct, frozen=True, eq=False, kw_only=True):
    """One thing that runs."""

    label: str
    """What it is, for people."""
    cancel: Callable[[], object]
    """Stops it; whoever waits for it is told."""


class Running:
    """All that runs for one editor."""

    def __init__(self) -> None:
        self._works: list[Work] = []

    def __len__(self) -> int:
        """Count what runs."""
        return len(self._works)

    @property
    def works(self) -> tuple[Work, ...]:
        """What runs, the oldest first."""
        return tuple(self._works)

    @contextmanager
    def listed(self, label: str, cancel: Callable[[], object]) -> Iterator[None]:
        """List something for as long as the context is open."""
        work = Work(label=label, cancel=cancel)
        self._works.append(work)
        try:
            yield
        finally:
            self._works.remove(work)

    def stop(self) -> int:
        """Cancel all that runs; gives how much that was."""
        works = self.works
        for work in works:
            work.cancel()
        return len(works)
