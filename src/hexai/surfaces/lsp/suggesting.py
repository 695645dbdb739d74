"""Suggestions on their way to one editor: asked for, made into items, and taken."""

from collections.abc import Sequence

from lsprotocol import types

from hexai.surfaces.lsp.accept import Acceptance, Choices, Offers
from hexai.surfaces.lsp.arrival import Route, Trigger, TriggerKind
from hexai.surfaces.lsp.completion import Completer
from hexai.surfaces.lsp.convert import to_position
from hexai.surfaces.lsp.editor import Document, Editor
from hexai.surfaces.lsp.inline import inline_completions
from hexai.surfaces.lsp.items import ItemMaker
from hexai.surfaces.lsp.offer import Offer


class Suggesting:
    """What one editor is offered, in its own words."""

    def __init__(
        self, completer: Completer, maker: ItemMaker, editor: Editor, choices: Choices
    ) -> None:
        self.completer = completer
        self._maker = maker
        self._offers = Offers()
        self._acceptance = Acceptance(editor, self._offers, choices)

    async def complete(
        self, document: Document, params: types.CompletionParams
    ) -> types.CompletionList:
        """Answer a request for a list."""
        trigger = _trigger(params.context)
        offer = await self._ask(document, params.position, trigger, "list")
        number = self._offers.keep(offer, document.language)
        return self._maker.completion(offer, number, language=document.language)

    async def complete_inline(
        self, document: Document, params: types.InlineCompletionParams
    ) -> types.InlineCompletionList:
        """Answer a request for what is shown at the cursor itself."""
        by_hand = params.context.trigger_kind is types.InlineCompletionTriggerKind.Invoked
        trigger = Trigger(TriggerKind.INVOKED if by_hand else None)
        offer = await self._ask(document, params.position, trigger, "inline")
        number = self._offers.keep(offer, document.language)
        return inline_completions(
            offer, number, self._maker, language=document.language
        )

    async def accept(self, arguments: Sequence[object]) -> None:
        """Do what follows when a suggestion was taken."""
        await self._acceptance.accept(arguments)

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
