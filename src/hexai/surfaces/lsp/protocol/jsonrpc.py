"""JSON-RPC as the protocol of editors wants it, on top of what pygls does.

pygls turns data into types, finds handlers, cancels requests and matches replies. What
comes before that is here: data that is no message, messages at the wrong time, and
methods that nobody knows get the error that the protocol names, and never end the
server. None of it shows a message's content to a log.
"""

import json
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import JsonRPCProtocol

from hexai.service.crash import describe
from hexai.service.log import Log
from hexai.surfaces.lsp.protocol.convert import clamp_positions, take_unknown
from hexai.surfaces.lsp.protocol.stdio import Fault

Code = types.ErrorCodes


class Phase(Enum):
    """What a connection may be used for."""

    NEW = auto()
    """Nothing but `initialize` is answered."""
    RUNNING = auto()
    SHUT_DOWN = auto()
    """Nothing but `exit` counts."""


class Wire(JsonRPCProtocol):
    """One connection: bytes in, handlers called, bytes out."""

    phase = Phase.NEW
    log: Log
    _takes_unknown = False
    on_malformed: Callable[[str, object], None]
    """Called with the method and parameters of a notification that nobody can read."""

    def get_message_type(self, method: str) -> Any:
        """Give the type of a request or notification."""
        return types.METHOD_TO_TYPES.get(method, (None,))[0]

    def get_result_type(self, method: str) -> Any:
        """Give the type of the reply to a request of ours."""
        return types.METHOD_TO_TYPES.get(method, (None, None))[1]

    def receive(self, body: bytes | Fault) -> None:
        """Deal with one message; raises nothing."""
        try:
            self._receive(body)
        except Exception as bug:  # noqa: BLE001 - the outermost function of the surface
            self.log.write("bug", what=describe(bug))

    def _receive(self, body: bytes | Fault) -> None:
        if isinstance(body, Fault):
            self.log.write("malformed", why=body.value)
            if body is Fault.TOO_LARGE:
                self.refuse(None, Code.InvalidRequest, body.value)
            return
        try:
            message = json.loads(body)
        except (ValueError, RecursionError):
            self.refuse(None, Code.ParseError, "this is not JSON")
            return
        if not isinstance(message, dict) or not _is_id(message.get("id")):
            self.refuse(None, Code.InvalidRequest, "this is not a JSON-RPC 2.0 message")
        elif "method" in message:
            self._called(message)
        else:
            self._replied(message)

    def _called(self, message: dict[str, Any]) -> None:
        method, id_ = message["method"], message.get("id")
        refusal = self._find_refusal(method, message)
        if refusal is not None:
            if id_ is not None:
                self.refuse(id_, *refusal)
            return
        clamp_positions(message.get("params"))
        try:
            typed = self._typed({**message, "jsonrpc": self.VERSION})
        except JsonRpcException:
            self.log.write("malformed", method=method)
            if id_ is not None:
                self.refuse(id_, Code.InvalidParams, f"{method}: wrong parameters")
            else:
                self.on_malformed(method, message.get("params"))
            return
        self.handle_message(typed)

    def _typed(self, message: dict[str, Any]) -> Any:
        """Make types of a call, if need be with values that the protocol has not got.

        Else one such number in what an editor can do would end its session, since
        `initialize` would be refused.
        """
        try:
            return self.structure_message(message)
        except JsonRpcException:
            if self._takes_unknown:
                raise
            self._takes_unknown = True
            take_unknown(self._converter)
            return self.structure_message(message)

    def _find_refusal(
        self, method: object, message: dict[str, Any]
    ) -> tuple[int, str] | None:
        """Say why a call is not for a handler, with the protocol's code."""
        if not isinstance(method, str) or message.get("jsonrpc") != self.VERSION:
            return Code.InvalidRequest, "this is not a JSON-RPC 2.0 message"
        if method == types.EXIT:
            return None
        untimely = self._find_untimely(method)
        if untimely is not None:
            return untimely
        if method not in self.fm.features and method != types.CANCEL_REQUEST:
            return Code.MethodNotFound, f"method not found: {method[:100]}"
        if _is_request(self.get_message_type(method)) != (
            message.get("id") is not None
        ):
            return Code.InvalidRequest, f"{method}: request and notification mixed up"
        return None

    def _find_untimely(self, method: str) -> tuple[int, str] | None:
        begins = method == types.INITIALIZE
        if self.phase is Phase.NEW and not begins:
            return Code.ServerNotInitialized, "initialize comes first"
        if self.phase is Phase.RUNNING and begins:
            return Code.InvalidRequest, "initialize comes only once"
        if self.phase is Phase.SHUT_DOWN:
            return Code.InvalidRequest, "the server was shut down"
        return None

    def _replied(self, message: dict[str, Any]) -> None:
        if message.get("id") is None or not {"result", "error"} & message.keys():
            return
        try:
            self.handle_message(
                self.structure_message({**message, "jsonrpc": self.VERSION})
            )
        except JsonRpcException:
            self.log.write("malformed", method="a reply")

    def refuse(self, id_: int | str | None, code: int, message: str) -> None:
        """Answer a call with an error."""
        error = {"code": int(code), "message": message}
        self._send_data({"jsonrpc": self.VERSION, "id": id_, "error": error})


def _is_id(id_: object) -> bool:
    return id_ is None or (isinstance(id_, int | str) and not isinstance(id_, bool))


def _is_request(kind: Any) -> bool:
    return kind is not None and any(
        field.name == "id" for field in kind.__attrs_attrs__
    )
