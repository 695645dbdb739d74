"""Inline prompts: a tag that was typed, and what takes its place."""

from functools import partial

from hexai.domain.outcome import Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.lsp.asking.run import Asked
from hexai.surfaces.lsp.chat.answering import hear, tell_trouble
from hexai.surfaces.lsp.chat.pending import PendingPrompt
from hexai.surfaces.lsp.chat.prompt_edits import in_place_of_tag
from hexai.surfaces.lsp.editor.editor import Editor, Severity

LABEL = "inline prompt"
EDIT_LABEL = "Hexai: inline prompt"


class InlinePrompts:
    """Carries out what inline tags ask for."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def answer(
        self, asked: Asked, pending: PendingPrompt, *, whole_line: bool
    ) -> None:
        """Ask, and put the answer in the tag's place, or in that of its line."""
        outcome = await hear(asked.run)
        if outcome is None:
            return
        text = ""
        if outcome.status is Status.ANSWERED:
            finished = outcome.finish is not FinishReason.LENGTH
            text = asked.clean(
                outcome.text, infilled=outcome.infilled, finished=finished
            )
        if text:
            change = partial(in_place_of_tag, text=text, whole_line=whole_line)
            if not await pending.edit(change, EDIT_LABEL):
                return
        elif outcome.text.strip() and outcome.error is None:
            self._editor.tell(
                Severity.WARNING,
                f"Hexai: {LABEL}: {outcome.label} answered with nothing that goes in "
                "there; nothing was changed",
            )
            return
        tell_trouble(self._editor, LABEL, outcome)
