"""Completions for one editor: asked for, made into items, and taken."""

from collections.abc import Sequence

from lsprotocol import types
from msgspec.structs import replace

from hexai.surfaces.lsp.completion.arrival import Route, Trigger, TriggerKind
from hexai.surfaces.lsp.completion.completer import Completer
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.expressible import expressible
from hexai.surfaces.lsp.offers.inline_items import inline_completions
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.offers.watching import Watching
from hexai.surfaces.lsp.protocol.convert import to_position


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
        position = to_position(document.lines, at, self._maker.encoding)
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
