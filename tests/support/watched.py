"""A painter on a terminal of ours, with a clock that a test moves."""

from typing import Any

from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Outcome,
    Queued,
    Started,
    Status,
    TakenBackEvent,
    Timings,
)
from hexai.errors import ProviderError
from hexai.surfaces.cli.live.painter import FRAME_SECONDS, Painter
from tests.support.terminal import Terminal


def outcome(
    index: int = 0,
    status: Status = Status.ANSWERED,
    *,
    total: float = 2.1,
    model: str = "model",
    error: ProviderError | None = None,
    **more: Any,
) -> Outcome:
    """Make an outcome of which only what a test is about has to be said."""
    return Outcome(
        index=index,
        label="label",
        status=status,
        provider="provider",
        model=model,
        error=error,
        timings=Timings(total=total),
        **more,
    )


class Watched:
    """What a user would see of a race, step by step."""

    def __init__(
        self,
        *labels: str,
        columns: int = 40,
        lines: int = 12,
        reflow: bool = True,
        shown: bool = True,
        now: float = 0.0,
        **options: Any,
    ) -> None:
        self.terminal = Terminal(columns, lines, reflow=reflow)
        self.now = now
        self._told = (columns, lines)
        self._told_at = 0.0
        self.written: list[str] = []
        self._shown = shown
        self.ready = True
        self.painter = Painter(
            labels,
            size=self._size,
            write=self._write,
            now=lambda: self.now,
            ready=lambda: self.ready,
            **options,
        )

    def _size(self) -> tuple[int, int]:
        if self.now >= self._told_at:
            self._told = (self.terminal.columns, self.terminal.lines)
        return self._told

    def _write(self, text: str) -> None:
        self.written.append(text)
        if self._shown:
            self.terminal.feed(text)

    def handle(self, event: Event) -> None:
        """Hand an event to the painter."""
        self.painter.handle(event)

    def queue(self, index: int) -> None:
        """Let a contender wait for a slot."""
        self.handle(Queued(index=index, at=self.now))

    def start(self, index: int) -> None:
        """Let a contender have its slot."""
        self.handle(Started(index=index, at=self.now))

    def say(self, index: int, text: str) -> None:
        """Let a contender go on with its answer."""
        self.handle(Delta(index=index, at=self.now, text=text))

    def take_back(self, index: int) -> None:
        """Let what a contender has said turn out to be its reasoning."""
        self.handle(TakenBackEvent(index=index, at=self.now))

    def end(self, index: int, status: Status = Status.ANSWERED, **more: Any) -> None:
        """Let a contender be done."""
        ended = outcome(index, status, **more)
        self.handle(Ended(index=index, at=self.now, outcome=ended))

    def wait(self, seconds: float = FRAME_SECONDS) -> None:
        """Let time pass, with the ticks that belong to it."""
        for _ in range(round(seconds / FRAME_SECONDS)):
            self.now += FRAME_SECONDS
            self.painter.tick()

    def catch_up(self) -> None:
        """Let all be drawn that has come."""
        while self.painter.is_behind:
            self.wait()

    def resize(self, columns: int, lines: int, *, told_after: float = 0.0) -> None:
        """Change the terminal's size, which its driver may tell only later."""
        self.terminal.resize(columns, lines)
        self._told_at = self.now + told_after

    @property
    def screen(self) -> list[str]:
        """The rows on the screen."""
        return self.terminal.screen

    @property
    def everything(self) -> list[str]:
        """All lines, those of the scrollback included."""
        return self.terminal.everything
