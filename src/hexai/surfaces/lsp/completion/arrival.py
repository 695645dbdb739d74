"""A completion request of the editor, as it was when it arrived."""

from enum import IntEnum
from typing import Literal

from msgspec import Struct

from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.positions import Position

Route = Literal["list", "inline"]
"""`textDocument/completion` or `textDocument/inlineCompletion`."""


class TriggerKind(IntEnum):
    """Why the editor asks; the numbers are those of `textDocument/completion`."""

    INVOKED = 1
    CHARACTER = 2
    INCOMPLETE = 3
    """It asks again, since the last list said that more will come."""


class Trigger(Struct, frozen=True):
    """What made the editor ask."""

    kind: TriggerKind | None = None
    """None: the editor does not say. Some never do, so that counts as by hand."""
    character: str = ""
    """What was typed, for `CHARACTER`."""
    since_taken: float | None = None
    """Seconds since a suggestion was taken that ends here; None: none does."""

    @property
    def is_automatic(self) -> bool:
        """Whether nobody asked by hand, as far as the editor says."""
        return not self.by_hand

    @property
    def by_hand(self) -> bool:
        """Whether somebody may have asked by hand, as far as the editor says."""
        return self.kind in (None, TriggerKind.INVOKED)


class Arrival(Struct, frozen=True, kw_only=True):
    """One request; whatever is typed later, its answer is for this moment."""

    document: Document
    position: Position
    trigger: Trigger
    route: Route = "list"
    at: float
    """By the loop's clock."""


def nothing(arrival: Arrival) -> Offer:
    """Offer nothing, and say that nothing more will come."""
    return Offer(
        run_id="",
        document=arrival.document,
        anchor=arrival.position,
        position=arrival.position,
    )
