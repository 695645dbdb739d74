"""The real llama.cpp with the small model, in a process of its own.

It listens on a free port of 127.0.0.1, wants a key, and ends with its context.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct

Reasoning = Literal["auto", "none", "deepseek"]

KEY = "sk-of-the-test-server"
MODEL = "smollm2"


class LlamaServer(Struct, frozen=True):
    """A server that runs."""

    base_url: str
    """With the version: both formats live below it."""
    key: str = KEY
    model: str = MODEL


@contextmanager
def llama_server(
    gguf: Path,
    *,
    template: str = "",
    reasoning: Reasoning = "auto",
    grammar: str = "",
    context: int = 4096,
    batch: int = 2048,
) -> Iterator[LlamaServer]:
    """Start a server, and stop it when the context is left.

    `template` is a chat template in place of the model's own, and `reasoning` what the
    server does about a block of it; `grammar` is what each answer has to keep to. Two
    slots share the `context`, and a `batch` of tokens is read at once.
    """
    command = [sys.executable, "-P", __file__, str(gguf)]
    command += [template, reasoning, grammar, str(context), str(batch)]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        try:
            yield LlamaServer(f"{_address(child)}/v1")
        finally:
            child.kill()


def _address(child: "subprocess.Popen[str]") -> str:
    for line in child.stdout or ():
        if line.startswith("http://127.0.0.1:"):
            return line.strip()
    raise AssertionError(f"the server ended at its start: {child.wait()}")


def serve(
    gguf: str, template: str, reasoning: str, grammar: str, context: str, batch: str
) -> None:
    """Be the server, until the parent's end of stdin closes."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = gguf
    params.model_alias = {MODEL}
    if template:
        params.chat_template = template
    if grammar:
        kind = xllamacpp.common_grammar_type.COMMON_GRAMMAR_TYPE_USER
        params.sampling.grammar = xllamacpp.CommonGrammar(kind, grammar)
    if reasoning != "auto":
        formats = xllamacpp.common_reasoning_format
        params.reasoning_format = {
            "none": formats.COMMON_REASONING_FORMAT_NONE,
            "deepseek": formats.COMMON_REASONING_FORMAT_DEEPSEEK,
        }[reasoning]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [KEY]
    params.n_parallel = 2
    params.n_ctx = int(context)
    params.n_batch = int(batch)
    params.n_predict = 2048
    params.verbosity = -1
    params.warmup = False
    params.cpuparams.n_threads = 1  # spinning threads are slow on a busy machine
    params.cpuparams_batch.n_threads = 1
    params.endpoint_slots = True  # tests look here whether one still generates
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while sys.stdin.read(1):
        time.sleep(1)


if __name__ == "__main__":
    serve(*sys.argv[1:])
