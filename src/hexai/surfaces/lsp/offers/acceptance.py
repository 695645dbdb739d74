"""What follows when the editor says that a suggestion was taken."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from hexai.surfaces.lsp.documents.edits import Compute
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.editor import Editor, Severity
from hexai.surfaces.lsp.offers.insertion import Insertion
from hexai.surfaces.lsp.offers.mending import mending
from hexai.surfaces.lsp.offers.offer import Credit, Offer
from hexai.surfaces.words import letter
from hexai.text.lines import Replacement
from hexai.text.visible import visible_line

_KEPT = 64
"""Offers that can still be taken."""

Make = Callable[[str, Compute, str], Awaitable[object]]
"""Makes an edit of a document, computed for its newest text, under a name."""


class Choices(Protocol):
    """Takes note of what the user does with suggestions."""

    def taken(self, offer: Offer, index: int) -> None:
        """Take note that a suggestion was taken, as the editor's command says."""


class Offers:
    """The offers that went out, by the number that their items carry."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Offer] = OrderedDict()
        self._last = 0

    def keep(self, offer: Offer) -> int:
        """Keep an offer; gives its number."""
        self._last += 1
        self._kept[self._last] = offer
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._last

    def about(self, uri: str) -> list[Offer]:
        """Give those that went out for a document."""
        return [offer for offer in self._kept.values() if offer.uri == uri]

    def find(self, arguments: Sequence[object]) -> tuple[Offer, int] | None:
        """Give offer and index that a command's arguments name, if any."""
        match arguments:
            case [str(run_id), int(number), int(index)]:
                offer = self._kept.get(number)
            case _:
                return None
        if offer is None or offer.run_id != run_id:
            return None
        if not 0 <= index < len(offer.suggestions):
            return None
        return offer, index


class Acceptance:
    """Carries out the accept command."""

    def __init__(
        self, editor: Editor, offers: Offers, choices: Choices, *, make: Make
    ) -> None:
        self._editor = editor
        self._offers = offers
        self._choices = choices
        self._make = make

    async def accept(self, arguments: Sequence[object]) -> None:
        """Note what was taken, name it if it was blind, and mend its insertion."""
        found = self._offers.find(arguments)
        if found is None:
            return
        offer, index = found
        suggestion = offer.suggestions[index]
        insertion = Insertion.of(offer, suggestion)
        self._choices.taken(offer, index)
        if offer.blind:
            self._editor.tell(Severity.INFO, _winner(index, suggestion.credits))
        if self._editor.client.mends:
            await self._mend(offer, insertion)

    async def _mend(self, offer: Offer, insertion: Insertion) -> None:
        def compute(document: Document) -> list[Replacement] | None:
            return mending(document.lines, offer.lines, insertion)

        await self._make(offer.uri, compute, "Hexai: mend what was inserted")


def _winner(index: int, by: tuple[Credit, ...]) -> str:
    who = ", ".join(
        f"{each.label} ({each.outcome.provider}:{each.outcome.model})" for each in by
    )
    return f"Hexai: {letter(index)} was {visible_line(who)}"
