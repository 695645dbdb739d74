r"""A document's text as lines, and what a change of it came to.

Lines end at \n, \r\n and \r only, as the protocol has it; `str.splitlines` would also
split at U+2028, \x0b, \x0c and U+0085, and every edit after one of these would land in
the wrong line. The text is a value: whoever holds it keeps it, whatever is typed, and
a change shares all lines but those that it touches. Copying 50,000 references takes
a fraction of a millisecond.

A change is judged as a whole. Editors batch what was typed, and an accepted suggestion
may come as eight single changes, so `TextChange` remembers both texts and how many
lines at both ends are the same, and answers from that.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

# Inside Hexai a position counts code points, so that it is an index of a `str`. Editors
# count UTF-8 bytes, UTF-16 units or code points, as agreed on at the start. The two
# meet here, one line at a time. An offset beyond the line is its end, and one inside of
# a character is its beginning, as the protocol has it.


class Position(Struct, frozen=True, order=True):
    """A place between two characters of a document."""

    line: int
    """From 0."""
    character: int
    """Code points from the beginning of the line."""


class Span(Struct, frozen=True):
    """What lies between two positions, `start` not after `end`."""

    start: Position
    end: Position


class Encoding(StrEnum):
    """What an editor counts in."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


def to_units(line: str, character: int, encoding: Encoding) -> int:
    """Count the units of the first `character` code points of a line."""
    return count_units(line[:character], encoding)


def to_character(line: str, units: int, encoding: Encoding) -> int:
    """Give the code points that make up the first `units` units of a line."""
    if encoding is Encoding.UTF32 or line.isascii():
        return min(units, len(line))
    counted = 0
    for index, character in enumerate(line):
        counted += count_units(character, encoding)
        if counted > units:
            return index
    return len(line)


def count_units(text: str, encoding: Encoding) -> int:
    """Count the units of a text; a lone surrogate counts as what replaces it."""
    if encoding is Encoding.UTF32 or text.isascii():
        return len(text)
    if encoding is Encoding.UTF16:
        return len(text) + sum(character > "\uffff" for character in text)
    return sum(
        1 + (character > "\x7f") + (character > "\u07ff") + (character > "\uffff")
        for character in text
    )


_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


class Replacement(Struct, frozen=True, kw_only=True):
    """One range of a text and what takes its place."""

    span: Span | None
    """None: the whole text."""
    text: str


class Edit(Replacement, frozen=True, kw_only=True):
    """A replacement whose range is known."""

    span: Span


class Lines(Struct, frozen=True):
    """A text; at least one line, and the last has no break."""

    raw: tuple[str, ...]
    """The lines, each but the last with its break."""

    @classmethod
    def of(cls, text: str) -> "Lines":
        """Split a text."""
        return cls(tuple(_split(text)))

    def __len__(self) -> int:
        """Count the lines."""
        return len(self.raw)

    @property
    def text(self) -> str:
        """The text, whole."""
        return "".join(self.raw)

    @property
    def end(self) -> Position:
        """The end of the last line."""
        return Position(len(self.raw) - 1, len(self.raw[-1]))

    def line(self, number: int) -> str:
        """Give a line without its break; a blank text where there is none."""
        if not 0 <= number < len(self.raw):
            return ""
        return self.raw[number].rstrip("\r\n")

    def between(self, first: int, last: int) -> list[str]:
        """Give the lines from `first` up to but not `last`, without their breaks."""
        return [line.rstrip("\r\n") for line in self.raw[max(0, first) : max(0, last)]]

    def clamp(self, position: Position) -> Position:
        """Give the nearest position that exists."""
        if position.line >= len(self.raw):
            return self.end
        line = max(0, position.line)
        character = max(0, position.character) if position.line >= 0 else 0
        return Position(line, min(character, len(self.line(line))))

    def slice(self, span: Span) -> str:
        """Give the text of a span."""
        start, end = self.clamp(span.start), self.clamp(span.end)
        if start.line == end.line:
            return self.raw[start.line][start.character : end.character]
        inner = self.raw[start.line + 1 : end.line]
        head, tail = self.raw[start.line], self.raw[end.line]
        return "".join((head[start.character :], *inner, tail[: end.character]))

    def change(
        self,
        replacements: Iterable[Replacement],
        *,
        encoding: Encoding = Encoding.UTF32,
    ) -> "TextChange":
        """Replace ranges one after the other, each in the text that the last left.

        `encoding` says what their positions count: an editor's units can only be
        understood in the text that they are of, which here is never seen from outside.
        """
        raw = list(self.raw)
        same_above = same_below = len(raw)
        pieces = tuple(replacements)
        for each in pieces:
            if each.span is None:
                new = _split(each.text)
                above, below = _same(raw, new)
                raw = new
            else:
                above, below = _replace(raw, each.span, each.text, encoding)
            same_above, same_below = min(same_above, above), min(same_below, below)
        after = Lines(tuple(raw))
        same_below = min(same_below, len(self) - same_above, len(after) - same_above)
        return TextChange(
            before=self,
            after=after,
            above=same_above,
            below=max(0, same_below),
            pieces=len(pieces),
        )


class TextChange(Struct, frozen=True, kw_only=True):
    """What one notification did to a document, as a whole."""

    before: Lines
    after: Lines
    above: int
    """Lines at the beginning that are the same in both."""
    below: int
    """Lines at the end that are the same in both, and not among those above."""
    pieces: int = 1
    """Single changes that it came in."""

    def typed_at(self, position: Position) -> str | None:
        """Give what was inserted at a position, if nothing else has changed.

        A blank text means that nothing has changed; None that something else has. The
        position is one of the text before, and needs not be the only possible one: a
        `)` typed before a `)` was inserted on either side of it.
        """
        position = self.before.clamp(position)
        first = min(self.above, position.line)
        below = min(self.below, len(self.before) - 1 - position.line)
        inner = Span(Position(first, 0), _end_above(self.before, below))
        old = self.before.slice(inner)
        left = self.before.slice(Span(inner.start, position))
        right = old[len(left) :]
        new = self.after.slice(Span(Position(first, 0), _end_above(self.after, below)))
        fits = len(new) >= len(old) and new.startswith(left) and new.endswith(right)
        return new[len(left) : len(new) - len(right)] if fits else None

    def smallest(self) -> Edit:
        """Give the smallest single range whose replacement makes the same change.

        Of several, the one furthest to the end of the text.
        """
        start = Position(self.above, 0)
        old = self.before.slice(Span(start, _end_above(self.before, self.below)))
        new = self.after.slice(Span(start, _end_above(self.after, self.below)))
        head = common_head(old, new)
        if _cuts_break(old, head) or _cuts_break(new, head):
            head -= 1
        tail = common_head(old[head:][::-1], new[head:][::-1])
        if _cuts_break(old, len(old) - tail) or _cuts_break(new, len(new) - tail):
            tail -= 1
        span = Span(walk(start, old[:head]), walk(start, old[: len(old) - tail]))
        return Edit(span=span, text=new[head : len(new) - tail])

    def moved(self, position: Position) -> Position | None:
        """Say where a position of the text before is now.

        None where the character right behind it was removed or replaced. Where text was
        inserted at the very position, it is after it.
        """
        edit = self.smallest()
        if position < edit.span.start:
            return position
        if position < edit.span.end:
            return None
        end = walk(edit.span.start, edit.text)
        line = position.line - edit.span.end.line + end.line
        if position.line > edit.span.end.line:
            return Position(line, position.character)
        beyond = position.character - edit.span.end.character
        return Position(line, end.character + beyond)


def compare(before: Lines, after: Lines) -> TextChange:
    """Give what makes one text of another."""
    above, below = _same(before.raw, after.raw)
    return TextChange(before=before, after=after, above=above, below=below)


def _same(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """Count the lines that are the same above and below a change."""
    above = _count_same(old, new)
    return above, _count_same(old[above:][::-1], new[above:][::-1])


def _split(text: str) -> list[str]:
    lines = _LINE.findall(text)
    if len(lines) > 1 and not lines[-2].endswith(("\r", "\n")):
        lines.pop()  # the empty match behind a last line without a break
    return lines


def _replace(
    raw: list[str], span: Span, text: str, encoding: Encoding
) -> tuple[int, int]:
    """Replace a range; gives the number of lines left alone above and below."""
    first, start = _locate(raw, span.start, encoding)
    last, end = _locate(raw, max(span.start, span.end), encoding)
    joined = raw[first][:start] + text + raw[last][end:]
    if first and joined[:1] == "\n" and raw[first - 1].endswith("\r"):
        first -= 1
        joined = raw[first] + joined
    if joined.endswith("\r") and raw[last + 1 : last + 2] == ["\n"]:
        last += 1
        joined += raw[last]
    new = _split(joined)
    below = len(raw) - 1 - last
    if below and len(new) > 1:
        new.pop()  # what follows the last break is the next line
    elif below and not joined:
        new = []
    raw[first : last + 1] = new
    return first, below


def _locate(
    raw: Sequence[str], position: Position, encoding: Encoding
) -> tuple[int, int]:
    if position.line >= len(raw):
        return len(raw) - 1, len(raw[-1])
    line = raw[position.line].rstrip("\r\n")
    return position.line, to_character(line, max(0, position.character), encoding)


def _count_same(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def common_head(one: str, other: str) -> int:
    """Count the characters that two texts begin with alike, comparing whole pieces."""
    sizes = range(1, min(len(one), len(other)) + 1)
    # Beginnings are the same (0) up to some size, and differ (1) from there on.
    return bisect_left(sizes, 1, key=lambda size: int(one[:size] != other[:size]))


def _cuts_break(text: str, offset: int) -> bool:
    """Tell whether an offset lies between the two characters of a line break."""
    return text[max(0, offset - 1) : offset + 1] == "\r\n"


def _end_above(lines: Lines, below: int) -> Position:
    """Give the end of what lies above the last `below` lines."""
    if not below:
        return lines.end
    return Position(len(lines) - below, 0)


def walk(start: Position, text: str) -> Position:
    """Give the position at the end of a text that begins at `start`.

    Line breaks count once each, however they are written.
    """
    lines = _split(text)
    if len(lines) == 1:
        return Position(start.line, start.character + len(text))
    return Position(start.line + len(lines) - 1, len(lines[-1]))


def with_newlines(text: str) -> str:
    """Write every line break as a newline, as answers do."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
