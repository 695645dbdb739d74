#!/usr/bin/env bash
# Guess: `iter_lines()` cuts a stream of newline-delimited JSON at its newlines.
# Seen: it also cuts at U+0085, U+2028 and other ends of line that only Unicode knows,
#   which valid JSON holds unescaped within strings. Ollama's own client reads that way:
#   an answer with such a character ends in a JSONDecodeError.
# Version: httpx 0.28.1, httpx2 2.16.2, ollama (the Python client) 0.6.3.
# Concerns: whoever reads /api/chat or other streams of JSON lines with these.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    httpx==0.28.1 httpx2==2.16.2 ollama==0.6.3
env/bin/python - <<'PYTHON'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import httpx2
import ollama

SAID = ["one\u0085two", "three\u2028four"]


def line(text, *, done):
    message = {"role": "assistant", "content": text}
    value = {"model": "m", "message": message, "done": done}
    return json.dumps(value, ensure_ascii=False) + "\n"


BODY = "".join(line(each, done=False) for each in SAID) + line("", done=True)
by_the_book = [json.loads(each) for each in BODY.split("\n") if each]
assert [each["message"]["content"] for each in by_the_book] == [*SAID, ""]


class Upstream(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.end_headers()
        self.wfile.write(BODY.encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"

for library in (httpx, httpx2):
    client = library.Client(trust_env=False)
    with client, client.stream("POST", url, json={}) as response:
        lines = list(response.iter_lines())
    print(f"{library.__name__} {library.__version__}: 3 lines of JSON gave {len(lines)}")
    assert len(lines) == 5, lines

client = ollama.Client(host=url, trust_env=False)
question = [{"role": "user", "content": "Count."}]
try:
    for part in client.chat(model="m", messages=question, stream=True):
        print("ollama gave", ascii(part.message.content))
except json.JSONDecodeError as error:
    print("ollama raised JSONDecodeError:", error.msg)
else:
    raise SystemExit("ollama's client read it all")
PYTHON
