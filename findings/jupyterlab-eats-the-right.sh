#!/usr/bin/env bash
# Guess: a row goes in where its `textEdit` says, or else `insertText` in place of the
#   word at the cursor, as the protocol has it; what stands right of the cursor stays.
# Seen: JupyterLab looks at no `textEdit`. `insertText` goes in behind the token that its
#   parser finds at the cursor, or, if it begins as that does, in place of the whole
#   token. So `f( )` completed by `1` between the blank and the bracket becomes `f( 1`,
#   and within a string `'he` and the row `hello'` make `'hehello'`.
# Version: JupyterLab 4.6.6 with jupyterlab-lsp 5.3.0; needs Debian's `chromium`.
# Concerns: whoever writes a language server: only what begins as a token is replaced,
#   and only a token that ends at the cursor keeps what is behind it.
set -euo pipefail
chromium=$(command -v chromium) || {
    echo "needs Chromium (apt-get install chromium)" >&2
    exit 2
}
place=$(mktemp -d)
server=
finish() {
    [ -z "$server" ] || kill -- "-$server" 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" --quiet --disable-pip-version-check install \
    jupyterlab==4.6.6 jupyterlab-lsp==5.3.0 playwright==1.65.2
mkdir "$place/files"
printf 'f( )\n%s\n' "'he" >"$place/files/a.py"

cat >"$place/server.py" <<'EOF'
"""Offers one row on each line, with an edit of the word left of the cursor."""
import json, sys

ROWS = {0: ("1", 0), 1: ("hello'", 2)}
read, write = sys.stdin.buffer, sys.stdout.buffer
while line := read.readline():
    size = int(line.split(b":")[1])
    while read.readline().strip():
        pass
    message = json.loads(read.read(size))
    result = None
    if message.get("method") == "initialize":
        result = {"capabilities": {"textDocumentSync": 1, "completionProvider": {}}}
    if message.get("method") == "textDocument/completion":
        end = message["params"]["position"]
        text, letters = ROWS[end["line"]]
        start = {**end, "character": end["character"] - letters}
        edit = {"range": {"start": start, "end": end}, "newText": text}
        result = [{"label": text, "insertText": text, "textEdit": edit}]
    if "id" in message and "method" in message:
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result})
        write.write(b"Content-Length: %d\r\n\r\n" % len(body.encode()) + body.encode())
        write.flush()
EOF
cat >"$place/config.py" <<EOF
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.ServerApp.root_dir = "$place/files"
c.IdentityProvider.token = "finding"
c.LanguageServerManager.autodetect = False
c.LanguageServerManager.language_servers = {"rows": {
    "argv": ["$place/venv/bin/python", "$place/server.py"],
    "languages": ["python"], "mime_types": ["text/x-python"], "version": 2,
}}
EOF
cat >"$place/type.py" <<'EOF'
import sys
from playwright.sync_api import sync_playwright

FILE, ROW = ".jp-FileEditor .cm-content", ".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item"
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
    page = browser.new_page()
    page.goto(f"{sys.argv[2]}/lab/tree/a.py?token=finding&reset", timeout=120_000)
    page.wait_for_selector(FILE, timeout=120_000)
    page.wait_for_timeout(6000)  # nothing shows that its server is up
    page.click(FILE)
    for keys in (["Control+Home", *["ArrowRight"] * 3], ["Control+Home", "ArrowDown", "End"]):
        for key in keys:
            page.keyboard.press(key)
        page.keyboard.press("Tab")
        page.wait_for_selector(ROW, timeout=60_000)
        page.keyboard.press("Enter")
        page.wait_for_timeout(1000)
    print("\n".join(page.locator(".jp-FileEditor .cm-line").all_inner_texts()).strip())
    browser.close()
EOF
export HOME=$place
setsid "$place/venv/bin/jupyter" lab --config "$place/config.py" >"$place/log" 2>&1 &
server=$!
for _ in $(seq 120); do
    url=$(grep -o 'http://127.0.0.1:[0-9]*' "$place/log" | head -1 || true)
    [ -n "$url" ] && break
    sleep 0.5
done
"$place/venv/bin/python" "$place/type.py" "$chromium" "$url" | tee "$place/seen"
diff "$place/seen" - <<'EOF'
f( 1
'hehello'
EOF
