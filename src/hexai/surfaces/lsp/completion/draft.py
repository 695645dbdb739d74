"""What a contender has said so far, what was typed since, and whether both fit."""

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.lsp.asking import Clean, Judge, accept
from hexai.text.editors import CLOSERS, is_word
from hexai.text.lines import Lines, Position, Span, TextChange, with_newlines
from hexai.text.thinking_aloud import may_be_musing

_BEYOND = 3
"""Whole lines that change nothing any more, before a contender has said enough."""
_LINES = 120
_CHARACTERS = 8192
"""What no list shows, and nobody takes without reading."""


class Draft:
    """The answer of a contender on its way."""

    def __init__(self, clean: Clean, judge: Judge = accept) -> None:
        self._clean = clean
        self._asked_after = ""
        self._judge = judge
        self._pieces: list[str] = []
        self._so_far = ""
        self._lines = self._lines_beyond = 0
        self._characters = 0
        self.outcome: Outcome | None = None
        """Set when it has ended."""
        self.ended_at = 0.0
        """When, by the loop's clock."""
        self.is_stopped = False
        """It was cancelled, since what was typed is something else."""
        self.is_held_up = False
        """Another surface holds its slot, so no list waits for it."""
        self.text = ""
        """What goes in where it was asked; nothing before the contender answered."""
        self.misfit: str | None = None
        """Why its answer is not offered, so that `text` is blank; None: it is."""

    @property
    def runs(self) -> bool:
        """Whether more can be expected of it."""
        return self.outcome is None and not self.is_stopped

    def begin(self, typed: str, clean: Clean) -> None:
        """Take note that it is asked only now, for what follows what was typed."""
        self._asked_after = typed
        self._clean = clean

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self._pieces.append(piece)
        self._characters += len(piece)
        if lines := piece.count("\n"):
            self._lines += lines
            so_far = self._clean("".join(self._pieces), infilled=False, finished=False)
            grows = not so_far.strip() or so_far != self._so_far
            self._lines_beyond = 0 if grows else self._lines_beyond + lines
            self._so_far = so_far

    def take_back(self) -> None:
        """Forget what was said: it was reasoning."""
        self._pieces.clear()
        self._so_far = ""
        self._lines = self._lines_beyond = self._characters = 0

    @property
    def has_enough(self) -> bool:
        """Tell whether what more it says would not go in, or is more than anyone reads.

        Small models do not stop by themselves, and hold their slot while they go on.
        One that may be thinking aloud goes on, since only its end tells.
        """
        is_long = self._lines >= _LINES or self._characters >= _CHARACTERS
        says_enough = is_long or self._lines_beyond >= _BEYOND
        return self.runs and says_enough and not may_be_musing("".join(self._pieces))

    def end(self, outcome: Outcome, now: float) -> None:
        """Take what became of it."""
        self.outcome, self.ended_at = outcome, now
        self._pieces.clear()
        if outcome.status is Status.ANSWERED:
            cut_short = outcome.finish is FinishReason.LENGTH
            said = outcome.text
            if outcome.finish is FinishReason.ENOUGH:
                said = said[: said.rfind("\n") + 1]  # half a line is of no use
            text = self._clean(said, infilled=outcome.infilled, finished=not cut_short)
            text = self._asked_after + text if text else ""
            self.misfit = self._judge(text)
            self.text = text if self.misfit is None else ""

    def fits(self, typed: str) -> bool:
        """Tell whether it answered, and goes on after what was typed."""
        return len(self.text) > len(typed) and self.text.startswith(typed)

    def may_fit(self, typed: str) -> bool:
        """Tell whether a contender that still runs can come to fit.

        Who has said nothing yet can, as long as only a word is being typed: it was
        asked for what follows, and that word is the likeliest beginning.
        """
        if not typed or not self._pieces:
            return is_word(typed)
        so_far = self._clean("".join(self._pieces), infilled=False, finished=False)
        if not so_far:
            return is_word(typed)
        so_far = self._asked_after + so_far
        return so_far.startswith(typed) or typed.startswith(so_far)


class Caret:
    """A position, and what was typed there since.

    Editors do not say where the cursor is. But as long as the document is the text at
    the start with something inserted there, that is what was typed, and the cursor is
    behind it. Both texts are compared, not one change after the other, so it does not
    matter into how many changes the keys went, or what was deleted on the way.

    For a typed `(` some editors insert `()` and leave the cursor in between. Somebody
    may have typed both, so either place counts until a request or change shows which.
    """

    def __init__(self, lines: Lines, position: Position) -> None:
        self.start = position
        """Where it began, a position of all texts since."""
        self._before = lines
        self.lines = lines
        """The text as it is now."""
        self._same_above = self._same_below = len(lines)
        self._raw = ""
        """What was typed, as it stands in the document."""
        self._closed = ""
        """What the editor may have added behind it to close a bracket."""

    @property
    def typed(self) -> str:
        """What was typed since the start; its lines end with a newline."""
        return with_newlines(self._raw)

    @property
    def position(self) -> Position:
        """Where it is now."""
        return advance(self.start, self._raw)

    def follow(self, change: TextChange) -> bool:
        """Take a change of the document; says whether it is still the same place."""
        self.lines = change.after
        self._same_above = min(self._same_above, change.above)
        self._same_below = min(self._same_below, change.below)
        both = TextChange(
            before=self._before,
            after=change.after,
            above=self._same_above,
            below=self._same_below,
        )
        raw = both.typed_at(self.start)
        if raw is None:
            return False
        if not raw.endswith(self._closed):
            self._closed = ""
        body = raw.removesuffix(self._closed)
        added = _closed_by(body[len(self._raw) :])
        self._raw = body.removesuffix(added)
        self._closed = added + self._closed
        return True

    def is_at(self, position: Position) -> bool:
        """Tell whether the cursor is at a position; settles where brackets leave it."""
        if position == self.position:
            return True
        beyond = self._raw + self._closed
        if self._closed and position == advance(self.start, beyond):
            self._raw, self._closed = beyond, ""
            return True
        return False

    def since(self, position: Position) -> str:
        """Give what lies between an earlier position and the start."""
        return with_newlines(self._before.slice(Span(position, self.start)))


def advance(start: Position, text: str) -> Position:
    """Give the position behind a text that was inserted at `start`."""
    end = Lines.of(text).end
    if not end.line:
        return Position(start.line, start.character + end.character)
    return Position(start.line + end.line, end.character)


def _closed_by(typed: str) -> str:
    """Give the end of a text that an editor may have added to close its brackets."""
    for count in range(len(typed) // 2, 0, -1):
        openers = reversed(typed[-2 * count : -count])
        if all(map(_closes, openers, typed[-count:])):
            return typed[-count:]
    return ""


def _closes(opener: str, closer: str) -> bool:
    return CLOSERS.get(opener) == closer
