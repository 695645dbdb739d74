"""An editor and an Ollama: typing through a load, and a context that is small."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from hexai.surfaces.lsp.editor import Severity
from hexai.surfaces.lsp.server import Server
from tests.support.command_line import run_cli, write_config
from tests.support.lsp_client import LspClient, serving
from tests.support.ollama import Model, Ollama, serve
from tests.support.patience import PATIENCE
from tests.surfaces.lsp.test_prompts import CAPABILITIES, take_edits

URI = "file:///tmp/code.py"
HEAD = "def area(width, height):\n    return "
_KEY = 0.1
"""Seconds between two keys."""

Scene = Callable[[LspClient, Server], Awaitable[None]]


def play(
    scene: Scene,
    ollama: Ollama,
    *,
    entry: str = "",
    text: str = HEAD,
    language: str = "python",
) -> None:
    """Play a scene in an editor whose completion asks an Ollama."""

    async def scenario() -> None:
        with serve(ollama) as upstream:
            write_config(
                "[completion]\ncompletion_debounce_ms = 20\ndeadline = 0.3\n"
                f"[ollama]\nbase_url = '{upstream.url}'\n"
                "[[models.completion]]\nprovider = 'ollama'\nmodel = 'qwen'\n"
                "[[models.chat]]\nprovider = 'ollama'\nmodel = 'qwen'\n"
                f"{entry}\n"
            )
            async with serving() as (client, server):
                take_edits(client)
                await client.initialize(
                    "plain", encodings=("utf-32",), capabilities=CAPABILITIES
                )
                client.open(URI, text, language)
                await client.ask_for_nothing(URI, 0)
                await scene(client, server)
                await client.leave()

    asyncio.run(scenario())


async def type_and_ask(client: LspClient, text: str) -> list[str]:
    """Type a character after the other, asking after each; give the last list."""
    texts: list[str] = []
    for character in text:
        end = len(client.texts[URI].text)
        client.edit(URI, (end, end, character))
        texts = await ask(client)
        await asyncio.sleep(_KEY)
    return texts


async def ask(client: LspClient) -> list[str]:
    """Ask at the end of the text; give what would stand there."""
    answer = await client.complete(URI, len(client.texts[URI].text), kind=1)
    items = answer["items"] if isinstance(answer, dict) else answer or []
    return [item["textEdit"]["newText"] for item in items]


async def ask_until_shown(client: LspClient) -> list[str]:
    """Ask again until something is offered."""
    for _ in range(200):
        if texts := await ask(client):
            return texts
        await asyncio.sleep(_KEY)
    raise AssertionError("nothing was ever offered")


def question(client: LspClient) -> None:
    """Type a question below the text."""
    end = len(client.texts[URI].text)
    for offset, character in enumerate("what?>"):
        client.edit(URI, (end + offset, end + offset, character))


def progress(client: LspClient) -> list[str]:
    """Give the titles of what was shown as under way, and how it ended."""
    told = [
        m["params"]["value"] for m in client.messages if m.get("method") == "$/progress"
    ]
    return [value.get("title", value.get("message")) for value in told]


def test_typing_through_a_load_ends_in_one_load_and_a_suggestion() -> None:
    """Words and blanks are typed for three seconds; the load is shown once."""
    ollama = Ollama({"qwen:latest": Model(loads_in=3, says=["width * height"])})

    async def scene(client: LspClient, _server: Server) -> None:
        async with asyncio.timeout(30):
            while "loaded qwen:latest" not in ollama.log:
                await type_and_ask(client, "(wid) * ")
        end = len(client.texts[URI].text)
        client.edit(URI, (len(HEAD), end, ""))
        assert await ask_until_shown(client) == ["width * height"]
        assert progress(client) == ["Hexai: loading qwen", "loaded"]

    play(scene, ollama)
    assert ollama.log == ["load qwen:latest", "loaded qwen:latest"]


def test_the_question_goes_out_with_the_text_as_it_is_after_the_load() -> None:
    """A word that grew while the model was loaded is part of the question."""
    ollama = Ollama({"qwen:latest": Model(loads_in=1.5, says=["th * height"])})

    async def scene(client: LspClient, _server: Server) -> None:
        await type_and_ask(client, "wid")
        assert await ask_until_shown(client) == ["width * height"]

    play(scene, ollama)
    assert len(ollama.asked) == 1
    assert "    return wid" in str(ollama.asked[0])
    assert ollama.count("load qwen:latest") == 1


def test_an_excerpt_is_cut_to_what_the_ollama_holds() -> None:
    """A large document goes along as far as there is room, and the record says so."""
    ollama = Ollama({"qwen:latest": Model(says=["width * height"])}, context=1024)
    text = "\n".join(f"line_{n} = {n} + offset_{n}" for n in range(2_000))

    async def scene(client: LspClient, _server: Server) -> None:
        assert await ask_until_shown(client) == ["width * height"]

    play(scene, ollama, text=f"{text}\n\n{HEAD}")
    [asked] = ollama.asked
    assert "line_1999" in str(asked)
    assert "line_1500" not in str(asked)
    [run] = [json.loads(line) for line in run_cli("history", "--json").out.splitlines()]
    given = run["entries"][0]["given"]
    assert given["held"] == 1024
    assert 500 < given["tokens"] < 1024
    assert given["cut"] is False


def test_a_refusal_by_context_is_followed_by_a_question_that_fits() -> None:
    """An Ollama that does not tell its context shows it by refusing, once."""
    ollama = Ollama(
        {"qwen:latest": Model(says=["width * height"])},
        context=1024,
        tells_context=False,
    )
    text = "\n".join(f"line_{n} = {n} + offset_{n}" for n in range(2_000))

    async def scene(client: LspClient, _server: Server) -> None:
        assert await ask_until_shown(client) == ["width * height"]
        client.edit(
            URI, (len(client.texts[URI].text), len(client.texts[URI].text), "(")
        )
        await ask_until_shown(client)

    play(scene, ollama, text=f"{text}\n\n{HEAD}")
    first, second, third = (len(str(asked)) for asked in ollama.asked)
    assert first > 2 * second
    assert abs(second - third) < 400


def test_quitting_ends_a_load_at_once() -> None:
    """An editor that is closed does not leave its server behind."""
    ollama = Ollama({"qwen:latest": Model(loads_in=60)})

    async def scene(client: LspClient, _server: Server) -> None:
        await ask(client)
        assert ollama.log == ["load qwen:latest"]

    play(scene, ollama)
    assert ollama.log == ["load qwen:latest", "abort qwen:latest"]


def test_completion_does_not_have_two_models_swapped_at_each_pause() -> None:
    """Once a load has shown that both do not fit, only the loaded one is asked."""
    ollama = Ollama(
        {
            "qwen:latest": Model(says=["width * height"]),
            "other:latest": Model(says=["height * width"]),
        }
    )
    entry = "[[models.completion]]\nprovider = 'ollama'\nmodel = 'other'"

    async def scene(client: LspClient, _server: Server) -> None:
        async with asyncio.timeout(PATIENCE):
            while len(ollama.asked) < 2:
                await ask(client)
        loads = [each for each in ollama.log if each.startswith("load ")]
        assert loads == ["load qwen:latest", "load other:latest"]
        for _ in range(3):
            end = len(client.texts[URI].text)
            client.edit(URI, (end, end, "("))
            await ask_until_shown(client)
        assert [e for e in ollama.log if e.startswith("load ")] == loads
        told = [m["params"] for m in client.messages if "holds one of them" in str(m)]
        assert [each["type"] for each in told] == [Severity.WARNING]

    play(scene, ollama, entry=entry)


def test_a_chat_from_a_cut_prompt_is_told() -> None:
    """The answer is inserted, and a message says how little of the prompt was read."""
    ollama = Ollama(
        {"qwen:latest": Model(says=["42"])},
        version="0.11.0",
        obeys=False,
        context=512,
        tells_context=False,
    )
    text = "some words of a text that goes on and on\n" * 300

    async def scene(client: LspClient, _server: Server) -> None:
        question(client)
        await client.wait_for(
            lambda m: (
                m.get("method") == "window/showMessage"
                and "cut the rest of the prompt" in str(m)
            )
        )

    play(scene, ollama, text=text, language="markdown")


def test_a_chat_forgets_what_was_said_before_rather_than_be_refused() -> None:
    """Earlier questions go first, so that the new one fits what is held."""
    ollama = Ollama({"qwen:latest": Model(says=["42"])}, context=1024)
    before = "".join(
        f"question {n}?>\n> {'an answer that is long ' * 60}\n\n" for n in range(3)
    )

    async def scene(client: LspClient, _server: Server) -> None:
        question(client)
        await client.message("workspace/applyEdit")

    play(scene, ollama, text=before, language="markdown")
    [asked] = ollama.asked
    assert "what?" in str(asked)
    assert len(str(asked)) < 4 * 1024
