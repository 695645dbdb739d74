#!/usr/bin/env bash
# Guess: a question in Anthropic's format with max_tokens 5, for an upstream of OpenAI's
#   kind, asks its /chat/completions for 5 tokens.
# Seen: LiteLLM asks /responses, which few other servers have, and for 16 tokens: it lifts
#   smaller limits without a word, and the bill with them.
# Version: litellm 1.108.7 (the library; its proxy serves /v1/messages by the same code).
# Concerns: whoever limits short answers, or puts a server without /responses behind it.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check litellm==1.108.7
export LITELLM_LOCAL_MODEL_COST_MAP=True NO_PROXY=127.0.0.1
env/bin/python - 2>log <<'PYTHON'
import asyncio
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import litellm

ANSWER = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "incomplete",
    "incomplete_details": {"reason": "max_output_tokens"},
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "incomplete",
            "content": [{"type": "output_text", "text": "One", "annotations": []}],
        }
    ],
    "usage": {"input_tokens": 3, "output_tokens": 16, "total_tokens": 19},
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
seen = []


class Upstream(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        seen.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWER).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
answer = asyncio.run(
    litellm.anthropic.messages.acreate(
        model="openai/m",
        api_base=f"http://127.0.0.1:{server.server_port}",
        api_key="k",
        messages=[{"role": "user", "content": "Count to ten."}],
        max_tokens=5,
    )
)
((path, body),) = seen
limits = {name: value for name, value in body.items() if "max" in name}
print(f"max_tokens 5 became {limits} at {path}")
print("the answer's output tokens:", answer["usage"]["output_tokens"])
assert path == "/responses"
assert limits == {"max_output_tokens": 16}
PYTHON
