#!/usr/bin/env bash
# Guess: a client that has its user confirm the edits of a server waits for that with what
#   is shown until nobody types, or asks in a way that text which is being typed does not
#   answer; or it does not ask where the file is open and the edit can be undone.
# Seen: eglot asks in the minibuffer at once, between two keys. What is typed next answers:
#   `never` refuses the edit and leaves `ever` in the text, `yes` makes it and leaves
#   `es`, and any other letter is lost. A server hears `User cancelled server edit` as an
#   internal error; one that tries again, as after an edit that was stale, is asked about
#   at the next key. The default can be changed: `eglot-confirm-server-initiated-edits`.
# Version: eglot 1.9 in Emacs 28.2 of Debian 12 (`elpa-eglot`); the script only looks
#   whether that and tmux are there.
# Concerns: whoever writes a language server that edits by itself, after its user went on.
set -euo pipefail
emacs=$(emacs --version | head -n 1) && tmux -V >/dev/null &&
    dpkg -s elpa-eglot >/dev/null 2>&1 ||
    { echo "needs eglot and tmux (apt-get install elpa-eglot tmux)" >&2; exit 2; }
place=$(mktemp -d)
terminal() { env -u TMUX tmux -S "$place/tmux" -f /dev/null "$@"; }
finish() {
    terminal kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
cd "$place"

cat >server.py <<'PYTHON'
"""Speaks enough of the protocol to edit once after each change; notes the answers."""

import json
import sys


def read():
    length = 0
    while line := sys.stdin.buffer.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return json.loads(sys.stdin.buffer.read(length)) if length else None


def send(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


AT = {"line": 0, "character": 0}
edits = 0
while (message := read()) is not None:
    method, number = message.get("method"), message.get("id")
    if method == "initialize":
        sync = {"openClose": True, "change": 2}
        send(id=number, result={"capabilities": {"textDocumentSync": sync}})
    elif method == "textDocument/didChange" and edits < 2:
        document = message["params"]["textDocument"]
        edit = {"range": {"start": AT, "end": AT}, "newText": "Edited.\n"}
        changes = [{"textDocument": document, "edits": [edit]}]
        edits += 1
        send(
            id=edits,
            method="workspace/applyEdit",
            params={"edit": {"documentChanges": changes}},
        )
    elif method is None:
        with open("answers", "a") as answers:
            print(json.dumps(message.get("error", message.get("result"))), file=answers)
    elif number is not None:
        send(id=number, result=None)
PYTHON
cat >start.el <<'LISP'
(setq native-comp-async-report-warnings-errors nil inhibit-startup-screen t
      make-backup-files nil auto-save-default nil)
(package-initialize)
(require 'eglot)
(setq eglot-sync-connect 20)
(add-to-list 'eglot-server-programs '(text-mode "python3" "server.py"))
(find-file "x.txt")
(apply #'eglot--connect (eglot--guess-contact))
(run-with-idle-timer 1 nil (lambda () (write-region "" nil "up")))
LISP
wait_for() {
    for _ in $(seq 300); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
    echo "this never came true: $*" >&2
    terminal capture-pane -p >&2 || true
    exit 1
}
is_asked() { terminal capture-pane -p | grep -F 'Proceed? (y or n)'; }
is_answered() { [[ $(wc -l <answers) == "$1" ]]; }

touch x.txt
terminal new-session -d -x 80 -y 24 "HOME='$place' emacs -nw -q -l start.el"
wait_for test -e up
terminal send-keys -l 'Then: '
wait_for is_asked
terminal send-keys -l 'never'
wait_for is_answered 1
wait_for is_asked # for the next change, of what was left of these words
terminal send-keys -l 'yes'
wait_for is_answered 2
terminal send-keys C-x C-s
wait_for test -s x.txt

printf '%s; the server was told:\n%s\n' "$emacs" "$(cat answers)"
printf 'typed were "Then: ", "never" and "yes"; the file has:\n%s\n' "$(cat x.txt)"
grep -q 'User cancelled server edit' answers
grep -q '"applied": true' answers
[[ $(cat x.txt) == $'Edited.\nThen: everes' ]]
