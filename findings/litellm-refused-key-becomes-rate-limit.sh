#!/usr/bin/env bash
# Guess: after an upstream refused a key with 401 the next question goes there again.
# Seen: LiteLLM's router takes the model out of use for 5 seconds, also where it is the
#   only one. The next question is refused as a rate limit (429) and never leaves, though
#   the key would do by now: who retries 429 waits for a fault that is none of load.
# Version: litellm 1.108.7 (the library; its proxy asks through the same router).
# Concerns: whoever reads kinds of failures, or mends a key, behind LiteLLM.
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

REFUSED = {"error": {"message": "bad key", "type": "invalid_request_error"}}
MESSAGE = {"role": "assistant", "content": "One"}
ANSWER = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": MESSAGE, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
seen = []


class Upstream(BaseHTTPRequestHandler):
    """Refuses the first question's key, and answers all others."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        seen.append(self.path)
        first = len(seen) == 1
        self.send_response(401 if first else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(REFUSED if first else ANSWER).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
upstream = {
    "model": "openai/m",
    "api_base": f"http://127.0.0.1:{server.server_port}",
    "api_key": "k",
}
router = litellm.Router(
    model_list=[{"model_name": "m", "litellm_params": upstream}], num_retries=0
)


def ask():
    question = [{"role": "user", "content": "Count."}]
    try:
        return router.completion(model="m", messages=question).choices[0].message.content
    except Exception as error:
        return getattr(error, "status_code", None), type(error).__name__


answers = [ask(), ask()]
print("first and second question:", *answers)
print("requests that the upstream saw:", len(seen))
assert answers[0][0] == 401
assert answers[1][0] == 429
assert len(seen) == 1
PYTHON
