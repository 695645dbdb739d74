"""Completion: from a request of the editor to what is offered.

`Completions` speaks the editor's protocol, `Completer` knows nothing of it. Every
request gets an answer, whatever is typed or raised meanwhile: either its task returns
an offer, or the editor has cancelled it.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from lsprotocol import types
from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.completion.editor_request import (
    Arrival,
    Route,
    Trigger,
    TriggerKind,
    Waiter,
    is_prompt,
    may_start,
    nothing,
    patience,
)
from hexai.surfaces.lsp.completion.memory import Memory, Remembered
from hexai.surfaces.lsp.completion.place import Place
from hexai.surfaces.lsp.completion.questions import Asker, Warming
from hexai.surfaces.lsp.completion.races import Races, StartTask
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Editor, log_bug
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.items import ItemMaker, expressible, inline_completions
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.offers.replaced_tokens import can_put_in, cursor_of
from hexai.surfaces.lsp.offers.tracking import Watching
from hexai.surfaces.lsp.protocol.convert import to_position
from hexai.text.lines import Position, TextChange


class Completer:
    """Answers the completion requests of one editor; belongs to the loop's thread."""

    def __init__(self, editor: Editor, asker: Asker, *, start: StartTask) -> None:
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
        self._races.changed(document.uri, change)
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
        if not can_put_in(document, position, self._editor.client):
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
        self._races.keep_running(place)
        try:
            return await waiter.wait()
        except asyncio.CancelledError:
            place.leave(waiter)
            self._races.end_soon(place)
            raise

    def _answer(self, place: Place, waiter: Waiter) -> None:
        with self._races.bug_ends(place):
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


class Completions:
    """The completions of one editor, in its own words."""

    def __init__(
        self,
        completer: Completer,
        maker: ItemMaker,
        offers: Offers,
        acceptance: Acceptance,
        watching: Watching,
    ) -> None:
        self.completer = completer
        self.watching = watching
        self._maker = maker
        self._offers = offers
        self._acceptance = acceptance

    async def complete(
        self, document: Document, params: types.CompletionParams
    ) -> types.CompletionList:
        """Answer a request for a list."""
        trigger = _trigger(params.context)
        asked = await self._ask(document, params.position, trigger, "list")
        offer = expressible(asked, self._maker.client)
        number = self._let_out(offer, inline=False)
        return self._maker.completion(offer, number)

    async def complete_inline(
        self, document: Document, params: types.InlineCompletionParams
    ) -> types.InlineCompletionList:
        """Answer a request for what is shown at the cursor itself."""
        by_hand = (
            params.context.trigger_kind is types.InlineCompletionTriggerKind.Invoked
        )
        kind = TriggerKind.INVOKED if by_hand else TriggerKind.CHARACTER
        trigger = Trigger(kind)
        offer = await self._ask(document, params.position, trigger, "inline")
        number = self._let_out(offer, inline=True)
        return inline_completions(offer, number, self._maker)

    def shutdown(self) -> None:
        """End everything, and offer nothing more."""
        self.completer.shutdown()
        self.watching.shutdown()

    async def accept(self, arguments: Sequence[object]) -> None:
        """Do what follows when a suggestion was taken."""
        await self._acceptance.accept(arguments)

    def _let_out(self, offer: Offer, *, inline: bool) -> int:
        self.watching.offered(offer, inline=inline)
        return self._offers.keep(offer)

    async def _ask(
        self, document: Document, at: types.Position, trigger: Trigger, route: Route
    ) -> Offer:
        drifts = self._maker.client.drifts
        position = (
            cursor_of(document.lines, at)
            if drifts
            else to_position(document.lines, at, self._maker.encoding)
        )
        taken = self.watching.taken_before(document, position)
        trigger = replace(trigger, since_taken=taken)
        return await self.completer.complete(document, position, trigger, route)


def _trigger(context: types.CompletionContext | None) -> Trigger:
    if context is None:
        return Trigger()
    # An editor of a later protocol may give a number that none of ours is.
    said: object = context.trigger_kind
    kind = next((known for known in TriggerKind if known == said), None)
    return Trigger(kind, context.trigger_character or "")


class Warmer:
    """Has our own model read what stands above, before anything is asked about it.

    Editors ask when typing pauses, and reading takes a second or two. So the first
    change of a line has all above it read, as what follows on the line is little. A
    question ends the reading, and finds what was read so far.
    """

    def __init__(self, editor: Editor, asker: Asker, *, start: StartTask) -> None:
        """Have nothing to do yet."""
        self._editor = editor
        self._asker = asker
        self._start = start
        self._task: asyncio.Task[None] | None = None
        self._last: tuple[str, int] | None = None

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change: the first one of a line has the text above it read."""
        line = max(0, len(change.after) - 1 - change.below)
        here = (document.uri, line)
        if here == self._last or (self._task is not None and not self._task.done()):
            return
        self._last = here
        end = Position(line, len(change.after.line(line)))
        try:
            work = self._asker.warm(document, end)
        except Exception as bug:  # noqa: BLE001 - typing goes on, whatever this does
            log_bug(self._editor, bug)
            return
        if work is not None:
            self._task = self._start(self._run(work))

    def stop(self) -> None:
        """Let a question go first."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, work: Warming) -> None:
        try:
            with suppress(asyncio.CancelledError):
                await work()
        except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
            log_bug(self._editor, bug)
