"""The holes of a file as of a commit that nobody has looked at yet; pure.

What parses a text is handed in, since it keeps a time.
"""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.bench.mining.changes import Written
from hexai.bench.mining.holes import (
    MOST_ROWS,
    Document,
    Hole,
    Marks,
    marks,
    near,
    structures,
)
from hexai.bench.mining.line_holes import MOST_PROSE, of_lines
from hexai.bench.mining.told import Errors, balance
from hexai.bench.mining.worth import is_worth, reason_of_line
from hexai.prompts.code.constructs import Context
from hexai.prompts.code.heuristics import scan
from hexai.prompts.code.languages import Language
from hexai.prompts.code.tree import count_errors

if TYPE_CHECKING:
    from tree_sitter import Tree

Parse = Callable[[str], "Tree | None"]


class Candidates(Struct, frozen=True, kw_only=True):
    """A document, its holes, and what counts its errors."""

    document: Document
    holes: tuple[Hole, ...]
    errors: Errors
    left_out: Counter[str]


def candidates(
    document: Document, language: Language, written: Written, parse: Parse, seed: str
) -> Candidates:
    """Find the holes of what a commit wrote."""
    tree = parse(document.text) if language.grammar is not None else None
    left_out: Counter[str] = Counter()
    if tree is None:
        marked, found = _plain_marks(document, language), []
    else:
        found = list(near(tree.root_node, sorted(written.added)))
        marked = marks(document, found)
    holes = [
        hole
        for hole in structures(document, found)
        if _is_task(document, hole, written, marked, left_out)
    ]
    holes += of_lines(document, written, marked, left_out, seed)
    return Candidates(
        document=document,
        holes=tuple(holes),
        errors=_errors(parse, known=tree, text=document.text),
        left_out=left_out,
    )


def _plain_marks(document: Document, language: Language) -> Marks:
    lines = [line.rstrip("\r\n") for line in document.lines]
    prose = tuple(
        (document.starts[start[0]] + start[1], document.starts[end[0]] + end[1])
        for start, end in (
            (piece.start, piece.end)
            for piece in scan(lines, language)
            if piece.context is not Context.CODE
        )
    )
    return Marks(prose=prose, imports=frozenset())


def _is_task(
    document: Document,
    hole: Hole,
    written: Written,
    marked: Marks,
    left_out: Counter[str],
) -> bool:
    """Tell whether a block, body or list of parameters is one that a commit wrote."""
    rows = [row for row in hole.rows if document.lines[row].strip()]
    if not written.added.issuperset(rows):
        return False
    truth = document.text[hole.start : hole.end]
    if hole.is_too_long:
        left_out[f"bodies of more than {MOST_ROWS} lines"] += 1
    elif 2 * len(written.own.intersection(rows)) <= len(rows):
        left_out["code that was moved or only touched"] += 1
    elif not is_worth(truth):
        left_out["holes of under 3 tokens, or very long ones"] += 1
    elif 2 * len(marked.imports.intersection(rows)) > len(rows):
        left_out["imports"] += 1
    elif marked.share(hole.start, hole.end) > MOST_PROSE:
        left_out["strings and comments"] += 1
    elif document.text.count(truth) > 1 or _is_common_line(document, rows):
        left_out["copies of code of the same file"] += 1
    else:
        return True
    return False


def _is_common_line(document: Document, rows: list[int]) -> bool:
    if len(rows) != 1:
        return False
    times = sum(
        line.strip() == document.lines[rows[0]].strip() for line in document.lines
    )
    return reason_of_line(document.lines, rows[0], times) != ""


def _errors(parse: Parse, *, known: "Tree | None", text: str) -> Errors:
    if known is None:
        return balance
    least = count_errors(known)

    def errors(other: str) -> int | None:
        if other == text:
            return least
        tree = parse(other)
        return None if tree is None else count_errors(tree)

    return errors
