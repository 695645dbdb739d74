"""A value that must never be seen."""

import re
from typing import NoReturn

from hexai.domain.record import MASK

_SHORTEST_MASKED = 6
_SHORTEST_BEGUN = 8
_SHORTEST_KEY = 16
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class Secret:
    """Holds a key; prints, formats and compares as a mask, and cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    @classmethod
    def checked(cls, raw: str) -> "Secret":
        """Make one of what a variable or command gave, without one trailing newline.

        Raises ValueError unless all that is left is visible ASCII: anything else is a
        damaged key, and would show up in the error texts of HTTP libraries.
        """
        value = raw.removesuffix("\n").removesuffix("\r")
        if not _VISIBLE.fullmatch(value):
            raise ValueError("holds blanks, line ends or other invisible characters")
        return cls(value)

    def reveal(self) -> str:
        """Give the value, to be put into a header and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret stays in its process")


class Masker:
    """Takes keys out of texts: of one attempt, or of all that a process has used."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def add(self, value: str) -> None:
        """Mask this value from now on; one too short to be a key is left alone."""
        if len(value) >= _SHORTEST_MASKED and value not in self._values:
            self._values.append(value)
            self._values.sort(key=len, reverse=True)  # one may hold another

    def add_header(self, value: str) -> None:
        """Mask the value of a configured header, and what follows `Bearer` in it.

        Short ones name a program or a project, and may well stand in an answer.
        """
        for part in (value, value.rpartition(" ")[2]):
            if len(part) >= _SHORTEST_KEY:
                self.add(part)

    def mask(self, text: str) -> str:
        """Replace every value by the mask."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text

    def mask_stored(self, text: str) -> tuple[str, int]:
        """Mask a text that is to be stored, and say how often that was needed.

        Of a value that is cut off at the end what is left of it goes too.
        """
        masked = 0
        for value in self._values:
            masked += text.count(value)
            text = text.replace(value, MASK)
            if length := _begun(text, value):
                text, masked = text[:-length] + MASK, masked + 1
        return text, masked


def _begun(text: str, value: str) -> int:
    """Count the characters at the end of a text that are the beginning of a value."""
    longest = min(len(text), len(value) - 1)
    lengths = range(longest, _SHORTEST_BEGUN - 1, -1)
    return next((n for n in lengths if text.endswith(value[:n])), 0)
