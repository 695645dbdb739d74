"""What is configured, on the wire: a real process, and a server for each provider."""

import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.command_line import write_config
from tests.support.patience import PATIENCE
from tests.support.started import hexai
from tests.support.upstream import Reply, Upstream

pytestmark = pytest.mark.e2e

IN_TABLES = ("entry", "provider")
"""The tables in which a case may set the temperature."""

ANSWERS: dict[str, Callable[[], Reply]] = {
    "openai": openai_answer,
    "openrouter": openai_answer,
    "anthropic": anthropic_answer,
    "ollama": ollama_answer,
}


def environ(**more: str) -> dict[str, str]:
    """Give the test's environment with keys and more."""
    keys = {f"{name.upper()}_API_KEY": "key" for name in ANSWERS}
    return {**os.environ, **keys, **more}  # noqa: TID251 - the edge


def asked(environ: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """Ask something, and take what is printed."""
    with hexai("--fresh", "hi", environ=environ) as child:
        out, err = child.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess([], child.returncode, str(out), str(err))


def temperature(body: Any, kind: str) -> object:
    """Find the temperature where the format has it."""
    return (body["options"] if kind == "ollama" else body).get("temperature")


def test_a_list_in_a_variable_is_two_contenders() -> None:
    """Names with colons stay whole, and 0 is sent as 0."""
    with Upstream(ollama_answer()) as ollama, Upstream(openai_answer()) as openai:
        ollama.on("/api/show", ollama_answer())
        write_config(
            f'[ollama]\nbase_url = "{ollama.url}"\n'
            f'[openai]\nbase_url = "{openai.url}"\n'
            '[[models.cli]]\nmodel = "another"\n'
        )
        words = "ollama:qwen3-coder:30b@0, openai:gpt-4.1"
        done = asked(environ(HEXAI_MODELS_CLI=words))
        chats = [r for r in ollama.requests if r.path == "/api/chat"]
        (completion,) = openai.requests
    assert done.returncode == 0
    (chat,) = chats
    assert chat.json["model"] == "qwen3-coder:30b"
    assert temperature(chat.json, "ollama") == 0
    assert completion.json["model"] == "gpt-4.1"
    assert temperature(completion.json, "openai") == 0.2


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize("how", ["entry", "provider", "general", "word", "variable"])
def test_a_temperature_of_0_is_sent(kind: str, how: str) -> None:
    """Wherever it is set, by every provider."""
    more = {
        "word": {"HEXAI_MODELS_CLI": f"{kind}:m@0"},
        "variable": {"HEXAI_TEMPERATURE_CLI": "0"},
    }.get(how, {})
    with Upstream(ANSWERS[kind]()) as upstream:
        of = {place: "temperature = 0\n" if how == place else "" for place in IN_TABLES}
        write_config(
            f"[general]\n{'coding_temperature = 0' if how == 'general' else ''}\n"
            f'[{kind}]\nbase_url = "{upstream.url}"\n{of["provider"]}'
            f'[[models.cli]]\nprovider = "{kind}"\nmodel = "m"\n{of["entry"]}'
        )
        done = asked(environ(**more))
        asks = [r for r in upstream.requests if "messages" in r.json]
    assert done.returncode == 0
    assert [temperature(request.json, kind) for request in asks] == [0]
