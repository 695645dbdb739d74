"""The plan of a race: who takes part, and whom each of them asks."""

from collections.abc import Callable, Iterable

from hexai.domain.contender import Contender, Target
from hexai.domain.entry import Entry, RequestSpec

Lookup = Callable[[RequestSpec], Target]
"""Makes a target of a request spec; never fails, a client that cannot be made does."""


def plan(entries: Iterable[Entry], lookup: Lookup) -> tuple[Contender, ...]:
    """Make a contender of each entry, in entry order."""
    return tuple(
        Contender(
            index=index,
            label=entry.label,
            target=lookup(entry.spec),
            fallback=None if entry.fallback is None else lookup(entry.fallback),
            timeout=entry.timeout,
        )
        for index, entry in enumerate(entries)
    )
