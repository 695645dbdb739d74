"""A llama.cpp whose slots hold 2,048 tokens, and one that is still loading."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import run_cli, write_config
from tests.support.llama_server import LlamaServer, llama_server
from tests.support.lsp_client import serving
from tests.support.model import small_model
from tests.support.replies import json_answer
from tests.support.upstream import Upstream

URI = "file:///tmp/code.py"
LOADING = {
    "error": {"message": "Loading model", "type": "unavailable_error", "code": 503}
}


@pytest.fixture(scope="module")
def server() -> Iterator[LlamaServer]:
    """Run llama.cpp with the small model; each of its two slots holds 2,048 tokens."""
    with llama_server(small_model()) as running:
        yield running


def configure(server: LlamaServer, *, more: str = "") -> None:
    """Configure the server for the command line and for completion."""
    entry = 'provider = "llama"\nmodel = "smollm2"\nmax_tokens = 8\n'
    write_config(
        f"{more}\n[[models.cli]]\n{entry}[[models.completion]]\n{entry}"
        "[completion]\ndeadline = 20\n"
        f'[providers.llama]\ntype = "openai"\nbase_url = "{server.base_url}"\n'
        f'api_key_command = ["echo", "{server.key}"]\n'
        "first_token_timeout = 120\nlocal = true\n"
    )


@pytest.mark.e2e
def test_a_prompt_that_does_not_fit_says_what_to_set(server: LlamaServer) -> None:
    """Nothing of it can be left out, so the server's own option is named."""
    configure(server)
    result = run_cli("--json", "--fresh", "word " * 4_000)
    [entry] = json.loads(result.out)["entries"]
    assert (result.code, entry["error"]["kind"]) == (1, "context too long")
    assert "larger -c" in entry["error"]["message"]
    assert entry["given"]["cut"] is False


@pytest.mark.e2e
def test_a_completion_is_cut_to_what_a_slot_holds(server: LlamaServer) -> None:
    """What it counts as two tokens each is cut to half of that, and is answered."""
    configure(server)
    text = "\n".join(f"line_{n} = {n} + offset_{n}" for n in range(2_000))

    async def scenario() -> None:
        async with serving() as (client, _):
            await client.initialize("plain")
            client.open(URI, f"{text}\ndef area(w, h):\n    return ", "python")
            async with asyncio.timeout(100):
                end = len(client.texts[URI].text)
                answer = client.begin_completion(URI, end)
                await answer.reply
            await client.leave()

    asyncio.run(scenario())
    [run] = [json.loads(line) for line in run_cli("history", "--json").out.splitlines()]
    [entry] = run["entries"]
    assert entry["given"]["held"] == 2048
    assert 500 < entry["given"]["tokens"] < 2048
    assert entry["error"] is None


def test_a_server_that_still_loads_is_waited_for() -> None:
    """It refuses everything until then, and no retry of three would outlast that."""
    loading = json_answer(LOADING, code=503)
    upstream = Upstream(loading, openai_answer("ready"))
    with upstream.on("/models", loading, loading, json_answer({"data": []})):
        write_config(
            "[models]\ncli = { provider = 'box', model = 'm' }\n"
            f"[providers.box]\ntype = 'openai'\nbase_url = '{upstream.url}'\n"
        )
        result = run_cli("--json", "--fresh", "hi")
    [entry] = json.loads(result.out)["entries"]
    assert entry["text"] == "ready"
    assert entry["loading_ms"] >= 900
    assert entry["ttft_ms"] < 600
    assert [request.path for request in upstream.requests] == [
        "/chat/completions",
        *["/models"] * 3,
        "/chat/completions",
    ]
