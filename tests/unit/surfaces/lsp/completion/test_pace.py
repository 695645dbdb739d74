"""When a race may start: after a pause that is one for this person in this editor."""

import asyncio
from typing import Any

import pytest

from hexai.config.schema import Completion
from hexai.surfaces.lsp.clients import HELIX, NEOVIM, Client
from hexai.surfaces.lsp.completion.editor_request import Trigger, TriggerKind
from hexai.surfaces.lsp.completion.pace import Pace
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import Lines, Position, Replacement, Span
from tests.support.editing import Desk, after_character, at_desk
from tests.support.scripted import Scripted, says

LINES = "for each in found:\n    total += each.size\n    names.append(each.name)\n"
CODE = "def f(found):\n    |\n"


def typist(
    client: Client, *, every: float, paid: bool, held: float = 0.0, **completion: Any
) -> int:
    """Type some lines at that speed; gives the questions that were put meanwhile.

    The editor holds changes back for `held`, but not those that it asks with.
    """

    async def scene(desk: Desk) -> int:
        desk.asker.is_paid = paid
        waiting, due = "", 0.0
        for number, key in enumerate(LINES, 1):
            if waiting and due < number * every:
                await desk.pause(due - desk.now)
                desk.type(waiting)
                waiting = ""
            await desk.pause(number * every - desk.now)
            due = due if waiting else desk.now + held
            waiting += key
            is_trigger = key in ".:/_)({,= "
            if is_trigger or not held:
                desk.type(waiting)
                waiting = ""
                _ = desk.ask(after_character(key if is_trigger else "."))
                await asyncio.sleep(0)
        asked = len(desk.asker.runs)
        await desk.pause(3)
        return asked

    model = Scripted(says("zzz", after=1))
    return at_desk(scene, CODE, model, client=client, **completion)


@pytest.mark.parametrize("paid", [True, False])
def test_who_types_slowly_pays_for_no_key(paid: bool) -> None:
    """200 ms a key are no pause of this person; a model here is asked all the same."""
    asked = typist(HELIX, every=0.2, paid=paid)

    assert asked <= 3 if paid else asked > 15


def test_a_fixed_pace_stays_what_it_is() -> None:
    """Whoever wants that pays for each key."""
    assert typist(HELIX, every=0.2, paid=True, pace="fixed") > 15


@pytest.mark.parametrize("every", [0.08, 0.12])
def test_what_an_editor_holds_back_is_no_pause(every: float) -> None:
    """Neovim is silent after a trigger character although somebody types."""
    unaware = Client(name="unaware")

    assert typist(NEOVIM, every=every, paid=False, held=0.15) == 0
    assert typist(unaware, every=every, paid=False, held=0.15) > 3


@pytest.mark.parametrize(
    ("since", "wait"), [(None, 0.15), (0.0, 0.5), (0.3, 0.2), (0.5, 0.15), (9.0, 0.15)]
)
def test_behind_what_was_taken_models_are_asked_after_a_while(
    since: float | None, wait: float
) -> None:
    """Half a second after the taking, not after the request; elsewhere as always."""

    async def scene(desk: Desk) -> float:
        desk.type("x")
        _ = desk.ask(Trigger(TriggerKind.INVOKED, since_taken=since))
        return await _asked_after(desk)

    asked = at_desk(scene, CODE, Scripted(says("zzz", after=1)))
    assert asked == pytest.approx(wait)


def test_who_types_on_behind_what_was_taken_asks_about_the_rest_alone() -> None:
    """The request that waited is answered at once, so no popup is held back."""

    async def scene(desk: Desk) -> tuple[float, float, list[str]]:
        waiting = desk.ask(Trigger(TriggerKind.INVOKED, since_taken=0.0))
        await desk.pause(0.2)
        desk.type("ab")
        let_go = (await waiting).at
        _ = desk.ask()
        return let_go, await _asked_after(desk), [r.prompt for r in desk.asker.runs]

    let_go, asked, [prompt] = at_desk(scene, CODE, Scripted(says("zzz", after=1)))
    assert let_go == pytest.approx(0.2)
    assert asked == pytest.approx(0.15)
    assert prompt.endswith("    ab")


@pytest.mark.parametrize(
    ("kind", "wait"), [(TriggerKind.INVOKED, 0.15), (TriggerKind.CHARACTER, 0.5)]
)
def test_ghost_text_asked_by_hand_behind_what_was_taken_is_not_put_off(
    kind: TriggerKind, wait: float
) -> None:
    """Where the editor tells that somebody has asked."""

    async def scene(desk: Desk) -> float:
        desk.type("x")
        _ = desk.ask(Trigger(kind, since_taken=0.0), "inline")
        return await _asked_after(desk)

    asked = at_desk(scene, CODE, Scripted(says("zzz", after=1)))
    assert asked == pytest.approx(wait)


async def _asked_after(desk: Desk) -> float:
    """Wait until models are asked; gives the seconds that it took."""
    began = desk.now
    while not desk.asker.runs:
        await desk.pause(0.01)
    return desk.now - began


def _change(pieces: int = 1) -> Any:
    lines = Lines.of("ab\n")
    at = Span(Position(0, 1), Position(0, 1))
    return lines.change([Replacement(span=at, text="x")] * pieces)


def _pause(pace: Pace, at: float, *, costs: bool = False, **completion: Any) -> float:
    """Give how long after a change at a time a race may start."""
    document = Document(
        uri="u", language="", version=1, lines=Lines.of(""), changed_at=at
    )
    due = pace.due(document, Completion(**completion), costs=costs)
    return round(due - at, 3)


def test_the_pause_is_two_gaps_and_a_second_at_most() -> None:
    """But not before a few keys are known, and never shorter than configured."""
    found = []
    for gap in (0.3, 0.03, 0.8):
        pace = Pace()
        for number in range(5):
            pace.changed(_change(), number * gap)
        found.append(_pause(pace, 4 * gap, costs=True))

    assert found == [0.6, 0.15, 1.0]
    assert _pause(Pace(), 0.0, costs=True) == 0.15


def test_a_change_of_several_keys_is_so_many_keys() -> None:
    """An editor that holds changes back makes nobody slow."""
    pace = Pace(0.15)
    for number in range(9):
        pace.changed(_change(3), number * 0.3)

    assert _pause(pace, 2.4, costs=True) == 0.35


def test_an_editor_that_is_seen_to_hold_nothing_back_is_not_waited_for() -> None:
    """As with a flag that nobody tells us of; not if it comes for a request's sake."""
    flagged, asking = Pace(0.15), Pace(0.15)
    for number in range(4):
        flagged.changed(_change(), number * 0.05)
        asking.changed(_change(), number * 0.05)
        asking.asked()

    assert _pause(flagged, 0.15) == 0.15
    assert _pause(asking, 0.15) == 0.3


def test_no_pause_is_none_at_all() -> None:
    """0 is a pause as configured."""
    assert _pause(Pace(0.15), 1.0, completion_debounce_ms=0) == 0.0
