"""What the editor asks for while somebody types."""

from collections.abc import Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from hexai.surfaces.lsp.session import Session


async def complete(
    session: Session, params: types.CompletionParams
) -> types.CompletionList:
    """Offer completions."""
    found = await session.find(params.text_document.uri)
    if found is None:
        return types.CompletionList(is_incomplete=False, items=[])
    document, parts = found
    return await parts.completions.complete(document, params)


async def complete_inline(
    session: Session, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """Offer completions that are shown at the cursor itself."""
    found = await session.find(params.text_document.uri)
    if found is None:
        return types.InlineCompletionList(items=[])
    document, parts = found
    return await parts.completions.complete_inline(document, params)


async def list_actions(
    session: Session, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """List what can be done with a selection."""
    found = await session.find(params.text_document.uri)
    if found is None:
        return []
    document, parts = found
    return parts.actions.list(document, params)


def execute(session: Session, params: types.ExecuteCommandParams) -> None:
    """Begin to carry out a command; the editor is not kept waiting."""
    if params.command == session.action_command:
        session.tasks.spawn(_act(session, params.arguments or ()))
        return
    if params.command != session.accept_command:
        raise JsonRpcInvalidParams(f"there is no command {params.command[:100]}")
    if session.parts is not None:
        session.tasks.spawn(session.parts.completions.accept(params.arguments or ()))


async def _act(session: Session, arguments: Sequence[object]) -> None:
    await session.ready()
    if session.parts is not None:
        session.parts.actions.execute(arguments)
