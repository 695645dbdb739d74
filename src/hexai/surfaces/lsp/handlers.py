"""What the editor may send: who answers each method, when, and what announces it.

A method is a function here and a row of `METHODS`, with the capability that
`initialize` announces for it, if it has one. Functions take the session and the
method's parameters; what they do is done by the session and its features.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types
from msgspec import Struct
from pygls.exceptions import (
    JsonRpcException,
    JsonRpcInternalError,
    JsonRpcInvalidParams,
)
from pygls.protocol import default_converter
from pygls.server import JsonRPCServer

from hexai.config.reload import Sources
from hexai.config.schema import Settings
from hexai.service.crash import describe
from hexai.service.log import Log
from hexai.surfaces.lsp.clients import identify
from hexai.surfaces.lsp.configuration import editor_settings, project_folder
from hexai.surfaces.lsp.editor import Severity
from hexai.surfaces.lsp.progress import number_of
from hexai.surfaces.lsp.protocol.connection import choose_encoding, traits_of
from hexai.surfaces.lsp.protocol.convert import to_replacement
from hexai.surfaces.lsp.protocol.jsonrpc import Phase, Wire
from hexai.surfaces.lsp.session import Session
from hexai.surfaces.lsp.uris import to_path
from hexai.version import __version__


def initialize(
    session: Session, params: types.InitializeParams
) -> types.InitializeResult:
    """Get to know the editor, and say what we can do for it."""
    client = identify(traits_of(params))
    session.connection.client = client
    session.connection.capabilities = params.capabilities
    agreed = choose_encoding(params.capabilities, client)
    session.documents.encoding = client.counts or agreed
    session.connection.folders = _folders(params)
    configuration = session.begin(
        Sources(
            folders=session.start.folders,
            environ=session.start.environ,
            config=session.start.config,
            project=project_folder(_root(params)),
            editor=editor_settings(params.initialization_options),
        ),
        params.process_id,
    )
    session.wire.phase = Phase.RUNNING
    session.log.write(
        "initialize", editor=client.name, encoding=session.documents.encoding.value
    )
    snapshot = configuration.snapshot()
    settings = snapshot.settings if snapshot else Settings()
    capabilities = types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(agreed.value)
    )
    for method in METHODS.values():
        method.announce(capabilities, session, settings)
    return types.InitializeResult(
        capabilities=capabilities,
        server_info=types.ServerInfo(name="hexai", version=__version__),
    )


def initialized(session: Session, params: types.InitializedParams) -> None:
    """Go on now that the editor listens."""
    del params
    session.greet()


async def shutdown(session: Session, params: None) -> None:
    """Stop everything; only the end may follow."""
    del params
    session.wire.phase = Phase.SHUT_DOWN
    if session.features is not None:
        session.features.shutdown()
        await asyncio.sleep(0)  # who was answered just now is not to be cancelled
    await session.tasks.stop_requests()


def leave(session: Session, params: None) -> None:
    """End the server; with an error unless it was shut down first."""
    del params
    session.leave()


def stop_work(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    """Stop the work that a progress belongs to."""
    number = number_of(params.token)
    if session.features is None or number is None:
        return
    if (work := session.features.running.find(number)) is not None:
        work.cancel()


def _root(params: types.InitializeParams) -> str | None:
    """Give the folder that the editor was opened on."""
    if params.workspace_folders:
        return params.workspace_folders[0].uri
    return params.root_uri


def _folders(params: types.InitializeParams) -> tuple[Path, ...]:
    """Give the folders that the editor has open."""
    uris = [each.uri for each in params.workspace_folders or ()]
    if not uris and params.root_uri:
        uris = [params.root_uri]
    return tuple(path for path in map(to_path, uris) if path is not None)


async def complete(
    session: Session, params: types.CompletionParams
) -> types.CompletionList:
    """Offer completions."""
    found = await session.wait_for_document(params.text_document.uri)
    if found is None:
        return types.CompletionList(is_incomplete=False, items=[])
    document, features = found
    return await features.completions.complete(document, params)


def _announce_completion(
    capabilities: types.ServerCapabilities, _session: Session, settings: Settings
) -> None:
    capabilities.completion_provider = types.CompletionOptions(
        trigger_characters=settings.triggers.trigger_characters
    )


async def complete_inline(
    session: Session, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """Offer completions that are shown at the cursor itself."""
    found = await session.wait_for_document(params.text_document.uri)
    if found is None:
        return types.InlineCompletionList(items=[])
    document, features = found
    return await features.completions.complete_inline(document, params)


def _announce_inline_completion(
    capabilities: types.ServerCapabilities, _session: Session, _settings: Settings
) -> None:
    capabilities.inline_completion_provider = True


async def list_actions(
    session: Session, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """List what can be done with a selection."""
    found = await session.wait_for_document(params.text_document.uri)
    if found is None:
        return []
    document, features = found
    return features.actions.list(document, params)


def _announce_actions(
    capabilities: types.ServerCapabilities, _session: Session, _settings: Settings
) -> None:
    capabilities.code_action_provider = types.CodeActionOptions(
        code_action_kinds=[
            types.CodeActionKind.QuickFix,
            types.CodeActionKind.Refactor,
            types.CodeActionKind.RefactorRewrite,
        ]
    )


def execute(session: Session, params: types.ExecuteCommandParams) -> None:
    """Begin to carry out a command; the editor is not kept waiting."""
    if params.command == session.action_command:
        session.tasks.spawn(_act(session, params.arguments or ()))
        return
    if params.command != session.accept_command:
        raise JsonRpcInvalidParams(f"there is no command {params.command[:100]}")
    if session.features is not None:
        session.tasks.spawn(session.features.completions.accept(params.arguments or ()))


async def _act(session: Session, arguments: Sequence[object]) -> None:
    await session.ready()
    if session.features is not None:
        session.features.actions.execute(arguments)


def _announce_commands(
    capabilities: types.ServerCapabilities, session: Session, _settings: Settings
) -> None:
    capabilities.execute_command_provider = types.ExecuteCommandOptions(
        commands=[session.accept_command, session.action_command]
    )


def opened(session: Session, params: types.DidOpenTextDocumentParams) -> None:
    """Take up a document."""
    document = params.text_document
    language: object = document.language_id  # null or a number from some clients
    session.documents.open(
        document.uri,
        language if isinstance(language, str) else "",
        document.version,
        document.text,
    )
    session.refresh(document.uri)


def changed(session: Session, params: types.DidChangeTextDocumentParams) -> None:
    """Change a document, all changes of the message at once."""
    document = params.text_document
    replacements = [to_replacement(change) for change in params.content_changes]
    session.documents.change(document.uri, document.version, replacements)
    session.refresh(document.uri)


def closed(session: Session, params: types.DidCloseTextDocumentParams) -> None:
    """Let go of a document."""
    session.documents.close(params.text_document.uri)


def _announce_documents(
    capabilities: types.ServerCapabilities, _session: Session, _settings: Settings
) -> None:
    capabilities.text_document_sync = types.TextDocumentSyncOptions(
        open_close=True, change=types.TextDocumentSyncKind.Incremental
    )


def configured(session: Session, params: types.DidChangeConfigurationParams) -> None:
    """Take in the editor's settings."""
    session.narrow(params.settings)


Announce = Callable[[types.ServerCapabilities, Session, Settings], None]
"""Writes what a method offers into what `initialize` tells the editor."""


def _announce_nothing(
    _capabilities: types.ServerCapabilities, _session: Session, _settings: Settings
) -> None:
    """Leave a method unannounced: it needs no announcement, or another row makes it."""


class AtOnce(Struct, frozen=True):
    """A method called within its message, so in the order of the messages."""

    handler: Callable[[Session, Any], object]
    announce: Announce = _announce_nothing

    def bind(self, session: Session) -> Callable[[Any], object]:
        """Give the handler of one session."""

        def handle(params: Any) -> object:
            try:
                return self.handler(session, params)
            except JsonRpcException:
                raise
            except Exception as bug:  # noqa: BLE001 - the outermost function of the surface
                raise _internal(session, bug) from None

        return handle


class InTime(Struct, frozen=True):
    """A method whose calls are each a task, which `$/cancelRequest` cancels."""

    handler: Callable[[Session, Any], Awaitable[object]]
    announce: Announce = _announce_nothing

    def bind(self, session: Session) -> Callable[[Any], Awaitable[object]]:
        """Give the handler of one session."""

        async def handle(params: Any) -> object:
            try:
                with session.tasks.answering():
                    return await self.handler(session, params)
            except JsonRpcException:
                raise
            except Exception as bug:  # noqa: BLE001 - the outermost function of the surface
                raise _internal(session, bug) from None

        return handle


def _internal(session: Session, bug: Exception) -> JsonRpcInternalError:
    """Give the error for the editor; its words name no text of the user's."""
    what = describe(bug)
    session.log.write("bug", what=what)
    return JsonRpcInternalError(f"this is a bug in Hexai: {what}")


METHODS: Mapping[str, AtOnce | InTime] = {
    types.INITIALIZE: AtOnce(initialize),
    types.INITIALIZED: AtOnce(initialized),
    types.SHUTDOWN: InTime(shutdown),
    types.EXIT: AtOnce(leave),
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: AtOnce(configured),
    types.TEXT_DOCUMENT_DID_OPEN: AtOnce(opened, _announce_documents),
    types.TEXT_DOCUMENT_DID_CHANGE: AtOnce(changed),
    types.TEXT_DOCUMENT_DID_CLOSE: AtOnce(closed),
    types.TEXT_DOCUMENT_COMPLETION: InTime(complete, _announce_completion),
    types.TEXT_DOCUMENT_INLINE_COMPLETION: InTime(
        complete_inline, _announce_inline_completion
    ),
    types.TEXT_DOCUMENT_CODE_ACTION: InTime(list_actions, _announce_actions),
    types.WORKSPACE_EXECUTE_COMMAND: AtOnce(execute, _announce_commands),
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: AtOnce(stop_work),
}


def make_wire(log: Log) -> tuple[JsonRPCServer, Wire]:
    """Make the protocol's side of a connection."""
    server = JsonRPCServer(Wire, default_converter)
    assert isinstance(server.protocol, Wire)
    server.protocol.log = log
    return server, server.protocol


def register(server: JsonRPCServer, session: Session) -> None:
    """Have the session answer what the editor sends."""
    for name, method in METHODS.items():
        server.feature(name)(method.bind(session))
    session.wire.on_malformed = partial(_lose, session)


def _lose(session: Session, method: str, params: object) -> None:
    """Let go of a document whose change could not be read."""
    document = params.get("textDocument") if isinstance(params, dict) else None
    uri = document.get("uri") if isinstance(document, dict) else None
    if method == types.TEXT_DOCUMENT_DID_CHANGE and isinstance(uri, str):
        session.documents.close(uri)
        session.connection.log(
            Severity.WARNING,
            f"Hexai: a change of {uri} could not be read; open it anew",
        )
