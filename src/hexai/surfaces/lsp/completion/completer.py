"""Completion: from a request of the editor to what is offered.

Knows nothing of the editor's protocol. Every request gets an answer, whatever is typed
or raised meanwhile: either its task returns an offer, or the editor has cancelled it.
"""

import asyncio
from functools import partial

from hexai.config.schema import Settings
from hexai.surfaces.lsp.completion.arrival import Arrival, Route, Trigger, nothing
from hexai.surfaces.lsp.completion.asker import Asker
from hexai.surfaces.lsp.completion.gates import is_misplaced, is_prompt, may_start
from hexai.surfaces.lsp.completion.memory import Memory, Remembered
from hexai.surfaces.lsp.completion.place import Place
from hexai.surfaces.lsp.completion.races import Races, Start
from hexai.surfaces.lsp.completion.waiter import Waiter, patience
from hexai.surfaces.lsp.completion.warmer import Warmer
from hexai.surfaces.lsp.editor.bugs import log_bug
from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.editor import Editor
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import TextChange
from hexai.text.positions import Position


class Completer:
    """Answers the completion requests of one editor; belongs to the loop's thread."""

    def __init__(self, editor: Editor, asker: Asker, *, start: Start) -> None:
        """Have nothing to do yet; call it inside the event loop."""
        self._editor = editor
        self._asker = asker
        self._loop = asyncio.get_running_loop()
        self._memory = Memory()
        self._races = Races(editor, asker, self._memory, start=start)
        self._warmer = Warmer(editor, asker, start=start)
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
        self._races.asked()
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
            log_bug(self._editor, bug)
            return nothing(arrival)

    def opened(self, document: Document) -> None:
        """Do nothing: whatever was under way ended as it was closed."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document, as a whole, as soon as it was made."""
        self._races.follow(document.uri, change)
        if self.is_enabled and not self._is_shut_down and not self._races.is_any:
            self._warmer.changed(document, change)

    def closed(self, uri: str) -> None:
        """End what is under way in a document, and forget what was said about it."""
        place = self._races.find(uri)
        if place is not None:
            self._races.end(place)
        self._memory.forget(uri)

    def forget(self) -> None:
        """Forget all answers: other models may be configured now."""
        self._memory.forget()

    def shutdown(self) -> None:
        """End everything that is under way; later requests get nothing."""
        self._is_shut_down = True
        self._warmer.stop()
        self._races.end_all()

    async def _complete(self, arrival: Arrival) -> Offer:
        if self._editor.document(arrival.document.uri) is not arrival.document:
            return nothing(arrival)
        recalls = self._editor.client.completion_from_memory
        if arrival.route == "list" and recalls:
            is_open = self._settings(arrival) is not None
            return (is_open and self._recall(arrival)) or nothing(arrival)
        place = self._races.find(arrival.document.uri)
        if place is not None and not place.is_at(arrival.position):
            self._races.end(place)
            place = None
        settings = self._settings(arrival)
        if settings is None:
            return nothing(arrival)
        if place is None:
            remembered = self._recall(arrival)
            if remembered is not None or not may_start(arrival, settings):
                return remembered or nothing(arrival)
            self._warmer.stop()
            place = self._races.begin(arrival, settings)
        return await self._wait(place, arrival, settings)

    def _settings(self, arrival: Arrival) -> Settings | None:
        """Give what holds for a request; None where nothing is completed."""
        if self._is_shut_down or not self.is_enabled:
            return None
        document, position = arrival.document, arrival.position
        settings = self._asker.settings(document)
        if settings is None:
            self._asker.tell_off(document, position)
            return None
        if is_prompt(document, position, settings):
            return None
        if self._editor.client.drifts and is_misplaced(document, position):
            return None
        return settings

    def _recall(self, arrival: Arrival) -> Offer | None:
        """Give what there is to offer without waiting; None if there is nothing."""
        document = arrival.document
        place = self._races.find(document.uri)
        if place is not None and place.is_at(arrival.position):
            offer = place.offer(arrival)
            return offer if offer.suggestions else None
        found = self._memory.find(
            document.uri, document.lines, arrival.position, self._loop.time()
        )
        return None if found is None else _offer(found, arrival)

    async def _wait(self, place: Place, arrival: Arrival, settings: Settings) -> Offer:
        client = self._editor.client
        waiter = Waiter(
            arrival,
            patience(settings.completion, client, arrival),
            due=partial(self._answer, place),
            asks_again=_asks_again(arrival, client),
        )
        place.join(waiter)
        self._races.hold(place)
        try:
            return await waiter.wait()
        except asyncio.CancelledError:
            place.leave(waiter)
            self._races.let_go(place)
            raise

    def _answer(self, place: Place, waiter: Waiter) -> None:
        with self._races.contained(place):
            place.answer(waiter)


def _asks_again(arrival: Arrival, client: Client) -> bool:
    """Tell whether an empty list that says more will come is asked again."""
    if arrival.route != "list" or client.empty_incomplete == "never":
        return False
    return client.empty_incomplete == "always" or arrival.trigger.is_automatic


def _offer(found: Remembered, arrival: Arrival) -> Offer:
    return Offer(
        run_id=found.kept.run_id,
        document=arrival.document,
        anchor=found.kept.spot.position,
        position=arrival.position,
        suggestions=found.suggestions,
        blind=found.kept.blind,
    )
