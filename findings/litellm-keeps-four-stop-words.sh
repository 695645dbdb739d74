#!/usr/bin/env bash
# Guess: a list of stop words goes to the upstream as it is, or is refused where the
#   upstream takes fewer; OpenAI's own four are OpenAI's limit, and LiteLLM raises on what
#   an upstream does not take unless it was told to drop such things (`drop_params`).
# Seen: of more than four words the first four are sent, to whomever: a llama.cpp or vLLM
#   behind `openai/`, an Ollama, Anthropic. Nothing is said, in the answer or the log, and
#   the answer runs on over the fifth. `disable_stop_sequence_limit` sends all.
# Version: litellm 1.108.7 (the library; its proxy asks by the same code).
# Concerns: whoever ends the answers of raw or local models by the marks of their
#   templates, of which there are soon more than four.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check litellm==1.108.7
export LITELLM_LOCAL_MODEL_COST_MAP=True NO_PROXY=127.0.0.1
env/bin/python - 2>log <<'PYTHON'
import json
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import litellm
import openai

litellm.suppress_debug_info = True

WORDS = ["END", "DONE", "<|user|>", "<|system|>", "<|end|>", "</answer>"]
asked = []


class Upstream(BaseHTTPRequestHandler):
    """Notes what it is asked, and refuses: nobody looks at the answers here."""

    def do_POST(self):
        asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(400)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
Thread(target=server.serve_forever, daemon=True).start()


def sent(model):
    """Give the stop words that an upstream gets."""
    asked.clear()
    with suppress(openai.APIError):
        litellm.completion(
            model=model,
            api_base=f"http://127.0.0.1:{server.server_port}",
            api_key="k",
            messages=[{"role": "user", "content": "Go on."}],
            stop=WORDS,
            max_tokens=9,
            num_retries=0,
        )
    body = asked[0]
    given = body.get("options", body)
    return given.get("stop", given.get("stop_sequences"))


for model in ("openai/m", "hosted_vllm/m", "ollama_chat/m", "anthropic/m"):
    few = sent(model)
    litellm.disable_stop_sequence_limit = True
    whole = sent(model)
    litellm.disable_stop_sequence_limit = False
    print(f"{model}: {few}, without the limit {len(whole)}")
    assert few == WORDS[:4]
    assert whole == WORDS
PYTHON
