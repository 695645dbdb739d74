"""Code actions: listed at once, carried out beside everything else.

The editor's command is answered before anything is asked. A model then takes its time,
and what it says comes as an edit of the text as it is by then: where the selection has
moved to, or not at all if it was changed. Whatever keeps an action from changing
something is said to the user.
"""

import asyncio
from collections.abc import Sequence

from lsprotocol import types
from msgspec.structs import replace

from hexai.config.snapshot import Snapshot
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.prompts.cursor import Cursor
from hexai.service.actions.action import Action
from hexai.service.actions.answer import fitted
from hexai.service.actions.asking import compose
from hexai.service.actions.fitting import Unfit
from hexai.service.actions.function import function_span
from hexai.surfaces.lsp.actions.action_list import STOP, ActionLists, Listing, Shown
from hexai.surfaces.lsp.actions.consultant import Consultant
from hexai.surfaces.lsp.actions.unit_tests import UnitTests
from hexai.surfaces.lsp.asking.origin import Origin
from hexai.surfaces.lsp.asking.work import Running, Work
from hexai.surfaces.lsp.documents.edits import Edits, GaveUp
from hexai.surfaces.lsp.documents.passage import Passage, Passages
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.editor import Editor, Severity
from hexai.text.lines import Replacement, TextChange, compare

_LONG = 20_000
"""Characters of an answer that is made to fit beside the loop, not on it."""


class CodeActions:
    """The code actions of one editor."""

    def __init__(
        self,
        editor: Editor,
        edits: Edits,
        lists: ActionLists,
        consultant: Consultant,
        running: Running,
        unit_tests: UnitTests,
    ) -> None:
        self._editor = editor
        self._edits = edits
        self._lists = lists
        self._consultant = consultant
        self._running = running
        self._unit_tests = unit_tests
        self._passages = Passages()

    def list(self, document: Document, params: types.CodeActionParams) -> Shown:
        """Answer a request for the actions of a range."""
        snapshot = self._consultant.snapshot(document.uri)
        settings = snapshot.settings if snapshot is not None else None
        return self._lists.make(document, params, settings, len(self._running.works))

    def execute(self, arguments: Sequence[object]) -> None:
        """Begin what was chosen from a list."""
        if [*arguments] == [STOP]:
            count = self._running.cancel()
            self._editor.tell(Severity.INFO, f"Hexai: stopped {count}")
            return
        found = self._lists.find(*arguments) if len(arguments) == 2 else None
        if found is None:
            self._tell("this action is too old; ask for the list again")
            return
        listing, action = found
        uri = listing.document.uri
        now = self._editor.document(uri)
        if now is None:
            self._tell(f"{action.title}: the document was closed")
            return

        async def body(work: Work) -> None:
            del work
            await self._carry_out(action, listing)

        self._running.start(action.title, uri, body)

    def opened(self, document: Document) -> None:
        """Tell of a document that was opened."""
        self._passages.opened(document)
        self._unit_tests.opened(document)

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document."""
        self._passages.changed(document, change)

    def closed(self, uri: str) -> None:
        """End what is under way in a document."""
        self._passages.closed(uri)
        self._running.cancel(uri)

    async def _carry_out(self, action: Action, listing: Listing) -> None:
        snapshot = self._consultant.snapshot(listing.document.uri)
        if snapshot is None:
            self._tell(f"{action.title}: code actions are off")
            return
        origin = Origin.of(listing.document)
        cursor = replace(listing.cursor, path=origin.name)
        if action.key == "unit_test":
            reason = await self._test(cursor, snapshot, origin)
        else:
            reason = await self._change(action, cursor, snapshot, origin)
        if reason is not None:
            self._tell(f"{action.title}: {reason}; nothing was changed")

    async def _test(
        self, cursor: Cursor, snapshot: Snapshot, origin: Origin
    ) -> str | None:
        async def asked(request: Request) -> Outcome:
            return await self._consultant.ask(request, snapshot, origin, cursor.span)

        prompts = snapshot.settings.prompts
        return await self._unit_tests.write(cursor, origin.document, prompts, asked)

    async def _change(
        self, action: Action, cursor: Cursor, snapshot: Snapshot, origin: Origin
    ) -> str | None:
        """Have a part of a document changed; gives why not, if that is to be told."""
        document, uri = origin.document, origin.document.uri
        span = action.span or function_span(cursor)
        if span is None:
            return "no whole function was found at the cursor; select what is meant"
        passage = Passage(document.lines, span)
        now = self._editor.document(uri)
        if now is not None and now.lines is not document.lines:
            passage.follow(compare(document.lines, now.lines))
        if passage.span is None:
            return "the text has changed"
        with self._passages.following(uri, passage):
            request = compose(action, cursor, span, snapshot.settings.prompts)
            outcome = await self._consultant.ask(request, snapshot, origin, span)
            if len(outcome.text) > _LONG:
                text = await asyncio.to_thread(fitted, outcome, action, cursor, span)
            else:
                text = fitted(outcome, action, cursor, span)
            if isinstance(text, Unfit):
                return text.reason
            return await self._replace(uri, passage, text, action.title)

    async def _replace(
        self, uri: str, passage: Passage, text: str, title: str
    ) -> str | None:
        def compute(document: Document) -> list[Replacement] | None:
            span = passage.span
            if span is None or document.lines.slice(span) != passage.text:
                return None
            return [Replacement(span=span, text=text)]

        made = await self._edits.make(uri, compute, f"Hexai: {title}")
        if isinstance(made, GaveUp) and not made.is_told:
            return made.reason
        return None

    def _tell(self, message: str) -> None:
        self._editor.tell(Severity.WARNING, f"Hexai: {message}")
