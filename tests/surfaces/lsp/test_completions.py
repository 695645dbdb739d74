"""Completion from the editor's request to its items, over pipes and HTTP."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.provider import FinishReason
from hexai.domain.record import Choice, Method
from hexai.ledger.access import Ledger
from hexai.service.log import FileLog
from hexai.surfaces.lsp.server import Server
from tests.support.answers import openai_answer
from tests.support.clock import pass_over, run_settably
from tests.support.lsp_client import LspClient, LspError, serving
from tests.support.patience import PATIENCE
from tests.support.replies import stall, status
from tests.support.upstream import Upstream

URI = "file:///tmp/code.py"
TEXT = "def add(a, b):\n    \n\nprint(add(1, 2))\n"
CURSOR = len("def add(a, b):\n    ")

Scene = Callable[[LspClient, Server], Awaitable[None]]


@pytest.fixture
def fast() -> Iterator[Upstream]:
    """Run an upstream that answers at once."""
    with Upstream(openai_answer("return a + b")) as upstream:
        yield upstream


@pytest.fixture
def slow() -> Iterator[Upstream]:
    """Run an upstream that takes a second."""
    with Upstream(openai_answer("return sum((a, b))", delay=1.0)) as upstream:
        yield upstream


def configure(**upstreams: Upstream) -> None:
    """Write a configuration of one entry for each upstream, in order."""
    config = _folder("XDG_CONFIG_HOME") / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    parts = []
    for name, upstream in upstreams.items():
        parts.append(f'[[models.completion]]\nprovider = "{name}"\nlabel = "{name}"\n')
        parts.append(
            f'[providers.{name}]\ntype = "openai"\nmodel = "m"\n'
            f'base_url = "{upstream.url}"\n'
        )
    config.write_text("".join(parts))


def _folder(variable: str) -> Path:
    return Path(os.environ[variable]) / "hexai"  # noqa: TID251 - the edge


@asynccontextmanager
async def editing(name: str = "plain") -> AsyncIterator[tuple[LspClient, Server]]:
    """Run a server and an editor that has a document open."""
    async with serving() as (client, server):
        await client.initialize(name, encodings=("utf-32",))
        client.open(URI, TEXT, "python")
        yield client, server
        await client.leave()


def play(scene: Scene, name: str = "plain") -> None:
    """Play a scene in an editor."""

    async def scenario() -> None:
        async with editing(name) as (client, server):
            await scene(client, server)

    run_settably(scenario())


def texts(result: Any) -> list[str]:
    """Give the new texts of a list's items."""
    return [item["textEdit"]["newText"] for item in result["items"]]


def test_one_suggestion_for_each_entry(fast: Upstream, slow: Upstream) -> None:
    """The fast one first and alone, the slow one as soon as it is there."""
    configure(home=fast, cloud=slow)

    async def scene(client: LspClient, _: Server) -> None:
        first = await client.complete(URI, CURSOR)
        assert texts(first) == ["return a + b"]
        assert first["isIncomplete"]
        again = first
        async with asyncio.timeout(PATIENCE):
            while again["isIncomplete"]:
                again = await client.complete(URI, CURSOR, kind=3)
        assert texts(again) == ["return a + b", "return sum((a, b))"]
        assert not again["isIncomplete"]

    play(scene)

    assert len(fast.requests) == len(slow.requests) == 1


class Silent(Upstream):
    """An upstream that says so much, and nothing more."""

    def __init__(self, *said: str) -> None:
        self._silent = threading.Event()
        super().__init__(stall(openai_answer(said), 1 + len(said), silent=self._silent))

    async def falls_silent(self) -> None:
        """Wait until all is said, and a server in this loop has heard it."""
        assert await asyncio.to_thread(self._silent.wait, PATIENCE)
        await asyncio.sleep(0.05)


DEADLINE = 10.0
"""Seconds after which lists go out: passed over, and not waited for."""


def hurry() -> None:
    """Have lists go out without who is late."""
    with (_folder("XDG_CONFIG_HOME") / "config.toml").open("a") as config:
        config.write(
            f"[completion]\ndeadline = {DEADLINE}\ncompletion_debounce_ms = 0\n"
        )


async def list_at_deadline(client: LspClient, *silent: Silent, kind: int = 1) -> Any:
    """Ask, and let the deadline pass once all that is said has been heard."""
    pending = client.begin_completion(URI, CURSOR, kind=kind)
    for upstream in silent:
        await upstream.falls_silent()
    pass_over(DEADLINE)
    return await asyncio.wait_for(pending.reply, 2 * PATIENCE)


def test_a_list_that_would_be_empty_has_the_lines_that_were_said_by_then() -> None:
    """Of all who have begun, without the half of a line; and they are let go."""
    one = Silent("total = a\n    total ", "+= b\n    retu")
    two = Silent("return a\n")
    with one, two:
        configure(one=one, two=two)
        hurry()

        async def scene(client: LspClient, _: Server) -> None:
            result = await list_at_deadline(client, one, two)
            assert texts(result) == ["total = a\n    total += b", "return a"]
            assert not result["isIncomplete"]
            await one.until(one.all_closed)
            await two.until(two.all_closed)

        play(scene)

    ledger = Ledger(_folder("XDG_STATE_HOME") / LEDGER_FILE, patience=1.0)
    [recorded] = ledger.all()
    ledger.close()
    ends = [(each.finish, each.late) for each in recorded.run.contenders]
    assert ends == [(FinishReason.ENOUGH, False)] * 2


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("plain", 1, "return a +"),  # no whole line
        ("plain", 1, "return )\n"),  # one that breaks the code
        ("Neovim", 3, "return a\n"),  # an editor that asks again
    ],
)
def test_who_has_nothing_to_show_yet_goes_on(name: str, kind: int, said: str) -> None:
    """The list is empty, and the contender runs."""
    with Silent(said) as upstream:
        configure(cloud=upstream)
        hurry()

        async def scene(client: LspClient, _: Server) -> None:
            assert texts(await list_at_deadline(client, upstream, kind=kind)) == []
            assert not upstream.all_closed()

        play(scene, name)


def test_where_somebody_has_answered_nobody_else_is_cut_short(fast: Upstream) -> None:
    """What comes later is for the next list."""
    with Silent("return a\n") as slow:
        configure(home=fast, cloud=slow)
        hurry()

        async def scene(client: LspClient, _: Server) -> None:
            result = await list_at_deadline(client, slow)
            assert texts(result) == ["return a + b"]
            assert result["isIncomplete"]
            assert not slow.all_closed()

        play(scene)


def test_a_request_that_does_not_say_why_is_by_hand(fast: Upstream) -> None:
    """Kakoune, Kate and fresh never send a context, also within a word."""
    configure(home=fast)

    async def scene(client: LspClient, _: Server) -> None:
        client.edit(URI, (CURSOR, CURSOR, "re"))
        position = client.texts[URI].position(CURSOR + 2)
        params = {"textDocument": {"uri": URI}, "position": position}
        result = await client.request("textDocument/completion", params)
        assert texts(result) == ["return a + b"]

    play(scene)


@pytest.mark.parametrize("language", [None, 5])
def test_a_language_that_is_no_text_is_unknown(fast: Upstream, language: Any) -> None:
    """Some clients send null or a number; the document is served like any other."""
    configure(home=fast)

    async def scene(client: LspClient, _: Server) -> None:
        client.close(URI)
        client.open(URI, TEXT, language)
        assert texts(await client.complete(URI, CURSOR)) == ["return a + b"]

    play(scene)


def test_inline_completion_by_hand_waits_for_all(
    fast: Upstream, slow: Upstream
) -> None:
    """VS Code never asks again there: who is slow is not left out."""
    configure(home=fast, cloud=slow)

    async def scene(client: LspClient, _: Server) -> None:
        assert texts(await client.complete(URI, CURSOR)) == ["return a + b"]
        result = await client.request(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": URI},
                "position": client.texts[URI].position(CURSOR),
                "context": {"triggerKind": 1},
            },
        )
        inserted = [item["insertText"] for item in result["items"]]
        assert inserted == ["return a + b", "return sum((a, b))"]

    play(scene)


def test_a_shuffled_list_stands_as_it_is_recorded(
    fast: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names stay in sight; the order is drawn for each place, and `sortText` has it."""
    monkeypatch.setenv("HEXAI_COMPLETION_SHUFFLE", "true")
    seen: list[list[str]] = []

    async def scene(client: LspClient, _: Server) -> None:
        for line in range(1, 25):
            client.edit(URI, (0, 0, "#\n"))
            result = await client.complete(URI, CURSOR + line * len("#\n"))
            items = sorted(result["items"], key=lambda item: str(item["sortText"]))
            seen.append([item["label"].split()[0] for item in items])
            assert items == result["items"]

    with Upstream(openai_answer("return b + a")) as other:
        configure(home=fast, cloud=other)
        play(scene)

    ledger = Ledger(_folder("XDG_STATE_HOME") / LEDGER_FILE, patience=1.0)
    runs = [each.run for each in ledger.all()]
    ledger.close()
    assert {tuple(names) for names in seen} == {("home", "cloud"), ("cloud", "home")}
    assert [
        [run.contenders[index].label for index in run.order] for run in runs
    ] == seen
    assert all(run.seed is not None and not run.blind for run in runs)


def test_an_edit_elsewhere_answers_at_once_and_closes(slow: Upstream) -> None:
    """The request is answered empty and complete, and the connection is closed."""
    configure(cloud=slow)

    async def scene(client: LspClient, _: Server) -> None:
        pending = client.begin_completion(URI, CURSOR)
        await slow.until(lambda: bool(slow.requests))
        client.edit(URI, (0, 0, "# "))
        result = await asyncio.wait_for(pending.reply, PATIENCE)
        assert result == {"isIncomplete": False, "items": []}
        await slow.until(slow.all_closed)

    play(scene)


def test_a_cancelled_request_gets_its_error_and_the_race_goes_on(
    slow: Upstream,
) -> None:
    """The next request at the place has the answer of the call that was under way."""
    configure(cloud=slow)

    async def scene(client: LspClient, _: Server) -> None:
        pending = client.begin_completion(URI, CURSOR)
        await slow.until(lambda: bool(slow.requests))
        client.cancel(pending)
        with pytest.raises(LspError) as caught:
            await pending.reply
        assert caught.value.code == -32800
        assert texts(await client.complete(URI, CURSOR)) == ["return sum((a, b))"]

    play(scene)

    assert len(slow.requests) == 1


def test_a_request_and_an_edit_in_one_read_come_in_their_order(slow: Upstream) -> None:
    """What was typed right behind a request is typed along, not part of it."""
    configure(cloud=slow)

    async def scene(client: LspClient, _: Server) -> None:
        pending = client.begin_completion(URI, CURSOR)
        client.edit(URI, (CURSOR, CURSOR, "ret"))
        result = await pending.reply
        [item] = result["items"]
        assert item["textEdit"]["range"]["end"] == {"line": 1, "character": 4}

    play(scene)

    [asked] = slow.requests
    assert "    ret" in asked.json["messages"][-1]["content"]


def test_inline_completion_is_offered(fast: Upstream) -> None:
    """The same suggestions, by the other request."""
    configure(home=fast)

    async def scene(client: LspClient, _: Server) -> None:
        result = await client.request(
            "textDocument/inlineCompletion",
            {
                "textDocument": {"uri": URI},
                "position": client.texts[URI].position(CURSOR),
                "context": {"triggerKind": 2},
            },
        )
        assert [item["insertText"] for item in result["items"]] == ["return a + b"]

    play(scene)


@pytest.mark.parametrize("uri", ["file:///tmp/.env", "untitled:.env"])
def test_a_file_that_is_ignored_is_told_of_once(uri: str, fast: Upstream) -> None:
    """A cloud is not asked about it; the user is told why, and only once."""
    configure(cloud=fast)

    async def scene(client: LspClient, _: Server) -> None:
        client.open(uri, "KEY = \n", "shellscript")
        for _attempt in range(2):
            assert texts(await client.complete(uri, 6)) == []
        shown = [m for m in client.messages if m.get("method") == "window/showMessage"]
        assert len(shown) == 1
        message = shown[0]["params"]["message"]
        assert message.startswith("Hexai: nobody is asked: .env stays here for")

    play(scene)

    assert fast.requests == []


def test_a_failing_contender_is_logged_once_and_the_others_stay(fast: Upstream) -> None:
    """What fails is told in the log, not with every list."""
    with Upstream(status(401)) as broken:
        configure(home=fast, cloud=broken)

        async def scene(client: LspClient, _: Server) -> None:
            for cursor in (CURSOR, 0):
                result = await client.complete(URI, cursor)
                assert len(result["items"]) <= 1
            logged = [
                m["params"]["message"]
                for m in client.messages
                if m.get("method") == "window/logMessage"
            ]
            assert len([line for line in logged if "cloud" in line]) == 1

        play(scene)


def test_a_run_and_what_was_taken_are_recorded(fast: Upstream) -> None:
    """Without the text of the document; the command of the item says what was taken."""
    configure(home=fast)

    async def scene(client: LspClient, _: Server) -> None:
        result = await client.complete(URI, CURSOR)
        command = result["items"][0]["command"]
        assert await client.request("workspace/executeCommand", command) is None

    play(scene)

    ledger = Ledger(_folder("XDG_STATE_HOME") / LEDGER_FILE, patience=1.0)
    [recorded] = ledger.all()
    ledger.close()
    record, choice = recorded.run, recorded.chosen
    assert (record.surface, record.messages) == (Surface.COMPLETION, ())
    assert record.background.language == "python"
    assert [each.text for each in record.contenders] == [""]
    assert choice is not None
    assert (choice.choice, choice.method) == (Choice.TAKEN, Method.COMMAND)
    assert (choice.indexes, choice.characters) == ((0,), len("return a + b"))


def test_shutdown_answers_who_waits(slow: Upstream) -> None:
    """The list is empty and the connection to the upstream is closed."""
    configure(cloud=slow)

    async def scene(client: LspClient, _: Server) -> None:
        pending = client.begin_completion(URI, CURSOR)
        await slow.until(lambda: bool(slow.requests))
        await client.request("shutdown")
        assert (await pending.reply)["items"] == []
        await slow.until(slow.all_closed)

    async def scenario() -> None:
        async with serving() as (client, server):
            await client.initialize()
            client.open(URI, TEXT, "python")
            await scene(client, server)

    asyncio.run(scenario())


@pytest.mark.parametrize("texts_too", [False, True])
def test_the_log_holds_what_ran_and_texts_if_asked(
    texts_too: bool, fast: Upstream, tmp_path: Path
) -> None:
    """A line for the run and one for each outcome; texts only with `--log-texts`."""
    configure(home=fast)
    log = FileLog(tmp_path / "log", texts=texts_too, now=lambda: 0.0)

    async def scenario() -> None:
        async with serving(log=log) as (client, _):
            await client.initialize("plain", encodings=("utf-32",))
            client.open(URI, TEXT, "python")
            await client.complete(URI, CURSOR)
            await client.leave()

    asyncio.run(scenario())
    log.close()
    written = (tmp_path / "log").read_text()
    assert " run run=" in written
    assert "provider=home model=m status=answered" in written
    assert ("def add(a, b)" in written) is texts_too
    assert ("text='return a + b'" in written) is texts_too


@pytest.mark.parametrize("seconds", [0, 60])
def test_right_behind_what_was_taken_nobody_is_asked_who_is_not_waited_for(
    fast: Upstream, seconds: int
) -> None:
    """Editors ask there by themselves; whoever types on sooner asks about the rest."""
    configure(home=fast)
    config = _folder("XDG_CONFIG_HOME") / "config.toml"
    pause = f"[completion]\ncompletion_debounce_ms = 0\naccept_pause = {seconds}\n"
    config.write_text(pause + config.read_text())

    async def scene(client: LspClient, _: Server) -> None:
        [item] = (await client.complete(URI, CURSOR))["items"]
        taken = item["textEdit"]["newText"]
        client.edit(URI, (CURSOR, CURSOR, taken))
        await client.complete(URI, CURSOR + len(taken))
        assert len(fast.requests) == (1 if seconds else 2)
        client.edit(URI, (CURSOR + len(taken), CURSOR + len(taken), " +"))
        await client.complete(URI, CURSOR + len(taken) + 2)
        assert len(fast.requests) == (2 if seconds else 3)

    play(scene)


@pytest.mark.parametrize("name", ["vim-lsp", "emacs"])
def test_clients_are_understood_as_they_count(name: str, fast: Upstream) -> None:
    """They count code points, though UTF-16 is all that we could agree on."""
    configure(home=fast)
    left = "s = '\U0001f600\U0001f600'; re"

    async def scenario() -> tuple[str, Any, Any]:
        async with serving() as (client, _):
            result = await client.initialize(name)
            agreed = result["capabilities"]["positionEncoding"]
            client.encoding = "utf-32"
            client.open(URI, f"{left}!\n", "python")
            client.edit(URI, (len(left), len(left) + 1, ""))
            answer = await client.complete(URI, len(left))
            await client.leave()
            return agreed, answer, fast.requests[-1].json

    agreed, answer, asked = asyncio.run(scenario())
    assert agreed == "utf-16"
    [item] = answer["items"]
    where = {"line": 0, "character": len(left) - 2}, {"line": 0, "character": len(left)}
    assert item["textEdit"]["range"] == dict(zip(("start", "end"), where, strict=True))
    assert left in str(asked)


def test_jupyterlab_is_asked_about_its_cursor(fast: Upstream) -> None:
    """It counts code points up to it; and within a string it puts nothing right."""
    configure(home=fast)
    above = "x = 'ab'\ny = '\U0001f600'\nz = f("

    async def scenario() -> tuple[Any, Any]:
        async with serving() as (client, _):
            registers = {"completion": {"dynamicRegistration": True}}
            await client.initialize(capabilities={"textDocument": registers})
            client.encoding = "utf-32"
            client.open(URI, f"{above}\n", "python")
            within = await client.complete(URI, len("x = 'a"))
            assert not fast.requests
            behind = await client.complete(URI, len(above) - 1)
            await client.leave()
            return within, behind

    within, behind = asyncio.run(scenario())
    assert within["items"] == []
    assert [each["insertText"] for each in behind["items"]] == ["return a + b"]
    assert f"{above}\n</before>" in str(
        fast.requests[-1].json["messages"][-1]["content"]
    )
