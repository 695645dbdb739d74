"""Edits of a document, which count only once the document shows them.

An edit is made by the editor, while the user goes on typing. It is of one version of
the text, so by the time it arrives it may be stale; and what the editor answers does
not say: Neovim says yes to an edit that it refused as stale, and others say yes before
the change is made known. The only proof is the change itself.

So an edit is sent when the text is most likely known as it is: right after a change of
it, or when it has been quiet. The changes that follow are held against both texts, with
the edit and without: whichever they are nearer to tells whether it was made. One that
was not is computed again on the new text; a refusal says that there is one, so it is
waited for. That goes on for 30 seconds; then the user is told, and nothing is changed.
Some editors ask their user first: whoever says no is not asked again. Edits of one
document are made one after the other.

A document that is saved under another name is closed for a moment. An edit that was
under way cannot land there any more, and is made of the one that it has become.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct

from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Answer, Editor, Severity
from hexai.surfaces.lsp.moves import WITHIN
from hexai.text.lines import Lines, Position, Replacement, TextChange, compare

PATIENCE = 30.0
"""Seconds in which an edit is tried."""
QUIET = 0.2
"""Seconds after which all that was typed has arrived; Neovim collects for 0.15."""
GRACE = 0.3
"""Seconds for a change that an editor promised, when others came first."""
_JUST_NOW = 0.01

Compute = Callable[[Document], Sequence[Replacement] | None]
"""Gives the edit for a text: ranges of it that do not overlap; None if the edit does
not make sense any more."""


class Made(Struct, frozen=True):
    """The document shows the edit."""

    document: Document
    """As it was when the edit was seen."""


class GaveUp(Struct, frozen=True):
    """Nothing was changed."""

    reason: str
    is_told: bool = False
    """The user knows it already."""


class Edits:
    """Makes edits, and follows the documents to see what became of them."""

    def __init__(self, editor: Editor, *, clock: Callable[[], float]) -> None:
        """`clock` is that of the documents, which is the loop's."""
        self._editor = editor
        self._clock = clock
        self._queues: dict[str, _Queue] = {}
        """By the URI of their document, while there is an edit in them."""

    async def make(self, uri: str, compute: Compute, label: str) -> Made | GaveUp:
        """Make an edit of an open document, under whatever name it goes on.

        `compute` is called for each version that is tried. `label` names the edit to
        the user. What takes too long is told here; other reasons are the caller's.
        """
        with self._queued(uri) as queue:
            async with queue.turn:
                queue.watch = _Watch()
                patience = asyncio.timeout(PATIENCE)
                try:
                    async with patience:
                        return await self._try(queue, compute, label, queue.watch)
                except TimeoutError:
                    if not patience.expired():
                        raise  # it is of `compute`, not of the editor
                    self._editor.tell(
                        Severity.WARNING,
                        f"{label}: the editor did not take the edit; nothing was "
                        "changed",
                    )
                    return GaveUp("the editor did not take the edit", is_told=True)
                finally:
                    queue.watch = None

    @property
    def is_idle(self) -> bool:
        """Whether no edit is under way or waits for its turn."""
        return not self._queues

    def showed(self, document: Document) -> bool:
        """Tell whether the change that led to a document shows the edit under way.

        To be asked within that change's notification, by a follower of the documents
        that is told after this one.
        """
        watch = self._watch(document.uri)
        return watch is not None and watch.made is document

    def opened(self, document: Document) -> None:
        """Do nothing: an edit of what was open before has ended, or moves."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Hold a change against the edit that is under way."""
        del change
        if (watch := self._watch(document.uri)) is not None:
            watch.follow(document)

    def moved(self, uri: str, document: Document) -> None:
        """Go on in a document that has another name now, or another language."""
        queue = self._queues.pop(uri, None)
        if queue is None:
            return
        queue.uri = document.uri
        self._queues[queue.uri] = queue
        if queue.watch is not None:
            queue.watch.move()

    def closed(self, uri: str) -> None:
        """End the edit that is under way."""
        queue = self._queues.pop(uri, None)  # a document of that name begins anew
        if queue is not None and queue.watch is not None:
            queue.watch.close()

    @contextmanager
    def _queued(self, uri: str) -> Iterator["_Queue"]:
        """Stand in the queue of a document, which is there as long as somebody does."""
        queue = self._queues.setdefault(uri, _Queue(uri))
        queue.length += 1
        try:
            yield queue
        finally:
            queue.length -= 1
            if not queue.length and self._queues.get(queue.uri) is queue:
                del self._queues[queue.uri]

    def _watch(self, uri: str) -> "_Watch | None":
        queue = self._queues.get(uri)
        return None if queue is None else queue.watch

    async def _try(
        self, queue: "_Queue", compute: Compute, label: str, watch: "_Watch"
    ) -> Made | GaveUp:
        await self._wait_quiet(queue.uri, watch)
        while (document := await self._document(queue, watch)) is not None:
            replacements = compute(document)
            if replacements is None:
                return GaveUp("the edit does not fit the text any more")
            watch.expect(document, replacements)
            if watch.is_idle:
                return Made(document)
            await self._send(document, replacements, label, watch)
            if watch.made is not None:
                return Made(watch.made)
            if watch.is_unwanted:
                self._editor.tell(
                    Severity.WARNING, f"{label}: not wanted; nothing was changed"
                )
                return GaveUp("the edit was not wanted", is_told=True)
        return GaveUp("the document was closed")

    async def _document(self, queue: "_Queue", watch: "_Watch") -> Document | None:
        """Give the document as it is, or as what it goes on a moment later."""
        document = self._editor.document(queue.uri)
        if document is None and not watch.is_closed:
            await watch.news(within=WITHIN)
            document = self._editor.document(queue.uri)
        return None if watch.is_closed else document

    async def _wait_quiet(self, uri: str, watch: "_Watch") -> None:
        """Wait for a change, or until none was made for a while."""
        document = self._editor.document(uri)
        if document is None:
            return
        age = self._clock() - document.changed_at
        if _JUST_NOW < age < QUIET:
            await watch.news(within=QUIET - age)

    async def _send(
        self,
        document: Document,
        replacements: Sequence[Replacement],
        label: str,
        watch: "_Watch",
    ) -> None:
        """Send an edit, and wait until it is known whether it was made."""

        async def ask() -> None:
            watch.settle(await self._editor.apply(document, replacements, label))

        async with asyncio.TaskGroup() as group:
            asking = group.create_task(ask())
            while not watch.is_decided:
                await watch.news()
            until = self._clock() + GRACE
            while watch.is_promised and (left := until - self._clock()) > 0:
                await watch.news(within=left)
            asking.cancel()


class _Queue:
    """The edits of one document, of which one is under way."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        """What the document is called by now."""
        self.turn = asyncio.Lock()
        self.length = 0
        self.watch: _Watch | None = None
        """That of the edit under way."""


class _Watch:
    """The edit under way in a document, and the changes that follow it."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._without = self._with = Lines.of("")
        self._answer: Answer | None = None
        self._is_followed = self._is_moved = False
        self.is_closed = False
        """Whether the document is gone."""
        self.made: Document | None = None
        """The document that shows the edit."""

    @property
    def is_idle(self) -> bool:
        """Whether the edit changes nothing."""
        return self._with == self._without

    @property
    def is_decided(self) -> bool:
        """Whether there is nothing to wait for but what was promised."""
        is_answered = self._answer is not None and self._is_followed
        is_over = self._is_gone or self.made is not None or self.is_unwanted
        return is_over or is_answered

    @property
    def is_promised(self) -> bool:
        """Whether the editor said yes, and the change may still come."""
        is_open = self.made is None and not self._is_gone
        return self._answer is Answer.YES and is_open

    @property
    def is_unwanted(self) -> bool:
        """Whether the user was asked, and said no."""
        return self._answer is Answer.NEVER

    @property
    def _is_gone(self) -> bool:
        return self.is_closed or self._is_moved

    def expect(self, document: Document, replacements: Sequence[Replacement]) -> None:
        """Begin with an edit of a document as it is."""
        self._without = document.lines
        self._with = _edited(document.lines, replacements)
        self._answer, self._is_followed, self._is_moved = None, False, False

    def settle(self, answer: Answer) -> None:
        """Take the editor's answer."""
        self._answer = answer
        self._news.set()

    def follow(self, document: Document) -> None:
        """Look at the next change."""
        self._is_followed = True
        near = _distance(self._with, document.lines)
        if self.made is None and near < _distance(self._without, document.lines):
            self.made = document
        self._news.set()

    def move(self) -> None:
        """Begin anew: what was sent was for a document that is not there any more."""
        self._is_moved = True
        self._news.set()

    def close(self) -> None:
        """End: the document is gone."""
        self.is_closed = True
        self._news.set()

    async def news(self, *, within: float | None = None) -> None:
        """Wait for an answer, a change or the end; at most so many seconds."""
        self._news.clear()
        try:
            async with asyncio.timeout(within):
                await self._news.wait()
        except TimeoutError:
            return


def _edited(lines: Lines, replacements: Sequence[Replacement]) -> Lines:
    """Make all replacements of one text, from its end to its beginning."""
    start = Position(0, 0)
    order = sorted(
        replacements, key=lambda each: each.span.start if each.span else start
    )
    return lines.change(reversed(order)).after


def _distance(one: Lines, other: Lines) -> int:
    """Measure how far two texts differ: what goes and what comes in one change."""
    change = compare(one, other)
    smallest = change.smallest()
    return len(one.slice(smallest.span)) + len(smallest.text)
