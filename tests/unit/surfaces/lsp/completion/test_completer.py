"""Requests of the editor, and the races that they start, join, leave and end."""

import asyncio
from collections.abc import Callable

import pytest

from hexai.domain.entry import Surface
from hexai.domain.request import Upstream
from hexai.engine.limits import Gate
from hexai.errors import Authentication
from hexai.surfaces.lsp.clients import Client
from hexai.text.lines import Position, Span
from tests.support.editing import (
    AGAIN,
    INVOKED,
    URI,
    Answered,
    Desk,
    after_character,
    at_desk,
)
from tests.support.scripted import Scripted, says

NEOVIM = Client(name="neovim", automatic_deadline=0.3, empty_incomplete="automatic")
VSCODE = Client(name="vscode", completion_from_memory=True)
CODE = "def f():\n    x|\n    pass\n"


def test_the_first_list_has_the_fast_one() -> None:
    """100 ms and 3 s: within 0.35 s there is the fast answer, and more is to come."""

    async def scene(desk: Desk) -> Answered:
        return await desk.ask()

    fast, slow = Scripted(says("fast", after=0.1)), Scripted(says("slow", after=3))
    answered = at_desk(scene, CODE, fast, slow)

    assert answered.texts == ["fast"]
    assert answered.offer.incomplete
    assert answered.at == pytest.approx(0.3)


def test_right_after_an_edit_the_list_comes_later_by_the_debounce() -> None:
    """150 ms of quiet are waited for, then the models."""

    async def scene(desk: Desk) -> Answered:
        desk.type("y")
        return await desk.ask()

    fast, slow = Scripted(says("fast", after=0.1)), Scripted(says("slow", after=3))
    answered = at_desk(scene, CODE, fast, slow)

    assert answered.at == pytest.approx(0.45)


def test_what_arrives_later_is_there_for_every_prefix() -> None:
    """Typing along a late answer gets it from memory, and nobody is asked again."""

    async def scene(desk: Desk) -> tuple[list[list[str]], list[float], int]:
        await desk.ask()
        await desk.pause(4)
        texts, waits = [], []
        for character in "slow":
            asked_at = desk.now
            answered = await desk.ask()
            waits.append(answered.at - asked_at)
            texts.append(answered.texts)
            desk.type(character)
        return texts, waits, len(desk.asker.runs)

    fast, slow = Scripted(says("fast", after=0.1)), Scripted(says("slow", after=3))
    texts, waits, runs = at_desk(scene, CODE, fast, slow)

    assert texts == [["fast", "slow"], ["slow"], ["slow"], ["slow"]]
    assert waits == [0, 0, 0, 0]
    assert runs == 1


def test_all_come_together_where_all_are_waited_for() -> None:
    """`all` waits for the slow one, and order is that of the entries."""

    async def scene(desk: Desk) -> Answered:
        return await desk.ask()

    slow, fast = Scripted(says("slow", after=3)), Scripted(says("fast", after=0.1))
    answered = at_desk(scene, CODE, slow, fast, wait="all")

    assert answered.texts == ["slow", "fast"]
    assert not answered.offer.incomplete
    assert answered.at == pytest.approx(3)


def test_a_contradicting_edit_answers_and_closes() -> None:
    """An edit elsewhere: empty and complete at once, the streams closed."""

    async def scene(desk: Desk) -> tuple[Answered, float, list[float | None]]:
        request = desk.ask()
        await desk.pause(0.05)
        edited_at = desk.now
        desk.replace(Span(Position(0, 0), Position(0, 0)), "# ")
        answered = await request
        await desk.pause(0.1)
        return answered, edited_at, [stream.closed_at for stream in desk.streams]

    models = Scripted(says("a", after=2)), Scripted(says("b", after=2))
    answered, edited_at, closed = at_desk(scene, CODE, *models)

    assert (answered.texts, answered.offer.incomplete) == ([], False)
    assert answered.at == edited_at
    assert closed == [pytest.approx(edited_at)] * 2


def test_typing_along_leaves_the_request_waiting() -> None:
    """A silent contender goes on while a word is typed; its answer contains it."""

    async def scene(desk: Desk) -> tuple[Answered, int]:
        request = desk.ask()
        await desk.pause(0.5)
        desk.type("re")
        return await request, len(desk.asker.runs)

    answered, runs = at_desk(scene, CODE, Scripted(says("result", after=1)))

    assert answered.texts == ["result"]
    assert answered.offer.typed == ""
    assert answered.offer.position == Position(1, 5)
    assert runs == 1


def test_what_was_typed_before_the_models_were_asked_is_part_of_the_list() -> None:
    """An answer is expressed for the request's own position."""

    async def scene(desk: Desk) -> tuple[Answered, str]:
        desk.type("y")
        request = desk.ask()
        await desk.pause(0.1)
        desk.type("z")
        answered = await request
        [stream] = desk.streams
        return answered, stream.call.messages[0].content

    answered, prompt = at_desk(scene, CODE, Scripted(says(" = 1", after=0.1)))

    assert prompt.endswith("    xyz")
    assert answered.texts == ["z = 1"]
    assert answered.offer.anchor == answered.offer.position == Position(1, 6)
    assert answered.at == pytest.approx(0.1 + 0.15 + 0.1)


def test_who_says_something_else_is_cancelled_alone() -> None:
    """Typed characters that are no prefix of what was said end that contender."""

    async def scene(desk: Desk) -> tuple[Answered, list[bool]]:
        request = desk.ask()
        await desk.pause(0.5)
        desk.type("re")
        await desk.pause(0.01)
        closed = [stream.closed_at is not None for stream in desk.streams]
        return await request, closed

    hanging = Scripted([*says("other")[:-1], (9.0, "hang")])
    models = (hanging, Scripted(says("result", after=1)))
    answered, closed = at_desk(scene, CODE, *models)

    assert closed == [True, False]
    assert answered.texts == ["result"]


@pytest.mark.parametrize(
    "end",
    [lambda desk: desk.type("("), lambda desk: desk.completer.closed(URI)],
    ids=["a bracket", "closing the document"],
)
def test_a_silent_contender_ends_with_its_place(end: Callable[[Desk], None]) -> None:
    """The request is answered at once and empty, and the stream is closed."""

    async def scene(desk: Desk) -> tuple[Answered, int]:
        request = desk.ask()
        await desk.pause(0.5)
        end(desk)
        answered = await request
        await desk.pause(0.1)
        return answered, len(desk.open_streams)

    answered, still_open = at_desk(scene, CODE, Scripted(says("result", after=1)))

    assert answered.texts == []
    assert answered.at == pytest.approx(0.5)
    assert still_open == 0


def test_a_cancelled_request_leaves_the_race_to_the_next() -> None:
    """Cancelled and asked again within 300 ms: one call, not closed in between."""

    async def scene(desk: Desk) -> tuple[Answered, int, bool]:
        first = desk.ask()
        await desk.pause(0.1)
        first.cancel()
        await desk.pause(0.25)
        second = await desk.ask()
        return second, len(desk.streams), first.cancelled()

    second, streams, cancelled = at_desk(scene, CODE, Scripted(says("a", after=1)))

    assert second.texts == ["a"]
    assert (streams, cancelled) == (1, True)


def test_a_cancelled_request_that_nobody_follows_ends_the_race() -> None:
    """After 300 ms the stream is closed."""

    async def scene(desk: Desk) -> float | None:
        request = desk.ask()
        await desk.pause(0.1)
        request.cancel()
        await desk.pause(0.4)
        return desk.streams[0].closed_at

    assert at_desk(scene, CODE, Scripted(says("a", after=1))) == pytest.approx(0.4)


def test_a_race_that_was_joined_outlives_the_cancelled_request() -> None:
    """Also when the list of the second request has gone out by then."""

    async def scene(desk: Desk) -> tuple[Answered, Answered]:
        first = desk.ask()
        await desk.pause(0.05)
        first.cancel()
        await desk.pause(0.01)
        second = await desk.ask()
        await desk.pause(3)
        return second, await desk.ask()

    models = [Scripted(says("a", after=0.1)), Scripted(says("b", after=2))]
    second, third = at_desk(scene, CODE, *models, gather=0.01)

    assert second.texts == ["a"]
    assert third.texts == ["a", "b"]


def test_each_cancelled_request_has_its_own_time() -> None:
    """What counts is the last one that was cancelled."""

    async def scene(desk: Desk) -> tuple[Answered, int]:
        for _ in range(3):
            request = desk.ask()
            await desk.pause(0.2)
            request.cancel()
            await desk.pause(0.05)
        return await desk.ask(), len(desk.streams)

    answered, streams = at_desk(scene, CODE, Scripted(says("a", after=2)))

    assert (answered.texts, streams) == (["a"], 1)


def test_a_long_debounce_outlives_a_short_deadline() -> None:
    """The models are asked although the request has been answered meanwhile."""

    async def scene(desk: Desk) -> tuple[Answered, Answered]:
        desk.type("_")
        first = await desk.ask(after_character("_"))
        await desk.pause(1)
        return first, await desk.ask(AGAIN)

    model = Scripted(says("a", after=0.1))
    first, second = at_desk(
        scene, CODE, model, client=NEOVIM, completion_debounce_ms=500
    )

    assert first.offer.forced
    assert second.texts == ["a"]
    assert second.at == pytest.approx(first.at + 1)


def test_nobody_is_asked_for_a_request_that_was_cancelled() -> None:
    """Cancelled before the end of the debounce, it costs nothing."""

    async def scene(desk: Desk) -> int:
        desk.type("y")
        request = desk.ask()
        await desk.pause(0.1)
        request.cancel()
        await desk.pause(2)
        return len(desk.streams)

    assert at_desk(scene, CODE, Scripted(says("a"))) == 0


def test_a_new_request_at_the_place_ends_the_older_one() -> None:
    """The older is answered empty and complete, the newer gets the list."""

    async def scene(desk: Desk) -> tuple[Answered, Answered, int]:
        first = desk.ask()
        await desk.pause(0.5)
        second = desk.ask(AGAIN)
        return await first, await second, len(desk.streams)

    first, second, streams = at_desk(scene, CODE, Scripted(says("a", after=1)))

    assert (first.texts, first.offer.incomplete) == ([], False)
    assert first.at == pytest.approx(0.5)
    assert second.texts == ["a"]
    assert streams == 1


def test_a_request_elsewhere_ends_the_race() -> None:
    """There is one race in a document."""

    async def scene(desk: Desk) -> tuple[Answered, Answered, list[float | None]]:
        first = desk.ask()
        await desk.pause(0.5)
        desk.cursor = Position(2, 6)
        second = desk.ask()
        answered = await first, await second
        return *answered, [stream.closed_at for stream in desk.streams]

    model = Scripted(says("a", after=1))
    first, second, closed = at_desk(scene, CODE, model)

    assert first.texts == []
    assert first.at == pytest.approx(0.5)
    assert second.texts == ["a"]
    assert closed[0] == pytest.approx(0.5)


def test_a_stream_that_closes_slowly_holds_no_answer_back() -> None:
    """Contradicted, the request is answered at once, and the next one served."""

    async def scene(desk: Desk) -> tuple[Answered, Answered]:
        request = desk.ask()
        await desk.pause(0.5)
        desk.type("(")
        answered = await request
        await desk.pause(0.2)
        return answered, await desk.ask()

    model = Scripted(says("a", after=1), says("b"), closing=0.05)
    answered, again = at_desk(scene, CODE, model)

    assert answered.texts == []
    assert answered.at == pytest.approx(0.5)
    assert again.texts == ["b"]


def test_a_place_that_is_over_is_left_to_its_closing() -> None:
    """A request there begins anew, while the old stream is still being closed."""

    async def scene(desk: Desk) -> Answered:
        _ = desk.ask()
        await desk.pause(0.5)
        desk.type("(")
        return await desk.ask()

    model = Scripted(says("a", after=1), says("b"), closing=0.3)
    answered = at_desk(scene, CODE, model, completion_debounce_ms=0)

    assert answered.texts == ["b"]


def test_a_request_that_joins_while_answers_are_gathered_gathers_too() -> None:
    """It gets the list that the one before it would have got."""

    async def scene(desk: Desk) -> Answered:
        _ = desk.ask()
        await desk.pause(0.15)
        return await desk.ask()

    models = [Scripted(says("a", after=0.1)), Scripted(says("b", after=0.2))]
    answered = at_desk(scene, CODE, *models)

    assert answered.texts == ["a", "b"]
    assert answered.at == pytest.approx(0.2)


def test_anything_but_a_word_ends_the_place_before_anybody_is_asked() -> None:
    """During the debounce all are silent."""

    async def scene(desk: Desk) -> tuple[Answered, int]:
        desk.type("y")
        request = desk.ask()
        await desk.pause(0.1)
        desk.type(" ")
        answered = await request
        await desk.pause(1)
        return answered, len(desk.streams)

    answered, streams = at_desk(scene, CODE, Scripted(says("a")))

    assert answered.at == pytest.approx(0.1)
    assert (answered.texts, streams) == ([], 0)


def test_a_silent_contender_is_cancelled_by_its_first_wrong_word() -> None:
    """What was typed meanwhile is what it has to begin with."""

    async def scene(desk: Desk) -> tuple[Answered, float | None]:
        request = desk.ask()
        await desk.pause(0.1)
        desk.type("re")
        answered = await request
        return answered, desk.streams[0].closed_at

    hanging = Scripted([*says("other", after=0.4)[:-1], (9.0, "hang")])
    answered, closed_at = at_desk(scene, CODE, hanging)

    assert answered.texts == []
    assert answered.at == closed_at == pytest.approx(0.4)


def test_a_place_that_ends_while_its_race_begins_asks_nobody() -> None:
    """The guard may take a while to look at files."""

    async def scene(desk: Desk) -> tuple[Answered, int]:
        desk.asker.entering = 0.5
        request = desk.ask()
        await desk.pause(0.2)
        desk.replace(Span(Position(0, 0), Position(0, 0)), "# ")
        answered = await request
        await desk.pause(2)
        return answered, len(desk.streams)

    answered, streams = at_desk(scene, CODE, Scripted(says("a", after=1)))

    assert answered.at == pytest.approx(0.2)
    assert streams == 0


def test_no_list_waits_for_a_slot_that_a_chat_holds() -> None:
    """The contender stays queued, and its answer comes when it may."""

    async def scene(desk: Desk) -> tuple[Answered, Answered]:
        desk.asker.origin = "http://one.test"
        upstream = Upstream(origin=desk.asker.origin, max_concurrency=1)
        gate = Gate(1, Surface.CHAT)
        slot = await desk.asker.shared.slots.acquire(upstream, gate, 0)
        first = await desk.ask()
        slot.release()
        await desk.pause(0.1)
        return first, await desk.ask(AGAIN)

    models = [Scripted(says("local")), Scripted(says("other", after=0.01))]
    first, second = at_desk(scene, CODE, *models, wait="all")

    assert first.texts == ["other"]
    assert first.offer.incomplete
    assert first.at == pytest.approx(0.05)
    assert second.texts == ["local", "other"]


def test_a_request_about_an_older_text_gets_nothing() -> None:
    """The document changed before its task began."""

    async def scene(desk: Desk) -> tuple[list[str], int]:
        request = desk.ask()
        desk.type("y")
        answered = await request
        await desk.pause(1)
        return answered.texts, len(desk.streams)

    assert at_desk(scene, CODE, Scripted(says("a"))) == ([], 0)


def test_closing_forgets_what_was_said() -> None:
    """A document that is opened again is asked about again."""

    async def scene(desk: Desk) -> int:
        await desk.ask()
        desk.reopen()
        await desk.ask()
        return len(desk.streams)

    assert at_desk(scene, CODE, Scripted(says("a"))) == 2


def test_a_reload_forgets_what_was_said() -> None:
    """Other models may be configured now."""

    async def scene(desk: Desk) -> int:
        await desk.ask()
        desk.completer.forget()
        await desk.ask()
        return len(desk.streams)

    assert at_desk(scene, CODE, Scripted(says("a"))) == 2


def test_an_automatic_request_of_neovim_holds_no_popup_back() -> None:
    """After 0.3 s it is told that more will come, and the next key gets it."""

    async def scene(desk: Desk) -> tuple[Answered, Answered]:
        first = await desk.ask(after_character("_"))
        await desk.pause(1)
        desk.type("a")
        return first, await desk.ask(AGAIN)

    model = Scripted(says("answer", after=1))
    first, second = at_desk(scene, "x_|\n", model, client=NEOVIM)

    assert first.texts == []
    assert first.offer.incomplete
    assert first.offer.forced
    assert first.at == pytest.approx(0.3)
    assert second.texts == ["answer"]
    assert second.at == pytest.approx(1.3)


def test_the_popup_of_vscode_is_answered_from_memory_only() -> None:
    """Its list waits for nobody and disturbs nobody; the inline route asks."""

    async def scene(desk: Desk) -> list[Answered]:
        inline = desk.ask(INVOKED, "inline")
        await desk.pause(0.1)
        early = await desk.ask()
        ghost = await inline
        return [early, ghost, await desk.ask()]

    model = Scripted(says("answer", after=1))
    early, ghost, late = at_desk(scene, CODE, model, client=VSCODE)

    assert early.texts == []
    assert early.at == pytest.approx(0.1)
    assert ghost.texts == late.texts == ["answer"]
    assert late.at == ghost.at


def test_equal_texts_are_credited_to_all_who_gave_them() -> None:
    """One suggestion, in the place of the first, with its givers in entry order."""

    async def scene(desk: Desk) -> list[tuple[str, list[str]]]:
        answered = await desk.ask()
        return [
            (each.text, [credit.label for credit in each.credits])
            for each in answered.offer.suggestions
        ]

    models = [Scripted(says(text)) for text in ("same", "other", "same")]
    suggestions = at_desk(scene, CODE, *models)

    assert suggestions == [("same", ["m0", "m2"]), ("other", ["m1"])]


def test_blind_nobody_is_first() -> None:
    """The list waits for all up to the deadline, and is in shuffled order."""

    async def scene(desk: Desk) -> Answered:
        desk.asker.order = (1, 0)
        return await desk.ask()

    models = [Scripted(says("a", after=0.1)), Scripted(says("b", after=1))]
    answered = at_desk(scene, CODE, *models, blind=True)

    assert answered.texts == ["b", "a"]
    assert answered.offer.blind
    assert answered.at == pytest.approx(1)


def test_a_drawn_order_holds_for_every_list_of_a_place() -> None:
    """As answers come, as the user types along, inline, and out of the memory."""

    async def scene(desk: Desk) -> list[list[str]]:
        desk.asker.order = (2, 0, 1)
        lists = [await desk.ask()]
        await desk.pause(1)
        lists.append(await desk.ask(AGAIN))
        desk.type("x")
        lists.append(await desk.ask(AGAIN))
        lists.append(await desk.ask(INVOKED, "inline"))
        desk.replace(Span(Position(0, 0), Position(0, 0)), "# ")
        desk.replace(Span(Position(0, 0), Position(0, 2)), "")
        lists.append(await desk.ask())
        return [answered.texts for answered in lists]

    models = [
        Scripted(says("x first")),
        Scripted(says("x second", after=0.01)),
        Scripted(says("x third", after=0.9)),
    ]
    early, *later = at_desk(scene, CODE, *models)

    assert early == ["x first", "x second"]
    assert later == [["x third", "x first", "x second"]] * 4


def test_a_failing_contender_shows_once_and_the_others_stay() -> None:
    """Its failure goes to the log, not into the list."""

    async def scene(desk: Desk) -> tuple[Answered, list[str]]:
        answered = await desk.ask()
        return answered, desk.editor.logged

    keyless = Scripted([(0.0, Authentication("no key"))])
    answered, told = at_desk(scene, CODE, keyless, Scripted(says("a")))

    assert answered.texts == ["a"]
    assert told == ["Hexai: m0: no key; check the key"]


def test_a_late_answer_is_flagged() -> None:
    """Whoever answers after the list has gone out is late, and nobody else."""

    async def scene(desk: Desk) -> tuple[Answered, list[bool], list[str]]:
        answered = await desk.ask()
        await desk.pause(4)
        [run] = desk.asker.runs
        return answered, [o.late for o in run.race.outcomes], desk.editor.logged

    models = [Scripted(says("a", after=0.1)), Scripted(says("b", after=2))]
    answered, late, told = at_desk(scene, CODE, *models)

    assert answered.texts == ["a"]
    assert late == [False, True]
    assert told == ["Hexai: m1: answered after 2.0 s, when the list had gone out"]


@pytest.mark.parametrize("when", ["bug", "late_bug"])
def test_a_bug_answers_the_request(when: str) -> None:
    """Whatever raises, the request gets a list; the log says where, not what."""

    async def scene(desk: Desk) -> tuple[Answered, list[str]]:
        setattr(desk.asker, when, ValueError("def secret()"))
        return await desk.ask(), desk.editor.logged

    answered, logged = at_desk(scene, CODE, Scripted(says("a")))

    assert answered.texts == []
    assert logged
    assert "secret" not in "".join(logged)


def test_a_bug_while_typing_ends_the_place_and_nothing_else() -> None:
    """The change is taken, the request answered, the stream closed."""

    def clean(text: str, *, infilled: bool, finished: bool) -> str:
        raise ValueError(text)

    async def scene(desk: Desk) -> tuple[Answered, int, list[str]]:
        desk.asker.clean = clean
        request = desk.ask()
        await desk.pause(0.1)
        desk.type("re")
        answered = await request
        await desk.pause(0.1)
        return answered, len(desk.open_streams), desk.editor.logged

    hanging = Scripted([*says("return")[:-1], (9.0, "hang")])
    answered, still_open, logged = at_desk(scene, CODE, hanging)

    assert answered.texts == []
    assert answered.at == pytest.approx(0.1)
    assert still_open == 0
    [line] = logged
    assert line.startswith("Hexai: this is a bug: ValueError at completion/")


def test_shutdown_answers_and_closes() -> None:
    """Requests are answered, streams close, and later requests get nothing."""

    async def scene(desk: Desk) -> tuple[Answered, Answered, int]:
        request = desk.ask()
        await desk.pause(0.5)
        desk.completer.shutdown()
        answered = await request
        later = await desk.ask()
        return answered, later, len(desk.open_streams)

    answered, later, still_open = at_desk(scene, CODE, Scripted(says("a", after=1)))

    assert answered.texts == later.texts == []
    assert still_open == 0


def test_a_bracket_that_the_editor_closes_contradicts_nothing() -> None:
    """`(` typed becomes `()`: what begins with the bracket is still what was asked."""

    async def scene(desk: Desk) -> Answered:
        await desk.ask()
        desk.type("(", right=")")
        return await desk.ask(after_character("("))

    models = [Scripted(says("(a, b)")), Scripted(says("(c)", after=0.5))]
    answered = at_desk(scene, "print|\n", *models)

    assert answered.texts == ["(a, b)"]
    assert answered.offer.typed == "("


def test_browsing_rows_is_neither_a_choice_nor_a_contradiction() -> None:
    """A row in the text ends nobody; going on from it does."""

    async def scene(desk: Desk) -> tuple[list[str], int, int, list[str]]:
        first = await desk.ask()
        fragment = Span(Position(0, 4), Position(0, 6))
        desk.replace(fragment, "result(1)")
        await desk.pause(0.1)
        desk.replace(Span(Position(0, 4), Position(0, 13)), "re")
        await desk.pause(0.1)
        running = len(desk.open_streams)
        again = await desk.ask(AGAIN)
        desk.replace(fragment, "result(1)!")
        await desk.pause(0.1)
        return first.texts, running, len(desk.open_streams), again.texts

    models = [Scripted(says("sult(1)")), Scripted(says("turn", after=3))]
    browsing = Client(name="browsing", shows_rows=True)
    first, before, after, again = at_desk(scene, "x = re|\n", *models, client=browsing)

    assert first == again == ["sult(1)"]
    assert (before, after) == (1, 0)


def test_throttled_races_keep_their_distance() -> None:
    """Two races are `completion_throttle_ms` apart."""

    async def scene(desk: Desk) -> list[float]:
        await desk.ask()
        desk.cursor = Position(2, 6)
        await desk.ask()
        return [stream.opened_at for stream in desk.streams]

    opened = at_desk(scene, CODE, Scripted(says("a")), completion_throttle_ms=1000)
    assert opened == [0, pytest.approx(1)]


def test_no_debounce_asks_at_once() -> None:
    """A debounce of 0 is allowed."""

    async def scene(desk: Desk) -> float:
        desk.type("y")
        await desk.ask()
        return desk.streams[0].opened_at

    opened_at = at_desk(scene, CODE, Scripted(says("a")), completion_debounce_ms=0)
    assert opened_at == 0


def test_disabled_asks_nobody() -> None:
    """Switched off, by the user or by configuration, requests get nothing."""

    async def scene(desk: Desk) -> tuple[list[str], list[str], int]:
        desk.completer.is_enabled = False
        first = await desk.ask()
        desk.completer.is_enabled, desk.asker.configured = True, None
        second = await desk.ask()
        return first.texts, second.texts, len(desk.streams)

    assert at_desk(scene, CODE, Scripted(says("a"))) == ([], [], 0)


def test_disabled_remembers_nothing_either() -> None:
    """Where the popup is answered from memory only."""

    async def scene(desk: Desk) -> list[str]:
        await desk.ask(INVOKED, "inline")
        desk.completer.is_enabled = False
        return (await desk.ask()).texts

    assert at_desk(scene, CODE, Scripted(says("a")), client=VSCODE) == []


def test_at_the_deadline_an_empty_list_says_that_it_is_complete() -> None:
    """Empty and incomplete would keep other servers' items from some editors."""

    async def scene(desk: Desk) -> tuple[Answered, Answered]:
        first = await desk.ask()
        await desk.pause(2)
        return first, await desk.ask()

    first, second = at_desk(scene, CODE, Scripted(says("a", after=3)))

    assert first.texts == []
    assert not first.offer.incomplete
    assert first.at == pytest.approx(1.5)
    assert second.texts == ["a"]
    assert second.at == pytest.approx(3.5)


@pytest.mark.parametrize(
    "line", ["what?>|", ">!do it>|", ">>!do it> x|", ">>!|", "why;>  |"]
)
def test_a_line_that_is_a_prompt_gets_an_empty_list(line: str) -> None:
    """Hexai answers it otherwise."""

    async def scene(desk: Desk) -> tuple[list[str], int]:
        answered = await desk.ask()
        return answered.texts, len(desk.streams)

    assert at_desk(scene, line + "\n", Scripted(says("a"))) == ([], 0)


def test_a_burst_of_requests_calls_once() -> None:
    """Keys of 50 ms with a cancel and a request each: one call at the end."""

    async def scene(desk: Desk) -> tuple[int, Answered]:
        request = desk.ask()
        for character in "result_of":
            await desk.pause(0.05)
            desk.type(character)
            request.cancel()
            await desk.pause(0)
            request = desk.ask()
        answered = await request
        return len(desk.streams), answered

    text = "x = |\n"
    streams, answered = at_desk(
        scene, text, Scripted(says("(1)", after=0.2)), client=VSCODE
    )
    assert (streams, answered.texts) == (0, [])

    streams, answered = at_desk(scene, text, Scripted(says("(1)", after=0.2)))
    assert streams <= 2
    assert answered.texts == ["(1)"]


def test_cancelling_everything_at_once_leaves_nothing_behind() -> None:
    """Tasks cancelled from outside end their races."""

    async def scene(desk: Desk) -> int:
        requests = [desk.ask()]
        await desk.pause(0.1)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.wait(requests)
        await desk.pause(0.01)
        return len(desk.open_streams)

    assert at_desk(scene, CODE, Scripted(says("a", after=1))) == 0


CODE_WARMER = "def one():\n    return 1\n\n|\n"


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

    warmed = at_desk(scene, CODE_WARMER, Scripted(says("a", after=1)))

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

    ended, count = at_desk(scene, CODE_WARMER, Scripted(says("a", after=5)))

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

    assert at_desk(scene, CODE_WARMER, Scripted(says("a", after=1))) == 1
