"""Records what the real llama.cpp streams, into `tests/data/streams`.

`python -m tests.support.record_streams` writes the files anew that the README there
lists as recorded by it. Those about reasoning are of a chat template that opens the
block itself, as DeepSeek-R1's and QwQ's do. The small model does not reason, so a
grammar has it close the block: what it says makes little sense, but it is the real
server that says it.
"""

import json
import urllib.request
from pathlib import Path

from msgspec import Struct

from tests.support.llama_server import LlamaServer, Reasoning, llama_server
from tests.support.model import small_model

STREAMS = Path(__file__).parents[1] / "data" / "streams"

OPENS = """{%- for m in messages -%}
<|im_start|>{{ m.role }}
{% if m.role == 'assistant' and m.reasoning_content -%}
<think>
{{ m.reasoning_content }}
</think>

{% endif -%}
{{ m.content }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
<think>
{% endif -%}"""
"""A chat template that opens the block, as those of reasoning models do."""

CLOSES = 'root ::= [A-Z] [a-z ,]{12,24} "." "\\n</think>\\n\\n" [A-Z] [a-z ]{3,9} "."'
"""A grammar that has the model close it, and answer."""


class Recording(Struct, frozen=True, kw_only=True):
    """A stream to be recorded."""

    name: str
    path: str
    reasoning: Reasoning
    tokens: int = 64
    prompt: str = ""
    """For a path that completes a raw one; else a question is asked."""


RECORDINGS = (
    Recording(name="think_none", path="/chat/completions", reasoning="none"),
    Recording(name="think_deepseek", path="/chat/completions", reasoning="deepseek"),
    Recording(
        name="think_none_cut", path="/chat/completions", reasoning="none", tokens=8
    ),
    Recording(
        name="think_deepseek_cut",
        path="/chat/completions",
        reasoning="deepseek",
        tokens=8,
    ),
    Recording(name="messages_think_none", path="/messages", reasoning="none"),
    Recording(name="messages_think_deepseek", path="/messages", reasoning="deepseek"),
    Recording(
        name="messages_think_none_cut", path="/messages", reasoning="none", tokens=8
    ),
    Recording(
        name="messages_think_deepseek_cut",
        path="/messages",
        reasoning="deepseek",
        tokens=8,
    ),
    Recording(
        name="completions",
        path="/completions",
        reasoning="auto",
        tokens=24,
        prompt="def add(a, b):\n    return",
    ),
)


def record(server: LlamaServer, recording: Recording) -> bytes:
    """Ask a server, and give its stream as it comes."""
    asked = {"messages": [{"role": "user", "content": "Say hello in French."}]}
    body = {
        "model": server.model,
        **({"prompt": recording.prompt} if recording.prompt else asked),
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": recording.tokens,
        "temperature": 0,
    }
    request = urllib.request.Request(
        server.base_url + recording.path,
        json.dumps(body).encode(),
        {"content-type": "application/json", "authorization": f"Bearer {server.key}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        data: bytes = answer.read()
    return data


def main() -> None:
    """Write all recordings."""
    for reasoning in ("auto", "none", "deepseek"):
        thinks = reasoning != "auto"
        with llama_server(
            small_model(),
            template=OPENS if thinks else "",
            grammar=CLOSES if thinks else "",
            reasoning=reasoning,
        ) as server:
            for recording in RECORDINGS:
                if recording.reasoning == reasoning:
                    path = STREAMS / f"llamacpp_{recording.name}.sse"
                    path.write_bytes(record(server, recording))


if __name__ == "__main__":
    main()
