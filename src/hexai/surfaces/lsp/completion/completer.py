"""Completion: from a request of the editor to what is offered.

Knows nothing of the editor's protocol. Every request gets an answer, whatever is typed
or raised meanwhile: either its task returns an offer, or the editor has cancelled it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from hexai.config.schema import Settings
from hexai.domain.events import Ended
from hexai.surfaces.lsp.completion.arrival import Arrival, Route, Trigger, nothing
from hexai.surfaces.lsp.completion.asker import Asker
from hexai.surfaces.lsp.completion.gates import is_prompt, may_start
from hexai.surfaces.lsp.completion.memory import Memory, Remembered
from hexai.surfaces.lsp.completion.pace import Pace
from hexai.surfaces.lsp.completion.place import Place
from hexai.surfaces.lsp.completion.trouble import Trouble
from hexai.surfaces.lsp.completion.waiter import Waiter, patience
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.editor import Editor, Severity
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import TextChange
from hexai.text.positions import Position

GRACE = 0.3
"""Seconds that a race goes on for somebody to join, after its request was cancelled."""

_TICK = 1e-6
"""The loop rings a little early, by the resolution of its clock."""

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs work in a task that somebody owns; see `Services.start`."""


class Completer:
    """Answers the completion requests of one editor; belongs to the loop's thread."""

    def __init__(self, editor: Editor, asker: Asker, *, start: Start) -> None:
        """Have nothing to do yet; call it inside the event loop."""
        self._editor = editor
        self._asker = asker
        self._start = start
        self._loop = asyncio.get_running_loop()
        self._trouble = Trouble(editor, clock=self._loop.time)
        self._places: dict[str, Place] = {}
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._graces: dict[Place, asyncio.TimerHandle] = {}
        self._memory = Memory()
        self._pace = Pace()
        self._is_shut_down = False
        self.is_enabled = True
        """The user can switch completion off for a while."""

    async def complete(
        self,
        document: Document,
        position: Position,
        trigger: Trigger,
        route: Route = "list",
    ) -> Offer:
        """Answer a request about a document, as both were when it arrived.

        Its task may be cancelled; the race then waits a little for the next request.
        A document that has changed before the task began gets nothing.
        """
        arrival = Arrival(
            document=document,
            position=document.lines.clamp(position),
            trigger=trigger,
            route=route,
            at=self._loop.time(),
        )
        try:
            return await self._complete(arrival)
        except Exception as bug:  # noqa: BLE001 - no request goes unanswered
            self._log(bug)
            return nothing(arrival)

    def opened(self, document: Document) -> None:
        """Do nothing: whatever was under way ended as it was closed."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document, as a whole, as soon as it was made."""
        place = self._places.get(document.uri)
        if place is not None:
            with self._contained(place):
                if not place.follow(change):
                    self._end(place)

    def closed(self, uri: str) -> None:
        """End what is under way in a document, and forget what was said about it."""
        if uri in self._places:
            self._end(self._places[uri])
        self._memory.forget(uri)

    def forget(self) -> None:
        """Forget all answers: other models may be configured now."""
        self._memory.forget()

    def shutdown(self) -> None:
        """End everything that is under way; later requests get nothing."""
        self._is_shut_down = True
        for place in tuple(self._places.values()):
            self._end(place)

    async def _complete(self, arrival: Arrival) -> Offer:
        if self._editor.document(arrival.document.uri) is not arrival.document:
            return nothing(arrival)
        recalls = self._editor.client.completion_from_memory
        if arrival.route == "list" and recalls:
            is_open = self._settings(arrival) is not None
            return (is_open and self._recall(arrival)) or nothing(arrival)
        place = self._places.get(arrival.document.uri)
        if place is not None and not place.is_at(arrival.position):
            self._end(place)
            place = None
        settings = self._settings(arrival)
        if settings is None:
            return nothing(arrival)
        if place is None:
            remembered = self._recall(arrival)
            if remembered is not None or not may_start(arrival, settings):
                return remembered or nothing(arrival)
            place = self._begin(arrival, settings)
        return await self._wait(place, arrival, settings)

    def _settings(self, arrival: Arrival) -> Settings | None:
        """Give what holds for a request; None where nothing is completed."""
        if self._is_shut_down or not self.is_enabled:
            return None
        document, position = arrival.document, arrival.position
        settings = self._asker.settings(document)
        if settings is None or is_prompt(document, position, settings):
            return None
        return settings

    def _recall(self, arrival: Arrival) -> Offer | None:
        """Give what there is to offer without waiting; None if there is nothing."""
        document = arrival.document
        place = self._places.get(document.uri)
        if place is not None and place.is_at(arrival.position):
            offer = place.offer(arrival)
            return offer if offer.suggestions else None
        found = self._memory.find(
            document.uri, document.lines, arrival.position, self._loop.time()
        )
        return None if found is None else _offer(found, arrival)

    def _begin(self, arrival: Arrival, settings: Settings) -> Place:
        place = Place(
            arrival,
            blind=settings.completion.blind,
            browses=self._editor.client.label == "code",
        )
        self._places[place.uri] = place
        self._tasks[place] = self._start(self._run(place, settings))
        return place

    async def _wait(self, place: Place, arrival: Arrival, settings: Settings) -> Offer:
        client = self._editor.client
        automatic = arrival.route == "list" and arrival.trigger.is_automatic
        waiter = Waiter(
            arrival,
            patience(settings.completion, client, arrival),
            due=partial(self._answer, place),
            asks_again=automatic and client.empty_incomplete,
        )
        place.join(waiter)
        if place in self._graces:
            self._graces.pop(place).cancel()
        try:
            return await waiter.wait()
        except asyncio.CancelledError:
            place.leave(waiter)
            if not place.is_wanted.is_set():
                timer = self._loop.call_later(GRACE, self._end, place)
                self._graces[place] = timer
            raise

    def _answer(self, place: Place, waiter: Waiter) -> None:
        with self._contained(place):
            place.answer(waiter)

    async def _run(self, place: Place, settings: Settings) -> None:
        """Run the race of a place to its end; the outermost function of its task."""
        try:
            await self._race(place, settings)
        except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
            self._log(bug)
        finally:
            del self._tasks[place]
            self._end(place)

    async def _race(self, place: Place, settings: Settings) -> None:
        document = await self._wait_until_quiet(place, settings)
        if document is None:
            return
        asked = self._asker.ask(document, place.position)
        place.ask(asked)
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
            wait = self._pace.due(document, settings.completion) - self._loop.time()
            if wait <= _TICK:
                self._pace.start(self._loop.time())
                return document
            await asyncio.sleep(wait)

    def _end(self, place: Place) -> None:
        """End a place: requests are answered now, streams close as fast as they can."""
        if place.is_over:
            return
        if self._places.get(place.uri) is place:
            del self._places[place.uri]
        if place in self._graces:
            self._graces.pop(place).cancel()
        kept = place.kept(self._loop.time())
        if kept is not None:
            self._memory.keep(kept)
        place.end()
        if not place.is_asked and place in self._tasks:
            self._tasks[place].cancel()

    @contextmanager
    def _contained(self, place: Place) -> Iterator[None]:
        """Let a bug end the place that it belongs to, and nothing else."""
        try:
            yield
        except Exception as bug:  # noqa: BLE001 - nobody above could do better
            self._log(bug)
            self._end(place)

    def _log(self, bug: Exception) -> None:
        """Log a bug without any text that it may hold."""
        self._editor.log(Severity.ERROR, f"internal error: {type(bug).__name__}")


def _offer(found: Remembered, arrival: Arrival) -> Offer:
    return Offer(
        run_id=found.kept.run_id,
        document=arrival.document,
        anchor=found.kept.spot.position,
        position=arrival.position,
        suggestions=found.suggestions,
        blind=found.kept.blind,
    )
