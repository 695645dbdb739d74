"""Whatever arrives, the server lives, and answers as the protocol asks."""

import asyncio
import json
from typing import Any

import pytest

from hexai.surfaces.lsp.protocol.stdio import MESSAGE_LIMIT
from tests.support.lsp_client import LspClient, LspError, serving

URI = "file:///tmp/a.py"
_BAD_PARAMS = (
    b'{"jsonrpc":"2.0","id":"a","method":"textDocument/completion",'
    b'"params":{"textDocument":5}}'
)
_DEEP = b'{"jsonrpc":"2.0","id":7,"method":"x","params":' + b"[" * 200_000


def _run(*raw: bytes) -> list[Any]:
    """Send bytes to a server; gives its messages, and sees that it still answers."""

    async def scenario() -> list[Any]:
        async with serving() as (client, _):
            await client.initialize()
            client.open(URI, "one\ntwo\n")
            before = len(client.messages)
            for data in raw:
                client.send_raw(data)
            result = await client.ask_for_nothing(URI, 3)
            assert result == {"isIncomplete": False, "items": []}
            return client.messages[before:-1]

    return asyncio.run(scenario())


def _message(body: bytes | dict[str, Any]) -> bytes:
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    return b"Content-Length: %d\r\n\r\n" % len(data) + data


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 200_000, -32700),
        (_DEEP, -32700),
        (b"1" * 6000, -32700),
        (b"[]", -32600),
        (b"1", -32600),
        (b"null", -32600),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"shutdown"}', -32600),
        (b'{"jsonrpc":"2.0","id":[1],"method":"shutdown"}', -32600),
        (b'{"jsonrpc":"2.0","id":true,"method":"shutdown"}', -32600),
        (b'{"jsonrpc":"1.0","id":9,"method":"shutdown"}', -32600),
        (b'{"id":9,"method":"shutdown"}', -32600),
        (b'{"jsonrpc":"2.0","id":9,"method":5}', -32600),
        (b'{"jsonrpc":"2.0","id":9,"method":"initialized","params":{}}', -32600),
        (b'{"jsonrpc":"2.0","id":9,"method":"hexai/none"}', -32601),
        (b'{"jsonrpc":"2.0","id":9,"method":"$/none","params":[]}', -32601),
        (b'{"jsonrpc":"2.0","id":9,"method":"textDocument/completion"}', -32602),
        (b'{"jsonrpc":"2.0","id":"a","method":"shutdown","params":5,"id":1.5}', -32600),
        (_BAD_PARAMS, -32602),
    ],
)
def test_a_call_that_cannot_be_served_gets_the_protocols_error(
    body: bytes, code: int
) -> None:
    """One error, with the request's id where it has one."""
    (reply,) = _run(_message(body))

    assert reply["error"]["code"] == code
    assert reply["id"] in (9, "a", None)


@pytest.mark.parametrize(
    "body",
    [
        {"jsonrpc": "2.0", "method": "hexai/none", "params": {"a": 1}},
        {"jsonrpc": "2.0", "method": "$/setTrace", "params": {"value": "off"}},
        {"jsonrpc": "2.0", "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 99}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": None}},
        {"jsonrpc": "2.0", "method": "$/cancelRequest"},
        {"jsonrpc": "2.0", "id": 77, "result": None},
        {"jsonrpc": "2.0", "id": 77, "error": {"code": 1, "message": "x"}},
        {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "x"}},
        {"jsonrpc": "2.0", "id": 77, "error": 5},
        {"jsonrpc": "2.0", "id": 77},
        {"jsonrpc": "2.0"},
    ],
)
def test_what_needs_no_answer_gets_none(body: dict[str, Any]) -> None:
    """Unknown notifications, and replies that nobody waits for."""
    assert _run(_message(body)) == []


def test_a_message_that_is_too_large_is_refused() -> None:
    """One error, and the messages behind it count."""
    huge = MESSAGE_LIMIT + 1
    (reply,) = _run(b"Content-Length: %d\r\n\r\n" % huge, bytes(huge))

    assert (reply["id"], reply["error"]["code"]) == (None, -32600)


def test_garbage_between_messages_is_passed_over() -> None:
    """What a wrapper prints changes nothing."""
    assert _run(b"Loading rc file...\n", b"\r\n", b"done\n") == []


@pytest.mark.parametrize(
    "params",
    [
        None,
        5,
        {},
        {"textDocument": {"uri": "file:///none", "version": 1}, "contentChanges": []},
        {
            "textDocument": {"uri": "file:///none", "version": 1},
            "contentChanges": [{"text": "x"}],
        },
        {"textDocument": {"uri": URI, "version": 2}, "contentChanges": []},
    ],
)
def test_a_change_of_nothing_changes_nothing(params: Any) -> None:
    """Unknown documents, no changes, and no parameters at all."""
    text, told = asyncio.run(_changed(params))

    assert (text, told) == ("one\ntwo\n", [])


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ((0, 0), (9, 9), "X"),
        ((2, 0), (2**31 - 1, 2**31 - 1), "one\ntwo\nX"),
        ((0, 3), (2**40, 2**40), "oneX"),
        ((0, 99), (0, 99), "oneX\ntwo\n"),
        ((-1, -1), (0, 1), "Xne\ntwo\n"),
        ((1, 1), (0, 1), "one\ntXwo\n"),
        ((99, 0), (99, 0), "one\ntwo\nX"),
    ],
)
def test_a_range_beyond_the_text_ends_with_it(
    start: tuple[int, int], end: tuple[int, int], text: str
) -> None:
    """Positions that do not exist are the nearest that do."""
    ends = [{"line": line, "character": character} for line, character in (start, end)]
    change = {"range": {"start": ends[0], "end": ends[1]}, "text": "X"}
    document = {"uri": URI, "version": 2}
    params = {"textDocument": document, "contentChanges": [change]}

    assert asyncio.run(_changed(params)) == (text, [])


@pytest.mark.parametrize("version", [-5, 0, 1, 1000])
def test_a_wrong_version_does_not_lose_a_change(version: int) -> None:
    """The order of the messages is the truth, whatever number they carry."""
    document = {"uri": URI, "version": version}
    params = {"textDocument": document, "contentChanges": [{"text": "new"}]}

    assert asyncio.run(_changed(params)) == ("new", [])


def test_a_change_that_cannot_be_read_loses_the_document() -> None:
    """Its text is not known any more, so nothing is offered or edited there."""
    document = {"uri": URI, "version": 2}
    params = {"textDocument": document, "contentChanges": [{"range": 5}]}
    text, told = asyncio.run(_changed(params))

    assert text is None
    assert "could not be read; open it anew" in told[0]["params"]["message"]


async def _changed(params: Any) -> tuple[str | None, list[Any]]:
    """Send a didChange; gives the text and what the server said."""
    async with serving() as (client, server):
        await client.initialize()
        client.open(URI, "one\ntwo\n")
        await _sync(client)
        before = len(client.messages)
        client.notify("textDocument/didChange", params)
        await _sync(client)
        document = server.session.documents.find(URI)
        text = document.lines.text if document else None
        return text, client.messages[before:-1]


async def _sync(client: LspClient) -> None:
    """Wait until everything that was sent has been dealt with."""
    with pytest.raises(LspError):
        await client.request("hexai/sync")


def test_a_document_that_is_too_large_is_left_alone_and_told_once() -> None:
    """Opening it, growing beyond the limit, and asking there end nothing."""

    async def scenario() -> list[Any]:
        async with serving() as (client, server):
            await client.initialize()
            client.open(URI, "ä" * 5_000_001)
            client.change(URI, [{"text": "x"}])
            assert (await client.ask_for_nothing(URI, 0))["items"] == []
            assert server.session.documents.find(URI) is None
            client.close(URI)
            client.open(URI, "ä" * 4_999_999)
            await _sync(client)
            assert server.session.documents.find(URI) is not None
            client.edit(URI, (0, 0, "four"))
            await _sync(client)
            assert server.session.documents.find(URI) is None
            return [m for m in client.messages if "method" in m]

    (told,) = asyncio.run(scenario())
    assert "larger than 10 MB" in told["params"]["message"]


UNKNOWN = {
    "textDocument": {
        "completion": {
            "completionItem": {
                "tagSupport": {"valueSet": [1, 7]},
                "insertTextModeSupport": {"valueSet": [9]},
            },
            "completionItemKind": {"valueSet": [1, 99]},
        },
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["strange"]}}
        },
    },
    "general": {"positionEncodings": ["utf-7", "utf-8"]},
}
"""What an editor of a later protocol may say that it can do."""


def test_an_editor_of_a_later_protocol_is_served() -> None:
    """Numbers and words that nobody knows are left, and what is known counts."""

    async def scenario() -> None:
        async with serving() as (client, _):
            result = await client.initialize(capabilities=UNKNOWN, trace="loud")
            assert result["capabilities"]["positionEncoding"] == "utf-8"
            client.open(URI, "one\ntwo\n")
            assert (await client.ask_for_nothing(URI, 3))["items"] == []

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", [4, 0, -1, 2**40, "1", None, {}, [1]])
@pytest.mark.parametrize("method", ["completion", "inlineCompletion", "codeAction"])
def test_a_request_with_an_unknown_kind_is_answered(method: str, kind: object) -> None:
    """With what there is, whatever the editor says made it ask."""
    here = {"line": 0, "character": 1}
    params = {
        "textDocument": {"uri": URI},
        "position": here,
        "range": {"start": here, "end": here},
        "context": {"triggerKind": kind, "diagnostics": []},
    }

    async def scenario() -> Any:
        async with serving() as (client, _):
            await client.initialize()
            client.open(URI, "one\ntwo\n")
            return await client.request(f"textDocument/{method}", params)

    result = asyncio.run(scenario())
    assert isinstance(result, list) or result["items"] == []


def test_a_diagnostic_of_an_unknown_severity_costs_no_action() -> None:
    """What other servers say comes along with the request for the list."""
    ends = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
    said = {"range": ends, "message": "no", "severity": 9, "tags": [5]}

    async def scenario() -> Any:
        async with serving() as (client, _):
            await client.initialize()
            client.open(URI, "one\ntwo\n")
            document = {"uri": URI}
            context = {"diagnostics": [said], "only": ["strange"]}
            params = {"textDocument": document, "range": ends, "context": context}
            return await client.request("textDocument/codeAction", params)

    assert isinstance(asyncio.run(scenario()), list)
