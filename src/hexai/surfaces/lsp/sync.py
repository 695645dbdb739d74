"""What the editor tells of its documents and settings."""

from lsprotocol import types

from hexai.surfaces.lsp.protocol.convert import to_replacement
from hexai.surfaces.lsp.session import Session


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


def configured(session: Session, params: types.DidChangeConfigurationParams) -> None:
    """Take in the editor's settings."""
    session.narrow(params.settings)
