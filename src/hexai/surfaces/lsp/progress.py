"""What models are at work on, other than completion: named, shown and stopped.

Chat, inline prompts and code actions take their time while the user goes on typing, so
each is a piece of work with a name that can be shown, counted and stopped. So is a
model that is being loaded.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Literal

from lsprotocol import types

from hexai.surfaces.lsp.editor import Editor, Message, Severity, holding, log_bug
from hexai.surfaces.lsp.protocol.connection import Connection
from hexai.text.sanitise import visible_line

StartTask = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
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


Show = Callable[[Work], None]
"""Shows the user work that has begun, or that it is over."""


class Running:
    """All work under way for one editor; belongs to the loop's thread."""

    def __init__(self, editor: Editor, show: Show, *, start: StartTask) -> None:
        self._editor = editor
        self._show = show
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
        self._show(work)
        work.bind(self._start(self._run(work, body)))
        return work

    def find(self, number: int) -> Work | None:
        """Give the work of a number, if it is under way."""
        return self._works.get(number)

    def move(self, uri: str, other: str) -> None:
        """Go on with the work about a document for another one, with its text."""
        for work in self.works:
            if work.uri == uri:
                work.uri = other

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
            self._show(work)


_TOKEN = "hexai-"  # noqa: S105 - the protocol's name for what names a progress


class WorkDoneProgress:
    """Work as `$/progress`; an editor that does not show it is sent nothing."""

    def __init__(self, connection: Connection, *, start: StartTask) -> None:
        self._connection = connection
        self._start = start
        self._shown: set[int] = set()

    def show(self, work: Work) -> None:
        """Ask the editor for a place to show it, or show there that it is over."""
        window = self._connection.capabilities.window
        if work.is_over:
            self._end(work)
        elif window is not None and window.work_done_progress:
            # Work does not wait for the answer: what is over by then is never shown.
            _ = self._start(self._open(work))

    def _end(self, work: Work) -> None:
        if work.number in self._shown:
            self._shown.discard(work.number)
            # Helix clears its status line at an end without a message.
            said = visible_line(work.said) or "stopped"
            self._send(work, types.WorkDoneProgressEnd(message=said))

    async def _open(self, work: Work) -> None:
        params = types.WorkDoneProgressCreateParams(token=token_of(work))
        agreed = await self._connection.agree(
            types.WINDOW_WORK_DONE_PROGRESS_CREATE, params
        )
        if agreed and not work.is_over:
            self._shown.add(work.number)
            title = f"Hexai: {work.label}"
            begin = types.WorkDoneProgressBegin(
                title=title, cancellable=work.can_be_stopped
            )
            self._send(work, begin)

    def _send(
        self, work: Work, value: types.WorkDoneProgressBegin | types.WorkDoneProgressEnd
    ) -> None:
        params = types.ProgressParams(token=token_of(work), value=value)
        self._connection.notify(types.PROGRESS, params)


def token_of(work: Work) -> str:
    """Name the progress of a work."""
    return f"{_TOKEN}{work.number}"


def number_of(token: int | str) -> int | None:
    """Give the number of the work that a token names; None if it is not ours."""
    digits = str(token).removeprefix(_TOKEN)
    is_ours = isinstance(token, str) and token.startswith(_TOKEN)
    return int(digits) if is_ours and digits.isdecimal() and len(digits) < 10 else None


_FIRST = 10**9
"""Numbers from here on are those of no work that could be stopped."""


class LoadsShown:
    """Shows the loads of one process to one editor.

    A load outlives the questions that it is for, of which typing begins and ends many:
    so it is shown by itself, and with two lines in the log of who shows no progress.
    """

    def __init__(
        self, editor: Editor, show: Show, *, clock: Callable[[], float]
    ) -> None:
        self._editor = editor
        self._show = show
        self._clock = clock
        self._works: dict[str, tuple[Work, float]] = {}
        self._last = _FIRST

    def took(
        self, model: str, state: Literal["begun", "loaded", "failed", "stopped"]
    ) -> None:
        """Take note that the load of a model has begun, or how it ended."""
        if state == "begun":
            self._begin(model)
        elif model in self._works:
            work, since = self._works.pop(model)
            work.is_over, work.said = True, state
            self._show(work)
            took = f"{self._clock() - since:.1f} s"
            ended = f"was loaded in {took}"
            if state != "loaded":
                ended = f"was not loaded: that {state} after {took}"
            self._log(f"{model} {ended}")

    def _begin(self, model: str) -> None:
        self._last += 1
        work = Work(self._last, f"loading {model}", "", lambda _work: None)
        work.can_be_stopped = False
        self._works[model] = work, self._clock()
        self._show(work)
        self._log(f"loading {model}; typing goes on meanwhile")

    def _log(self, message: str) -> None:
        self._editor.log(Severity.INFO, f"Hexai: {message}")
