"""When races end, and what is left of them."""

from hexai.config.schema import Settings
from hexai.surfaces.lsp.completion.editor_request import Arrival
from hexai.surfaces.lsp.completion.memory import Memory
from hexai.surfaces.lsp.completion.races import Races
from tests.support.editing import INVOKED, Desk, at_desk
from tests.support.scripted import Scripted, says

CODE = "def f(found):\n    |\n"


def test_a_race_that_ends_before_its_first_step_is_not_under_way() -> None:
    """As when a document is closed in the moment in which it was asked about."""

    async def scene(desk: Desk) -> tuple[list[str], bool]:
        waiting = desk.ask()
        await desk.pause()  # the request has begun a race, whose task waits its turn
        desk.completer.closed("file:///code.py")
        texts = (await waiting).texts
        await desk.pause(1)
        desk.type("x")
        return texts, bool(desk.asker.warmed)

    assert at_desk(scene, CODE, Scripted(says("zzz", after=1))) == ([], True)


def test_a_document_has_one_race() -> None:
    """One that begins ends the one before."""

    async def scene(desk: Desk) -> tuple[bool, bool, bool]:
        races = Races(desk.editor, desk.asker, Memory(), start=desk.start)
        arrival = Arrival(
            document=desk.document,
            position=desk.cursor,
            trigger=INVOKED,
            route="list",
            at=desk.now,
        )
        first = races.begin(arrival, Settings())
        second = races.begin(arrival, Settings())
        found = races.find(second.uri) is second
        races.end_all()
        await desk.pause(1)
        return first.is_over, found, races.is_any

    assert at_desk(scene, CODE, Scripted(says("zzz", after=1))) == (True, True, False)
