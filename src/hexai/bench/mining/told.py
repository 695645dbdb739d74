"""What a document tells of a hole below it, and what is taken out for that; pure.

Who wrote a line had not written those below it. What the same commit added further
down goes, if the rest still parses: all of it, or all but the brackets that close what
is open at the hole, or hunk by hunk from the end.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from hexai.bench.mining.changes import Written
from hexai.bench.mining.holes import Document, Hole
from hexai.bench.mining.worth import names
from hexai.domain.bench import Kind

Errors = Callable[[str], int | None]
"""Counts what of a text does not parse; None if nobody can tell."""

_HUNKS = 6
"""So many are tried one by one."""
_PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))
_BRACKETS = (")", "]", "}")
_CLOSERS = (*_BRACKETS, "end", "fi", "done", "esac", "else", "</")


class Cut(Struct, frozen=True, kw_only=True):
    """A hole, and the document around it as it was shown to nobody."""

    before: str
    truth: str
    after: str
    out: tuple[int, ...]
    """The lines that were taken out below."""
    told: bool
    """A name of the truth is given below, and by this commit alone."""
    was_told: bool
    """The same, before lines were taken out."""
    is_header: bool
    """What it opens stays below."""


def cut(document: Document, hole: Hole, written: Written, errors: Errors) -> Cut | None:
    """Cut a hole; None if it cannot be without telling what was there."""
    below = [group for group in _below(written, hole.rows.stop) if group]
    out: frozenset[int] = frozenset()
    if hole.tells:
        out = frozenset(hole.tells)
        if not out <= written.added | _blank(document, hole.tells):
            return None
    elif hole.kind in (Kind.TAIL, Kind.LINE) and below:
        out = _taken_out(document, hole, below, errors)
    return _cut(document, hole, below, out)


def _below(written: Written, first: int) -> Iterator[range]:
    for group in written.groups:
        yield range(max(first, group.start), max(first, group.stop))


def _blank(document: Document, rows: range) -> frozenset[int]:
    return frozenset(row for row in rows if not document.lines[row].strip())


def _taken_out(
    document: Document, hole: Hole, below: Sequence[range], errors: Errors
) -> frozenset[int]:
    groups = [_without_last_blanks(document, group) for group in below]
    rows = frozenset(row for group in groups for row in group)
    least = errors(document.text)

    def parses(out: frozenset[int]) -> bool:
        if not _is_in_shape(document, hole.rows.stop, out, rows):
            return False
        found = errors(without(document, out))
        return found is not None and least is not None and found <= least

    indent = _indent(document.lines[hole.rows.start])
    closing = _closing(document, hole.rows.stop, indent + 1)
    outer = _closing(document, hole.rows.stop, indent)
    for out in dict.fromkeys((rows, rows - outer, rows - closing)):
        if out and parses(out):
            return out
    taken: frozenset[int] = frozenset()
    for group in reversed(groups[:_HUNKS] if len(groups) > 1 else ()):
        more = taken | (frozenset(group) - closing)
        taken = more if more != taken and parses(more) else taken
    return taken


def _without_last_blanks(document: Document, group: range) -> range:
    """Let the blank lines stay that part what was added from what follows."""
    stop = group.stop
    while stop > group.start and not document.lines[stop - 1].strip():
        stop -= 1
    return range(group.start, stop)


def _is_in_shape(
    document: Document, first: int, out: frozenset[int], added: frozenset[int]
) -> bool:
    """Tell whether below no body lost its header, and no older header its body.

    A grammar may accept both: that of Python is content with any indentation.
    """
    rows = [n for n in range(first, len(document.lines)) if document.lines[n].strip()]
    indents = {row: _indent(document.lines[row]) for row in rows}
    for row, following in pairwise(rows):
        if row in out and following not in out and indents[row] < indents[following]:
            return False
    stays = [row for row in rows if row not in out]
    after = dict(pairwise(stays))
    for row, following in pairwise(rows):
        if row in out or following not in out or indents[following] <= indents[row]:
            continue
        closes = row in added and document.lines[row].lstrip().startswith(_BRACKETS)
        if not closes and indents.get(after.get(row, -1), 0) <= indents[row]:
            return False
    return True


def _closing(document: Document, first: int, least: int) -> frozenset[int]:
    """Give the lines from one on that close what encloses it, by their indentation.

    The first of them is indented less than `least`, each further one less than that.
    """
    closing = set()
    for row in range(first, len(document.lines)):
        line = document.lines[row]
        indent = _indent(line)
        if not line.strip() or indent >= least:
            continue
        if line.lstrip().startswith(_CLOSERS):
            closing.add(row)
        least = indent
        if not least:
            break
    return frozenset(closing)


def without(document: Document, rows: frozenset[int]) -> str:
    """Give a text without some of its lines."""
    return "".join(line for n, line in enumerate(document.lines) if n not in rows)


def _cut(
    document: Document, hole: Hole, below: Sequence[range], out: frozenset[int]
) -> Cut:
    first = document.starts[hole.rows.stop]
    rest = range(hole.rows.stop, len(document.lines))
    stays = [row for row in rest if row not in out]
    before = document.text[: hole.start]
    truth = document.text[hole.start : hole.end]
    after = "".join(document.lines[row] for row in stays)
    added = {row for group in below for row in group}
    known = "".join(document.lines[row] for row in rest if row not in added)
    new = names(truth) - names(before) - names(known)
    only = "".join(document.lines[row] for row in stays if row in added)
    at_first = "".join(document.lines[row] for row in rest if row in added)
    return Cut(
        before=before,
        truth=truth,
        after=document.text[hole.end : first] + after,
        out=tuple(sorted(out)),
        told=not new.isdisjoint(names(only)),
        was_told=not new.isdisjoint(names(at_first)),
        is_header=_is_header(document, hole, stays),
    )


def _is_header(document: Document, hole: Hole, stays: Sequence[int]) -> bool:
    """Tell whether the line below is indented deeper, and so belongs to the hole's."""
    if hole.kind not in (Kind.TAIL, Kind.LINE):
        return False
    below = (document.lines[row] for row in stays)
    following = next((line for line in below if line.strip()), "")
    return _indent(following) > _indent(document.lines[hole.rows.start])


def balance(text: str) -> int:
    """Count the brackets that have no other half, for languages without a grammar."""
    return sum(abs(text.count(opens) - text.count(closes)) for opens, closes in _PAIRS)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) if line.strip() else 0
