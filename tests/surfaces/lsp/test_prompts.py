"""Questions, inline tags and commands, from what is typed to the edit, over pipes."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hexai.service.log import FileLog, Log
from tests.support.answers import openai_answer
from tests.support.lsp_client import LATER, LspClient, serving
from tests.support.secrets import sample
from tests.support.upstream import Upstream

URI = "file:///tmp/notes.md"
CAPABILITIES = {
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
    "window": {"workDoneProgress": True},
}
_APPLY = "workspace/applyEdit"
Scene = Callable[[LspClient], Awaitable[None]]


@pytest.fixture
def model() -> Iterator[Upstream]:
    """Run an upstream that answers at once."""
    with Upstream(openai_answer("forty\n\ntwo")) as upstream:
        yield upstream


@pytest.fixture
def slow() -> Iterator[Upstream]:
    """Run an upstream that takes very long."""
    with Upstream(openai_answer("late", delay=30.0)) as upstream:
        yield upstream


def config_file() -> Path:
    """Give the user's file, in a folder that is there."""
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai"  # noqa: TID251
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "config.toml"


def provider(name: str, upstream: Upstream) -> str:
    """Write the profile of an upstream that takes one request at a time."""
    return (
        f'[providers.{name}]\ntype = "openai"\nmodel = "m"\nmax_concurrency = 1\n'
        f'base_url = "{upstream.url}"\n'
    )


def entry(surface: str, name: str) -> str:
    """Write an entry."""
    return f'[[models.{surface}]]\nprovider = "{name}"\nlabel = "{name}"\n'


def take_edits(client: LspClient) -> None:
    """Have the editor make the edits that it is sent, if they are of its version."""

    def take(params: Any) -> Any:
        [change] = params["edit"]["documentChanges"]
        text = client.texts[change["textDocument"]["uri"]]
        if change["textDocument"]["version"] != text.version:
            return {"applied": False}
        edits = [
            (
                text.offset(each["range"]["start"]),
                text.offset(each["range"]["end"]),
                each["newText"],
            )
            for each in change["edits"]
        ]
        client.edit(text.uri, *sorted(edits, reverse=True))
        return {"applied": True}

    client.handlers["workspace/applyEdit"] = take
    client.handlers["window/workDoneProgress/create"] = lambda _params: None


@asynccontextmanager
async def writing(
    text: str, log: Log | None = None, capabilities: Any = CAPABILITIES
) -> AsyncIterator[LspClient]:
    """Run a server and an editor that has a text open, and is ready for prompts."""
    async with serving(log=log) as (client, _):
        take_edits(client)
        await client.initialize(
            "plain", encodings=("utf-32",), capabilities=capabilities
        )
        client.open(URI, text, "markdown")
        await client.ask_for_nothing(URI, 0)
        yield client
        await client.leave()


def play(scene: Scene, text: str = "\n") -> None:
    """Play a scene in an editor with a text."""

    async def scenario() -> None:
        async with writing(text) as client:
            await scene(client)

    asyncio.run(scenario())


def type_in(client: LspClient, text: str, at: int = 0) -> None:
    """Type a text, one key after the other."""
    for number, character in enumerate(text):
        client.edit(URI, (at + number, at + number, character))


async def until_text(client: LspClient, wanted: str, uri: str = URI) -> None:
    """Wait until the document is a text."""
    for _ in range(500):
        if client.texts[uri].text == wanted:
            return
        await asyncio.sleep(0.01)
    assert client.texts[uri].text == wanted


def sent(client: LspClient, method: str) -> list[Any]:
    """Give what the server sent by a method."""
    return [m["params"] for m in client.messages if m.get("method") == method]


def test_a_question_is_asked_once_of_the_first_entry(
    model: Upstream, slow: Upstream
) -> None:
    """Others than the first entry are left out, with a warning in the log."""
    config_file().write_text(
        provider("home", model)
        + provider("other", slow)
        + entry("chat", "home")
        + entry("chat", "other")
    )

    async def scene(client: LspClient) -> None:
        type_in(client, "six times seven?>")
        await until_text(client, "six times seven?\n\n> forty\n>\n> two\n")
        await client.ask_for_nothing(URI, 0)
        assert len(sent(client, "workspace/applyEdit")) == 1
        logged = [one["message"] for one in sent(client, "window/logMessage")]
        warning = "models.chat supports a single entry; ignoring 1 extra"
        assert any(warning in line for line in logged)

    play(scene)

    [asked] = model.requests
    assert asked.json["messages"][-1]["content"] == "six times seven?"
    assert slow.requests == []


def test_a_reply_that_nobody_waits_for_any_more_is_no_bug(
    model: Upstream, tmp_path: Path
) -> None:
    """The change showed that the edit was made before the editor said so."""
    config_file().write_text(provider("home", model) + entry("chat", "home"))
    log = FileLog(tmp_path / "log", texts=False, now=lambda: 0.0)

    async def scenario() -> None:
        async with writing("\n", log) as client:
            take = client.handlers["workspace/applyEdit"]
            client.handlers["workspace/applyEdit"] = lambda params: (
                LATER if take(params)["applied"] else {"applied": False}
            )
            type_in(client, "why?>")
            await until_text(client, "why?\n\n> forty\n>\n> two\n")
            [asked] = [m for m in client.messages if m.get("method") == _APPLY]
            await client.ask_for_nothing(URI, 0)
            client.send(id=asked["id"], result={"applied": True})
            await client.ask_for_nothing(URI, 0)

    asyncio.run(scenario())
    log.close()
    assert " bug " not in (tmp_path / "log").read_text()


def test_progress_is_shown_and_stops_the_request(slow: Upstream) -> None:
    """The editor's cancel closes the connection; the question stays as it is."""
    config_file().write_text(provider("slow", slow) + entry("chat", "slow"))

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>")
        begun = await client.message("$/progress")
        assert begun["value"]["title"] == "Hexai: chat"
        await slow.until(lambda: bool(slow.requests))
        client.notify("window/workDoneProgress/cancel", {"token": begun["token"]})
        ended = await client.message("$/progress", 2)
        value = {"kind": "end", "message": "stopped"}
        assert ended == {"token": begun["token"], "value": value}
        await slow.until(slow.all_closed)
        assert client.texts[URI].text == "why?>\n"
        assert sent(client, "window/showMessage") == []

    play(scene)


@pytest.mark.parametrize("removal", [(3, 4), (4, 5), (0, 6)])
def test_removing_the_question_stops_the_request(
    slow: Upstream, removal: tuple[int, int]
) -> None:
    """Whether a letter of it goes, its suffix or its line."""
    config_file().write_text(provider("slow", slow) + entry("chat", "slow"))

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>")
        await slow.until(lambda: bool(slow.requests))
        client.edit(URI, (*removal, ""))
        await slow.until(slow.all_closed)

    play(scene)


@pytest.mark.parametrize("closes_first", [True, False])
def test_an_answer_comes_where_its_question_was_saved(
    closes_first: bool,
) -> None:
    """Under another name, or in another language, while the model still works."""
    saved = "file:///tmp/saved.py"
    with Upstream(openai_answer("forty", delay=0.3)) as model:
        config_file().write_text(provider("it", model) + entry("chat", "it"))

        async def scene(client: LspClient) -> None:
            type_in(client, "why?>")
            await model.until(lambda: bool(model.requests))
            text = client.texts[URI].text
            if closes_first:
                client.close(URI)
            client.open(saved, text, "python")
            if not closes_first:
                client.close(URI)
            client.close(saved)
            client.open(saved, text, "markdown")
            await until_text(client, "why?\n\n> forty\n", saved)

        play(scene)
        assert len(model.requests) == 1


def test_closing_the_document_stops_the_request(slow: Upstream) -> None:
    """Once it is clear that it was not opened elsewhere."""
    config_file().write_text(provider("slow", slow) + entry("chat", "slow"))

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>")
        await slow.until(lambda: bool(slow.requests))
        client.close(URI)
        await slow.until(slow.all_closed, 1.0)
        client.open(URI, "\n")

    play(scene)


def test_a_chat_holds_no_completion_back(model: Upstream, slow: Upstream) -> None:
    """Where it has the only slot of one entry, the list comes without that one."""
    config_file().write_text(
        provider("slow", slow)
        + provider("quick", model)
        + entry("chat", "slow")
        + entry("completion", "slow")
        + entry("completion", "quick")
    )

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>\n")
        await slow.until(lambda: bool(slow.requests))
        loop = asyncio.get_running_loop()
        began = loop.time()
        result = await client.complete(URI, 7)
        assert loop.time() - began < 1.0
        assert len(result["items"]) == 1

    play(scene, "\nThe answer is \n")

    assert len(slow.requests) == 1


def test_an_accepted_suggestion_asks_nothing(model: Upstream) -> None:
    """What was offered is no question, though it goes into one line."""
    with Upstream(openai_answer("tell me, why?>")) as teasing:
        config_file().write_text(
            provider("tease", teasing)
            + provider("home", model)
            + entry("completion", "tease")
            + entry("chat", "home")
        )

        async def scene(client: LspClient) -> None:
            client.edit(URI, (0, 0, "x\n"))
            offered = await client.complete(URI, 2)
            client.edit(URI, (2, 2, offered["items"][0]["textEdit"]["newText"]))
            await client.ask_for_nothing(URI, 0)
            await asyncio.sleep(0.05)

        play(scene)

    assert model.requests == []


def test_reload_shows_what_has_changed(
    model: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command's line goes, variables stay, and no summary is left in the text."""
    monkeypatch.setenv("HEXAI_REQUEST_TIMEOUT", "77")
    base = "[general]\nreload_on_change = false\nrequest_timeout = 5\n"
    config_file().write_text(base + "max_tokens = 100\n")

    async def scene(client: LspClient) -> None:
        config_file().write_text(base + "max_tokens = 200\n")
        type_in(client, "/reload>", at=2)
        await until_text(client, "a\nb\n")
        [shown] = sent(client, "window/showMessage")
        assert shown["message"] == (
            "Reloaded config (1 changes):\n- general.max_tokens: 100 → 200"
        )

    play(scene, "a\n\nb\n")


def test_reload_of_a_broken_file_keeps_the_old_one(model: Upstream) -> None:
    """The problems are shown, and the next question is still answered."""
    good = provider("home", model) + entry("chat", "home")
    good += "[general]\nreload_on_change = false\n"
    config_file().write_text(good)

    async def scene(client: LspClient) -> None:
        config_file().write_text(good + "temperatur = 1\nmax_tokens = 'x'\n")
        type_in(client, "/reload>")
        await until_text(client, "")
        [shown] = sent(client, "window/showMessage")
        assert shown["type"] == 1
        for part in ("Reload failed", "temperatur", "max_tokens", "stays in use"):
            assert part in shown["message"]
        type_in(client, "so?>")
        await until_text(client, "so?\n\n> forty\n>\n> two\n")

    play(scene, "")


def test_a_failure_is_told_when_its_progress_has_ended() -> None:
    """Helix clears its status line with a progress; its end says the same."""
    config_file().write_text(
        '[providers.gone]\ntype = "openai"\nmodel = "m"\n'
        'base_url = "http://127.0.0.1:9"\n' + entry("chat", "gone")
    )

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>")
        told = await client.message("window/showMessage")
        methods = [one.get("method") for one in client.messages]
        assert "$/progress" in methods
        end = max(n for n, method in enumerate(methods) if method == "$/progress")
        assert end < methods.index("window/showMessage")
        value = client.messages[end]["params"]["value"]
        assert value == {"kind": "end", "message": told["message"]}
        assert told["message"].startswith("Hexai: chat: ")

    play(scene)


def test_a_failure_is_told(model: Upstream) -> None:
    """The user sees who failed and why; the text stays as it is."""
    config_file().write_text(
        '[providers.gone]\ntype = "openai"\nmodel = "m"\n'
        'base_url = "http://127.0.0.1:9"\n' + entry("chat", "gone")
    )

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>")
        shown = await client.message("window/showMessage")
        assert shown["message"].startswith("Hexai: chat: gone: ")
        assert client.texts[URI].text == "why?>\n"

    play(scene)


def test_a_secret_stays_here(model: Upstream) -> None:
    """A cloud is not asked where the text around the question holds a token."""
    config_file().write_text(provider("cloud", model) + entry("chat", "cloud"))
    token = sample("github-token")

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>")
        shown = await client.message("window/showMessage")
        assert "not sent" in shown["message"]
        assert token not in shown["message"]

    play(scene, f"\n\ntoken = {token}\n")

    assert model.requests == []


def test_an_inline_tag_is_asked_of_the_first_completion_entry(
    model: Upstream, slow: Upstream
) -> None:
    """Only its own tag is replaced, and no completion is offered on its line."""
    config_file().write_text(
        provider("home", model)
        + provider("other", slow)
        + entry("completion", "home")
        + entry("completion", "other")
    )

    async def scene(client: LspClient) -> None:
        type_in(client, ">!the answer>", at=3)
        pending = client.begin_completion(URI, 16)
        assert (await pending.reply)["items"] == []
        await until_text(client, "It forty\n\ntwo >!else>\n")

    play(scene, "It  >!else>\n")

    assert len(model.requests) == 1
    assert slow.requests == []


def test_reload_is_the_way_out_of_a_broken_start(model: Upstream) -> None:
    """While everything is off, a question asks nobody, and the command still acts."""
    config_file().write_text("broken = \n")

    async def scene(client: LspClient) -> None:
        type_in(client, "why?>\n")
        await client.ask_for_nothing(URI, 0)
        assert sent(client, "workspace/applyEdit") == []
        good = provider("home", model) + entry("chat", "home")
        config_file().write_text("[general]\nreload_on_change = false\n" + good)
        type_in(client, "/reload>\n", at=6)
        await until_text(client, "why?>\n\n")
        type_in(client, "so?>", at=6)
        await until_text(client, "why?>\nso?\n\n> forty\n>\n> two\n")

    play(scene)

    assert len(model.requests) == 1


def test_shutdown_ends_what_is_asked(slow: Upstream) -> None:
    """The connection is closed, and nothing is told or changed any more."""
    config_file().write_text(provider("slow", slow) + entry("chat", "slow"))

    async def scenario() -> None:
        async with serving() as (client, _):
            take_edits(client)
            await client.initialize(capabilities=CAPABILITIES)
            client.open(URI, "\n", "markdown")
            await client.ask_for_nothing(URI, 0)
            type_in(client, "why?>")
            await slow.until(lambda: bool(slow.requests))
            await client.request("shutdown")
            await slow.until(slow.all_closed)
            assert sent(client, "workspace/applyEdit") == []
            assert sent(client, "window/showMessage") == []

    asyncio.run(scenario())


def test_models_are_listed_in_the_text(model: Upstream) -> None:
    """Several lines take the place of the command, quoted."""
    config_file().write_text(
        provider("home", model) + entry("chat", "home") + entry("completion", "home")
    )

    async def scene(client: LspClient) -> None:
        type_in(client, "/models>")
        await until_text(
            client,
            "> Who answers:\n> - completion: home (home:m)\n> - chat: home (home:m)\n"
            "> - code_action: qwen3-coder:30b (ollama:qwen3-coder:30b)\n",
        )

    play(scene)


def test_an_editor_that_lets_no_server_edit_asks_nothing(model: Upstream) -> None:
    """Its user is told at once: the answer had nowhere to go, and would cost money."""
    config_file().write_text(
        provider("home", model) + entry("chat", "home") + entry("completion", "home")
    )
    none = {"workspace": {"applyEdit": False}}

    async def scenario() -> None:
        async with writing("\n", capabilities=none) as client:
            for number, text in enumerate(("six times seven?>", "\n>!a list>"), 1):
                type_in(client, text, at=17 * (number - 1))
                told = await client.message("window/showMessage", number)
                assert "nothing was asked" in told["message"]

    asyncio.run(scenario())
    assert model.requests == []
