#!/usr/bin/env bash
# Guess: pygls keeps a document as the editor has it, with lines that end where the
#   protocol says: at \n, \r\n and \r.
# Seen: its documents are cut by `str.splitlines`, also at form feeds, U+0085, U+2028 and
#   more. Below such a character each change of the editor goes into a wrong line, so that
#   the server's text is no longer the editor's, and nothing tells it.
# Version: pygls 2.1.1.
# Concerns: servers for files that hold a form feed (C and Emacs Lisp sources often do).
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pygls==2.1.1
env/bin/python - <<'PYTHON'
from lsprotocol import types as lsp
from pygls.workspace import Workspace

URI = "file:///page.c"
OPENED = "int a;\n\f\nint b;\n"
"""Four lines by the protocol; the form feed stands on the second."""

workspace = Workspace(None)
workspace.put_text_document(lsp.TextDocumentItem(URI, "c", 1, OPENED))
third_line = lsp.Range(lsp.Position(2, 4), lsp.Position(2, 5))
workspace.update_text_document(
    lsp.VersionedTextDocumentIdentifier(version=2, uri=URI),
    lsp.TextDocumentContentChangePartial(text="counter", range=third_line),
)
kept = workspace.get_text_document(URI).source
print("the editor has:", repr("int a;\n\f\nint counter;\n"))
print("pygls has:     ", repr(kept))
assert kept == "int a;\n\fcounter\nint b;\n", kept
PYTHON
