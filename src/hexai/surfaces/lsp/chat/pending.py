"""Prompts that have been asked and whose answers are not in the documents yet."""

from collections.abc import Callable, Sequence

from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.edits import Edits, Made
from hexai.surfaces.lsp.passages import Anchor
from hexai.surfaces.lsp.progress import Work
from hexai.text.lines import Lines, Replacement, TextChange

Change = Callable[[Lines, Anchor], Sequence[Replacement] | None]
"""Computes an edit for a text and the prompt's place in it."""


class PendingPrompt:
    """Follows a prompt through the edits of its document, ours among them."""

    def __init__(self, uri: str, anchor: Anchor, edits: Edits) -> None:
        self.uri = uri
        self.anchor = anchor
        self.is_done = False
        """It is answered, or gone."""
        self._edits = edits
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

    async def edit(self, change: Change, label: str, *, stays: str = "") -> bool:
        """Make an edit for it; tells whether it was made.

        `stays` is what the edit leaves of the prompt; it is followed from then on.
        """

        def compute(document: Document) -> Sequence[Replacement] | None:
            if self.is_done:
                return None
            self._is_editing, self._stays = True, stays
            return change(document.lines, self.anchor)

        try:
            return isinstance(await self._edits.make(self.uri, compute, label), Made)
        finally:
            self._is_editing = False


class PendingPrompts:
    """The prompts under way in all documents."""

    def __init__(self, edits: Edits) -> None:
        self._edits = edits
        self._prompts: dict[str, list[PendingPrompt]] = {}

    def add(self, uri: str, anchor: Anchor) -> PendingPrompt:
        """Begin to follow a prompt."""
        prompt = PendingPrompt(uri, anchor, self._edits)
        self._prompts.setdefault(uri, []).append(prompt)
        return prompt

    def follow(self, uri: str, change: TextChange, *, ours: bool) -> None:
        """Take a change of a document; `ours` if it shows an edit of Hexai's."""
        for prompt in self._prompts.get(uri, ()):
            prompt.follow(change, ours=ours)
        self._drop_over(uri)

    def admits(self, uri: str, anchor: Anchor) -> bool:
        """Tell whether a prompt is not under way already; ends those that it replaces.

        One that heads the same line was a shorter one, and goes on being typed.
        """
        self._drop_over(uri)
        others = self._prompts.get(uri, ())
        if any(each.anchor == anchor for each in others):
            return False
        for each in others:
            if anchor.heads_line and each.anchor.line == anchor.line:
                each.cancel()
        return True

    def finish(self, prompt: PendingPrompt) -> None:
        """Let go of a prompt that is answered, or failed to be."""
        prompt.is_done = True
        self._drop_over(prompt.uri)

    def cancel(self, uri: str) -> None:
        """End all prompts of a document."""
        for prompt in self._prompts.pop(uri, ()):
            prompt.cancel()

    def move(self, uri: str, other: str) -> None:
        """Go on with the prompts of a document in another one, with the same text."""
        prompts = self._prompts.pop(uri, [])
        for prompt in prompts:
            prompt.uri = other
        if prompts:
            self._prompts.setdefault(other, []).extend(prompts)

    @property
    def uris(self) -> tuple[str, ...]:
        """The documents in which a prompt is under way."""
        return tuple(self._prompts)

    def _drop_over(self, uri: str) -> None:
        left = [each for each in self._prompts.get(uri, ()) if not each.is_over]
        if left:
            self._prompts[uri] = left
        else:
            self._prompts.pop(uri, None)
