#!/usr/bin/env bash
# Guess: what aimock serves at /api/chat is what an Ollama would send, so a client that
#   passes against it reads an Ollama rightly.
# Seen: thoughts are in `message.reasoning_content`, which no Ollama sends and Ollama's own
#   client drops; Ollama has `message.thinking`. A fixture that is cut by the limit
#   (`finishReason: "length"`) says done_reason `stop` there, and `length` or `max_tokens`
#   at the endpoints of OpenAI's and Anthropic's formats. All counts and durations are 0.
# Version: @copilotkit/aimock 1.43.0 (npm), ollama 0.6.3 (the Python client).
# Concerns: whoever tests a client of Ollama, or a gateway, with this mock in its place.
set -euo pipefail
node --version >/dev/null || { echo "needs node (apt-get install nodejs npm)" >&2; exit 2; }
place=$(mktemp -d)
mock=
finish() {
    [[ -z $mock ]] || kill "$mock" 2>/dev/null || true
    rm -rf "$place"
}
trap finish EXIT
cd "$place"
npm install --silent --no-audit --no-fund @copilotkit/aimock@1.43.0 >/dev/null
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check ollama==0.6.3
cat >mock.mjs <<'JS'
import { LLMock } from "@copilotkit/aimock";
import { writeFileSync, renameSync } from "node:fs";
const mock = new LLMock({ port: 0 });
mock.onMessage("think", { content: "Three.", reasoning: "One and two." });
mock.onMessage("cut", { content: "One, two", finishReason: "length" });
await mock.start();
writeFileSync("url.new", mock.url);
renameSync("url.new", "url");
JS
node mock.mjs &
mock=$!
for _ in $(seq 200); do [[ -e url ]] && break; sleep 0.1; done
env/bin/python - "$(cat url)" <<'PYTHON'
import json
import sys
from urllib.request import ProxyHandler, Request, build_opener

import ollama

URL = sys.argv[1]
OPEN = build_opener(ProxyHandler({})).open


def ask(path, said, **more):
    messages = [{"role": "user", "content": said}]
    body = {"model": "m", "messages": messages, "stream": False, **more}
    head = {"Content-Type": "application/json"}
    with OPEN(Request(URL + path, json.dumps(body).encode(), head)) as response:
        return json.loads(response.read())


message = ask("/api/chat", "think", think=True)["message"]
client = ollama.Client(host=URL, trust_env=False)
question = [{"role": "user", "content": "think"}]
heard = client.chat(model="m", messages=question, think=True).message
print("a thought:", message, "and Ollama's client has", heard.thinking)
assert message["reasoning_content"] == "One and two."
assert "thinking" not in message
assert heard.thinking is None

ends = {
    "/api/chat": (cut := ask("/api/chat", "cut"))["done_reason"],
    "/v1/messages": ask("/v1/messages", "cut", max_tokens=3)["stop_reason"],
    "/v1/chat/completions": ask("/v1/chat/completions", "cut")["choices"][0][
        "finish_reason"
    ],
}
print("a cut answer:", ends, "with", cut["eval_count"], "tokens")
assert list(ends.values()) == ["stop", "max_tokens", "length"]
assert cut["eval_count"] == cut["prompt_eval_count"] == cut["eval_duration"] == 0
PYTHON
