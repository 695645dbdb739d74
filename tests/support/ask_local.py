"""Asks the embedded model in a process of its own, and prints what happens as JSON.

    python -m tests.support.ask_local '{"folder": …, "model": …}'

One line for each step: `loading`, `connected`, each delta, then `answered` or `failed`.
"""

import asyncio
import os
import sys
from contextlib import aclosing
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.messages import Message, Role
from hexai.domain.provider import Call, TextDelta
from hexai.errors import ProviderError
from hexai.providers.llamacpp.provider import LlamaCpp
from hexai.providers.llamacpp.supervisor import Supervisor


class Question(Struct, kw_only=True):
    """What is to be asked, and how."""

    folder: str
    """The run folder, where the worker's files are."""
    model: str
    prompt: str = "Say hello."
    max_tokens: int = 8
    keep_alive: float = 300.0
    max_workers: int = 2


class Step(Struct):
    """One thing that happened."""

    what: str
    text: str = ""


class Printer:
    """A `Progress` that prints."""

    def loading(self) -> None:
        """Print that the model is being loaded."""
        say("loading")

    def connected(self) -> None:
        """Print that the request can be sent."""
        say("connected")

    def refused(self) -> None:
        """Print nothing of a refusal."""


def say(what: str, text: str = "") -> None:
    """Print one step."""
    sys.stdout.buffer.write(msgspec.json.encode(Step(what, text)) + b"\n")
    sys.stdout.buffer.flush()


def provider(question: Question) -> LlamaCpp:
    """Make the provider that a question needs."""
    environ = dict(os.environ)  # noqa: TID251 - this is an edge
    return LlamaCpp(
        ProviderSettings(name="local", type="local", built_in=True),
        Supervisor(
            Path(question.folder),
            environ=environ,
            keep_alive=question.keep_alive,
            max_workers=question.max_workers,
        ),
        Path("/nonexistent"),
    )


async def ask(question: Question) -> None:
    """Ask, and print each step."""
    call = Call(
        model=question.model,
        messages=(Message(Role.USER, question.prompt),),
        temperature=0.0,
        max_tokens=question.max_tokens,
    )
    try:
        async with aclosing(provider(question).stream(call, Printer())) as chunks:
            async for chunk in chunks:
                say("delta", chunk.text if isinstance(chunk, TextDelta) else "")
    except ProviderError as error:
        say("failed", f"{error.kind}: {error}")
    else:
        say("answered")


if __name__ == "__main__":
    asyncio.run(ask(msgspec.json.decode(sys.argv[1], type=Question)))
