"""Work is counted while it goes on, and can be stopped at any time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from hexai.errors import ProviderError
from hexai.providers.readiness.loads import Load, Loads
from hexai.surfaces.lsp.progress import LoadsShown, Work, number_of, token_of
from tests.support.sheet import Sheet, on_sheet


async def for_ever(_work: Work) -> None:
    """Work until somebody stops it."""
    await asyncio.Event().wait()


def test_work_is_counted_until_it_is_stopped() -> None:
    """One document's, or all; what had not begun yet is stopped too."""

    async def scene(sheet: Sheet) -> None:
        running = sheet.running
        one = running.start("one", "a", for_ever)
        running.start("two", "b", for_ever)
        await sheet.pause()
        running.start("three", "b", for_ever)
        assert [work.label for work in running.works] == ["one", "two", "three"]
        assert running.find(one.number) is one
        assert running.cancel("b") == 2
        assert [work.label for work in running.works] == ["one"]
        one.cancel()
        assert len(running.works) == 0
        assert running.cancel() == 0
        assert running.find(one.number) is None
        await sheet.pause()

    on_sheet(scene, "|")


def test_after_a_shutdown_nothing_begins() -> None:
    """Work is over at once."""

    async def scene(sheet: Sheet) -> None:
        sheet.running.shutdown()
        assert sheet.running.start("one", "a", for_ever).is_over
        assert sheet.progress.lines == []

    on_sheet(scene, "|")


def test_a_bug_ends_its_own_work() -> None:
    """It is told without any text, and other work goes on."""

    async def fail(_work: Work) -> None:
        raise ValueError("the text")

    async def scene(sheet: Sheet) -> None:
        other = sheet.running.start("two", "a", for_ever)
        sheet.running.start("one", "a", fail)
        await sheet.pause()
        assert sheet.running.works == (other,)
        logged, told = sheet.told
        assert logged.startswith("log: Hexai: this is a bug: ValueError at lsp/")
        assert told.startswith("Hexai: one failed: this is a bug (ValueError at ")
        assert "the text" not in logged + told

    on_sheet(scene, "|")


def test_tokens_name_work() -> None:
    """Those of others name nothing."""
    work = Work(7, "one", "a", lambda _work: None)

    assert number_of(token_of(work)) == 7
    assert [number_of(each) for each in (7, "7", "hexai-x", "hexai-", "")] == [None] * 5


async def _loaded() -> None:
    await asyncio.sleep(2)


async def _refused() -> None:
    await asyncio.sleep(2)
    raise ProviderError("the model requires more system memory")


async def _closed() -> None:
    await asyncio.sleep(2)
    raise asyncio.CancelledError


@pytest.mark.parametrize(
    ("ends", "said", "logged"),
    [
        (_loaded, "loaded", "qwen was loaded in 2.0 s"),
        (_refused, "failed", "qwen was not loaded: that failed after 2.0 s"),
        (_closed, "stopped", "qwen was not loaded: that stopped after 2.0 s"),
    ],
)
def test_a_load_is_told_with_how_it_ended(
    ends: Callable[[], Awaitable[None]], said: str, logged: str
) -> None:
    """Where progress is shown, and in the log."""
    shown: list[str] = []

    async def scene(sheet: Sheet) -> None:
        loop = asyncio.get_running_loop()
        loads = Loads(sheet.start)
        on_screen = LoadsShown(sheet, lambda w: shown.append(w.said), clock=loop.time)
        loads.watch(lambda load, state: on_screen.took(load.model, state))
        with suppress(ProviderError):
            await loads.wait(Load("here", "qwen"), ends)
        assert sheet.told[-1] == f"log: Hexai: {logged}"

    on_sheet(scene, "|")
    assert shown == ["", said]
