#!/usr/bin/env bash
# Guess: a request whose parameters hold a value that the protocol's types have not got is
#   answered with the error InvalidParams; a number that a later version of the protocol
#   added to what the editor can do is passed over, as lists of such values are there for.
# Seen: pygls answers nothing at all. Its user sees `Error in server: Invalid Params` as a
#   message, and the editor waits for the request's id until it gives up. So one new number
#   among an editor's capabilities, such as a second tag of completion items, keeps every
#   server made with it from starting; lists that may hold any number (kinds of items) are
#   taken. The server goes on, and answers the next request.
# Version: pygls 2.1.1, lsprotocol 2025.0.0.
# Concerns: servers that have to work with editors newer than their types.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    pygls==2.1.1 lsprotocol==2025.0.0
cat >server.py <<'PYTHON_SERVER'
from lsprotocol import types
from pygls.lsp.server import LanguageServer

server = LanguageServer("server", "1")


@server.feature(types.TEXT_DOCUMENT_COMPLETION)
def complete(params: types.CompletionParams):
    return [types.CompletionItem(label=str(params.context.trigger_kind))]


server.start_io()
PYTHON_SERVER
env/bin/python - <<'PYTHON'
import json
import subprocess
import sys


class Editor:
    def __init__(self):
        self.server = subprocess.Popen(
            [sys.executable, "server.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.last = 0

    def ask(self, method, params):
        self.last += 1
        call = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}
        body = json.dumps(call).encode()
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def read(self):
        length = 0
        while (line := self.server.stdout.readline()) != b"\r\n":
            assert line, "the server ended"
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.server.stdout.read(length))

    def begin(self, **completion):
        self.ask(
            "initialize",
            {
                "processId": None,
                "rootUri": None,
                "capabilities": {"textDocument": {"completion": completion}},
            },
        )

    def complete(self, kind):
        self.ask(
            "textDocument/completion",
            {
                "textDocument": {"uri": "file:///a.py"},
                "position": {"line": 0, "character": 0},
                "context": {"triggerKind": kind},
            },
        )

    def end(self):
        self.server.kill()
        self.server.communicate()


def told(message):
    return message.get("method") == "window/showMessage" and message["params"]["message"]


def by_number(editor, count):
    """Read so many messages: what was told, and the ids of what was answered."""
    messages = [editor.read() for _ in range(count)]
    return [told(each) for each in messages if told(each)], [
        each["id"] for each in messages if "id" in each
    ]


editor = Editor()
editor.begin(completionItem={"tagSupport": {"valueSet": [1, 2]}})
editor.begin(completionItemKind={"valueSet": [1, 99]})
messages, answered = by_number(editor, 2)
print("initialize with a new tag, then with a new kind; answered:", answered, messages)
assert answered == [2]
assert len(messages) == 1

editor.complete(kind=4)
editor.complete(kind=1)
messages, answered = by_number(editor, 2)
print("completion by a new trigger, then by hand; answered:", answered, messages)
assert answered == [4]
assert len(messages) == 1
editor.end()
PYTHON
