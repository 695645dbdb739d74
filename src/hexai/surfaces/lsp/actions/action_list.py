"""The list of code actions: from the editor's request to what it shows.

It is made of the text alone, asks nobody, and is kept for a while with the text that it
was made of. So what an editor sends back is two numbers, and the selection is found
again however the text has moved since.
"""

from collections.abc import Iterable, Sequence

from lsprotocol import types
from msgspec import Struct

from hexai.config.schema import Settings
from hexai.prompts.cursor import Cursor
from hexai.service.actions.action import Action, Report
from hexai.service.actions.offered import offered
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.protocol.convert import to_span
from hexai.text.positions import Encoding
from hexai.text.visible import visible

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
    """Makes the lists of one editor, and remembers the newest."""

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
