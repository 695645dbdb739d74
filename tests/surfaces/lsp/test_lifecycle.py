"""The beginning and the end of a connection, and what is agreed on in between."""

import asyncio
from typing import Any

import pytest

from hexai.version import __version__
from tests.support.command_line import write_config
from tests.support.lsp_client import LspError, serving
from tests.support.patience import PATIENCE

URI = "file:///tmp/a.py"
_SYNC = {"openClose": True, "change": 2}


def test_the_server_introduces_itself() -> None:
    """It names itself, takes changes in pieces, and resolves no items."""

    async def scenario() -> Any:
        async with serving() as (client, _):
            result = await client.initialize("helix")
            await client.leave()
            return result

    result = asyncio.run(scenario())
    assert result["serverInfo"] == {"name": "hexai", "version": __version__}
    assert result["capabilities"]["textDocumentSync"] == _SYNC
    assert "resolveProvider" not in result["capabilities"]["completionProvider"]


def test_what_it_can_do_is_announced() -> None:
    """Each capability that editors look for is announced, and none besides."""

    async def scenario() -> Any:
        async with serving() as (client, _):
            return await client.initialize()

    capabilities = asyncio.run(scenario())["capabilities"]
    commands = capabilities["executeCommandProvider"]["commands"]
    assert capabilities["inlineCompletionProvider"] is True
    names = [command.rpartition(".")[0] for command in commands]
    assert names == ["hexai.taken", "hexai.act"]
    assert sorted(capabilities) == [
        "codeActionProvider",
        "completionProvider",
        "executeCommandProvider",
        "inlineCompletionProvider",
        "positionEncoding",
        "textDocumentSync",
    ]


def test_trigger_characters_are_the_configured_ones() -> None:
    """They come from the configuration."""
    write_config('[triggers]\ntrigger_characters = [".", ">"]\n')

    async def scenario() -> Any:
        async with serving() as (client, _):
            return await client.initialize()

    provider = asyncio.run(scenario())["capabilities"]["completionProvider"]
    assert provider["triggerCharacters"] == [".", ">"]


@pytest.mark.parametrize(
    ("name", "offered", "chosen"),
    [
        ("helix", ["utf-8", "utf-32", "utf-16"], "utf-32"),
        ("Neovim", ["utf-8", "utf-16", "utf-32"], "utf-8"),
        ("x", ["utf-16", "utf-8"], "utf-8"),
        ("x", ["utf-16"], "utf-16"),
        ("x", [], "utf-16"),
        ("x", ["utf-7"], "utf-16"),
    ],
)
def test_positions_are_counted_as_both_can(
    name: str, offered: list[str], chosen: str
) -> None:
    """utf-32 first, but in Neovim utf-8; without an offer utf-16."""

    async def scenario() -> Any:
        async with serving() as (client, _):
            return await client.initialize(name, encodings=offered)

    assert asyncio.run(scenario())["capabilities"]["positionEncoding"] == chosen


def test_what_comes_at_the_wrong_time_is_refused() -> None:
    """Before the beginning, a second beginning, and after the end."""

    async def scenario() -> list[int]:
        codes = []
        async with serving() as (client, _):

            async def ask(method: str) -> None:
                with pytest.raises(LspError) as caught:
                    await client.request(method, {"capabilities": {}})
                codes.append(caught.value.code)

            await ask("textDocument/completion")
            await ask("shutdown")
            await client.initialize()
            await ask("initialize")
            await ask("textDocument/hover")
            assert await client.request("shutdown") is None
            await ask("textDocument/completion")
            await ask("shutdown")
        return codes

    assert asyncio.run(scenario()) == [-32002, -32002, -32600, -32601, -32600, -32600]


@pytest.mark.parametrize(("is_shut_down", "code"), [(True, 0), (False, 1)])
def test_the_exit_code_tells_whether_it_was_shut_down(
    is_shut_down: bool, code: int
) -> None:
    """An exit without a shutdown before it is an error."""

    async def scenario() -> int:
        async with serving() as (client, server):
            await client.initialize()
            if is_shut_down:
                await client.request("shutdown")
            client.notify("exit")
            await asyncio.wait_for(client.closed.wait(), PATIENCE)
            return await server.session.ended

    assert asyncio.run(scenario()) == code


def test_a_null_result_is_there() -> None:
    """The reply to a shutdown has a result, which is null."""

    async def scenario() -> Any:
        async with serving() as (client, _):
            await client.initialize()
            await client.request("shutdown")
            return client.messages[-1]

    assert asyncio.run(scenario()) == {"jsonrpc": "2.0", "id": 2, "result": None}


def test_a_broken_configuration_leaves_the_server_up() -> None:
    """The user is told once, what is asked is answered, and a mended file counts."""
    write_config("[general]\nmax_tokens = 'many'\n")

    async def scenario() -> tuple[str, Any, Any]:
        async with serving() as (client, server):
            await client.initialize()
            told = await client.message("window/showMessage")
            client.open(URI, "x")
            items = await client.ask_for_nothing(URI, 1)
            configuration = server.session.configuration
            assert configuration is not None
            assert configuration.snapshot(URI) is None
            write_config("[general]\nmax_tokens = 7\n")
            server.session.reload()
            snapshot = configuration.snapshot(URI)
            assert snapshot is not None
            return told["message"], items, snapshot.settings.general.max_tokens

    told, items, mended = asyncio.run(scenario())
    assert "config.toml:2: general.max_tokens" in told
    assert "Hexai is off until this is mended" in told
    assert items == {"isIncomplete": False, "items": []}
    assert mended == 7


def test_a_file_that_breaks_later_changes_nothing_but_is_told() -> None:
    """The last good configuration stays."""
    write_config("[general]\nmax_tokens = 7\n")

    async def scenario() -> tuple[str, int]:
        async with serving() as (client, server):
            await client.initialize()
            client.open(URI, "x")
            await client.ask_for_nothing(URI, 1)
            write_config("[general\n")
            server.session.reload()
            told = await client.message("window/showMessage")
            assert server.session.configuration is not None
            snapshot = server.session.configuration.snapshot(URI)
            assert snapshot is not None
            return told["message"], snapshot.settings.general.max_tokens

    told, kept = asyncio.run(scenario())
    assert "the configuration before it stays in use" in told
    assert kept == 7


@pytest.mark.parametrize("way", ["options", "pushed", "pulled"])
def test_settings_of_the_editor_narrow(way: str) -> None:
    """At the start, later, or when they are asked for, they can take away."""
    settings = {"local_only": True}

    async def scenario() -> str:
        async with serving() as (client, server):
            client.handlers["workspace/configuration"] = lambda _: [settings]
            pulls = {"workspace": {"configuration": way == "pulled"}}
            options = {"hexai": settings} if way == "options" else None
            await client.initialize(capabilities=pulls, options=options)
            if way == "pushed":
                pushed = {"settings": {"hexai": settings}}
                client.notify("workspace/didChangeConfiguration", pushed)
            client.open(URI, "x")
            await client.ask_for_nothing(URI, 1)
            assert server.session.configuration is not None
            snapshot = server.session.configuration.snapshot(URI)
            assert snapshot is not None
            return snapshot.restrictions.local_only

    assert asyncio.run(scenario()) != ""


def test_settings_that_cannot_be_taken_in_turn_everything_off() -> None:
    """What they forbid would otherwise not hold until the file is mended."""
    write_config("")

    async def scenario() -> tuple[bool, bool]:
        async with serving() as (client, server):
            await client.initialize()
            client.open(URI, "x")
            await client.ask_for_nothing(URI, 1)
            write_config("[general\n")
            client.notify(
                "workspace/didChangeConfiguration",
                {"settings": {"hexai": {"local_only": True}}},
            )
            await client.message("window/showMessage")
            configuration = server.session.configuration
            assert configuration is not None
            off = configuration.snapshot(URI) is None
            write_config("")
            server.session.reload()
            snapshot = configuration.snapshot(URI)
            return off, bool(snapshot and snapshot.restrictions.local_only)

    assert asyncio.run(scenario()) == (True, True)
