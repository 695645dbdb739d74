#!/usr/bin/env bash
# Guess: what a row of completion has as `textEdit.newText` is what it puts in: a plugin
#   may ignore the range, but hardly a part of the text.
# Seen: ALE puts in what stands before the first `(`, and calls no function whatever it is
#   sent: `total(a, b) + 1` becomes `total`, and a row that begins with a bracket is not
#   shown. Nothing says that there was more. It counts bytes, too, where the protocol has
#   UTF-16 units unless both agree on others, so behind an `é` it asks one place too far
#   right; and what has several lines comes in as one, with NUL bytes for its breaks.
# Version: ALE 3.3.0 in Vim 9.0 of Debian 12 (`vim-ale`, `vim`); the script only looks
#   whether they and tmux are there.
# Concerns: whoever writes a language server that offers more than names to Vim's users.
set -euo pipefail
tmux -V >/dev/null && vim --version >/dev/null &&
    version=$(dpkg-query -W -f '${Version}' vim-ale 2>/dev/null) ||
    { echo "needs ALE, Vim and tmux (apt-get install vim-ale vim tmux)" >&2; exit 2; }
place=$(mktemp -d)
socket=first
terminal() { env -u TMUX tmux -S "$place/$socket" -f /dev/null "$@"; }
finish() {
    terminal kill-server 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
cd "$place"

cat >server.py <<'PYTHON'
"""Speaks enough of the protocol to offer three rows; notes where it was asked."""

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


def row(text, at):
    edit = {"range": {"start": at, "end": at}, "newText": text}
    return {"label": text, "insertText": text, "textEdit": edit}


while (message := read()) is not None:
    method, number = message.get("method"), message.get("id")
    if method == "initialize":
        provider = {"triggerCharacters": ["."]}
        send(id=number, result={"capabilities": {"completionProvider": provider}})
    elif method == "textDocument/completion":
        at = message["params"]["position"]
        texts = ("total(a, b) + 1", "(a, b)", "first = 1\nsecond = 2")
        send(id=number, result=[row(text, at) for text in texts])
        with open("asked", "a") as asked:
            print(at["character"], file=asked)
    elif number is not None:
        send(id=number, result=None)
PYTHON
cat >rc.vim <<'VIM'
set nocompatible encoding=utf-8 completeopt=menu,menuone,noinsert viminfo=
set runtimepath^=/usr/share/vim-ale
let g:ale_linters_explicit = 1
let g:ale_linters = {'text': ['stub']}
runtime plugin/ale.vim
set filetype=text omnifunc=ale#completion#OmniFunc
function! Root(buffer) abort
    return getcwd()
endfunction
call ale#linter#Define('text', {'name': 'stub', 'lsp': 'stdio',
\ 'executable': 'python3', 'command': '%e server.py', 'project_root': function('Root')})
VIM
wait_for() {
    for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
    echo "this never came true: $*" >&2
    terminal capture-pane -p >&2 || true
    exit 1
}
shows() { terminal capture-pane -p | grep -F -- "$1"; }

# Completes behind a text of three characters, and takes the row that is so far down.
complete() {
    rm -f asked x.txt
    socket=row-$1
    terminal new-session -d -x 80 -y 12 "LC_ALL=C.UTF-8 vim -u rc.vim x.txt"
    wait_for shows '"x.txt" [New]'
    terminal send-keys -l 'i'
    terminal send-keys -l 'né '
    wait_for shows 'INSERT'
    terminal send-keys C-x C-o
    wait_for shows 'total'
    terminal capture-pane -p >rows
    local _
    for _ in $(seq "$1"); do terminal send-keys Down; done
    terminal send-keys C-y Escape
    terminal send-keys -l ':x'
    terminal send-keys Enter
    wait_for test -s x.txt
    terminal kill-server 2>/dev/null || true
}

complete 0
printf 'ALE %s, asked at character %s, shows\n%s\nand puts in %q\n' \
    "$version" "$(cat asked)" "$(grep -E '[a-z(]' rows)" "$(cat x.txt)"
[[ $(cat x.txt) == 'né total' ]]
[[ $(cat asked) == 4 ]]
! grep -F '(a, b)' rows
complete 1
printf 'and of two lines %q\n' "$(tr '\0' '@' <x.txt)"
[[ $(tr '\0' '@' <x.txt) == 'né first = 1@second = 2' ]]
