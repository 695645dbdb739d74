"""The plan of a race: who takes part, and whom each of them asks."""

from collections.abc import Callable, Iterable

from hexai.domain.contender import Contender, Target
from hexai.domain.entry import Entry, RequestSpec

Lookup = Callable[[Entry, RequestSpec], Target]
"""Makes a target of a spec of an entry.

It never fails: a client that cannot be made, or may not be asked, is one that fails.
"""


def plan(entries: Iterable[Entry], lookup: Lookup) -> tuple[Contender, ...]:
    """Make a contender of each entry, in entry order."""
    return tuple(
        Contender(
            index=index,
            label=entry.label,
            target=lookup(entry, entry.spec),
            fallback=lookup(entry, entry.fallback) if entry.fallback else None,
            timeout=entry.timeout,
        )
        for index, entry in enumerate(entries)
    )
