"""How one suggestion of an offer goes in, seen from where the cursor is.

A suggestion goes in at the anchor of its offer. An editor is told otherwise: to replace
a range of the cursor's line, from the beginning of the word left of the cursor, by a
text that begins with that word. And a document with the suggestion in it is what an
editor's insertion is compared with.
"""

from itertools import takewhile

from msgspec import Struct

from hexai.surfaces.lsp.offers.offer import Offer, Suggestion
from hexai.text.cells import width
from hexai.text.lines import Lines, Replacement
from hexai.text.overlap import covered
from hexai.text.positions import Position, Span
from hexai.text.visible import visible_line
from hexai.text.words import fragment_of

_CODE_LABEL = 40
"""Columns of a label that is code."""


class Insertion(Struct, frozen=True, kw_only=True):
    """What an editor has to do to take a suggestion."""

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
    label = visible_line(first_line.strip())[:_CODE_LABEL]
    while width(label) > _CODE_LABEL:
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
