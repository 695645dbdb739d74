"""What a user of Helix does with suggestions, as the ledger tells it afterwards.

Helix runs no command of what was taken, so all of it is read from the edits.
"""

import asyncio
import json
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from subprocess import PIPE
from typing import Any

import pytest

from hexai.domain.record import SHOWN_AFTER
from tests.support.answers import openai_answer
from tests.support.command_line import run_cli, write_config
from tests.support.lsp_client import HelixClient, connected_to
from tests.support.patience import PATIENCE
from tests.support.started import hexai
from tests.support.upstream import Upstream

pytestmark = pytest.mark.e2e

URI = "file:///tmp/code.py"
BEFORE = "def add(a, b):\n    "
TEXT = f"{BEFORE}\n\nprint(add(1, 2))\n"
FIRST, SECOND = "return a + b", "yield a - b"

Scene = Callable[[HelixClient, list[Any]], Awaitable[None]]
"""Gets the editor, and the items of its popup."""


def play(scene: Scene) -> None:
    """Play a scene in which two models have suggested something, to its end."""
    with Upstream(openai_answer(FIRST)) as one, Upstream(openai_answer(SECOND)) as two:
        _configure(one=one, two=two)
        with hexai("lsp", stdin=PIPE, stdout=PIPE) as process:
            asyncio.run(_edit(process, scene))
            assert process.wait(PATIENCE) == 0


async def _edit(process: "subprocess.Popen[bytes]", scene: Scene) -> None:
    async with connected_to(process, kind=HelixClient) as client:
        assert isinstance(client, HelixClient)
        await client.begin_helix()
        client.open(URI, TEXT, "python")
        client.cursor = len(BEFORE)
        items: list[Any] = []
        while len(items) < 2:
            client.ask(URI)
            items = await client.shown()
        await scene(client, items)
        await client.leave()


def _configure(**upstreams: Upstream) -> None:
    entries = [
        f'[[models.completion]]\nprovider = "{name}"\nlabel = "{name}"\n'
        f'[providers.{name}]\ntype = "openai"\nmodel = "m"\n'
        f'base_url = "{upstream.url}"\n'
        for name, upstream in upstreams.items()
    ]
    write_config("".join(entries))


async def read_them() -> None:
    """Do nothing, as a user does who looks at the popup."""
    await asyncio.sleep(SHOWN_AFTER + 0.1)


def choice() -> dict[str, Any] | None:
    """Give what the ledger says that was chosen."""
    shown = run_cli("show", "--json").out
    found: dict[str, Any] | None = json.loads(shown)["choice"]
    if found is not None:
        del found["at"]
        assert found.pop("settles_at") is None
    return found


def chosen(kind: str, method: str, *labels: str, text: str = "") -> dict[str, Any]:
    """Say what a choice looks like in `hexai show --json`."""
    return {
        "choice": kind,
        "method": method,
        "blind": False,
        "labels": [*labels],
        "characters": len(text),
    }


def test_what_is_taken_is_taken() -> None:
    """An edit that makes the offered text says so, and of whom it was."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        client.accept(URI, items[1])

    play(scene)
    assert choice() == chosen("taken", "inferred", "two", text=SECOND)


def test_what_is_typed_before_it_is_taken_changes_nothing() -> None:
    """Helix takes it back and puts in the whole."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        client.type(URI, "ret")
        client.accept(URI, items[0])

    play(scene)
    assert choice() == chosen("taken", "inferred", "one", text=FIRST)


def test_cutting_the_tail_leaves_a_part() -> None:
    """If it is the next thing that the user does."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        client.accept(URI, items[0])
        end = len(BEFORE + FIRST)
        client.edit(URI, (end - len(" + b"), end, ""))

    play(scene)
    assert choice() == chosen("partly", "inferred", "one", text="return a")


def test_typing_a_suggestion_oneself_is_typing_along() -> None:
    """It stands as soon as something else is edited."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        await read_them()
        client.type(URI, "return")
        client.edit(URI, (0, 3, "async def"))

    play(scene)
    assert choice() == chosen("typed", "typed", "one", text="return")


def test_going_on_with_something_else_is_none() -> None:
    """Helix tells nobody which item the user has browsed to."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        await read_them()
        client.type(URI, "pass")

    play(scene)
    assert choice() == chosen("none", "inferred")


def test_what_is_left_alone_is_none() -> None:
    """The document is closed, and nothing of the list is in it."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        await read_them()
        client.close(URI)

    play(scene)
    assert choice() == chosen("none", "inferred")


def test_what_nobody_can_have_read_counts_for_nothing() -> None:
    """A list that is contradicted at once was not shown."""

    async def scene(client: HelixClient, items: list[Any]) -> None:
        client.type(URI, "pass")

    play(scene)
    assert choice() is None


def test_servers_of_one_place_are_one_list() -> None:
    """Two servers with one entry each: one trial, in which one was chosen."""
    with Upstream(openai_answer(FIRST)) as one, Upstream(openai_answer(SECOND)) as two:
        _configure(one=one, two=two)
        with (
            hexai("lsp", "--only", "one", stdin=PIPE, stdout=PIPE) as first,
            hexai("lsp", "--only", "two", stdin=PIPE, stdout=PIPE) as second,
        ):
            asyncio.run(_take_of_the_second(first, second))
            assert first.wait(PATIENCE) == second.wait(PATIENCE) == 0

    [surface] = json.loads(run_cli("leaderboard", "--json").out)["surfaces"]
    [group] = surface["groups"]
    assert group["trials"] == 1
    assert {each["provider"]: each["chosen"] for each in group["models"]} == {
        "one": 0,
        "two": 1,
    }
    rows = json.loads(run_cli("stats", "--json").out)["models"]
    assert [row["cost_usd"] for row in rows] == [None, None]
    assert {
        row["provider"]: (row["surface"], row["accepted"], row["accepted_characters"])
        for row in rows
    } == {"one": ("completion", 0, 0), "two": ("completion", 1, len(SECOND))}


async def _take_of_the_second(*processes: "subprocess.Popen[bytes]") -> None:
    async with AsyncExitStack() as stack:
        clients = []
        for process in processes:
            client = await stack.enter_async_context(
                connected_to(process, kind=HelixClient)
            )
            assert isinstance(client, HelixClient)
            await client.begin_helix()
            client.open(URI, TEXT, "python")
            client.cursor = len(BEFORE)
            clients.append(client)
        for client in clients:
            client.ask(URI)
        items = [(await client.shown())[0] for client in clients]
        await read_them()
        for client in clients:
            client.accept(URI, items[1])
        for client in clients:
            await client.leave()
