"""The beginning and the end of a connection, and what is agreed on between them."""

import asyncio
from pathlib import Path

from lsprotocol import types

from hexai.config.live import Sources
from hexai.config.schema import Settings
from hexai.surfaces.lsp.asking.progress import number_of
from hexai.surfaces.lsp.configuration import editor_settings, project_folder
from hexai.surfaces.lsp.editor.clients import identify
from hexai.surfaces.lsp.editor.uris import to_path
from hexai.surfaces.lsp.protocol.capabilities import choose_encoding, traits_of
from hexai.surfaces.lsp.protocol.wire import Phase
from hexai.surfaces.lsp.session import Session
from hexai.text.positions import Encoding
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
    return types.InitializeResult(
        capabilities=_capabilities(
            agreed, session, snapshot.settings if snapshot else Settings()
        ),
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
    if session.parts is not None:
        session.parts.shutdown()
        await asyncio.sleep(0)  # who was answered just now is not to be cancelled
    await session.tasks.stop_requests()


def leave(session: Session, params: None) -> None:
    """End the server; with an error unless it was shut down first."""
    del params
    session.leave()


def stop_work(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    """Stop the work that a progress belongs to."""
    number = number_of(params.token)
    if session.parts is None or number is None:
        return
    if (work := session.parts.running.find(number)) is not None:
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


def _capabilities(
    agreed: Encoding, session: Session, settings: Settings
) -> types.ServerCapabilities:
    return types.ServerCapabilities(
        position_encoding=types.PositionEncodingKind(agreed.value),
        text_document_sync=types.TextDocumentSyncOptions(
            open_close=True, change=types.TextDocumentSyncKind.Incremental
        ),
        completion_provider=types.CompletionOptions(
            trigger_characters=settings.triggers.trigger_characters
        ),
        inline_completion_provider=True,
        code_action_provider=types.CodeActionOptions(
            code_action_kinds=[
                types.CodeActionKind.QuickFix,
                types.CodeActionKind.Refactor,
                types.CodeActionKind.RefactorRewrite,
            ]
        ),
        execute_command_provider=types.ExecuteCommandOptions(
            commands=[session.accept_command, session.action_command]
        ),
    )
