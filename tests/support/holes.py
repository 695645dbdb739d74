"""The holes of a text, as if a commit had written some of its lines."""

from hexai.bench.mining.candidates import Candidates, candidates
from hexai.bench.mining.changes import Written
from hexai.bench.mining.holes import Document
from hexai.prompts.code.grammars import parse
from hexai.prompts.code.languages import language_of


def all_written(document: Document, rows: frozenset[int] | None = None) -> Written:
    """Say that a commit wrote some lines, or all."""
    added = frozenset(range(len(document.lines))) if rows is None else rows
    groups: list[range] = []
    for row in sorted(added):
        if groups and groups[-1].stop == row:
            groups[-1] = range(groups[-1].start, row + 1)
        else:
            groups.append(range(row, row + 1))
    return Written(added=added, own=added, groups=tuple(groups))


def found_in(
    identifier: str, text: str, rows: frozenset[int] | None = None
) -> Candidates:
    """Find the holes of a text of which a commit wrote all, or some lines."""
    language, document = language_of(identifier), Document.of(text)
    return candidates(
        document,
        language,
        all_written(document, rows),
        lambda other: parse(language, other.encode(), patience=1),
        "seed",
    )
