#!/usr/bin/env bash
# Guess: a byte order mark before the first event is skipped, as the specification of
#   server-sent events asks.
# Seen: the SDKs of OpenAI and Anthropic take it for a part of the first field's name and
#   drop that event without a word: the answer misses its first piece, or its
#   message_start with the figures of the input.
# Version: openai 3.57.0, anthropic 0.125.0 (Python).
# Concerns: whoever puts these in front of a gateway that writes such a mark.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    openai==3.57.0 anthropic==0.125.0
env/bin/python - <<'PYTHON'
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import anthropic
import openai

MARK = b"\xef\xbb\xbf"
QUESTION = [{"role": "user", "content": "Greet me."}]


def event(value, name=""):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n".encode()


def chunk(text, reason=None):
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": reason}
    head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return event({**head, "choices": [choice]})


START = {
    "type": "message_start",
    "message": {
        "id": "m",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 1},
    },
}
STOP = {"type": "message_stop"}
OPENAI = chunk("Good ") + chunk("morning", "stop") + b"data: [DONE]\n\n"
ANTHROPIC = event(START, "message_start") + event(STOP, "message_stop")


class Upstream(BaseHTTPRequestHandler):
    mark = b""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        body = ANTHROPIC if self.path.endswith("/messages") else OPENAI
        self.wfile.write(self.mark + body)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


def by_openai():
    client = openai.OpenAI(
        base_url=url, api_key="k", http_client=openai.DefaultHttpxClient(trust_env=False)
    )
    stream = client.chat.completions.create(model="m", messages=QUESTION, stream=True)
    return "".join(each.choices[0].delta.content for each in stream)


def by_anthropic():
    client = anthropic.Anthropic(
        base_url=url,
        api_key="k",
        http_client=anthropic.DefaultHttpxClient(trust_env=False),
    )
    stream = client.messages.create(
        model="m", max_tokens=9, messages=QUESTION, stream=True
    )
    return [each.type for each in stream]


without = by_openai(), by_anthropic()
Upstream.mark = MARK
marked = by_openai(), by_anthropic()
print("without the mark:", *without)
print("with it:         ", *marked)
assert without == ("Good morning", ["message_start", "message_stop"])
assert marked == ("morning", ["message_stop"])
PYTHON
