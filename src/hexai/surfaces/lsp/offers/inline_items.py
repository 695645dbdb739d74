"""Offers as inline completions: the text that an editor shows at the cursor itself."""

from lsprotocol import types as lsp

from hexai.surfaces.lsp.offers.insertion import Insertion, line_break
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.protocol.convert import from_span
from hexai.text.positions import Span


def inline_completions(
    offer: Offer, number: int, maker: ItemMaker
) -> lsp.InlineCompletionList:
    """Give an item for each suggestion; the editor lets the user go through them."""
    items = []
    for index, suggestion in enumerate(offer.suggestions):
        insertion = Insertion.of(offer, suggestion)
        ending = line_break(offer.lines, insertion.position.line)
        span = Span(insertion.position, insertion.span.end)
        items.append(
            lsp.InlineCompletionItem(
                insert_text=insertion.text.replace("\n", ending),
                range=from_span(offer.lines, span, maker.encoding),
                command=maker.accept(offer, number, index),
            )
        )
    return lsp.InlineCompletionList(items=items)
