"""A completion: how what belongs at a cursor is asked, and how an answer is read.

The editor asks so, and a bench that says how well models answer there. What differs is
who waits for the answer, and what has been typed by then.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.domain.request import Request
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.code.syntax_check import Judge as Misfits
from hexai.prompts.completion import completion_request, fitted_gap, within_batch
from hexai.prompts.excerpt import fitted
from hexai.text.cleaning import clean
from hexai.text.lines import Lines, Position, Span
from hexai.text.snippets import is_word
from hexai.text.thinking_aloud import may_be_musing


class Clean(Protocol):
    """Makes of what a model said the text that goes in where it was asked."""

    def __call__(self, text: str, *, infilled: bool, finished: bool) -> str:
        """Clean a whole answer, or what there is of it so far."""


Judge = Callable[[str], str | None]
"""Says why a text that is to go in does not belong there; None: it does."""


def accept(_text: str) -> None:
    """Object to nothing."""


_AROUND = 200
"""Lines on each side of the cursor that an answer is compared with."""


class Completion:
    """A question about a place in a text, and how its answers are read."""

    def __init__(self, cursor: Cursor, settings: Settings) -> None:
        """Compose it for a cursor; nothing is asked."""
        self.settings = settings
        self._cursor = cursor
        self.request = completion_request(cursor, settings)
        document, position = cursor.document, cursor.span.start
        self.judge: Judge = Misfits(cursor.language, document, position).misfit
        before, after = _around(document, position)
        self.clean: Clean = partial(
            clean, before=before, after=after, language=cursor.language.id
        )

    @property
    def position(self) -> Position:
        """Where it is."""
        return self._cursor.span.start

    @property
    def window(self) -> range:
        """The lines of the document that go along, for the guard."""
        sent, line = self.request.infill, self.position.line
        assert sent is not None
        first = line - sent.prefix.count("\n")
        return range(first, line + sent.suffix.count("\n") + 1)

    def within(self, room: int | None, batch: int | None) -> Request:
        """Give the request in no more than so many tokens, of which a batch is read."""
        compose = partial(completion_request, self._cursor)
        request = fitted(self.request, room, self.settings, compose)
        gap = request.infill
        if gap is not None and batch is not None:
            gap = within_batch(gap, batch)
        if gap is not None and room is not None:
            gap = fitted_gap(gap, room, request.room or 0, batch)
        return request if gap == request.infill else replace(request, infill=gap)


def _around(lines: Lines, position: Position) -> tuple[str, str]:
    """Give the text on both sides, as far as answers are compared with it."""
    top = Position(max(0, position.line - _AROUND), 0)
    bottom = lines.clamp(Position(position.line + _AROUND, 0))
    return lines.slice(Span(top, position)), lines.slice(Span(position, bottom))


_BEYOND = 3
"""After so many further lines that change nothing of what goes in, it is enough."""
_LINES = 120
_CHARACTERS = 8192
"""A longer answer is enough as well: no list shows it, and nobody reads it there."""


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
        self._is_finished = False
        self.text = ""
        """What goes in where it was asked; nothing before the contender answered."""
        self.misfit: str | None = None
        """Why its answer is not offered, so that `text` is blank; None: it is."""

    @property
    def runs(self) -> bool:
        """Whether more can be expected of it."""
        return self.outcome is None and not self.is_stopped

    def begin(self, typed: str, clean: Clean) -> None:
        """Note that the contender is asked only now, after `typed` was typed."""
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

    def finish(self) -> None:
        """Take note that it is ended with what it has said; its outcome follows."""
        self._is_finished = True

    @property
    def is_ending(self) -> bool:
        """Whether it has been ended so, and its outcome has still to come."""
        return self._is_finished and self.runs

    def has_lines(self, typed: str) -> bool:
        """Tell whether whole lines of it would go in by now, after what was typed."""
        said = "".join(self._pieces)
        lines = said[: said.rfind("\n") + 1]
        if not self.runs or not lines or may_be_musing(said):
            return False
        text = self._clean(lines, infilled=False, finished=False)
        text = self._asked_after + text if text.strip() else ""
        longer = len(text) > len(typed) and text.startswith(typed)
        return longer and self._judge(text) is None

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
