"""Text from an upstream made fit for terminals, SQLite and JSON.

JSON can carry what Unicode text must not: halves of surrogate pairs. A stream may
put the two halves of one emoji into two deltas, so a half at the end of a delta waits
for the next one. NUL is dropped: SQLite and C programs end a text there.
"""


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
