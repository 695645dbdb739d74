"""From what is typed to what is asked: questions, inline tags and commands.

Follows the documents. A change is first taken by the prompts under way, which move with
their text or end with it; then, if it was typed, the line that it was typed into is
read. Each prompt is asked once. What holds for a request is decided here, how it is
answered in `chat.py`, `inline_prompt.py` and `commands.py`.
"""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from hexai.config.schema import Settings
from hexai.prompts.instruction import is_tag
from hexai.prompts.languages import language_of
from hexai.prompts.markers import markers_for
from hexai.service.services import Services
from hexai.surfaces.lsp import chat, inline_prompt
from hexai.surfaces.lsp.anchor import Anchor
from hexai.surfaces.lsp.chat import Chat
from hexai.surfaces.lsp.chat_history import find_history
from hexai.surfaces.lsp.commands import KNOWN, Commands
from hexai.surfaces.lsp.editor import Document, Editor, Severity
from hexai.surfaces.lsp.edits import Edits
from hexai.surfaces.lsp.inline_prompt import InlinePrompts
from hexai.surfaces.lsp.offer import Offer
from hexai.surfaces.lsp.pending import Pending
from hexai.surfaces.lsp.prompt_edits import span_of_tag
from hexai.surfaces.lsp.prompt_questions import PromptAsker, PromptQuestions
from hexai.surfaces.lsp.running import Running, Start, Work
from hexai.surfaces.lsp.typed import Typed, Typing, typed_in
from hexai.text.lines import TextChange
from hexai.text.triggers import (
    Markers,
    Question,
    Tag,
    find_command,
    find_question,
    find_tags,
)

if TYPE_CHECKING:
    from hexai.surfaces.lsp.session import Session
    from hexai.surfaces.lsp.suggesting import Suggesting

Offered = Callable[[str], Iterable[Offer]]
"""Gives what was offered in a document."""


def open_prompting(
    session: "Session",
    suggesting: "Suggesting",
    services: Services,
    running: Running,
) -> "Prompting":
    """Open what answers prompts in the documents of a session."""
    assert session.configuration is not None
    connection, make = session.connection, session.edits.make
    commands = Commands(
        connection, session.configuration, running, suggesting.completer, make=make
    )
    return Prompting(
        connection,
        PromptQuestions(session.configuration, services),
        session.edits,
        running,
        commands,
        offered=suggesting.offers.about,
        start=services.start,
    )


class Prompting:
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
        start: Start,
    ) -> None:
        """Follow nothing yet; to be told of changes after `edits` is."""
        self.running = running
        """What is under way."""
        self._editor = editor
        self._asker = asker
        self._edits = edits
        self._commands = commands
        self._chat = Chat(editor, make=edits.make)
        self._inline = InlinePrompts(editor, make=edits.make)
        self._offered = offered
        self._start = start
        self._typing = Typing()
        self._pending: dict[str, list[Pending]] = {}

    def opened(self, document: Document) -> None:
        """Do nothing: what is in a document that is opened asks nothing."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document, and start what was typed in it."""
        try:
            self._changed(document, change)
        except Exception as bug:  # noqa: BLE001 - nobody above could do better
            self._editor.log(Severity.ERROR, f"internal error: {type(bug).__name__}")

    def closed(self, uri: str) -> None:
        """End all that goes on in a document."""
        for pending in self._pending.pop(uri, ()):
            pending.cancel()
        self.running.cancel(uri)
        self._typing.closed(uri)

    def shutdown(self) -> None:
        """End everything, and start nothing more."""
        for uri in tuple(self._pending):
            self.closed(uri)
        self.running.shutdown()

    def _changed(self, document: Document, change: TextChange) -> None:
        ours = self._edits.showed(document)
        self._follow(document.uri, change, ours=ours)
        if ours:
            self._typing.edited(document.uri, change.before)
            return
        typed = typed_in(change)
        if typed is not None:
            self._read(document, typed)

    def _follow(self, uri: str, change: TextChange, *, ours: bool) -> None:
        for pending in self._pending.get(uri, ()):
            pending.follow(change, ours=ours)
        self._drop_done(uri)

    def _drop_done(self, uri: str) -> None:
        left = [each for each in self._pending.get(uri, ()) if not each.is_over]
        if left:
            self._pending[uri] = left
        else:
            self._pending.pop(uri, None)

    def _read(self, document: Document, typed: Typed) -> None:
        """Start what the line asks for whose last character was typed."""
        settings = self._asker.settings(document)
        markers = markers_for(
            settings or Settings(), document.language, _path(document)
        )
        line = document.lines.line(typed.line)
        last = len(line.rstrip()) - 1
        if typed.has(last):
            command = find_command(line, markers, KNOWN)
            if command is not None:
                anchor = _heading(line, typed.line, last + 1)
                if self._is_new(document, typed, anchor):
                    self._run_command(
                        document, anchor, command.name, settings or Settings()
                    )
                return
        if settings is None:
            return
        question = find_question(line, markers)
        if question is not None and typed.has(question.end - 1):
            anchor = _heading(line, typed.line, question.end)
            if self._is_new(document, typed, anchor):
                self._ask(document, anchor, question, settings, markers)
            return
        for tag in find_tags(line, markers):
            if typed.has(tag.end - 1):
                self._fill(document, typed, tag)

    def _is_new(self, document: Document, typed: Typed, anchor: Anchor) -> bool:
        """Tell whether a prompt is the user's own, and not under way already."""
        uri = document.uri
        if self._typing.brings_back(uri, typed, document.lines):
            return False
        if is_offered(anchor.text, self._offered(uri)):
            return False
        self._drop_done(uri)
        for pending in self._pending.get(uri, ()):
            if pending.anchor.line == anchor.line and anchor.heads_line:
                if pending.anchor.text == anchor.text:
                    return False
                pending.cancel()  # it was a shorter one, and goes on being typed
            elif pending.anchor == anchor:
                return False
        return True

    def _add(self, document: Document, anchor: Anchor) -> Pending:
        pending = Pending(document.uri, anchor)
        self._pending.setdefault(document.uri, []).append(pending)
        return pending

    def _run_command(
        self, document: Document, anchor: Anchor, name: str, settings: Settings
    ) -> None:
        pending = self._add(document, anchor)

        async def run() -> None:
            try:
                await self._commands.run(name, pending, settings)
            except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
                what = type(bug).__name__
                self._editor.log(Severity.ERROR, f"internal error: {what}")
            finally:
                self._finish(pending)

        _ = self._start(run())

    def _ask(
        self,
        document: Document,
        anchor: Anchor,
        question: Question,
        settings: Settings,
        markers: Markers,
    ) -> None:
        history = find_history(document.lines, anchor.line, markers)
        run = self._asker.chat(document, anchor.line, question.text, history)
        if run is None:
            return
        pending = self._add(document, anchor)
        suffix = question.end - question.start
        answer = partial(
            self._chat.answer, run, pending, suffix=suffix, stream=settings.chat.stream
        )
        self._begin(chat.LABEL, pending, answer)

    def _fill(self, document: Document, typed: Typed, tag: Tag) -> None:
        line = document.lines.line(typed.line)
        anchor = Anchor(
            line=typed.line, text=line[tag.start : tag.end], heads_line=False
        )
        language = language_of(document.language, _path(document))
        if not self._is_new(document, typed, anchor):
            return
        if not is_tag(document.lines, typed.line, tag, language):
            return
        span = span_of_tag(document.lines, anchor, whole_line=tag.whole_line)
        asked = span and self._asker.inline(document, span, tag.text)
        if not asked:
            return
        pending = self._add(document, anchor)
        answer = partial(self._inline.answer, asked, pending, whole_line=tag.whole_line)
        self._begin(inline_prompt.LABEL, pending, answer)

    def _begin(
        self, label: str, pending: Pending, answer: Callable[[], Awaitable[None]]
    ) -> None:
        async def body(_work: Work) -> None:
            try:
                await answer()
            finally:
                self._finish(pending)

        pending.bind(self.running.start(label, pending.uri, body))

    def _finish(self, pending: Pending) -> None:
        pending.is_done = True
        self._drop_done(pending.uri)


def is_offered(text: str, offers: Iterable[Offer]) -> bool:
    """Tell whether a prompt is part of what was offered: then nobody asked it."""
    for offer in offers:
        left = offer.lines.line(offer.anchor.line)[: offer.anchor.character]
        if text in left:
            continue
        if any(text in left + each.text for each in offer.suggestions):
            return True
    return False


def _heading(line: str, number: int, end: int) -> Anchor:
    """Make the anchor of a prompt that its line begins with."""
    return Anchor(line=number, text=line[:end].lstrip(), heads_line=True)


def _path(document: Document) -> str:
    return document.uri.rpartition("/")[2]
