"""A value that must never be seen."""

import re
from typing import Final, NoReturn

MASK: Final = "********"

_SHORTEST_MASKED = 6
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
    """Takes the keys of one attempt out of texts that an upstream sent back."""

    def __init__(self) -> None:
        self._values: list[str] = []

    def add(self, value: str) -> None:
        """Mask this value from now on; one too short to be a key is left alone."""
        if len(value) >= _SHORTEST_MASKED:
            self._values.append(value)

    def mask(self, text: str) -> str:
        """Replace every value by the mask."""
        for value in self._values:
            text = text.replace(value, MASK)
        return text
