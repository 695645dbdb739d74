"""What models said, kept for the moment at which the editor asks again.

An answer fits wherever the document is what it was when the models were asked, plus
the beginning of that answer at that position. To find it out, a kept place needs the
texts before and after it. It keeps their hashes: Python remembers the hash of a line,
and successive versions of a document share their lines, so a look costs about a
microsecond for each hundred lines, and a place that was kept holds no document.
"""

from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from hexai.surfaces.lsp.offers.offer import Suggestion
from hexai.text.lines import Lines
from hexai.text.pairs import closers_of
from hexai.text.positions import Position, Span

PLACES = 32
SIZE = 8 << 20
"""Bytes of answers, about."""
AGE = 600.0
"""Seconds."""


class Spot(Struct, frozen=True, kw_only=True):
    """A position, and the texts before and after it."""

    uri: str
    position: Position
    head: str
    """What stands left of it in its line."""
    tail: str
    """What stands right of it, with the line break."""
    above: int
    """The hash of the lines above."""
    below: int
    """The hash of the lines below."""
    count: int
    """Lines of the document."""

    @classmethod
    def of(cls, uri: str, lines: Lines, position: Position) -> "Spot":
        """Describe a position of a document."""
        line = lines.raw[position.line]
        return cls(
            uri=uri,
            position=position,
            head=line[: position.character],
            tail=line[position.character :],
            above=hash(lines.raw[: position.line]),
            below=hash(lines.raw[position.line + 1 :]),
            count=len(lines),
        )

    def typed_until(self, lines: Lines, position: Position) -> str | None:
        """Give what was typed here up to a position; None if anything else differs.

        Lines of it end with a newline, whatever they end with in the document. Behind
        it the editor may have closed what was opened.
        """
        here, grown = self.position, len(lines) - self.count
        if position < here or position.line - here.line != grown:
            return None
        first, last = lines.raw[here.line], lines.raw[position.line]
        right = last[position.character :]
        if not first.startswith(self.head) or not right.endswith(self.tail):
            return None
        if hash(lines.raw[: here.line]) != self.above:
            return None
        if hash(lines.raw[position.line + 1 :]) != self.below:
            return None
        typed = with_newlines(lines.slice(Span(here, position)))
        added = right.removesuffix(self.tail)
        return typed if closers_of(typed).startswith(added) else None


class Kept(Struct, frozen=True, kw_only=True):
    """The answers of one race."""

    spot: Spot
    """Where the models were asked."""
    run_id: str
    suggestions: tuple[Suggestion, ...]
    """In the order in which they are shown."""
    blind: bool
    at: float
    """By the loop's clock."""

    @property
    def size(self) -> int:
        """Bytes, about: each answer is held as it came, and as it was cleaned."""
        size = 0
        for suggestion in self.suggestions:
            said = (credit.outcome.text for credit in suggestion.credits)
            size += _bytes_of(suggestion.text) + sum(map(_bytes_of, said))
        return size


class Remembered(Struct, frozen=True, kw_only=True):
    """What fits at a position."""

    kept: Kept
    suggestions: tuple[Suggestion, ...]
    """Those that go on as was typed; never empty."""


class Memory:
    """The answers of the last races, the newest last."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque()
        self._size = 0

    def keep(self, kept: Kept) -> None:
        """Keep the answers of a race, if there are any, and drop what is too much."""
        if not kept.suggestions or kept.size > SIZE:
            return
        self._kept.append(kept)
        self._size += kept.size
        while len(self._kept) > PLACES or self._size > SIZE:
            self._size -= self._kept.popleft().size

    def find(
        self, uri: str, lines: Lines, position: Position, now: float
    ) -> Remembered | None:
        """Give what the newest race with an answer that fits has for a position."""
        while self._kept and self._kept[0].at < now - AGE:
            self._size -= self._kept.popleft().size
        for kept in reversed(self._kept):
            if kept.spot.uri != uri:
                continue
            typed = kept.spot.typed_until(lines, position)
            fitting = fitting_of(kept.suggestions, typed)
            if fitting:
                return Remembered(kept=kept, suggestions=fitting)
        return None

    def forget(self, uri: str | None = None) -> None:
        """Drop what is kept of a document, or everything."""
        left = [kept for kept in self._kept if uri is not None and kept.spot.uri != uri]
        self._kept = deque(left)
        self._size = sum(kept.size for kept in left)


def fitting_of(
    suggestions: Sequence[Suggestion], typed: str | None
) -> tuple[Suggestion, ...]:
    """Give the suggestions that go on after what was typed; none for None."""
    if typed is None:
        return ()
    return tuple(
        each
        for each in suggestions
        if len(each.text) > len(typed) and each.text.startswith(typed)
    )


def with_newlines(text: str) -> str:
    """Give a text whose lines end with a newline, as answers do."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else 4 * len(text)
