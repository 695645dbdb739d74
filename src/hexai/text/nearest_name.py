"""The known name that a mistyped one was probably meant to be; pure."""

from collections import Counter
from collections.abc import Iterable

PROBABLY = 0.6
"""How alike, from 0 to 1, a name must be to be proposed for one that is not there."""
SLIPS = 2
"""Edits, at most, between a word of a command line and what is proposed for it."""

# rapidfuzz takes 5 ms to import: it is loaded only where a word and a name have enough
# letters in common.


def nearest(word: str, known: Iterable[str], *, alike: float = PROBABLY) -> str | None:
    """Find the name most like a word; `alike` is the least share that both have."""
    lowered = word.lower()
    possible = [
        name
        for name in known
        if 2 * _shared(lowered, name) >= alike * (len(lowered) + len(name))
    ]
    if not possible:
        return None
    from rapidfuzz.distance import Indel

    shares = [(Indel.normalized_similarity(lowered, name), name) for name in possible]
    share, name = max(shares)
    return name if share >= alike else None


def nearest_by_edits(word: str, known: Iterable[str]) -> str | None:
    """Find the name with the fewest edits to a word, at most `SLIPS`.

    Two letters that changed places are one. At least half of a name's letters have to
    be right: who writes `lbl` does not mean `lsp`.
    """
    lowered = word.lower()
    possible = [
        name
        for name in known
        if max(len(lowered), len(name)) - _shared(lowered, name) <= SLIPS
    ]
    if not possible:
        return None
    from rapidfuzz.distance import OSA

    distances = [(OSA.distance(lowered, name), name) for name in possible]
    near = [(d, name) for d, name in distances if d <= min(SLIPS, len(name) // 2)]
    return min(near)[1] if near else None


def nearest_by_slip(word: str, known: Iterable[str]) -> str | None:
    """Find the name that one slip of the fingers makes of a word, or none at all.

    A slip is a letter too many, too few or wrong, or two that changed places.
    """
    lowered = word.lower()
    possible = [
        name
        for name in known
        if max(len(lowered), len(name)) - _shared(lowered, name) <= 1
    ]
    if not possible:
        return None
    from rapidfuzz.distance import OSA

    distance, name = min((OSA.distance(lowered, name), name) for name in possible)
    return name if distance <= 1 else None


def _shared(one: str, other: str) -> int:
    """Count at least the letters that two texts have in common, wherever they stand."""
    if len(one) > 4 * len(other):  # it may have megabytes, and need not be counted
        return len(other)
    return (Counter(one) & Counter(other)).total()
