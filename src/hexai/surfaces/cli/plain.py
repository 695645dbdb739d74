"""Answers as plain text, for pipes, files and `--layout plain`.

One contender: exactly its answer, not even a line break is added. Several: a heading,
the answer (a line break is added where it ends without one), a blank line, in the
order shown. The first streams, the others are collected: their headings say what is
known only at their end. With `--first` only the winner's answer is printed, exactly.
"""

from collections.abc import Callable

from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Outcome,
    Started,
    Status,
    TakenBackEvent,
)
from hexai.surfaces.words import DisplayOrder, from_cache
from hexai.text.sanitise import visible_line

Write = Callable[[str], None]


class OneAnswer:
    """Writes the answer of the only contender as it comes."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._wrote: int | None = None
        self._last = ""
        self._kept: tuple[int, ...] = ()

    def handle(self, event: Event) -> None:
        """Take the next event of the race."""
        if isinstance(event, Delta):
            self._write(event.text)
            self._wrote, self._last = event.index, event.text
        elif isinstance(event, TakenBackEvent) and self._wrote is not None:
            self._kept = (self._wrote,)
            self._write(_seam(self._last))

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the contender if it was written before it was taken back."""
        return self._kept

    def close(self) -> None:
        """Do nothing: all is written."""


class FirstAnswer:
    """Writes the answer that came first, once it is whole."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._done = False
        self._half = ""

    def handle(self, event: Event) -> None:
        """Take the next event of the race."""
        if self._done or not isinstance(event, Ended):
            return
        if event.outcome.is_whole:
            self._write(event.outcome.text)
            self._done = True
        elif event.outcome.status is Status.ANSWERED:
            self._half = self._half or event.outcome.text

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give nobody: only what is whole is written."""
        return ()

    def close(self) -> None:
        """Write what a filter has cut off, if there was nothing better."""
        if self._half and not self._done:
            self._write(self._half)


class Blocks:
    """Writes one block for each of several contenders, in the order shown."""

    def __init__(self, cast: DisplayOrder, write: Write) -> None:
        self._cast = cast
        self._write = write
        self._waiting = list(cast.order)
        self._started: set[int] = set()
        self._streamed = False
        self._last = ""
        self._ended: dict[int, Outcome] = {}
        self._first_with: dict[str, str] = {}
        self._kept: tuple[int, ...] = ()

    def handle(self, event: Event) -> None:
        """Take the next event of the race."""
        match event:
            case Started(index=index):
                self._started.add(index)
            case Delta(index=index, text=text):
                if self._streams(index):
                    self._stream(index, text)
            case TakenBackEvent(index=index):
                if self._streams(index) and self._streamed:
                    self._kept = (index,)
                    self._write(_seam(self._last))
            case Ended(index=index, outcome=outcome):
                self._ended[index] = outcome
                self._write_ended()
            case _:
                pass

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the first contender if it was written before it was taken back."""
        return self._kept

    def close(self) -> None:
        """Do nothing: every contender has ended."""

    def _name(self, index: int) -> str:
        return visible_line(self._cast.names[index])

    def _streams(self, index: int) -> bool:
        """Stream the first; a cached answer never starts, and comes whole."""
        return index == self._cast.order[0] and index in self._started

    def _stream(self, index: int, text: str) -> None:
        if not self._streamed:
            self._streamed = True
            self._write(f"=== {self._name(index)} ===\n")
        self._write(text)
        self._last = text

    def _write_ended(self) -> None:
        while self._waiting and self._waiting[0] in self._ended:
            outcome = self._ended[self._waiting.pop(0)]
            name = self._name(outcome.index)
            if not (self._streamed and outcome.index == self._cast.order[0]):
                self._write(f"=== {name}{self._remarks(outcome)} ===\n{outcome.text}")
            self._write("\n\n" if _needs_break(outcome.text) else "\n")
            if outcome.text:
                self._first_with.setdefault(outcome.text, name)

    def _remarks(self, outcome: Outcome) -> str:
        remarks = []
        if outcome.cached_age is not None:
            remarks.append(from_cache(outcome.cached_age))
        if outcome.status is not Status.ANSWERED:
            remarks.append(outcome.status.value)
        if outcome.text in self._first_with:
            remarks.append(f"same as {self._first_with[outcome.text]}")
        return f" ({', '.join(remarks)})" if remarks else ""


def _seam(written: str) -> str:
    """Give the blank line between reasoning that is written and the answer."""
    return "\n" if written.endswith("\n") else "\n\n"


def _needs_break(text: str) -> bool:
    return bool(text) and not text.endswith("\n")
