#!/usr/bin/env bash
# Guess: a streamed question in Anthropic's format is asked of the upstream as a stream,
#   and passed on as it comes: the first words are there when the upstream says them.
# Seen: for an upstream of OpenAI's kind whose model it does not know by name (any local
#   server's), LiteLLM asks without `stream`, waits for the whole answer, and cuts it into
#   a stream of its own, five characters an event. Nothing tells it from a real one but the
#   time: the first event comes with the last.
# Version: litellm 1.108.7 (the library; its proxy serves /v1/messages by the same code).
# Concerns: whoever measures or bounds the time to the first token behind LiteLLM, or lets
#   its user stop an answer early: no token is saved.
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

SAID = "One, two, three, four."
ANSWER = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "m",
    "status": "completed",
    "output": [
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": SAID, "annotations": []}],
        }
    ],
    "usage": {"input_tokens": 3, "output_tokens": 9, "total_tokens": 12},
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
asked = []


class Upstream(BaseHTTPRequestHandler):
    def do_POST(self):
        asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(ANSWER).encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()


async def streamed(model):
    stream = await litellm.anthropic.messages.acreate(
        model=f"openai/{model}",
        api_base=f"http://127.0.0.1:{server.server_port}",
        api_key="k",
        messages=[{"role": "user", "content": "Count."}],
        max_tokens=50,
        stream=True,
    )
    return b"".join([each async for each in stream]).decode()


body = asyncio.run(streamed("m"))
events = [line[6:] for line in body.split("\n") if line.startswith("data: ")]
deltas = [json.loads(each).get("delta", {}) for each in events]
pieces = [each["text"] for each in deltas if "text" in each]
(question,) = asked
print("asked with stream:", question.get("stream", "not at all"))
print("the stream of it:", pieces)
assert not question.get("stream")
assert "".join(pieces) == SAID
assert {len(each) for each in pieces[:-1]} == {5}
PYTHON
