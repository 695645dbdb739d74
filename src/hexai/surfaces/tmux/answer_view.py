"""One answer on the screen: who gives it and what it is doing, above its diff."""

from time import monotonic

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from hexai.surfaces.tmux.diff_view import DiffView, Drawing
from hexai.surfaces.tmux.view_messages import Done
from hexai.surfaces.tmux.widgets import Words
from hexai.text.cells import pad, truncate
from hexai.text.sanitise import visible_line


class CandidateView(Vertical):
    """An answer with its heading."""

    DEFAULT_CSS = """
    CandidateView { width: 1fr; height: 1fr; }
    CandidateView > Words { height: 1; width: 1fr; background: ansi_default;
                            color: ansi_default; }
    CandidateView.beside { border-left: solid ansi_default; }
    """

    def __init__(self, place: int, name: str) -> None:
        super().__init__()
        self.place = place
        self.heading = name
        self.words = "waiting"
        self.text: str | None = None
        """What it has come to; None: nothing, or not yet."""
        self.is_over = False
        self.is_stale = True
        self.next_at = 0.0
        self.is_drawn = False
        """The diff of what it has come to is on the screen, or how that begins."""
        self.begun: Drawing | None = None
        """A diff that has not got to its end."""
        self._pieces: list[str] = []

    def compose(self) -> ComposeResult:
        """Put a heading above a diff."""
        yield Words()
        yield DiffView()

    def grow(self, text: str) -> None:
        """Take the next piece."""
        self._pieces.append(text)
        self.is_stale = True
        if self.words in ("waiting", "queued"):
            self.words = "answering"

    def drop(self) -> None:
        """Forget the pieces so far: they were reasoning."""
        self._pieces.clear()
        self.is_stale = True

    def end(self, done: Done) -> None:
        """Take what it has come to."""
        self.text, self.words = done.text, done.words
        self.is_over = self.is_stale = True
        self.is_drawn = False
        self.next_at = 0.0

    @property
    def starts_anew(self) -> bool:
        """Whether its diff is out of date; a growing one is drawn to its end first."""
        is_free = self.begun is None or self.is_over
        return self.is_stale and is_free and self.next_at <= monotonic()

    def so_far(self) -> str:
        """Give all of the answer that is there."""
        if self.text is not None:
            return self.text
        text = "".join(self._pieces)
        self._pieces = [text]
        return text

    @property
    def cells(self) -> int:
        """How wide its diff is, without the bar that scrolls."""
        return max(8, self.content_size.width - 1)

    def show_heading(self, number: str, *, is_chosen: bool) -> None:
        """Show who it is and what it is doing; without a number it is alone."""
        mark = "▶ " if is_chosen and number else ""
        name = f"{number} {self.heading}" if number else self.heading
        words = f"{mark}{visible_line(name)}  {visible_line(self.words)}"
        style = "bold reverse" if is_chosen and number else "bold"
        cells = max(1, self.content_size.width)
        line = Text(pad(truncate(words, cells), cells), style=style, no_wrap=True)
        self.query_one(Words).update(line)
