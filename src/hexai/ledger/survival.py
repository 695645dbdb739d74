"""How much of a text that was taken is still there; pure.

The range that it went into is tracked through every change of the document, and what
stands in the range is compared with what was taken. What is typed at either end is
outside of it; what replaces a part of it is inside, unless it also replaces what stands
beside it. So text that was moved elsewhere does not count as there, and what was added
in the middle counts against it.
"""

from hexai.text.lines import Lines, TextChange, walk, with_newlines
from hexai.text.positions import Position, Span


class Tracked:
    """A text in a document, followed through its changes."""

    def __init__(self, text: str, start: Position) -> None:
        """Track a text that stands at a position; line breaks are newlines."""
        self.text = text
        self.span = Span(start, walk(start, text))

    def follow(self, change: TextChange) -> None:
        """Move with a change."""
        edit = change.smallest()
        assert edit.span is not None
        first, last = edit.span.start, edit.span.end
        start, end = self.span.start, self.span.end
        if last <= start:
            self.span = Span(
                _moved(start, last, first, edit.text),
                _moved(end, last, first, edit.text),
            )
        elif first < start:
            new = walk(first, edit.text)
            left = _moved(end, last, first, edit.text) if last < end else new
            self.span = Span(new, left)
        elif first < end:
            inside = last <= end
            left = _moved(end, last, first, edit.text) if inside else first
            self.span = Span(start, left)

    def standing(self, lines: Lines) -> str:
        """Give what stands in the range now."""
        return with_newlines(lines.slice(self.span))

    def share(self, lines: Lines) -> float:
        """Say how much of the text is left, from 0 to 1.

        1 less the Levenshtein distance, over the length of the longer text.
        """
        from rapidfuzz.distance import Levenshtein  # 5 ms, and rarely needed

        return float(Levenshtein.normalized_similarity(self.text, self.standing(lines)))


def _moved(position: Position, last: Position, first: Position, text: str) -> Position:
    """Give where a position is that stood at or behind the end of an edit."""
    end = walk(first, text)
    if position.line > last.line:
        return Position(position.line - last.line + end.line, position.character)
    return Position(end.line, position.character - last.character + end.character)
