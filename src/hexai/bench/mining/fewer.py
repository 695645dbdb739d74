"""Why there are fewer tasks than were asked for, in words; pure."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from hexai.bench.mining.quotas import MOST_OF_ONE
from hexai.domain.bench import Kind
from hexai.text.nearest_name import nearest

_NAMED = 8
"""Languages that are named."""


class Limits(Struct, frozen=True, kw_only=True):
    """What held back a search that found less than was wanted."""

    commits: int
    """Those that gave as many tasks as one may."""
    files: int
    """So of files."""
    tests: bool
    """Tests have their share."""
    kinds: frozenset[Kind]
    languages: frozenset[str]
    """Those that were asked for; none: all."""


def held_back(found: int, wanted: int, limits: Limits) -> str:
    """Say which limits stood before more tasks."""
    why = "; ".join(_reasons(limits))
    return f"{found} of {wanted} tasks were found: {why}"


def _reasons(limits: Limits) -> Iterator[str]:
    full = [
        f"{count} {name}{'' if count == 1 else 's'}"
        for count, name in ((limits.commits, "commit"), (limits.files, "file"))
        if count
    ]
    if full:
        yield f"{' and '.join(full)} gave {MOST_OF_ONE}, the most that one may"
    if limits.tests:
        yield "a quarter of those wanted may be tests, and is"
    if limits.kinds != frozenset(Kind):
        yield f"only {', '.join(sorted(limits.kinds))} counted"
    if limits.languages:
        yield f"only {', '.join(sorted(limits.languages))} counted"
    yield "the rest of the history holds no more holes that are worth asking"


def no_language(strange: Sequence[str], known: Sequence[str]) -> str:
    """Say that nothing is written in some languages, and what there is."""
    some = ", ".join(known[:_NAMED]) + (", …" if len(known) > _NAMED else "")
    told = f"no {', '.join(strange)} among {some or 'the files that are tracked'}"
    near = [nearest(name, known) for name in strange]
    meant = ", ".join(name for name in near if name)
    return f"{told}; did you mean {meant}?" if meant else told
