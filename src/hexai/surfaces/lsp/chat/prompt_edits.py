"""The edits by which prompts are answered in a document; pure.

Each is computed for the text as it is, and is None where it makes no sense any more.
"""

from hexai.surfaces.lsp.documents.anchor import Anchor
from hexai.text.lines import Lines, Replacement
from hexai.text.positions import Position, Span
from hexai.text.quoting import quote
from hexai.text.triggers import is_quoted


def answer_below(
    lines: Lines, anchor: Anchor, suffix: int, answer: str
) -> list[Replacement] | None:
    """Take the question's suffix away and put an answer below it.

    `suffix` is how many characters the prompt ends with that answering removes.
    """
    column = anchor.column(lines)
    if column is None:
        return None
    end = column + len(anchor.text)
    line = lines.line(anchor.line)
    marker = Span(Position(anchor.line, end - suffix), Position(anchor.line, end))
    at_end = Position(anchor.line, len(line))
    follows = _follows_blank(lines, anchor.line)
    below = "\n\n" + quote(answer) + ("" if follows else "\n")
    if end == len(line):
        return [Replacement(span=Span(marker.start, at_end), text=below)]
    return [
        Replacement(span=marker, text=""),
        Replacement(span=Span(at_end, at_end), text=below),
    ]


def more_below(lines: Lines, anchor: Anchor, text: str) -> list[Replacement] | None:
    """Put the next paragraph below what there is of an answer."""
    if anchor.column(lines) is None:
        return None
    last = anchor.line + 1
    while last < len(lines) and not lines.line(last).strip():
        last += 1
    if not is_quoted(lines.line(last)):
        return None
    while is_quoted(lines.line(last + 1)):
        last += 1
    end = Position(last, len(lines.line(last)))
    return [Replacement(span=Span(end, end), text="\n>\n" + quote(text))]


def nothing_below(
    lines: Lines, anchor: Anchor, answer: str
) -> list[Replacement] | None:
    """Take an answer away again; None if it does not stand below as it was put."""
    if anchor.column(lines) is None:
        return None
    start = anchor.line + 1
    first = start + 1 if not lines.line(start).strip() else start
    wanted = quote(answer).split("\n")
    last = first + len(wanted) - 1
    stands = [lines.line(number) for number in range(first, last + 1)]
    if last >= len(lines) or stands != wanted or is_quoted(lines.line(last + 1)):
        return None
    span = Span(
        Position(anchor.line, len(lines.line(anchor.line))),
        Position(last, len(lines.line(last))),
    )
    return [Replacement(span=span, text="")]


def in_place_of_tag(
    lines: Lines, anchor: Anchor, text: str, *, whole_line: bool
) -> list[Replacement] | None:
    """Replace an inline tag, or the line that it stands on but its indentation."""
    span = span_of_tag(lines, anchor, whole_line=whole_line)
    return None if span is None else [Replacement(span=span, text=text)]


def span_of_tag(lines: Lines, anchor: Anchor, *, whole_line: bool) -> Span | None:
    """Say what an inline tag asks to have replaced."""
    column = anchor.column(lines)
    if column is None:
        return None
    start, end = column, column + len(anchor.text)
    if whole_line:
        line = lines.line(anchor.line)
        start, end = len(line) - len(line.lstrip()), len(line)
    return Span(Position(anchor.line, start), Position(anchor.line, end))


def in_place_of_line(
    lines: Lines, anchor: Anchor, reply: str
) -> list[Replacement] | None:
    """Remove the line of a command; a reply takes its place, quoted.

    The last line of a text stays as a blank one, so that the text ends as before.
    """
    if anchor.column(lines) is None:
        return None
    start = Position(anchor.line, 0)
    end = Position(anchor.line, len(lines.line(anchor.line)))
    if reply:
        return [Replacement(span=Span(start, end), text=quote(reply))]
    if anchor.line + 1 < len(lines):
        end = Position(anchor.line + 1, 0)
    return [Replacement(span=Span(start, end), text="")]


def _follows_blank(lines: Lines, number: int) -> bool:
    """Tell whether a blank line follows, so that none needs to be made."""
    return number + 1 < len(lines) and not lines.line(number + 1).strip()
