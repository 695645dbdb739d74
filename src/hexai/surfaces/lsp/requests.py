"""What the editor asks for while somebody types."""

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from hexai.surfaces.lsp.session import Session


async def complete(
    session: Session, params: types.CompletionParams
) -> types.CompletionList:
    """Offer completions."""
    document = session.documents.find(params.text_document.uri)
    session.refresh(params.text_document.uri)
    await session.ready()
    if document is None or session.suggesting is None:
        return types.CompletionList(is_incomplete=False, items=[])
    return await session.suggesting.complete(document, params)


async def complete_inline(
    session: Session, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """Offer completions that are shown at the cursor itself."""
    document = session.documents.find(params.text_document.uri)
    session.refresh(params.text_document.uri)
    await session.ready()
    if document is None or session.suggesting is None:
        return types.InlineCompletionList(items=[])
    return await session.suggesting.complete_inline(document, params)


def execute(session: Session, params: types.ExecuteCommandParams) -> None:
    """Begin to carry out a command; the editor is not kept waiting."""
    if params.command != session.accept_command:
        raise JsonRpcInvalidParams(f"there is no command {params.command[:100]}")
    if session.suggesting is not None:
        session.spawn(session.suggesting.accept(params.arguments or ()))
