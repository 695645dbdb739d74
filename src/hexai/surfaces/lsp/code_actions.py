"""Code actions: listed at once, carried out beside everything else.

The editor's command is answered before anything is asked. A model then takes its time,
and what it says comes as an edit of the text as it is by then: where the selection has
moved to, or not at all if it was changed. Whatever keeps an action from changing
something is said to the user.
"""

import asyncio
from collections.abc import Iterable, Sequence

from lsprotocol import types
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.order import Snapshot
from hexai.config.schema import Settings
from hexai.domain.entry import Surface
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.prompts.code.cursor import Cursor
from hexai.service.actions.action import Action, Report, answer_of, compose, fitted
from hexai.service.actions.fitting import Unfit
from hexai.service.actions.offered import function_span, offered
from hexai.surfaces.lsp.asking import FirstEntry, Origin
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Editor, Severity
from hexai.surfaces.lsp.edits import Edits, GaveUp
from hexai.surfaces.lsp.passages import Passage, Passages
from hexai.surfaces.lsp.progress import Running, Work
from hexai.surfaces.lsp.protocol.convert import to_span
from hexai.surfaces.lsp.unit_test_action import UnitTests
from hexai.text.lines import Encoding, Replacement, Span, TextChange, compare
from hexai.text.sanitise import visible

_KEPT = 16
"""Lists that are remembered; only the newest can be on the screen."""
_MOST_REPORTS = 50
STOP = "stop"
"""The argument of the command that ends what runs."""

Shown = list[types.CodeAction | types.Command]


class Listing(Struct, frozen=True, kw_only=True):
    """A list that went out, and what it was made of."""

    document: Document
    cursor: Cursor
    actions: tuple[Action, ...]


class ActionLists:
    """Makes the lists of one editor, and remembers the newest.

    A list asks nobody, and is kept with the text that it was made of. So an editor
    sends back two numbers, and the selection is found however the text has moved since.
    """

    def __init__(self, *, encoding: Encoding, command: str, literals: bool) -> None:
        """`literals`: the editor knows more than bare commands."""
        self._encoding = encoding
        self._command = command
        self._literals = literals
        self._listings: dict[int, Listing] = {}
        self._last = 0

    def make(
        self,
        document: Document,
        params: types.CodeActionParams,
        settings: Settings | None,
        running: int,
    ) -> Shown:
        """List the actions for a range; without settings only what stops the others."""
        actions: tuple[Action, ...] = ()
        if settings is not None:
            actions = self._offered(document, params, settings)
        shown = [
            self._show(action.title, action.kind, [self._last, place])
            for place, action in enumerate(actions)
            if _is_wanted(action.kind, params.context.only)
        ]
        if running and _is_wanted("quickfix", params.context.only):
            shown.append(self._show(f"stop ({running} running)", "quickfix", [STOP]))
        return shown

    def find(self, number: object, place: object) -> tuple[Listing, Action] | None:
        """Give an action that was listed; None if nobody knows it any more."""
        if not isinstance(number, int) or not isinstance(place, int):
            return None
        listing = self._listings.get(number)
        if listing is None or not 0 <= place < len(listing.actions):
            return None
        return listing, listing.actions[place]

    def _offered(
        self, document: Document, params: types.CodeActionParams, settings: Settings
    ) -> tuple[Action, ...]:
        cursor = Cursor(
            document=document.lines,
            span=to_span(document.lines, params.range, self._encoding),
            path=document.name,
            identifier=document.language,
        )
        reports = self._reports(document, params)
        actions = offered(cursor, settings, reports)
        self._last += 1
        self._listings[self._last] = Listing(
            document=document, cursor=cursor, actions=actions
        )
        self._listings.pop(self._last - _KEPT, None)
        return actions

    def _reports(
        self, document: Document, params: types.CodeActionParams
    ) -> list[Report]:
        first, last = params.range.start.line, params.range.end.line
        near = (
            each
            for each in params.context.diagnostics
            if each.range.start.line <= last and each.range.end.line >= first
        )
        return [
            Report(
                message=str(getattr(each.message, "value", each.message)),
                span=to_span(document.lines, each.range, self._encoding),
                source=each.source or "",
            )
            for each, _ in zip(near, range(_MOST_REPORTS), strict=False)
        ]

    def _show(
        self, title: str, kind: str, arguments: Sequence[object]
    ) -> types.CodeAction | types.Command:
        title = visible(f"Hexai: {title}")
        command = types.Command(
            title=title, command=self._command, arguments=[*arguments]
        )
        if not self._literals:
            return command
        return types.CodeAction(title=title, kind=kind, command=command)


def _is_wanted(kind: str, only: Iterable[types.CodeActionKind | str] | None) -> bool:
    """Tell whether an editor that wants some kinds only wants this one."""
    if only is None:
        return True
    wanted = [
        each.value if isinstance(each, types.CodeActionKind) else each for each in only
    ]
    return any(not each or f"{kind}.".startswith(f"{each}.") for each in wanted)


class Consultant:
    """Asks the entry of code actions."""

    def __init__(self, entry: FirstEntry) -> None:
        self._entry = entry

    def snapshot(self, uri: str) -> Snapshot | None:
        """Give what is configured for a document; None: code actions are off."""
        snapshot = self._entry.snapshot(uri)
        if snapshot is None or not self._entry.of(snapshot, Surface.CODE_ACTION):
            return None
        return snapshot

    async def ask(
        self, request: Request, snapshot: Snapshot, origin: Origin, span: Span
    ) -> Outcome:
        """Ask about a part of a document, and wait for what becomes of it."""
        lines = range(span.start.line, span.end.line + 1)
        run = self._entry.ask(request, snapshot, origin, lines)
        assert run is not None  # `snapshot` has looked, and it does not change
        return await answer_of(run)


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

    def moved(self, uri: str, document: Document) -> None:
        """Go on in a document that has another name now, or another language."""
        self._passages.moved(uri, document)
        self._running.move(uri, document.uri)

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
            return await self._replace(passage, text, action.title)

    async def _replace(self, passage: Passage, text: str, title: str) -> str | None:
        def compute(document: Document) -> list[Replacement] | None:
            span = passage.span
            if span is None or document.lines.slice(span) != passage.text:
                return None
            return [Replacement(span=span, text=text)]

        made = await self._edits.make(passage.uri, compute, f"Hexai: {title}")
        if isinstance(made, GaveUp) and not made.is_told:
            return made.reason
        return None

    def _tell(self, message: str) -> None:
        self._editor.tell(Severity.WARNING, f"Hexai: {message}")
