"""What models are at work on in the editor, other than completion.

Chat, inline prompts and code actions take their time while the user goes on typing, so
each is a piece of work with a name that can be shown, counted and stopped.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from hexai.surfaces.lsp.editor.bugs import log_bug
from hexai.surfaces.lsp.editor.editor import Editor, Severity
from hexai.surfaces.lsp.editor.held import Message, holding

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs work in a task that somebody owns; see `Services.start`."""


class Work:
    """One piece of work; it is over when its task has ended."""

    def __init__(
        self, number: int, label: str, uri: str, on_over: Callable[["Work"], None]
    ) -> None:
        self.number = number
        """Its own among all of one connection."""
        self.label = label
        """What the user calls it: `chat`, `inline prompt`, `simplify`."""
        self.uri = uri
        """The document that it is about."""
        self.is_over = False
        self.can_be_stopped = True
        """Whether its user can stop it where it is shown."""
        self.said = ""
        """What came of it, for where its progress was shown."""
        self._on_over = on_over
        self._task: asyncio.Task[None] | None = None

    def cancel(self) -> None:
        """End it; nothing is told, and nothing more is changed."""
        self._on_over(self)
        if self._task is not None:
            self._task.cancel()

    def bind(self, task: asyncio.Task[None]) -> None:
        """Take the task that does it."""
        self._task = task


class Progress(Protocol):
    """Shows the user that something is under way."""

    def began(self, work: Work) -> None:
        """Take note that work began."""

    def ended(self, work: Work) -> None:
        """Take note that it is over."""


class Running:
    """All work under way for one editor; belongs to the loop's thread."""

    def __init__(self, editor: Editor, progress: Progress, *, start: Start) -> None:
        self._editor = editor
        self._progress = progress
        self._start = start
        self._works: dict[int, Work] = {}
        self._last = 0
        self._is_shut_down = False

    @property
    def works(self) -> tuple[Work, ...]:
        """What is under way, the oldest first."""
        return tuple(self._works.values())

    def start(
        self, label: str, uri: str, body: Callable[[Work], Awaitable[None]]
    ) -> Work:
        """Begin work about a document; after a shutdown it is over at once."""
        self._last += 1
        work = Work(self._last, label, uri, self._end)
        if self._is_shut_down:
            work.is_over = True
            return work
        self._works[work.number] = work
        self._progress.began(work)
        work.bind(self._start(self._run(work, body)))
        return work

    def find(self, number: int) -> Work | None:
        """Give the work of a number, if it is under way."""
        return self._works.get(number)

    def cancel(self, uri: str | None = None) -> int:
        """End all work, or that about one document; gives how many that was."""
        works = [each for each in self.works if uri in (None, each.uri)]
        for work in works:
            work.cancel()
        return len(works)

    def shutdown(self) -> None:
        """End all work, and begin no more."""
        self._is_shut_down = True
        self.cancel()

    async def _run(self, work: Work, body: Callable[[Work], Awaitable[None]]) -> None:
        """Do work to its end; the outermost function of its task."""
        messages: list[Message] = []
        try:
            with holding() as messages:
                await body(work)
            work.said = "; ".join(text for _, text in messages) or "done"
            if not messages and self._editor.client.says_done:
                messages.append((Severity.INFO, f"Hexai: {work.label}: done"))
        except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
            what = log_bug(self._editor, bug)
            work.said = f"Hexai: {work.label} failed: this is a bug ({what})"
            messages.append((Severity.ERROR, work.said))
        finally:
            self._end(work)
            for message in messages:
                self._editor.tell(*message)

    def _end(self, work: Work) -> None:
        work.is_over = True
        if self._works.pop(work.number, None) is not None:
            self._progress.ended(work)
