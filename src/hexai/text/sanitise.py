r"""Text that is not ours, made harmless and fit: for terminals, SQLite and JSON.

A terminal obeys what it is shown: an answer that holds an escape sequence can move
the cursor, set the title or colour what follows, and one that holds bidi controls or
tag characters can hide what it really says. So whatever was not written in our source
(answers, upstream messages and ids, labels, paths, values of the configuration) passes
one function here before it reaches a terminal, and what would act shows itself as
Python would write it: `\x1b`, `\x9b`, `\u202e`, `\U000e0041`.

Made visible are: C0 but newline and tab, DEL and C1; bidi controls; the line and
paragraph separators; lone surrogates and noncharacters; and the invisible characters
that carry nothing but hidden data or confusion: word joiner and invisible operators,
byte order mark, interlinear annotation, musical format controls, the Hangul fillers,
and all of U+E0000 to U+E0FFF (tags and supplementary variation selectors).

Kept are those that real text needs although they show nothing: the zero-width space of
Khmer and Thai, the joiner and non-joiner of Persian, Indic scripts and emoji, the
ordinary variation selectors, and the soft hyphen.
"""

import re
from functools import cache
from typing import Final

_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17)
)
"""Code points that no text has, by section 23.7 of the Unicode standard."""
_UNSAFE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u115f\u1160\u180e\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
) + _NONCHARACTERS


@cache
def _acting(more: str = "") -> re.Pattern[str]:
    """Compile what is made visible, for a text that may hold some: it takes a while."""
    return re.compile(f"[{_UNSAFE}{more}]")


def visible(text: str) -> str:
    r"""Show every character that would act on a terminal; newline and tab stay.

    `\r\n` is a line break like any other.
    """
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return _acting().sub(_escaped, text)


def visible_line(text: str) -> str:
    """Show every character that would act, newline and tab too: the result is a line.

    For labels, ids, paths and messages.
    """
    if text.isascii() and text.isprintable():
        return text
    return _acting("\t\n").sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


class VisibleStream:
    r"""`visible` for text that comes in pieces, which may part `\r` from its `\n`."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        r"""Take the next piece; a final `\r` waits to see what follows it."""
        text = self._held + piece
        self._held = "\r" if text.endswith("\r") else ""
        return visible(text[: len(text) - len(self._held)])

    def end(self) -> str:
        """Give what was held back; the text is over."""
        held, self._held = self._held, ""
        return visible(held)


# JSON can carry what Unicode text must not: halves of surrogate pairs. A stream may
# put the two halves of one emoji into two deltas, so a half at the end of a delta waits
# for the next one. NUL is dropped: SQLite and C programs end a text there.


class Mender:
    """Mends the deltas of one stream; keeps back at most half a character."""

    def __init__(self) -> None:
        self._half = ""

    def feed(self, text: str) -> str:
        """Mend the next delta; the result may be empty."""
        if text.isascii() and not self._half:
            return text.replace("\0", "")
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half, text = text[-1], text[:-1]
        return mend(text)

    def close(self) -> str:
        """Give what is still held back, as U+FFFD: its other half never came."""
        half, self._half = self._half, ""
        return mend(half)


def mend(text: str) -> str:
    """Join surrogate halves, replace lone ones by U+FFFD, and drop NUL."""
    if "\0" in text:
        text = text.replace("\0", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def is_whole(text: str) -> bool:
    """Tell whether a text has no lone surrogates, as bytes that are no UTF-8 leave."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_ELLIPSIS: Final = "…"


def shorten(text: str, length: int) -> str:
    """Cut a text to `length` characters, the last of them an ellipsis if cut."""
    return text if len(text) <= length else text[: length - 1] + _ELLIPSIS
