"""Rows of a list that stand in the text only because somebody looks at them.

Some editors put the selected row into the document while rows are browsed, and tell
the server so. That is no typing: nothing was chosen, and nothing contradicted. What
they put in is not the suggestion but a word of theirs for it, in place of the word
that was being typed.
"""

import re

from hexai.surfaces.lsp.offers.insertion import code_label
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import Lines
from hexai.text.words import fragment_of

_KEYWORD = re.compile(r"\w*")


class Rows:
    """The rows of one list, as they may stand in the text."""

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
