"""Suggestions on their way to one editor: asked for, made into items, and taken."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lsprotocol import types

from hexai.service.services import Services
from hexai.surfaces.lsp.completion.arrival import Route, Trigger, TriggerKind
from hexai.surfaces.lsp.completion.completer import Completer
from hexai.surfaces.lsp.completion.questions import Questions
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.inline_items import inline_completions
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.offers.watching import Watching
from hexai.surfaces.lsp.protocol.convert import to_position

if TYPE_CHECKING:
    from hexai.surfaces.lsp.session import Session


def open_suggesting(
    session: "Session", configuration: Configuration, services: Services
) -> "Suggesting":
    """Open what the editor of a session is offered."""
    connection = session.connection
    completer = Completer(
        connection,
        Questions(configuration, services),
        session.status,
        start=services.start,
    )
    maker = ItemMaker(
        client=connection.client,
        encoding=session.documents.encoding,
        command=session.accept_command,
        as_is=_knows_as_is(connection.capabilities),
    )
    watching = Watching(connection.client, services.record, now=services.now)
    offers = Offers()
    acceptance = Acceptance(connection, offers, watching, make=session.edits.make)
    return Suggesting(completer, maker, offers, acceptance, watching)


class Suggesting:
    """What one editor is offered, in its own words."""

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
        self.offers = offers
        self._acceptance = acceptance

    async def complete(
        self, document: Document, params: types.CompletionParams
    ) -> types.CompletionList:
        """Answer a request for a list."""
        trigger = _trigger(params.context)
        offer = await self._ask(document, params.position, trigger, "list")
        number = self._let_out(offer, document.language, inline=False)
        return self._maker.completion(offer, number, language=document.language)

    async def complete_inline(
        self, document: Document, params: types.InlineCompletionParams
    ) -> types.InlineCompletionList:
        """Answer a request for what is shown at the cursor itself."""
        by_hand = (
            params.context.trigger_kind is types.InlineCompletionTriggerKind.Invoked
        )
        trigger = Trigger(TriggerKind.INVOKED if by_hand else None)
        offer = await self._ask(document, params.position, trigger, "inline")
        number = self._let_out(offer, document.language, inline=True)
        return inline_completions(
            offer, number, self._maker, language=document.language
        )

    async def accept(self, arguments: Sequence[object]) -> None:
        """Do what follows when a suggestion was taken."""
        await self._acceptance.accept(arguments)

    def _let_out(self, offer: Offer, language: str, *, inline: bool) -> int:
        self.watching.offered(offer, language, inline=inline)
        return self.offers.keep(offer, language)

    async def _ask(
        self, document: Document, at: types.Position, trigger: Trigger, route: Route
    ) -> Offer:
        position = to_position(document.lines, at, self._maker.encoding)
        return await self.completer.complete(document, position, trigger, route)


def _trigger(context: types.CompletionContext | None) -> Trigger:
    if context is None:
        return Trigger()
    kind = TriggerKind(int(context.trigger_kind))
    return Trigger(kind, context.trigger_character or "")


def _knows_as_is(capabilities: types.ClientCapabilities) -> bool:
    document = capabilities.text_document
    completion = document.completion if document else None
    item = completion.completion_item if completion else None
    modes = item.insert_text_mode_support if item else None
    return modes is not None and types.InsertTextMode.AsIs in modes.value_set
