"""A prompt that has been asked and whose answer is not in the document yet."""

from collections.abc import Callable, Sequence
from typing import Protocol

from hexai.surfaces.lsp.asking.work import Work
from hexai.surfaces.lsp.documents.anchor import Anchor
from hexai.surfaces.lsp.documents.edits import Compute, GaveUp, Made
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.lines import Lines, Replacement, TextChange

Change = Callable[[Lines, Anchor], Sequence[Replacement] | None]
"""Computes an edit for a text and the prompt's place in it."""


class Make(Protocol):
    """Makes an edit, and tells what became of it; see `Edits.make`."""

    async def __call__(self, uri: str, compute: Compute, label: str) -> Made | GaveUp:
        """Make an edit of an open document."""


class Pending:
    """Follows a prompt through the edits of its document, ours among them."""

    def __init__(self, uri: str, anchor: Anchor) -> None:
        self.uri = uri
        self.anchor = anchor
        self.is_done = False
        """It is answered, or gone."""
        self._work: Work | None = None
        self._is_editing = False
        self._stays = ""

    def bind(self, work: Work) -> None:
        """Take the work that answers it."""
        self._work = work

    @property
    def is_over(self) -> bool:
        """Whether nothing goes on for it any more."""
        return self.is_done or (self._work is not None and self._work.is_over)

    def cancel(self) -> None:
        """End what goes on for it."""
        self.is_done = True
        if self._work is not None:
            self._work.cancel()

    def follow(self, change: TextChange, *, ours: bool) -> None:
        """Take a change of the document; `ours` if it shows an edit of Hexai's."""
        anchor = self.anchor
        if ours and self._is_editing:
            if not self._stays:
                self.is_done = True
                return
            anchor = Anchor(line=anchor.line, text=self._stays, heads_line=True)
        found = anchor.follow(change)
        if found is None:
            self.cancel()
        else:
            self.anchor = found

    async def edit(
        self, make: Make, change: Change, label: str, *, stays: str = ""
    ) -> bool:
        """Make an edit for it; tells whether it was made.

        `stays` is what the edit leaves of the prompt; it is followed from then on.
        """

        def compute(document: Document) -> Sequence[Replacement] | None:
            if self.is_done:
                return None
            self._is_editing, self._stays = True, stays
            return change(document.lines, self.anchor)

        try:
            return isinstance(await make(self.uri, compute, label), Made)
        finally:
            self._is_editing = False
