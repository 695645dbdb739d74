"""The editor at the other end of the connection: what it is told, asked, and can do."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types

from hexai.surfaces.lsp.clients import DEFAULT, Client, Traits
from hexai.surfaces.lsp.documents import Document, Documents
from hexai.surfaces.lsp.editor import Answer, Severity, hold
from hexai.surfaces.lsp.protocol.convert import from_replacement
from hexai.surfaces.lsp.protocol.jsonrpc import Wire
from hexai.text.lines import Encoding, Lines, Replacement
from hexai.text.sanitise import visible

_ANSWER_WITHIN = 10.0
"""Seconds for the editor's answer to a request of ours."""
_ASKED_WITHIN = 30.0
"""Seconds for one that the editor's user is asked about."""


class Connection:
    """Says things to the editor, and asks it."""

    def __init__(self, wire: Wire, documents: Documents) -> None:
        self._wire = wire
        self.documents = documents
        self.client: Client = DEFAULT
        self.capabilities = types.ClientCapabilities()
        self.folders: tuple[Path, ...] = ()
        """Those that the editor has open."""

    @property
    def takes_edits(self) -> bool:
        """Whether the editor makes edits that it did not ask for."""
        workspace = self.capabilities.workspace
        return bool(workspace and workspace.apply_edit)

    def document(self, uri: str) -> Document | None:
        """Give an open document as it is now."""
        return self.documents.find(uri)

    def tell(self, severity: Severity, message: str) -> None:
        """Show a short message to the user, once; one about work when that is over."""
        if hold(severity, message):
            return
        kind = types.MessageType(int(severity))
        self._wire.notify(
            types.WINDOW_SHOW_MESSAGE,
            types.ShowMessageParams(type=kind, message=visible(message)),
        )

    def log(self, severity: Severity, message: str) -> None:
        """Write a line where the editor keeps the servers' messages."""
        kind = types.MessageType(int(severity))
        self._wire.notify(
            types.WINDOW_LOG_MESSAGE,
            types.LogMessageParams(type=kind, message=visible(message)),
        )

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Have edits made in a document at its version; gives the editor's answer."""
        if not self.takes_edits:
            return Answer.NO
        edit = self._edit(document, replacements)
        params = types.ApplyWorkspaceEditParams(edit=edit, label=label)
        never = self.client.says_never
        granted, said = await self._request(
            types.WORKSPACE_APPLY_EDIT,
            params,
            within=_ASKED_WITHIN if never else _ANSWER_WITHIN,
        )
        if granted:
            return Answer.YES if getattr(said, "applied", False) else Answer.NO
        return Answer.NEVER if never and re.search(never, str(said)) else Answer.NO

    async def settings(self) -> Any:
        """Ask for the editor's settings under `hexai`; None if it gives none."""
        workspace = self.capabilities.workspace
        if workspace is None or not workspace.configuration:
            return None
        item = types.ConfigurationItem(section="hexai")
        params = types.ConfigurationParams(items=[item])
        result = await self.ask(types.WORKSPACE_CONFIGURATION, params)
        return result[0] if isinstance(result, list | tuple) and result else None

    async def ask(self, method: str, params: object) -> Any:
        """Send a request; None if it is refused, or not answered in time."""
        granted, result = await self._request(method, params)
        return result if granted else None

    async def agree(self, method: str, params: object) -> bool:
        """Send a request to which nothing is the answer; tells if it was granted."""
        granted, _ = await self._request(method, params)
        return granted

    def notify(self, method: str, params: object) -> None:
        """Send a notification."""
        self._wire.notify(method, params)

    async def _request(
        self, method: str, params: object, *, within: float = _ANSWER_WITHIN
    ) -> tuple[bool, Any]:
        """Send a request; gives whether it was granted, and what is said to it."""
        from pygls.exceptions import JsonRpcException

        # Shielded, since a reply that comes after all would find it cancelled.
        answer = asyncio.shield(self._wire.send_request_async(method, params))
        try:
            async with asyncio.timeout(within):
                return True, await answer
        except JsonRpcException as refusal:
            return False, refusal.message
        except TimeoutError:
            return False, None

    def _edit(
        self, document: Document, replacements: Sequence[Replacement]
    ) -> types.WorkspaceEdit:
        lines, encoding = document.lines, self.documents.encoding
        edits = [
            from_replacement(lines, with_breaks_of(lines, each), encoding)
            for each in replacements
        ]
        workspace = self.capabilities.workspace
        wants = workspace.workspace_edit if workspace else None
        announced = wants is not None and wants.document_changes
        version = document.version
        if self.client.checks_versions:
            version = max(1, version or 0)
        elif not announced:
            return types.WorkspaceEdit(changes={document.uri: edits})
        versioned = types.OptionalVersionedTextDocumentIdentifier(
            uri=document.uri, version=version
        )
        change = types.TextDocumentEdit(text_document=versioned, edits=[*edits])
        return types.WorkspaceEdit(document_changes=[change])


def with_breaks_of(lines: Lines, replacement: Replacement) -> Replacement:
    r"""Give a replacement the line breaks of the text, where they are not \n."""
    number = replacement.span.start.line if replacement.span is not None else 0
    ending = _break_at(lines, number) or _break_at(lines, 0)
    if ending in ("", "\n") or "\n" not in replacement.text:
        return replacement
    text = ending.join(Lines.of(replacement.text).between(0, len(replacement.text) + 1))
    return Replacement(span=replacement.span, text=text)


def _break_at(lines: Lines, number: int) -> str:
    if not 0 <= number < len(lines):
        return ""
    return lines.raw[number][len(lines.line(number)) :]


def choose_encoding(capabilities: types.ClientCapabilities, client: Client) -> Encoding:
    """Agree on what positions count."""
    general = capabilities.general
    offered = general.position_encodings if general else None
    order = [Encoding.UTF32, Encoding.UTF8, Encoding.UTF16]
    if client.utf8_first:
        order = [Encoding.UTF8, Encoding.UTF32, Encoding.UTF16]
    return next((each for each in order if each in (offered or ())), Encoding.UTF16)


def traits_of(params: types.InitializeParams) -> Traits:
    """Give what tells editors apart."""
    document = params.capabilities.text_document
    completion = document.completion if document else None
    item = _item(params.capabilities)
    tags = item.tag_support if item else None
    return Traits(
        name=params.client_info.name if params.client_info else "",
        insert_replace=bool(item and item.insert_replace_support),
        preselects=bool(item and item.preselect_support),
        no_tags=tags is not None and not tags.value_set,
        inline_completion=bool(document and document.inline_completion),
        process=params.process_id is not None,
        registers=bool(completion and completion.dynamic_registration),
        server_status=_takes_status(params.capabilities.experimental),
        semantic_tokens=bool(document and document.semantic_tokens),
        no_action_kinds=_lists_no_action(document),
    )


def _lists_no_action(document: types.TextDocumentClientCapabilities | None) -> bool:
    actions = document.code_action if document else None
    support = actions.code_action_literal_support if actions else None
    return support is not None and not support.code_action_kind.value_set


def _takes_status(experimental: object) -> bool:
    if isinstance(experimental, dict):
        return bool(experimental.get("serverStatusNotification"))
    return bool(getattr(experimental, "serverStatusNotification", False))


def knows_as_is(capabilities: types.ClientCapabilities) -> bool:
    """Tell whether items may ask to be inserted as they are."""
    item = _item(capabilities)
    modes = item.insert_text_mode_support if item else None
    return modes is not None and types.InsertTextMode.AsIs in modes.value_set


def knows_action_literals(capabilities: types.ClientCapabilities) -> bool:
    """Tell whether code actions may be more than bare commands."""
    document = capabilities.text_document
    actions = document.code_action if document else None
    return actions is not None and actions.code_action_literal_support is not None


def _item(
    capabilities: types.ClientCapabilities,
) -> types.ClientCompletionItemOptions | None:
    document = capabilities.text_document
    completion = document.completion if document else None
    return completion.completion_item if completion else None
