"""One answer after the other as it was written: the first streams, the others follow.

Text is printed as it is, never wrapped by us, so that it can be copied and follows a
new width by itself. Only a header that still waits for its text is drawn again.

Pure: events and a size in, text and lines out.
"""

from collections.abc import Sequence

from hexai.domain.outcome import Delta, Ended, Event, Started, TakenBackEvent
from hexai.surfaces.cli.live.header import Frame, Size, Standing, heading
from hexai.text.sanitise import VisibleStream


class AsWritten:
    """The answers of one or more contenders below each other."""

    def __init__(self, standings: Sequence[Standing], *, colour: bool) -> None:
        """`standings` are kept up to date by the caller, in the order shown."""
        self._standings = standings
        self._colour = colour
        self._answers = [_Answer() for _ in standings]
        self._current = 0
        self._headed = False
        """Whether the current answer's header is printed for good.

        One whose printed text was taken back gets another: the first told of reasoning.
        """

    def handle(self, position: int, event: Event) -> None:
        """Take the next event of the contender at this position."""
        match event:
            case Started():
                self._answers[position].streams = True
            case Delta():
                self._answers[position].feed(event.text)
            case TakenBackEvent():
                self._answers[position].take_back()
                if position == self._current:
                    self._headed = False
            case Ended():
                self._answers[position].end(self._standings[position].reason())
            case _:
                pass

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give the positions that stay readable though they were taken back."""
        return tuple(
            position
            for position, answer in enumerate(self._answers)
            if answer.keeps_thoughts
        )

    is_behind = waits = False

    @property
    def order(self) -> tuple[int, ...]:
        """The positions from above down."""
        return tuple(range(len(self._answers)))

    def settle(self) -> None:
        """Do nothing: text is printed as it is."""

    def frame(self, size: Size, now: float) -> Frame:
        """Print what has its turn; a header without text waits below it."""
        text = "".join(self._printable(size))
        if self._headed or self._current == len(self._standings):
            return Frame(text=text)
        words = self._standings[self._current].words(now)
        return Frame(text=text, live=(self._header(size, words),))

    def last_frame(self, size: Size, now: float) -> Frame:
        """Print all that is left, with the header of whoever has said nothing."""
        del now
        text = "".join(self._printable(size))
        for answer in self._answers[self._current :]:
            answer.end("")
        return Frame(text=text + "".join(self._printable(size)))

    def _printable(self, size: Size) -> list[str]:
        printed: list[str] = []
        while self._current < len(self._standings):
            answer = self._answers[self._current]
            printed.append(answer.seam())
            if not self._headed and not answer.begun:
                break
            if not self._headed:
                standing = self._standings[self._current]
                is_one = len(self._standings) == 1
                words = standing.lasting_words() if is_one else standing.heading_words()
                printed.append(f"{self._header(size, words)}\n")
                self._headed = True
            printed.append(answer.take())
            if not answer.ended:
                break
            self._current += 1
            self._headed = False
            printed.append("\n" * (self._current < len(self._standings)))
        return printed

    def _header(self, size: Size, words: str) -> str:
        standing = self._standings[self._current]
        return heading(standing, words, size.columns, colour=self._colour)


class _Answer:
    """What has arrived of an answer and is not printed yet."""

    def __init__(self) -> None:
        self._clean = VisibleStream()
        self._waiting: list[str] = []
        self._said = False
        self._in_line = False
        self.streams = False
        """Whether it comes bit by bit; a cached one never starts, and comes whole."""
        self.ended = False
        self._is_printed = self._printed_in_line = False
        self._seam = ""
        self.keeps_thoughts = False
        """Whether text is printed for good that was taken back."""

    @property
    def begun(self) -> bool:
        """Whether there is a header for good: nothing that it says will change."""
        return self.ended or (self.streams and self._said)

    def feed(self, text: str) -> None:
        self._add(self._clean.feed(text))
        self._said = True

    def take_back(self) -> None:
        """Drop what is not printed yet; what is stays, above a header of its own."""
        self.keeps_thoughts = self.keeps_thoughts or self._is_printed
        if self._is_printed:
            self._seam = "\n\n" if self._printed_in_line else "\n"
        self._clean, self._said, self._is_printed = VisibleStream(), False, False
        self._waiting.clear()
        self._in_line = False

    def seam(self) -> str:
        """Give, once, what stands between reasoning that is printed and a header."""
        seam, self._seam = self._seam, ""
        return seam

    def end(self, reason: str) -> None:
        self._add(self._clean.end())
        if self._in_line:
            self._add("\n")
        if reason:
            self._add(f"{reason}\n")
        self.ended = True

    def _add(self, text: str) -> None:
        if text:
            self._waiting.append(text)
            self._in_line = not text.endswith("\n")

    def take(self) -> str:
        text = "".join(self._waiting)
        self._waiting.clear()
        if text:
            self._is_printed, self._printed_in_line = True, not text.endswith("\n")
        return text
