"""From what is typed to what is asked: questions, inline tags and commands.

Follows the documents. A change is first taken by the prompts under way, which move with
their text or end with it; then, if it was typed, the line that it was typed into is
read. Each prompt is asked once. What holds for a request is decided here, how it is
answered in `answering.py` and `slash_commands.py`.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from hexai.config.schema import Settings
from hexai.prompts.code.languages import language_of
from hexai.prompts.instruction import is_tag, markers_for
from hexai.surfaces.lsp.chat.answering import CHAT, Chat, InlinePrompts, span_of_tag
from hexai.surfaces.lsp.chat.answering import INLINE as INLINE_PROMPT
from hexai.surfaces.lsp.chat.context import PromptAsker, find_history
from hexai.surfaces.lsp.chat.pending import PendingPrompt, PendingPrompts
from hexai.surfaces.lsp.chat.slash_commands import Commands
from hexai.surfaces.lsp.chat.typed_prompts import (
    OwnEdits,
    Prompt,
    TypedText,
    find_typed,
    is_offered,
    typed_in,
)
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Editor, Severity, log_bug
from hexai.surfaces.lsp.edits import Edits
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.passages import Anchor
from hexai.surfaces.lsp.progress import Running, StartTask, Work
from hexai.text.lines import TextChange
from hexai.text.prompt_marks import Command, Markers, Question, Tag

Offered = Callable[[str], Iterable[Offer]]
"""Gives what was offered in a document."""


class Prompter:
    """Starts what is typed as a prompt, and follows it until it is answered."""

    def __init__(  # noqa: PLR0913 - the parts that answer, each its own
        self,
        editor: Editor,
        asker: PromptAsker,
        edits: Edits,
        running: Running,
        commands: Commands,
        *,
        offered: Offered,
        start: StartTask,
    ) -> None:
        """Follow nothing yet; to be told of changes after `edits` is."""
        self._editor = editor
        self._asker = asker
        self._edits = edits
        self._running = running
        self._commands = commands
        self._chat = Chat(editor)
        self._inline = InlinePrompts(editor)
        self._offered = offered
        self._start = start
        self._own_edits = OwnEdits()
        self._pending = PendingPrompts(edits)

    def opened(self, document: Document) -> None:
        """Do nothing: what is in a document that is opened asks nothing."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document, and start what was typed in it."""
        try:
            self._changed(document, change)
        except Exception as bug:  # noqa: BLE001 - nobody above could do better
            log_bug(self._editor, bug)

    def closed(self, uri: str) -> None:
        """End all that goes on in a document."""
        self._pending.cancel(uri)
        self._own_edits.closed(uri)

    def moved(self, uri: str, document: Document) -> None:
        """Go on in a document that has another name now, or another language."""
        self._pending.move(uri, document.uri)
        self._own_edits.move(uri, document.uri)

    def shutdown(self) -> None:
        """End everything; nothing more starts once `Running` is shut down."""
        for uri in self._pending.uris:
            self.closed(uri)

    def _changed(self, document: Document, change: TextChange) -> None:
        ours = self._edits.showed(document)
        self._pending.follow(document.uri, change, ours=ours)
        if ours:
            self._own_edits.edited(document.uri, change)
            return
        collected = self._editor.client.collects_keys
        for typed in typed_in(change, collected=collected):
            self._read(document, typed)

    def _read(self, document: Document, typed: TypedText) -> None:
        """Start what the line asks for that was typed into."""
        settings = self._asker.settings(document)
        known = settings or Settings()
        markers = markers_for(known, document.language, document.name)
        for prompt in find_typed(document.lines, typed, markers):
            if not self._is_new(document, typed, prompt):
                continue
            match prompt.asks:
                case Command(name=name):
                    self._carry_out(document, prompt.anchor, name, known)
                case _ if settings is None:
                    return
                case Question():
                    self._ask(document, prompt.anchor, prompt.asks, markers, settings)
                case Tag():
                    self._fill(document, prompt.anchor, prompt.asks)

    def _is_new(self, document: Document, typed: TypedText, prompt: Prompt) -> bool:
        """Tell whether a prompt is the user's own, and not under way already."""
        uri, anchor = document.uri, prompt.anchor
        if self._own_edits.brings_back(uri, typed, document.lines):
            return False
        if is_offered(prompt, self._offered(uri)):
            return False
        return self._pending.admits(uri, anchor)

    def _carry_out(
        self, document: Document, anchor: Anchor, name: str, settings: Settings
    ) -> None:
        pending = self._pending.add(document.uri, anchor)

        async def run() -> None:
            try:
                await self._commands.run(name, pending, settings)
            except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
                log_bug(self._editor, bug)
            finally:
                self._pending.finish(pending)

        _ = self._start(run())

    def _ask(
        self,
        document: Document,
        anchor: Anchor,
        question: Question,
        markers: Markers,
        settings: Settings,
    ) -> None:
        if not self._may_edit():
            return
        history = find_history(document.lines, anchor.line, markers)
        run = self._asker.chat(document, anchor.line, question.text, history)
        if run is None:
            return
        pending = self._pending.add(document.uri, anchor)
        suffix = question.end - question.start
        answer = partial(
            self._chat.answer, run, pending, suffix=suffix, stream=settings.chat.stream
        )
        self._begin(CHAT, pending, answer)

    def _fill(self, document: Document, anchor: Anchor, tag: Tag) -> None:
        language = language_of(document.language, document.name)
        if not is_tag(document.lines, anchor.line, tag, language):
            return
        if not self._may_edit():
            return
        span = span_of_tag(document.lines, anchor, whole_line=tag.whole_line)
        asked = span and self._asker.inline(document, span, tag.text)
        if not asked:
            return
        pending = self._pending.add(document.uri, anchor)
        answer = partial(self._inline.answer, asked, pending, whole_line=tag.whole_line)
        self._begin(INLINE_PROMPT, pending, answer)

    def _may_edit(self) -> bool:
        """Tell whether an answer could go into the text, and the user if it could not.

        Asking first would cost money, and send the text, for nothing.
        """
        if not self._editor.takes_edits:
            self._editor.tell(
                Severity.WARNING,
                "Hexai: this editor lets no server edit, so nothing was asked",
            )
        return self._editor.takes_edits

    def _begin(
        self, label: str, pending: PendingPrompt, answer: Callable[[], Awaitable[None]]
    ) -> None:
        async def body(_work: Work) -> None:
            try:
                await answer()
            finally:
                self._pending.finish(pending)

        pending.bind(self._running.start(label, pending.uri, body))
