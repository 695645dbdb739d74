"""What the user has typed, told apart from text that came otherwise; its prompts.

Only what is typed may start a request. Files full of markers are opened, reloaded,
checked out and pasted, and models write markers too. The editor does not say how a text
came, but typing has a form: what goes in stands on one line. Around it there may be the
break by which that line was opened, and the one after it with what the editor begins
the next line with. Or it came key by key, in an editor that collects for a moment what
is typed: a few changes of one character each, on whatever lines. Where that moment ends
only when nobody types, there may be many of them, on a few lines.

A change that shows an edit of ours is not typed, whatever its form. Nor is one that
undoes or redoes such an edit, or does again what led to it: it brings back, in one go,
a text as it was before or after the edit.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from math import inf

from msgspec import Struct

from hexai.surfaces.lsp.chat.slash_commands import KNOWN
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.passages import Anchor
from hexai.text.lines import Lines, TextChange
from hexai.text.prompt_marks import (
    Command,
    Markers,
    Question,
    Tag,
    find_command,
    find_question,
    find_tags,
)

_BREAKS = 2
"""Breaks behind what is typed: its own line's, and one more."""
_KEYS = 24
"""Keys that an editor may have collected; more came otherwise, though key by key: in a
terminal that does not tell what is pasted."""
_LINES = 8
"""Lines written without a pause, where an editor collects keys until there is one."""
_REMEMBERED = 64
"""Texts before and after edits of ours, for each document."""


class TypedText(Struct, frozen=True, kw_only=True):
    """Characters that came into one line."""

    line: int
    start: int
    end: int

    def has(self, column: int) -> bool:
        """Tell whether the character at a column is one of them."""
        return self.start <= column < self.end


def typed_in(change: TextChange, *, collected: bool = False) -> tuple[TypedText, ...]:
    """Say what was typed in a change, line by line; nothing if it has another form.

    `collected` says that the editor collects keys for as long as somebody types.
    """
    edit = change.smallest()
    line, column = edit.span.start.line, edit.span.start.character
    if edit.span.end.line != line:
        return ()
    inserted = Lines.of(edit.text)
    parts = inserted.between(0, len(inserted))
    most = inf if collected and len(parts) <= _LINES else _KEYS
    if _is_keyed(edit.text, change.pieces, most):
        return tuple(_typed(line, column, parts))
    opened = not parts[0] and len(parts) > 1
    first, *rest = parts[opened:]
    above = change.after.line(line + opened)
    is_followed = any(not _is_begun(each, above) for each in rest)
    if not first or len(rest) > _BREAKS or is_followed:
        return ()
    return tuple(_typed(line, column, parts))[:1]


def _typed(line: int, column: int, parts: Sequence[str]) -> Iterator[TypedText]:
    """Say where the lines of an inserted text are, but for blank ones."""
    for number, part in enumerate(parts):
        start = 0 if number else column
        if part:
            yield TypedText(line=line + number, start=start, end=start + len(part))


def _is_keyed(text: str, pieces: int, most: float) -> bool:
    """Tell whether a text came in key by key, over several lines perhaps.

    An editor that collects keys sends each as a change of its own.
    """
    return len("".join(text.split())) <= pieces <= most


def _is_begun(text: str, above: str) -> bool:
    """Tell whether a line is only begun: by blanks, and the sign of a comment."""
    sign = text.strip()
    return not any(map(str.isalnum, sign)) and above.lstrip().startswith(sign)


class OwnEdits:
    """Remembers the texts around edits of ours: undoing these is no typing."""

    def __init__(self) -> None:
        self._edited: dict[str, deque[int]] = {}

    def edited(self, uri: str, change: TextChange) -> None:
        """Take note of a change that shows an edit of ours."""
        texts = self._edited.setdefault(uri, deque(maxlen=_REMEMBERED))
        texts.extend((hash(change.before.raw), hash(change.after.raw)))

    def brings_back(self, uri: str, typed: TypedText, after: Lines) -> bool:
        """Tell whether a change made a text again that an edit began or ended with.

        A single character is always typed: so the same is asked once more.
        """
        texts = self._edited.get(uri, ())
        return typed.end - typed.start > 1 and hash(after.raw) in texts

    def move(self, uri: str, other: str) -> None:
        """Remember of a document what was known of another one, with the same text."""
        if uri in self._edited:
            self._edited[other] = self._edited.pop(uri)

    def closed(self, uri: str) -> None:
        """Forget a document."""
        self._edited.pop(uri, None)


class Prompt(Struct, frozen=True, kw_only=True):
    """What a line asks for, and where that stands."""

    anchor: Anchor
    asks: Command | Question | Tag


def find_typed(lines: Lines, typed: TypedText, markers: Markers) -> Iterator[Prompt]:
    """Find the prompts whose last character was typed.

    A line is a command, or a question, or holds tags. A tag is only a candidate: what
    looks like one may be code.
    """
    line = lines.line(typed.line)
    end = len(line.rstrip())
    command = find_command(line, markers, KNOWN)
    question = find_question(line, markers)
    if command is not None or question is not None:
        asks = command or question
        assert asks is not None
        if typed.has(end - 1):
            text = line[:end].lstrip()
            anchor = Anchor(line=typed.line, text=text, heads_line=True)
            yield Prompt(anchor=anchor, asks=asks)
        return
    for tag in find_tags(line, markers):
        if typed.has(tag.end - 1):
            text = line[tag.start : tag.end]
            anchor = Anchor(line=typed.line, text=text, heads_line=False)
            yield Prompt(anchor=anchor, asks=tag)


def is_offered(prompt: Prompt, offers: Iterable[Offer]) -> bool:
    """Tell whether a prompt is part of what was offered: then nobody asked it."""
    text = prompt.anchor.text
    for offer in offers:
        left = offer.lines.line(offer.anchor.line)[: offer.anchor.character]
        if text in left:
            continue
        if any(text in left + each.text for each in offer.suggestions):
            return True
    return False
