#!/usr/bin/env bash
# Guess: what a model streams is passed on, however dull: a rule of a table, a fixture of
#   equal rows, one word a hundred times because somebody asked for it.
# Seen: the hundredth equal piece of a stream in a row, if it has more than two characters,
#   ends it with an error of its own, `InternalServerError: The model is repeating the same
#   chunk`, though the upstream answers well and goes on. What is said is up to how the
#   upstream cuts: the same text whole, or in pieces of two characters, passes. As a 500 it
#   counts against the upstream, and who asks again gets the same. The limit is
#   REPEATED_STREAMING_CHUNK_LIMIT in the environment.
# Version: litellm 1.108.7 (the library; its proxy streams by the same code).
# Concerns: whoever has tables, test data or long lines written behind LiteLLM.
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
import openai

HEAD = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}


class Upstream(BaseHTTPRequestHandler):
    """Says what it is told, in pieces of a length that is its model's name."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text, length = body["messages"][-1]["content"], int(body["model"])
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for start in range(0, len(text), length):
            self.say({"content": text[start : start + length]}, None)
        self.say({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def say(self, delta, reason):
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        event = json.dumps({**HEAD, "choices": [choice]})
        self.wfile.write(f"data: {event}\n\n".encode())

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()


def ask(text, length):
    """Have a text said in pieces; gives what came, and the error if there was one."""
    came, error = "", None
    try:
        for chunk in litellm.completion(
            model=f"openai/{length}",
            api_base=f"http://127.0.0.1:{server.server_port}",
            api_key="k",
            messages=[{"role": "user", "content": text}],
            stream=True,
        ):
            came += chunk.choices[0].delta.content or ""
    except openai.APIError as one:
        error = str(one)
    return came, error


line = "=" * 480
for length in (2, 4, 480):
    came, error = ask(line, length)
    print(f"in pieces of {length}: {len(came)} of {len(line)} came;", error)
    assert (came == line) == (error is None) == (length != 4)
came, error = ask(line, 4)
assert len(came) <= 400
assert "The model is repeating the same chunk = ====" in error
PYTHON
