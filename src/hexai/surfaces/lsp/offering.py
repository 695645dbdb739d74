"""Offers as the protocol wants them: requests read, items made, the accept command.

A request means the document as it was when the request arrived. Its handler begins a
moment later, when changes that came right behind it have been made already; so the
document is noted on arrival, where the task of the handler finds it.
"""

from contextvars import ContextVar
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from hexai.surfaces.lsp.arrival import Route, Trigger, TriggerKind
from hexai.surfaces.lsp.convert import to_position
from hexai.surfaces.lsp.editor import Document
from hexai.surfaces.lsp.inline import inline_completions
from hexai.surfaces.lsp.offer import Offer
from hexai.surfaces.lsp.session import Session

_document: ContextVar[Document | None] = ContextVar("document", default=None)


def note_arrival(session: Session, params: Any) -> None:
    """Note the document that a message is about, before its handler is called."""
    about = getattr(params, "text_document", None)
    uri = getattr(about, "uri", None)
    _document.set(session.documents.find(uri) if isinstance(uri, str) else None)


async def complete(
    session: Session, params: types.CompletionParams
) -> types.CompletionList:
    """Offer what a popup shows."""
    context = params.context
    trigger = Trigger()
    if context is not None:
        kind = TriggerKind(context.trigger_kind)
        trigger = Trigger(kind, context.trigger_character or "")
    document = _document.get()
    offer = await _ask(session, params.position, trigger, "list")
    if offer is None or document is None or session.maker is None:
        return types.CompletionList(is_incomplete=False, items=[])
    number = session.offers.keep(offer, document.language)
    return session.maker.completion(offer, number, language=document.language)


async def complete_inline(
    session: Session, params: types.InlineCompletionParams
) -> types.InlineCompletionList:
    """Offer what is shown at the cursor itself."""
    invoked = params.context.trigger_kind is types.InlineCompletionTriggerKind.Invoked
    trigger = Trigger(TriggerKind.INVOKED if invoked else None)
    document = _document.get()
    offer = await _ask(session, params.position, trigger, "inline")
    if offer is None or document is None or session.maker is None:
        return types.InlineCompletionList(items=[])
    number = session.offers.keep(offer, document.language)
    return inline_completions(offer, number, session.maker, language=document.language)


def execute(session: Session, params: types.ExecuteCommandParams) -> None:
    """Begin to carry out a command; its result comes as an edit or a message."""
    if session.maker is None or params.command != session.maker.command:
        raise JsonRpcInvalidParams(f"there is no command {params.command[:100]}")
    session.spawn(session.acceptance.accept(params.arguments or ()))


async def _ask(
    session: Session, position: types.Position, trigger: Trigger, route: Route
) -> Offer | None:
    document = _document.get()
    if document is None:
        return None
    await session.ready()
    session.refresh(document.uri)
    if session.completer is None:
        return None
    at = to_position(document.lines, position, session.documents.encoding)
    return await session.completer.complete(document, at, trigger, route)
