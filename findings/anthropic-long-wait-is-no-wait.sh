#!/usr/bin/env bash
# Guess: an SDK that waits as long as a refusal's `Retry-After` says waits its longest, or
#   gives up, where that is longer than it is willing to wait.
# Seen: Anthropic's SDK keeps to 60 seconds and less. Told 61 or more it asks again after
#   half a second and then after one: the longer a server wants to be left alone, the
#   sooner it is asked. OpenAI's SDK gives up there.
# Version: anthropic 0.125.0, openai 3.57.0 (Python), with their two retries by default.
# Concerns: whoever runs into limits by the minute or the day, or serves such clients.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    anthropic==0.125.0 openai==3.57.0
env/bin/python - <<'PYTHON'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from time import monotonic

import anthropic
import openai

QUESTION = [{"role": "user", "content": "Count."}]
BODY = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'
asked = []


class Upstream(BaseHTTPRequestHandler):
    wait = ""

    def do_POST(self):
        asked.append(monotonic())
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Retry-After", self.wait)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()
place = {"base_url": f"http://127.0.0.1:{server.server_port}", "api_key": "k"}
by_anthropic = anthropic.Anthropic(
    **place, http_client=anthropic.DefaultHttpxClient(trust_env=False)
).messages
by_openai = openai.OpenAI(
    **place, http_client=openai.DefaultHttpxClient(trust_env=False)
).chat.completions


def gaps(client, refusal, wait):
    """Ask once, and give the seconds between the requests that came of it."""
    asked.clear()
    Upstream.wait = str(wait)
    try:
        client.create(model="m", messages=QUESTION, max_tokens=9)
    except refusal:
        found = [later - sooner for sooner, later in zip(asked, asked[1:])]
    print(f"{refusal.__module__.split('.')[0]}, told {wait} s: asked again after", found)
    return found


short = gaps(by_anthropic, anthropic.RateLimitError, 4)
long = [gaps(by_anthropic, anthropic.RateLimitError, wait) for wait in (61, 3600)]
never = gaps(by_openai, openai.RateLimitError, 3600)
assert len(short) == 2
assert min(short) >= 4
for each in long:
    assert len(each) == 2
    assert max(each) < 4
assert never == []
PYTHON
