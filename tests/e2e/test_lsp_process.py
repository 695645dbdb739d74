"""The editor server as a real process: its start, its end, and what it tells nobody."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hexai.version import __version__
from tests.support.lsp_client import LspError, connected_to
from tests.support.patience import PATIENCE
from tests.support.started import SCRIPT, hexai, shell
from tests.support.timing import kept_within

pytestmark = pytest.mark.e2e

URI = "file:///tmp/a.py"
_GONE = 2.0
"""Seconds within which a server whose editor is gone has ended."""


@contextmanager
def server(*arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Start `hexai lsp`."""
    with hexai(
        "lsp", *arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process


def _seconds_to_end(process: "subprocess.Popen[bytes]") -> float:
    began = time.monotonic()
    process.wait(PATIENCE)
    return time.monotonic() - began


def _log() -> str:
    state = Path(os.environ["XDG_STATE_HOME"])  # noqa: TID251 - the edge
    return (state / "hexai" / "hexai-lsp-server.log").read_text()


@pytest.mark.parametrize(
    "command",
    ["hexai-lsp-server --version", "hexai-lsp-server -version", "hexai lsp --version"],
)
def test_name_and_version_are_printed(command: str) -> None:
    """By both names, with one dash or two."""
    ran = shell(command)

    assert (ran.returncode, ran.stdout, ran.stderr) == (
        0,
        f"hexai {__version__}\n",
        "",
    )


def test_wrong_options_are_an_error() -> None:
    """The server's own script has no prompt that they could be."""
    ran = shell("hexai-lsp-server --colour")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "--colour" in ran.stderr


def test_a_log_that_cannot_be_written_is_an_error() -> None:
    """The one that was asked for; the usual one is done without."""
    ran = shell("hexai lsp -log /nonexistent/log")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert "/nonexistent/log" in ran.stderr


def test_on_a_terminal_it_says_what_it_is_for() -> None:
    """Nobody types the protocol by hand."""
    master, slave = os.openpty()
    try:
        with hexai("lsp", stdin=slave) as process:
            _, told = process.communicate(timeout=PATIENCE)
    finally:
        os.close(master)
        os.close(slave)

    assert process.returncode == 2
    assert b"name `hexai lsp` in your editor's settings" in told


def test_it_serves_and_leaves_as_asked() -> None:
    """From the beginning to the end of a connection, nothing on standard error."""

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize("helix")
            client.open(URI, "x")
            assert (await client.ask_for_nothing(URI, 1))["items"] == []
            await client.leave()

    with server() as process:
        asyncio.run(scenario(process))
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert "initialize editor=helix" in _log()


def test_every_request_is_answered_whatever_it_says() -> None:
    """Over real pipes: unknown numbers, wrong types and unknown methods alike."""
    here = {"line": 0, "character": 0}
    asked: list[tuple[str, Any]] = [
        (f"textDocument/{method}", {**params, "textDocument": {"uri": URI}})
        for method in ("completion", "inlineCompletion", "codeAction")
        for params in (
            {"position": here, "context": {"triggerKind": 4}},
            {"position": here, "context": {"triggerKind": 4, "diagnostics": 5}},
            {"position": "here", "context": 7},
            {"position": {"line": -1, "character": 2**70}, "context": {}},
        )
    ]
    asked += [("textDocument/hover", {}), ("$/later", None), ("workspace/symbol", [])]

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize(trace="loud")
            client.open(URI, "x")
            pending = [client.begin(method, params) for method, params in asked]
            async with asyncio.timeout(PATIENCE):
                await asyncio.wait([one.reply for one in pending])
            await client.leave()

    with server() as process:
        asyncio.run(scenario(process))
        assert process.wait(PATIENCE) == 0


def test_it_ends_soon_after_its_editor_hung_up() -> None:
    """The end of its input is the end."""

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize()
            client.hang_up()

    for attempt in kept_within(_GONE):
        with server() as process:
            asyncio.run(scenario(process))
            attempt.seconds = _seconds_to_end(process)
            assert process.returncode == 1


def test_it_ends_soon_after_its_editor_was_killed() -> None:
    """Even if somebody else holds the other end of its input open."""

    async def scenario(
        process: "subprocess.Popen[bytes]", editor: "subprocess.Popen[bytes]"
    ) -> float:
        async with connected_to(process) as client:
            await client.initialize(processId=editor.pid)
            editor.kill()
            began = time.monotonic()
            await asyncio.wait_for(client.closed.wait(), PATIENCE)
            return time.monotonic() - began

    for attempt in kept_within(_GONE):
        editor = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
        with server() as process:
            try:
                attempt.seconds = asyncio.run(scenario(process, editor))
            finally:
                editor.communicate()
            assert process.wait(PATIENCE) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    """In good order, with the code that shells know."""

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize()
            client.open(URI, "x")
            await client.ask_for_nothing(URI, 1)
            process.send_signal(number)
            await asyncio.wait_for(client.closed.wait(), PATIENCE)

    with server() as process:
        asyncio.run(scenario(process))
        assert process.wait(PATIENCE) == 128 + number


def test_an_editor_that_does_not_read_freezes_nothing_and_fills_nothing() -> None:
    """Everything it sends is dealt with; what it does not read is bounded."""
    asked = 60_000

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize()
            client.stop_reading()
            for _ in range(asked):
                client.begin("hexai/nothing")
            await client.drain()
            client.notify("exit")
            await client.drain()

    with server() as process:
        asyncio.run(scenario(process))
        memory = Path(f"/proc/{process.pid}/status")
        assert _seconds_to_end(process) < 10
        assert not memory.exists()
        assert process.returncode == 1


MARK = "MARK2"


def test_no_text_of_a_document_reaches_standard_error_or_a_log() -> None:
    """Not in what is wrong, not in what is right, not in our own bugs."""
    position = {"line": 0, "character": 0}
    wrong: list[Any] = [
        {"contentChanges": [{"range": {"start": MARK}, "text": MARK}]},
        {"textDocument": {"uri": MARK, "version": MARK}, "contentChanges": [MARK]},
        MARK,
    ]

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize()
            client.open(URI, f"{MARK}\n" * 10)
            client.edit(URI, (0, 1, MARK))
            for params in wrong:
                client.notify("textDocument/didChange", params)
                with pytest.raises(LspError):
                    await client.request("textDocument/completion", params)
            client.send_body(f'{{"jsonrpc":"2.0","method":"{MARK}'.encode())
            client.notify(MARK, {MARK: MARK})
            client.send(id=5, result=MARK)
            text = {"textDocument": {"uri": MARK}, "position": position}
            await client.request("textDocument/completion", text)
            arguments = {"command": MARK, "arguments": [MARK]}
            with pytest.raises(LspError):
                await client.request("workspace/executeCommand", arguments)
            await client.leave()

    with server() as process:
        asyncio.run(scenario(process))
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert MARK not in _log()


def test_it_starts_where_nothing_can_be_written() -> None:
    """No log, no cache, no state: an editor server all the same."""
    environ = {
        "PATH": "/usr/bin:/bin",
        "HOME": "/nonexistent",
        "XDG_STATE_HOME": "/proc/nonexistent",
    }

    async def scenario(process: "subprocess.Popen[bytes]") -> None:
        async with connected_to(process) as client:
            await client.initialize()
            await client.leave()

    with hexai(
        "lsp", stdin=subprocess.PIPE, stdout=subprocess.PIPE, environ=environ
    ) as process:
        asyncio.run(scenario(process))
        assert process.wait(PATIENCE) == 0


def test_both_names_are_installed() -> None:
    """The script of its own stands beside `hexai`."""
    assert SCRIPT.with_name("hexai-lsp-server").exists()
