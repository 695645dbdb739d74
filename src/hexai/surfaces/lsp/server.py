"""Which method of the protocol is answered by which function: one table."""

from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.protocol import default_converter
from pygls.server import JsonRPCServer

from hexai.service.crash import describe
from hexai.surfaces.lsp import lifecycle, requests, sync
from hexai.surfaces.lsp.protocol.wire import Wire
from hexai.surfaces.lsp.session import Session

_AT_ONCE: dict[str, Callable[[Session, Any], object]] = {
    types.INITIALIZE: lifecycle.initialize,
    types.INITIALIZED: lifecycle.initialized,
    types.EXIT: lifecycle.leave,
    types.TEXT_DOCUMENT_DID_OPEN: sync.opened,
    types.TEXT_DOCUMENT_DID_CHANGE: sync.changed,
    types.TEXT_DOCUMENT_DID_CLOSE: sync.closed,
    types.WORKSPACE_DID_CHANGE_CONFIGURATION: sync.configured,
    types.WORKSPACE_EXECUTE_COMMAND: requests.execute,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL: lifecycle.stop_work,
}
"""Called within the message, so in the order of the messages."""

_IN_TIME: dict[str, Callable[[Session, Any], Awaitable[object]]] = {
    types.SHUTDOWN: lifecycle.shutdown,
    types.TEXT_DOCUMENT_COMPLETION: requests.complete,
    types.TEXT_DOCUMENT_INLINE_COMPLETION: requests.complete_inline,
    types.TEXT_DOCUMENT_CODE_ACTION: requests.list_actions,
}
"""Each call is a task of its own, which `$/cancelRequest` cancels."""


def make_wire() -> tuple[JsonRPCServer, Wire]:
    """Make the protocol's side of a connection."""
    server = JsonRPCServer(Wire, default_converter)
    assert isinstance(server.protocol, Wire)
    return server, server.protocol


def register(server: JsonRPCServer, session: Session) -> None:
    """Have the session answer what the editor sends."""
    for method, handler in _AT_ONCE.items():
        server.feature(method)(_at_once(session, handler))
    for method, awaited in _IN_TIME.items():
        server.feature(method)(_in_time(session, awaited))


def _at_once(
    session: Session, handler: Callable[[Session, Any], object]
) -> Callable[[Any], object]:
    def handle(params: Any) -> object:
        try:
            return handler(session, params)
        except JsonRpcException:
            raise
        except Exception as bug:  # noqa: BLE001 - the outermost function of the surface
            raise _internal(session, bug) from None

    return handle


def _in_time(
    session: Session, handler: Callable[[Session, Any], Awaitable[object]]
) -> Callable[[Any], Awaitable[object]]:
    async def handle(params: Any) -> object:
        try:
            with session.tasks.answering():
                return await handler(session, params)
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
