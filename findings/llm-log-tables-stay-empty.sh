#!/usr/bin/env bash
# Guess: `responses` in llm's logs.db has a row for each answer, as all who read that file
#   have relied on; the table is still made in a new database.
# Seen: answers go to `turns`, `threads`, `messages` and `parts`. `responses` and
#   `conversations` are made and stay empty: a query over them finds nothing, and no error.
# Version: llm 0.36.
# Concerns: whoever reads prompts, tokens or durations out of llm's log.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check llm==0.36
unset "${!LLM_@}"
env/bin/python - <<'PYTHON'
import json
import os
import sqlite3
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

MESSAGE = {"role": "assistant", "content": "Good morning"}
ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


class Upstream(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWER).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()

home = Path("home")
home.mkdir()
home.joinpath("extra-openai-models.yaml").write_text(f"""\
- model_id: small
  model_name: m
  api_base: http://127.0.0.1:{server.server_port}
""")
environment = {
    "PATH": os.environ["PATH"],
    "HOME": str(home.resolve()),
    "LLM_USER_PATH": str(home.resolve()),
    "NO_PROXY": "127.0.0.1",
}
command = ["env/bin/llm", "-m", "small", "--key", "k", "--no-stream", "Greet me."]
done = subprocess.run(
    command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
)
assert done.returncode == 0, done.stderr
assert done.stdout.strip() == "Good morning", done.stdout

log = sqlite3.connect(home / "logs.db")
rows = {
    table: log.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    for table in ("responses", "conversations", "turns", "threads")
}
print("rows after one answer:", rows)
assert rows == {"responses": 0, "conversations": 0, "turns": 1, "threads": 1}
PYTHON
