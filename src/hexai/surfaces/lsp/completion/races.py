"""The races under way, each at its place: when they begin and end.

A document has one place at most: a race that begins there ends the one before. It runs
in a task that somebody owns, and what was answered goes to the memory at its end.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from hexai.config.schema import Settings
from hexai.domain.outcome import Ended
from hexai.engine.settle import is_due
from hexai.service.completion import Clean
from hexai.surfaces.lsp.completion.editor_request import Arrival
from hexai.surfaces.lsp.completion.memory import Memory
from hexai.surfaces.lsp.completion.pace import Pace, behind_taken
from hexai.surfaces.lsp.completion.place import Place
from hexai.surfaces.lsp.completion.questions import Asker
from hexai.surfaces.lsp.completion.trouble import Trouble
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Editor, log_bug
from hexai.text.lines import Position, TextChange


class _LiveRace:
    """A race at its place, for who composes what its contenders are asked."""

    def __init__(self, place: Place, editor: Editor) -> None:
        self._place = place
        self._editor = editor

    def now(self) -> tuple[Document, Position] | None:
        """Give the text and the cursor as they are by now; None: that is over."""
        document = self._editor.document(self._place.uri)
        if document is None or self._place.is_over:
            return None
        return document, self._place.position

    def sends(self, index: int, clean: Clean) -> None:
        """Take note that a contender is asked about the text as it is now."""
        self._place.sends(index, clean)


GRACE = 0.3
"""Seconds that a race goes on for somebody to join, after its request was cancelled."""
StartTask = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs work in a task that somebody owns; see `Services.start`."""


class Races:
    """Begins, runs and ends the races of one editor's completion."""

    def __init__(
        self, editor: Editor, asker: Asker, memory: Memory, *, start: StartTask
    ) -> None:
        """Have nothing to do yet; call it inside the event loop."""
        self._editor = editor
        self._asker = asker
        self._memory = memory
        self._start = start
        self._loop = asyncio.get_running_loop()
        self._trouble = Trouble(editor, clock=self._loop.time)
        self._pace = Pace(editor.client.holds_back)
        self._places: dict[str, Place] = {}
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._graces: dict[Place, asyncio.TimerHandle] = {}

    def find(self, uri: str) -> Place | None:
        """Give the place of a document where a race is under way."""
        return self._places.get(uri)

    @property
    def is_any(self) -> bool:
        """Whether a race is under way anywhere."""
        return bool(self._tasks)

    def asked(self) -> None:
        """Take note of a request, whatever comes of it."""
        self._pace.asked()

    def begin(self, arrival: Arrival, settings: Settings) -> Place:
        """Begin a race where a request arrived; one in that document ends."""
        older = self.find(arrival.document.uri)
        if older is not None:
            self.end(older)
        place = Place(
            arrival,
            blind=settings.completion.blind,
            browses=self._editor.client.shows_rows,
            earliest=behind_taken(arrival, settings.completion),
        )
        self._places[place.uri] = place
        task = self._tasks[place] = self._start(self._run(place, settings))
        # Not in the task itself: one that is cancelled early never takes a step.
        task.add_done_callback(partial(self._forget, place))
        return place

    def keep_running(self, place: Place) -> None:
        """Let a race that was to end soon go on: a request has joined it."""
        if place in self._graces:
            self._graces.pop(place).cancel()

    def end_soon(self, place: Place) -> None:
        """End a race after `GRACE`, unless somebody waits for it or joins."""
        self.keep_running(place)
        if not (place.is_wanted.is_set() or place.is_over):
            self._graces[place] = self._loop.call_later(GRACE, self.end, place)

    def changed(self, uri: str, change: TextChange) -> None:
        """Take a change of a document; the race at its place may end by it."""
        self._pace.changed(change, self._loop.time())
        place = self._places.get(uri)
        if place is not None:
            with self.bug_ends(place):
                if not place.follow(change):
                    self.end(place)

    def end(self, place: Place) -> None:
        """End a race: requests are answered now, streams close as fast as they can."""
        if place.is_over:
            return
        if self._places.get(place.uri) is place:
            del self._places[place.uri]
        self.keep_running(place)
        kept = place.kept(self._loop.time())
        if kept is not None:
            self._memory.keep(kept)
        place.end()
        if not place.is_asked and place in self._tasks:
            self._tasks[place].cancel()

    def end_all(self) -> None:
        """End every race."""
        for place in tuple(self._places.values()):
            self.end(place)

    @contextmanager
    def bug_ends(self, place: Place) -> Iterator[None]:
        """Let a bug in the block end this race, and nothing else."""
        try:
            yield
        except Exception as bug:  # noqa: BLE001 - nobody above could do better
            log_bug(self._editor, bug)
            self.end(place)

    async def _run(self, place: Place, settings: Settings) -> None:
        """Run the race of a place to its end; the outermost function of its task."""
        try:
            await self._race(place, settings)
        except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
            log_bug(self._editor, bug)

    def _forget(self, place: Place, _task: asyncio.Task[None]) -> None:
        del self._tasks[place]
        self.end(place)

    async def _race(self, place: Place, settings: Settings) -> None:
        document = await self._wait_until_quiet(place, settings)
        if document is None:
            return
        race = _LiveRace(place, self._editor)
        asked = self._asker.ask(document, place.position, race)
        place.take_question(asked)
        async with asked.run as run:
            if place.is_over:
                run.cancel()
            async for event in run:
                place.take(event, self._loop.time())
                if isinstance(event, Ended) and not place.is_over:
                    self._trouble.ended(event.outcome, blind=place.blind)
            if run.ignored is not None and settings.ignore.lsp_notify_ignored:
                self._trouble.ignored(place.uri, run.ignored.reason, run.outcomes)

    async def _wait_until_quiet(
        self, place: Place, settings: Settings
    ) -> Document | None:
        """Wait until nobody types; gives the document then, None if it was closed."""
        while True:
            await place.is_wanted.wait()
            document = self._editor.document(place.uri)
            if document is None:
                return None
            costs, now = self._asker.costs(document), self._loop.time()
            quiet = self._pace.due(document, settings.completion, costs=costs)
            due = max(quiet, place.earliest)
            if is_due(due, now):
                self._pace.start(now)
                return document
            await asyncio.sleep(due - now)
