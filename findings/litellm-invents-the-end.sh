#!/usr/bin/env bash
# Guess: a stream of the upstream that ends without a finish_reason ends so behind LiteLLM
#   too, or as an error; `usage` is what the upstream told, or missing.
# Seen: LiteLLM says finish_reason "stop", and with include_usage adds figures of its own
#   count, not marked as such: half an answer looks like a whole one with a bill.
# Version: litellm 1.108.7 (the library; its proxy streams by the same code).
# Concerns: whoever tells broken answers from whole ones, or prices them, behind LiteLLM.
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

HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


class Upstream(BaseHTTPRequestHandler):
    """Says two words and closes; neither finish_reason nor usage nor [DONE]."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for word in ("One, ", "two, "):
            choice = {"index": 0, "delta": {"content": word}, "finish_reason": None}
            event = json.dumps({**HEAD, "choices": [choice]})
            self.wfile.write(f"data: {event}\n\n".encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
chunks = list(
    litellm.completion(
        model="openai/m",
        api_base=f"http://127.0.0.1:{server.server_port}",
        api_key="k",
        messages=[{"role": "user", "content": "Count to ten."}],
        stream=True,
        stream_options={"include_usage": True},
    )
)
choices = [each.choices[0] for each in chunks if each.choices]
text = "".join(each.delta.content or "" for each in choices)
reasons = [each.finish_reason for each in choices if each.finish_reason]
counts = [each.usage for each in chunks if getattr(each, "usage", None)]
print("text:", repr(text))
print("finish_reason that nobody sent:", reasons)
print("usage that nobody sent:", [each.completion_tokens for each in counts], "tokens")
assert text == "One, two, "
assert reasons == ["stop"]
assert counts[-1].completion_tokens > 0
assert counts[-1].prompt_tokens > 0
PYTHON
