#!/usr/bin/env bash
# Guess: an item of `insertTextFormat` 1, or of none, is plain text and goes in as it is;
#   only 2 makes a snippet of it. `filterText` is what rows are searched by, no more.
# Seen: kakoune-lsp expands plain text as a snippet: `f $1 ${2:x}` comes in as `f  x `.
#   It is left alone only if `filterText` is the very text that goes in. So a server that
#   leaves `filterText` out, or gives a shorter one, has dollars eaten, of shell, Perl
#   and PHP above all.
# Version: kakoune-lsp 22.0.0 (crate kak-lsp; 21.0.2 did so too), in Kakoune 2022.10.31 of
#   Debian 12; the script only looks whether that, tmux and cargo are there. It compiles
#   for some minutes.
# Concerns: whoever writes a language server that Kakoune users run.
set -euo pipefail
for tool in kak tmux cargo; do
    command -v "$tool" >/dev/null || {
        echo "needs $tool (apt-get install kakoune tmux cargo)" >&2
        exit 2
    }
done
place=$(mktemp -d)
trap 'tmux -S "$place/tmux" kill-server 2>/dev/null || true; sleep 1; rm -rf "$place"' EXIT
cd "$place"
CARGO_TARGET_DIR=$place/target cargo install --quiet --locked --root "$place" \
    kak-lsp --version 22.0.0
cat >server <<'PYTHON'
#!/usr/bin/env python3
"""Offers one item at the beginning of the first line; argument: its other fields."""
import json
import sys


def send(message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
    sys.stdout.buffer.flush()


TEXT = "ab $1 ${2:x}"
RESULTS = {
    "initialize": {"capabilities": {"completionProvider": {}, "textDocumentSync": 1}}
}
while header := sys.stdin.buffer.readline():
    length = int(header.split(b":")[1])
    while sys.stdin.buffer.readline().strip():
        pass
    message = json.loads(sys.stdin.buffer.read(length))
    if "id" not in message:
        continue
    result = RESULTS.get(message["method"])
    if message["method"] == "textDocument/completion":
        end = message["params"]["position"]
        whole = {"start": {**end, "character": 0}, "end": end}
        edit = {"newText": TEXT, "range": whole}
        result = [{"label": "ab", "textEdit": edit, **json.loads(sys.argv[1])}]
    send({"id": message["id"], "result": result})
PYTHON
chmod +x server
mkdir kak
export HOME=$place XDG_CONFIG_HOME=$place XDG_RUNTIME_DIR=$place
export XDG_CACHE_HOME=$place XDG_DATA_HOME=$place PATH=$place/bin:$PATH
export LANG=C.UTF-8

# Types `a` in Kakoune, goes to the row that is offered, and gives the file as saved.
taken() {
    echo >file.py
    rm -f ready shown
    cat >kak/kakrc <<KAK
eval %sh{kak-lsp --kakoune --session "\$kak_session"}
remove-hooks global lsp-filetype-python
hook global BufSetOption filetype=python %{
    set-option buffer lsp_servers %{
        [offers]
        command = "$place/server"
        args = ['$1']
        root_globs = [".git"]
    }
}
hook global WinSetOption filetype=python lsp-enable-window
hook global BufSetOption lsp_completions=.*ab.* %{ nop %sh{touch $place/shown} }
KAK
    tmux -S tmux -f /dev/null new-session -d -x 80 -y 24 kak file.py
    tmux -S tmux set -s escape-time 0
    sleep 3
    tmux -S tmux send-keys i a
    for _ in $(seq 150); do
        [[ -e shown ]] && break
        sleep 0.2
    done
    sleep 1
    tmux -S tmux send-keys C-n
    sleep 1
    tmux -S tmux send-keys Escape
    sleep 1
    tmux -S tmux send-keys -l ':write-quit'
    tmux -S tmux send-keys Enter
    sleep 1
    tmux -S tmux kill-server 2>/dev/null || true
    sed 's/ $/ |/' file.py
}

{
    echo "plain, no filterText: $(taken '{"insertTextFormat": 1}')"
    echo "plain, a short one:   $(taken '{"insertTextFormat": 1, "filterText": "ab"}')"
    echo "plain, the text:      $(taken '{"filterText": "ab $1 ${2:x}"}')"
} | tee seen
diff seen - <<'SEEN'
plain, no filterText: ab  x |
plain, a short one:   ab  x |
plain, the text:      ab $1 ${2:x}
SEEN
