"""Chat in the text: a question that was typed, and its answer below it."""

import re
from functools import partial

from hexai.domain.outcome import Outcome, Status
from hexai.surfaces.lsp.asking.run import Run
from hexai.surfaces.lsp.chat.answering import hear, tell_trouble
from hexai.surfaces.lsp.chat.pending import PendingPrompt
from hexai.surfaces.lsp.chat.prompt_edits import (
    answer_below,
    more_below,
    nothing_below,
)
from hexai.surfaces.lsp.editor.editor import Editor
from hexai.text.musing import may_be_musing

LABEL = "chat"
EDIT_LABEL = "Hexai: insert chat response"
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


class Chat:
    """Answers questions."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._known: set[tuple[str, str]] = set()
        """Providers and models that have answered without taking anything back."""

    async def answer(
        self, run: Run, pending: PendingPrompt, *, suffix: int, stream: bool
    ) -> None:
        """Put a question and insert its answer, whole or by paragraphs.

        `suffix` is how many characters of the prompt go as it is answered.
        """
        insertion = _Insertion(pending, suffix)
        stream = stream and self._is_known(run)
        on_text = insertion.take if stream else None
        outcome = await hear(run, on_text, insertion.take_back)
        if outcome is None:
            return
        self._learn(outcome, marks=not insertion.was_taken_back)
        if outcome.status is Status.ANSWERED and outcome.text.strip():
            rest = insertion.rest if stream else outcome.text
            if not await insertion.insert(rest):
                return
        tell_trouble(self._editor, LABEL, outcome)

    def _is_known(self, run: Run) -> bool:
        """Tell whether all who may answer have shown that they mark their reasoning.

        One that does not says so only behind it, when it would stand in the text.
        """
        targets = [
            target
            for each in run.contenders[:1]
            for target in (each.target, each.fallback)
            if target is not None
        ]
        names = {(each.spec.provider, each.spec.model) for each in targets}
        return names <= self._known

    def _learn(self, outcome: Outcome, *, marks: bool) -> None:
        if outcome.status is Status.ANSWERED:
            learn = self._known.add if marks else self._known.discard
            learn((outcome.provider, outcome.model))


class _Insertion:
    """An answer on its way into the document."""

    def __init__(self, pending: PendingPrompt, suffix: int) -> None:
        self._pending = pending
        self._suffix = suffix
        self._stays = pending.anchor.text[: len(pending.anchor.text) - suffix]
        self._is_begun = False
        self._inserted: list[str] = []
        self.rest = ""
        """What has come and is not inserted."""
        self.was_taken_back = False
        """Whether what had come turned out to be reasoning."""

    async def take_back(self) -> None:
        """Forget what is not inserted, and take what is out again.

        Where its user has changed it, it stays, and the answer follows it.
        """
        self.rest, self.was_taken_back = "", True
        if not self._inserted:
            return
        answer = "\n\n".join(self._inserted)
        out = partial(nothing_below, answer=answer)
        if await self._pending.edit(out, EDIT_LABEL, stays=self._stays):
            self._inserted.clear()
            self._suffix, self._is_begun = 0, False

    async def take(self, piece: str) -> None:
        """Take the next piece; paragraphs that are complete are inserted."""
        self.rest += piece
        breaks = [*_PARAGRAPH.finditer(self.rest.lstrip())]
        may_begin = self._is_begun or not may_be_musing(self.rest)
        if breaks and may_begin and not self._pending.is_done:
            whole = self.rest.lstrip()
            self.rest = whole[breaks[-1].end() :]
            if not await self.insert(whole[: breaks[-1].start()]):
                self._pending.cancel()

    async def insert(self, text: str) -> bool:
        """Insert what is next; tells whether there was a place for it."""
        text = text.strip("\n").rstrip()
        if not text:
            return True
        change = partial(more_below, text=text)
        if not self._is_begun:
            change = partial(answer_below, suffix=self._suffix, answer=text)
        made = await self._pending.edit(change, EDIT_LABEL, stays=self._stays)
        self._is_begun = self._is_begun or made
        if made:
            self._inserted.append(text)
        return made
