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
from msgspec.structs import replace

from hexai.surfaces.lsp.offers.offer import Suggestion
from hexai.text.lines import Lines, Position, Span, with_newlines
from hexai.text.snippets import closers_of

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

    def since(self, lines: Lines, position: Position) -> "Since | None":
        """Give what came here up to a position; None if anything else differs."""
        here, last = self.position, self.position.line + len(lines) - self.count
        if position < here or last < position.line:
            return None
        right = "".join(lines.raw[position.line : last + 1])[position.character :]
        begins = lines.raw[here.line].startswith(self.head)
        if not begins or not right.endswith(self.tail):
            return None
        if hash(lines.raw[: here.line]) != self.above:
            return None
        if hash(lines.raw[last + 1 :]) != self.below:
            return None
        typed = with_newlines(lines.slice(Span(here, position)))
        closed = with_newlines(right.removesuffix(self.tail))
        closers = _closers(closed)
        is_break = not closers and typed.startswith("\n")
        is_close = is_break or (closers and closers_of(typed).startswith(closers))
        if closed and not is_close:
            return None
        return Since(typed=typed, closed=closed)


class Since(Struct, frozen=True, kw_only=True):
    """What came at a spot; its lines end with a newline, whatever the document's."""

    typed: str
    """Left of the cursor."""
    closed: str
    """What the editor put right of it to close what was opened: `)`, or `}` on a line
    of its own, as Enter between `{` and `}` leaves it; or only that line's break, where
    the bracket was there before."""

    def fitting(self, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
        """Give the suggestions that go on after it.

        A bracket on a line below is out of the reach of what takes a suggestion, so it
        is left out of those that end with it; what goes on behind it does not fit.
        """
        fitting = fitting_of(suggestions, self.typed)
        if not self.closed.startswith("\n"):
            return fitting
        cut = [each for each in map(self._without_end, fitting) if each is not None]
        return fitting_of(cut, self.typed)

    def _without_end(self, suggestion: Suggestion) -> Suggestion | None:
        """Leave out what is closed below; None if that is not the end, or is no more.

        A line that begins with the bracket, indented as it is below, closes it.
        """
        if not self.closed.strip():
            inner = suggestion.text.removesuffix(self.closed)
            return replace(suggestion, text=inner) if inner != suggestion.text else None
        inner, closing, behind = suggestion.text.partition(self.closed)
        if closing:
            return None if behind else replace(suggestion, text=inner)
        is_open = closers_of(inner).startswith(_closers(self.closed))
        return suggestion if is_open else None


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
            since = kept.spot.since(lines, position)
            fitting = since.fitting(kept.suggestions) if since else ()
            if fitting:
                return Remembered(kept=kept, suggestions=fitting)
        return None

    def forget(self, uri: str | None = None) -> None:
        """Drop what is kept of a document, or everything."""
        left = [kept for kept in self._kept if uri is not None and kept.spot.uri != uri]
        self._kept = deque(left)
        self._size = sum(kept.size for kept in left)


def fitting_of(suggestions: Sequence[Suggestion], typed: str) -> tuple[Suggestion, ...]:
    """Give the suggestions that go on after what was typed."""
    return tuple(
        each
        for each in suggestions
        if len(each.text) > len(typed) and each.text.startswith(typed)
    )


def _closers(closed: str) -> str:
    """Give the brackets that are closed on this line, or on a line of their own."""
    return closed.lstrip(" \t\n") if closed.startswith("\n") else closed


def _bytes_of(text: str) -> int:
    return len(text) if text.isascii() else 4 * len(text)
