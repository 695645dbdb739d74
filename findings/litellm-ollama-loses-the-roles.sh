#!/usr/bin/env bash
# Guess: LiteLLM's `ollama/MODEL` asks Ollama's /api/chat with the messages, for which
#   Ollama has the model's own template, with its tokens for turns.
# Seen: it asks /api/generate with one text, in which the roles are headings of Markdown
#   (`### User:`), and without `raw`: Ollama puts its template around that, so the whole
#   conversation is one turn of the user, with the system prompt within. A model that
#   knows turns by its tokens goes on in that form. `ollama_chat/MODEL` asks /api/chat.
# Version: litellm 1.108.7 (the library; its proxy asks by the same code).
# Concerns: whoever compares a local model behind LiteLLM with the same model asked itself.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check litellm==1.108.7
export LITELLM_LOCAL_MODEL_COST_MAP=True NO_PROXY=127.0.0.1
env/bin/python - 2>log <<'PYTHON'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import litellm

HEAD = {"model": "m", "created_at": "2026-01-01T00:00:00Z", "done": True}
ANSWERS = {
    "/api/generate": {**HEAD, "response": "Two", "done_reason": "stop"},
    "/api/chat": {
        **HEAD,
        "message": {"role": "assistant", "content": "Two"},
        "done_reason": "stop",
    },
    "/api/show": {"template": "{{ .Prompt }}", "capabilities": ["completion"]},
}
asked = []


class Upstream(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path != "/api/show":
            asked.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWERS[self.path]).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
SAID = [
    ("system", "Be brief."),
    ("user", "Count."),
    ("assistant", "One"),
    ("user", "Go on."),
]
MESSAGES = [{"role": role, "content": text} for role, text in SAID]
for provider in ("ollama", "ollama_chat"):
    litellm.completion(
        model=f"{provider}/m",
        api_base=f"http://127.0.0.1:{server.server_port}",
        messages=MESSAGES,
    )
(path, body), (chat_path, chat_body) = asked
print("ollama/m:     ", path, "raw:", body.get("raw", False), repr(body["prompt"]))
roles = [each["role"] for each in chat_body["messages"]]
print("ollama_chat/m:", chat_path, roles)
assert path == "/api/generate"
assert not body.get("raw")
assert "messages" not in body
assert body["prompt"].startswith("### System:\nBe brief.\n\n### User:\nCount.")
assert chat_path == "/api/chat"
assert [(each["role"], each["content"]) for each in chat_body["messages"]] == SAID
PYTHON
