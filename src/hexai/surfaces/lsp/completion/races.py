"""The races under way, each at its place: when they begin and end.

A document has one place at most. Its race is run in a task that somebody owns, and its
end is told to the memory, which keeps what was answered.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from math import inf
from statistics import median
from typing import Any

from hexai.config.schema import Completion, Settings
from hexai.domain.outcome import Ended
from hexai.engine.settle import is_due
from hexai.service.completion import Clean
from hexai.surfaces.lsp.completion.editor_request import Arrival
from hexai.surfaces.lsp.completion.memory import Memory
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
        """Begin a race where a request arrived."""
        place = Place(
            arrival,
            blind=settings.completion.blind,
            browses=self._editor.client.shows_rows,
            earliest=behind_taken(arrival, settings.completion),
        )
        self._places[place.uri] = place
        self._tasks[place] = self._start(self._run(place, settings))
        return place

    def hold(self, place: Place) -> None:
        """Let a race go on: a request has joined it."""
        if place in self._graces:
            self._graces.pop(place).cancel()

    def let_go(self, place: Place) -> None:
        """End a race soon, unless somebody waits for it or joins."""
        if not place.is_wanted.is_set():
            self._graces[place] = self._loop.call_later(GRACE, self.end, place)

    def follow(self, uri: str, change: TextChange) -> None:
        """Take a change of a document; the race at its place may end by it."""
        self._pace.changed(change, self._loop.time())
        place = self._places.get(uri)
        if place is not None:
            with self.contained(place):
                if not place.follow(change):
                    self.end(place)

    def end(self, place: Place) -> None:
        """End a race: requests are answered now, streams close as fast as they can."""
        if place.is_over:
            return
        if self._places.get(place.uri) is place:
            del self._places[place.uri]
        self.hold(place)
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
    def contained(self, place: Place) -> Iterator[None]:
        """Let a bug end the race that it belongs to, and nothing else."""
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
        finally:
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


_GAPS = 2.0
"""How many times the usual gap between keys makes a pause."""
_LONGEST = 1.0
"""Seconds, at most, that a pause is made to last for somebody who types slowly. A
longer gap between two keys is a pause, and counts as no gap."""
_KEYS, _FEWEST = 16, 4
"""By how many gaps the usual one is told: the last ones at most, and at least."""
_HELD_FOR_SURE = 0.6
"""A change that comes within this part of the time that an editor may hold changes back
was not held back."""


def behind_taken(arrival: Arrival, completion: Completion) -> float:
    """Say when models may be asked right behind a text that was taken; 0: at any time.

    Editors ask there by themselves, while most people type on. An inline request that
    is said to be by hand is answered at once. For lists that is not heeded: Helix says
    so of each.
    """
    since = arrival.trigger.since_taken
    asked_for = arrival.route == "inline" and arrival.trigger.by_hand
    if since is None or asked_for or since >= completion.accept_pause:
        return 0.0
    return arrival.at - since + completion.accept_pause


class Pace:
    """The pace of a surface's races; times are the loop's, in seconds."""

    def __init__(self, holds_back: float = 0.0) -> None:
        """`holds_back` is for how many seconds the editor may hold a change back.

        We hear of a key up to so much later, so that time is added to the pause.
        """
        self._last = -inf
        self._gaps: deque[float] = deque(maxlen=_KEYS)
        self._changed_at = -inf
        self._holds_back = holds_back
        self._is_early = False
        """The newest change came too soon for one held back, and no request came with
        it."""

    def changed(self, change: TextChange, now: float) -> None:
        """Learn from a change how fast is typed, and whether changes are held back."""
        if self._is_early:  # again unasked: this editor does not hold changes back
            self._holds_back = 0.0
        gap, self._changed_at = now - self._changed_at, now
        self._is_early = gap < _HELD_FOR_SURE * self._holds_back
        if gap <= _LONGEST:
            self._gaps.append(gap / max(1, change.pieces))

    def asked(self) -> None:
        """Take note of a request: the change before it may have come for its sake."""
        self._is_early = False

    def due(self, document: Document, completion: Completion, *, costs: bool) -> float:
        """Say when a race about a document may start, as things are now.

        `costs`: somebody is paid for being asked.
        """
        quiet_at = document.changed_at + self._pause(completion, costs=costs)
        free_at = self._last + completion.completion_throttle_ms / 1000
        return max(quiet_at, free_at)

    def start(self, now: float) -> None:
        """Count a race that starts."""
        self._last = now

    def _pause(self, completion: Completion, *, costs: bool) -> float:
        pause = completion.completion_debounce_ms / 1000
        if not pause:
            return 0.0
        # At 200 ms a key, a shorter fixed pause would end before each next key: each
        # would have a question asked and paid for, and the next one would cancel it.
        if costs and completion.pace == "own" and len(self._gaps) >= _FEWEST:
            pause = max(pause, min(_LONGEST, _GAPS * median(self._gaps)))
        return pause + self._holds_back
