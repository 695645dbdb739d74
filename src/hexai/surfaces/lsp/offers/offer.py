"""What is offered for a place, and how a suggestion of it stands in the text."""

import re
from itertools import takewhile

from msgspec import Struct

from hexai.domain.outcome import Outcome
from hexai.surfaces.lsp.documents import Document
from hexai.text.cells import width
from hexai.text.lines import Lines, Position, Replacement, Span
from hexai.text.repetition import covered
from hexai.text.sanitise import visible_line
from hexai.text.snippets import fragment_of


class Credit(Struct, frozen=True, kw_only=True):
    """A contender that gave a suggestion."""

    label: str
    outcome: Outcome
    cost_usd: float | None = None
    """None if nobody knows; 0 if the text stayed here."""


class Suggestion(Struct, frozen=True, kw_only=True):
    """A distinct cleaned text, and everybody who gave it."""

    text: str
    """What goes in at the anchor of its offer; lines end with a newline."""
    credits: tuple[Credit, ...]
    """In entry order; never empty."""


class Offer(Struct, frozen=True, kw_only=True):
    """The answer to one request of the editor."""

    run_id: str
    """The run that the suggestions belong to; empty if there was no race."""
    document: Document
    """As it was when the request came."""
    anchor: Position
    """Where the suggestions go in: where the cursor was when the models were asked."""
    position: Position
    """Where the cursor was when the request came: the anchor, and what was typed."""
    suggestions: tuple[Suggestion, ...] = ()
    """Those that go on as was typed, in the order in which they are shown."""
    incomplete: bool = False
    """A contender still runs, and the editor does well to ask again."""
    blind: bool = False
    """Nothing shown may say who gave what."""
    forced: bool = False
    """`incomplete` counts although there are no suggestions."""

    @property
    def uri(self) -> str:
        """Which document it is about."""
        return self.document.uri

    @property
    def lines(self) -> Lines:
        """The document's text, when the request came."""
        return self.document.lines

    @property
    def typed(self) -> str:
        """What was typed since the models were asked; suggestions begin with it."""
        start, end = self.anchor, self.position
        if start.line == end.line:
            return self.lines.line(start.line)[start.character : end.character]
        inner = self.lines.between(start.line + 1, end.line)
        head = self.lines.line(start.line)[start.character :]
        return "\n".join((head, *inner, self.lines.line(end.line)[: end.character]))


LABEL = 40
"""Columns of a label: more would push what stands beside it out of a popup."""


class Insertion(Struct, frozen=True, kw_only=True):
    """What an editor has to do to take a suggestion.

    It goes in at its offer's anchor, but an editor is told to replace a range of the
    cursor's line: from the word left of the cursor on, by a text that begins with it.
    """

    fragment: str
    """Letters, digits and underscores left of the cursor, as typed."""
    text: str
    """What follows the fragment: the suggestion without what was typed."""
    position: Position
    """Where the cursor is."""
    covered: int
    """Characters right of the cursor that the text brings along."""
    indent: str
    """What the cursor's line begins with."""

    @classmethod
    def of(cls, offer: Offer, suggestion: Suggestion) -> "Insertion":
        """Say how a suggestion of an offer goes in."""
        line = offer.lines.line(offer.position.line)
        left = line[: offer.position.character]
        text = suggestion.text[len(offer.typed) :]
        before = Span(Position(0, 0), offer.position)
        after = Span(offer.position, offer.lines.end)
        return cls(
            fragment=fragment_of(left),
            text=text,
            position=offer.position,
            covered=covered(
                text,
                offer.lines.slice(before),
                offer.lines.slice(after),
                offer.document.language,
            ),
            indent=left[: len(left) - len(left.lstrip(" \t"))],
        )

    @property
    def inserted(self) -> str:
        """The fragment and what follows it: what takes the place of the range."""
        return self.fragment + self.text

    @property
    def span(self) -> Span:
        """What is replaced: the fragment, and what the text covers; on one line."""
        line, character = self.position.line, self.position.character
        return Span(
            Position(line, character - len(self.fragment)),
            Position(line, character + self.covered),
        )

    @property
    def first_line(self) -> str:
        """The first non-blank line of what goes in, with the fragment if it goes on."""
        head = self.text.partition("\n")[0]
        if head.strip() or not self.text.strip():
            return self.fragment + head
        return next(line.strip() for line in self.text.split("\n") if line.strip())

    @property
    def shown(self) -> str:
        """What goes in, for reading: its lines as deep as the first one stands."""
        head, *others = self.inserted.split("\n")
        return "\n".join((head, *(_less_deep(line, self.indent) for line in others)))

    def into(self, lines: Lines) -> Lines:
        """Give the document with the suggestion taken."""
        span = Span(self.position, self.span.end)
        broken = self.text.replace("\n", line_break(lines, self.position.line))
        return lines.change([Replacement(span=span, text=broken)]).after


def code_label(first_line: str) -> str:
    """Give a line of code as a label, which an editor may put into the text.

    No longer than lets the model's name behind it, and the text beside it, be seen.
    """
    label = visible_line(first_line.strip())[:LABEL]
    while width(label) > LABEL:
        label = label[:-1]
    return label


def _less_deep(line: str, indent: str) -> str:
    """Take from a line what it has of an indentation."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(line, indent, strict=False))
    return line[sum(1 for _ in pairs) :]


def line_break(lines: Lines, line: int) -> str:
    r"""Give the line break in use around a line: `\r\n` or a newline."""
    near = lines.raw[max(0, line - 1) : line + 1]
    return "\r\n" if any(each.endswith("\r\n") for each in near) else "\n"


_KEYWORD = re.compile(r"\w*")


class Rows:
    """The rows of one list, as they stand in the text where browsing puts them there.

    That is no typing: nothing was chosen, and nothing contradicted. Editors put in a
    word of theirs for the suggestion, in place of the word that was being typed.
    """

    def __init__(self, offer: Offer) -> None:
        self._lines = offer.lines
        self._number = offer.position.line
        line, character = offer.lines.raw[self._number], offer.position.character
        fragment = fragment_of(line[:character])
        self._left = line[: character - len(fragment)]
        self._right = line[character:]
        typed = len(offer.typed)
        self._words = {
            word
            for each in offer.suggestions
            for word in _words(fragment, each.text[typed:])
        }

    def show_in(self, lines: Lines) -> bool:
        """Tell whether a text is that of the list with a row in it."""
        old, new, number = self._lines.raw, lines.raw, self._number
        if len(old) != len(new) or not self._is_row(new[number]):
            return False
        return old[:number] == new[:number] and old[number + 1 :] == new[number + 1 :]

    def _is_row(self, line: str) -> bool:
        if not line.startswith(self._left) or not line.endswith(self._right):
            return False
        return line[len(self._left) : len(line) - len(self._right)] in self._words


def _words(fragment: str, text: str) -> tuple[str, ...]:
    """Give what an editor may take for the word of a suggestion."""
    whole = fragment + text
    first = next((line for line in whole.split("\n") if line.strip()), "")
    keyword = _KEYWORD.match(whole)
    assert keyword is not None
    words = (first.strip(), first.rstrip(), code_label(first), keyword[0])
    return tuple(word for word in words if word and word != fragment)
