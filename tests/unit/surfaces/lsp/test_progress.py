"""Work is counted while it goes on, and can be stopped at any time."""

import asyncio

from hexai.surfaces.lsp.progress import Work, number_of, token_of
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
