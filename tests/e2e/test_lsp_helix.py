"""A real server, spoken to as Helix speaks: no cancel, one request in flight."""

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import write_config
from tests.support.lsp_client import HelixClient, connected_to
from tests.support.patience import PATIENCE
from tests.support.replies import gated, hang
from tests.support.started import hexai
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

URI = "file:///tmp/code.py"
TEXT = "def add(a, b):\n    \n\nprint(add(1, 2))\n"
CURSOR = len("def add(a, b):\n    ")
ANSWER = "return a + b"

Scene = Callable[[HelixClient, int], Awaitable[None]]
"""Gets the editor, and the number of the server's process."""


def configure(more: str = "", **upstreams: Upstream) -> None:
    """Make each upstream an entry, in order."""
    entries = [
        f'[[models.completion]]\nprovider = "{name}"\nlabel = "{name}"\n'
        f'[providers.{name}]\ntype = "openai"\nmodel = "m"\n'
        f'base_url = "{upstream.url}"\n'
        for name, upstream in upstreams.items()
    ]
    write_config(more + "".join(entries))


def play(scene: Scene, *arguments: str) -> "subprocess.Popen[bytes]":
    """Play a scene with a server of its own; gives the process, which has ended."""

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process, kind=HelixClient) as client:
            assert isinstance(client, HelixClient)
            await client.begin_helix()
            client.open(URI, TEXT, "python")
            client.cursor = CURSOR
            await client.ask_for_nothing(URI, 0)
            await scene(client, process.pid)
            if not client.closed.is_set():
                await client.leave()

    with hexai(
        "lsp", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        asyncio.run(scenario(process))
        process.wait(PATIENCE)
        assert process.stderr is not None
        assert process.stderr.read() == b""
    return process


def _details(items: list[Any]) -> list[str]:
    return [item["detail"] for item in items]


def test_the_list_grows_while_the_user_types_and_the_text_is_right() -> None:
    """The fast one first; with the next keys the slow one too; no new upstream call."""
    slow_answer, gate = "return sum([a, b])", threading.Event()
    with (
        Upstream(openai_answer(ANSWER)) as fast,
        Upstream(gated(openai_answer(slow_answer), gate)) as slow,
    ):
        configure(cloud=slow, home=fast)

        async def scene(client: HelixClient, pid: int) -> None:
            client.type(URI, "r")
            assert _details(await client.shown()) == [ANSWER]
            client.type(URI, "e")
            items = await client.shown()
            assert _details(items) == [ANSWER]
            gate.set()
            while len(items) < 2:
                client.ask_again(URI)
                items = await client.shown()
            assert _details(items) == [slow_answer, ANSWER]
            client.type(URI, "turn")
            client.accept(URI, items[1])
            after = TEXT.replace("    \n", f"    {ANSWER}\n", 1)
            assert client.texts[URI].text == after

        play(scene)
        assert len(fast.requests) == len(slow.requests) == 1


def test_what_contradicts_the_answer_frees_helix_for_its_next_request() -> None:
    """A request in flight is answered at once when the text goes elsewhere."""
    with Upstream(hang()) as upstream:
        configure(cloud=upstream)

        async def scene(client: HelixClient, pid: int) -> None:
            client.ask(URI)
            await upstream.until(lambda: len(upstream.requests) == 1)
            began = time.monotonic()
            client.edit(URI, (0, 3, "async def"))
            assert await client.shown() == []
            assert time.monotonic() - began < 0.5
            await upstream.until(upstream.all_closed)

        play(scene)


def test_typing_on_asks_no_upstream_again() -> None:
    """Word characters join the race that they are typed along with."""
    with Upstream(openai_answer(ANSWER, delay=0.8)) as upstream:
        configure(cloud=upstream)

        async def scene(client: HelixClient, pid: int) -> None:
            client.type(URI, "r")
            await upstream.until(lambda: len(upstream.requests) == 1)
            client.type(URI, "eturn")
            items = await client.shown()
            assert _details(items) == [ANSWER]

        play(scene)
        assert len(upstream.requests) == 1


def test_one_server_for_each_entry() -> None:
    """`--only` keeps one, so that Helix shows each as soon as it is there."""
    with (
        Upstream(openai_answer("home()")) as home,
        Upstream(openai_answer("cloud()")) as cloud,
    ):
        configure(cloud=cloud, home=home)

        async def scene(client: HelixClient, pid: int) -> None:
            client.ask(URI)
            assert _details(await client.shown()) == ["home()"]

        play(scene, "--only", "home")
        assert (len(home.requests), len(cloud.requests)) == (1, 0)


def test_a_server_for_an_entry_that_is_not_there_says_so() -> None:
    """Nothing is offered, and a message names the labels that there are."""
    with Upstream(openai_answer(ANSWER)) as home:
        configure(home=home)

        async def scene(client: HelixClient, pid: int) -> None:
            client.ask(URI)
            assert await client.shown() == []
            told = await client.message("window/showMessage")
            assert "nobody" in told["message"]
            assert "home" in told["message"]

        play(scene, "--only", "nobody")
        assert home.requests == []


@pytest.mark.parametrize("way", ["hang up", "exit", "terminate"])
def test_when_the_editor_is_gone_upstream_calls_are_closed(way: str) -> None:
    """Within two seconds, however it goes."""
    with Upstream(hang()) as upstream:
        configure(cloud=upstream)

        async def scene(client: HelixClient, pid: int) -> None:
            client.ask(URI)
            await upstream.until(lambda: len(upstream.requests) == 1)
            if way == "hang up":
                client.hang_up()
            elif way == "exit":
                client.notify("exit")
            else:
                os.kill(pid, signal.SIGTERM)
            await upstream.until(upstream.all_closed, 2.0)
            await asyncio.wait_for(client.closed.wait(), 2.0)

        play(scene)


def test_a_reload_changes_who_is_asked() -> None:
    """SIGHUP, or a file that has changed, counts for the next request."""
    with (
        Upstream(openai_answer("old()")) as old,
        Upstream(openai_answer("new()")) as new,
    ):
        configure(home=old)

        async def scene(client: HelixClient, pid: int) -> None:
            client.ask(URI)
            assert _details(await client.shown()) == ["old()"]
            configure(home=new)
            os.kill(pid, signal.SIGHUP)
            await client.wait_for(
                lambda m: "configuration loaded" in str(m.get("params"))
            )
            client.ask(URI)
            assert _details(await client.shown()) == ["new()"]

        play(scene)
