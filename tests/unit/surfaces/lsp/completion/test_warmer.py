"""Tests for having a prompt read before anybody asks, in virtual time."""

import asyncio

from hexai.text.positions import Position, Span
from tests.support.editing import Desk, at_desk
from tests.support.scripted import Scripted, says

CODE = "def one():\n    return 1\n\n|\n"


class Reader:
    """Reads beforehand for so many seconds, and notes how that ended."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.ended: list[str] = []

    async def __call__(self) -> None:
        """Read."""
        try:
            await asyncio.sleep(self._seconds)
        except asyncio.CancelledError:
            self.ended.append("stopped")
            raise
        self.ended.append("read")


def test_the_first_change_of_a_line_has_it_read() -> None:
    """Further ones do not, another line does; one reading at a time."""

    async def scene(desk: Desk) -> list[tuple[str, Position]]:
        desk.asker.warming = Reader(1.0)
        for character in "val":
            desk.type(character)
        desk.type("\n")
        await desk.pause(2)
        desk.type("x")
        desk.type("y")
        await desk.pause(2)
        return desk.asker.warmed

    warmed = at_desk(scene, CODE, Scripted(says("a", after=1)))

    assert [position for _, position in warmed] == [Position(3, 1), Position(4, 1)]


def test_a_question_goes_first() -> None:
    """It ends the reading at once, and none begins while it is under way."""

    async def scene(desk: Desk) -> tuple[list[str], int]:
        reader = desk.asker.warming = Reader(60.0)
        desk.type("v")
        await desk.pause(0.01)
        asked = desk.ask()
        await desk.pause(0.3)
        at_the_question = [*reader.ended]
        desk.replace(Span(Position(0, 0), Position(0, 0)), "# ")
        await asked
        return at_the_question, len(desk.asker.warmed)

    ended, count = at_desk(scene, CODE, Scripted(says("a", after=5)))

    assert (ended, count) == (["stopped"], 1)


def test_nothing_is_read_where_nobody_would() -> None:
    """Nor while completion is switched off, or after the end."""

    async def scene(desk: Desk) -> int:
        desk.type("v")
        desk.completer.is_enabled = False
        desk.asker.warming = Reader(1.0)
        desk.type("\nv")
        desk.completer.is_enabled = True
        desk.completer.shutdown()
        desk.type("\nv")
        await desk.pause(1)
        return len(desk.asker.warmed)

    assert at_desk(scene, CODE, Scripted(says("a", after=1))) == 1
