"""What of a model's continuation belongs at the cursor, while it comes.

Models write blanks together with the word behind them; given a line's indentation
alone, they write deeper or elsewhere. So blanks and line breaks right before the cursor
are left out of the prompt, the model owes them, and they are taken off its answer. One
that breaks the line otherwise, or goes on further left, is done with what was begun:
there is nothing to say at the cursor.

A small model does not stop by itself. A line ends with its break; a block ends with a
blank line, or before the first line that is further left.
"""

from typing import Self

from hexai.domain.infill import Infill
from hexai.text.extent import ends_with_line
from hexai.text.indent import indent_of

_LONGEST_GAP = 400
"""Blanks that an answer may begin with."""
_CLOSING = (")", "]", "}")


class Continuation:
    """One continuation on its way."""

    def __init__(self, before: str, after: str) -> None:
        """Go on between two texts."""
        self._owed = before[len(before.rstrip()) :]
        current = before.rpartition("\n")[2]
        self._is_line = ends_with_line(before, after)
        self._indent = indent_of(current)
        self._is_begun = bool(current.strip())
        self._raw = self._said = ""
        self.is_over = False
        """Whether what more comes does not belong here."""

    @classmethod
    def of(cls, infill: Infill) -> Self:
        """Go on in a gap."""
        return cls(infill.before, infill.after or "")

    @property
    def stop(self) -> str:
        """What ends it where the server itself sees it; empty: only we do."""
        return "\n" if self._is_line and "\n" not in self._owed else ""

    def most(self, block: int) -> int:
        """Say how many tokens it takes at most, where a block takes so many."""
        return block // 2 if self._is_line else block

    def prompt(self, before: str) -> str:
        """Give the text to go on with."""
        return before[: len(before) - len(self._owed)]

    def take(self, piece: str) -> str:
        """Take the next piece, and give what of it belongs at the cursor."""
        if self.is_over:
            return ""
        self._raw += piece
        text = self._visible()
        new = text[len(self._said) :]
        self._said = text
        return new

    def _visible(self) -> str:
        blanks = self._raw[: len(self._raw) - len(self._raw.lstrip())]
        if blanks == self._raw:
            self.is_over = len(blanks) > _LONGEST_GAP
            return ""
        left = self._unowed(blanks)
        if left is None:
            self.is_over = True
            return ""
        return self._up_to_end(left + self._raw[len(blanks) :])

    def _unowed(self, blanks: str) -> str | None:
        """Take what is owed off the blanks that came; None: something else came."""
        if "\n" not in self._owed:
            return _after(self._owed, blanks)
        if "\n" not in blanks:
            return None
        return _after(self._indent, blanks.rpartition("\n")[2])

    def _up_to_end(self, text: str) -> str:
        """Cut a text where line or block ends; holds back a break until more comes."""
        first, *lines = text.split("\n")
        if self._is_line and first.strip():
            self.is_over = bool(lines)
            return first
        kept = [first]
        for number, line in enumerate(lines):
            is_last = number == len(lines) - 1
            if not line.strip():
                self.is_over = not is_last and any(map(str.strip, kept))
                if self.is_over or is_last:
                    break
            elif self._is_further_left(line):
                closes = self._is_begun and line.lstrip().startswith(_CLOSING)
                self.is_over = not (closes and is_last)
                kept += [line] if closes else []
                break
            kept.append(line)
        return "\n".join(kept)

    def _is_further_left(self, line: str) -> bool:
        least = len(self._indent) + (1 if self._is_begun else 0)
        return len(indent_of(line)) < least


def _after(owed: str, blanks: str) -> str | None:
    return blanks[len(owed) :] if blanks.startswith(owed) else None
