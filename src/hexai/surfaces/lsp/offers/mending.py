"""What an editor made of a suggestion, brought back to what was given; pure.

An editor that re-indents what it inserts, or leaves alone what stands right of the
cursor, has by now made a document that is not prefix, answer and suffix. The document
is compared with what it should be, and the difference goes into one edit. That edit
touches only the lines of the suggestion. What the user has typed behind it meanwhile
stays there; if the lines differ otherwise in more than blanks, nothing is touched.
"""

from hexai.surfaces.lsp.offers.insertion import Insertion
from hexai.text.lines import Lines, Replacement
from hexai.text.positions import Position, Span


def mending(
    now: Lines, offered: Lines, insertion: Insertion
) -> list[Replacement] | None:
    """Give the edits after which a document holds a suggestion as it was given.

    `now` is the document after the editor inserted it, `offered` the one that it was
    made for. None: they differ in what cannot be told apart.
    """
    first = insertion.position.line
    below = len(offered) - 1 - first
    end = len(now) - below
    same_above = now.raw[:first] == offered.raw[:first]
    same_below = now.raw[end:] == offered.raw[first + 1 :]
    if end <= first or not same_above or not same_below:
        return None
    theirs = now.between(first, end)
    mine = _mended("\n".join(theirs), offered.line(first), insertion)
    return None if mine is None else _edits(theirs, mine.split("\n"), first)


def _mended(inserted: str, line: str, insertion: Insertion) -> str | None:
    """Give the lines as they should be; None if that cannot be said.

    `inserted` is what they are, `line` what the cursor's line was.
    """
    column = insertion.position.character
    head = line[:column] + insertion.text
    split = _after_same(inserted, head)
    if split is None:
        return None
    blanks = head[len(head.rstrip()) :]
    behind = inserted[split:].removeprefix(blanks)
    rest = line[column + insertion.covered :]
    for doubled in (line[column:], rest):
        if behind.endswith(doubled):
            typed = behind[: len(behind) - len(doubled)]
            return head + typed + rest
    return None


def _after_same(text: str, beginning: str) -> int | None:
    """Give where a text has gone through another that may have other blanks."""
    wanted = iter("".join(beginning.split()))
    expected = next(wanted, None)
    for index, character in enumerate(text):
        if expected is None:
            return index
        if character.isspace():
            continue
        if character != expected:
            return None
        expected = next(wanted, None)
    return len(text) if expected is None else None


def _edits(now: list[str], wanted: list[str], first: int) -> list[Replacement]:
    """Give the edits that turn lines into others, small ones if they can be."""
    if len(now) == len(wanted):
        pairs = enumerate(zip(now, wanted, strict=True), first)
        return [_line_edit(line, *pair) for line, pair in pairs if pair[0] != pair[1]]
    end = Position(first + len(now) - 1, len(now[-1]))
    whole = Span(Position(first, 0), end)
    return [Replacement(span=whole, text="\n".join(wanted))]


def _line_edit(number: int, now: str, wanted: str) -> Replacement:
    """Give the smallest edit of one line; its indentation goes before all else."""
    change = Lines.of(now).change([Replacement(span=None, text=wanted)]).smallest()
    assert change.span is not None
    start, end = change.span.start.character, change.span.end.character
    span = Span(Position(number, start), Position(number, end))
    return Replacement(span=span, text=change.text)
