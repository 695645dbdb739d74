"""Races: one outcome each, settled once, left with nothing running."""

import asyncio
import gc
import weakref
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from io import StringIO
from math import inf

import pytest
from msgspec.structs import replace

from hexai.domain.entry import Budgets, Surface
from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Outcome,
    Queued,
    Settled,
    Started,
    Status,
)
from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    Progress,
    TextDelta,
)
from hexai.domain.request import Contender
from hexai.engine.race import Race
from hexai.engine.race_options import Conditions, RaceOptions
from hexai.engine.settle import Policy
from hexai.engine.streams import CLOSE_WITHIN
from hexai.errors import (
    Authentication,
    BrokenStream,
    ConnectionFailed,
    Internal,
    TimedOut,
)
from tests.support.clock import run_virtually
from tests.support.races import (
    REQUEST,
    conditions,
    contender,
    field,
    ran,
    run_race,
    target,
)
from tests.support.scripted import Script, Scripted, says

HANGS: Script = [(0.0, "connected"), (0.0, "hang")]
FIRST = RaceOptions(policy=Policy.wait_for_first())


def starts(text: str, after: float = 0.0) -> Script:
    """Write the script of an answer that begins and does not end."""
    return [(0.0, "connected"), (after, TextDelta(text)), (0.0, "hang")]


def _race(
    contenders: list[Contender],
    terms: RaceOptions | None = None,
    given: Conditions | None = None,
) -> Race:
    return Race(contenders, REQUEST, terms or RaceOptions(), given or conditions())


def _settled(events: list[Event]) -> list[tuple[float, str]]:
    return [(e.at, e.reason) for e in events if isinstance(e, Settled)]


def _statuses(race: Race) -> list[Status]:
    return [outcome.status for outcome in race.outcomes]


def test_a_race_takes_as_long_as_its_slowest_contender() -> None:
    """Eight contenders of 0.1 to 0.8 s run at once, and come in entry order."""
    latencies = [0.8, 0.3, 0.1, 0.6, 0.2, 0.7, 0.4, 0.5]
    report = ran(field(*(Scripted(says("hi", after=each)) for each in latencies)))

    assert report.took == 0.8
    assert [each.timings.ttft for each in report.outcomes] == latencies
    assert [each.index for each in report.outcomes] == list(range(8))
    assert [each.label for each in report.outcomes] == [f"m{n}" for n in range(8)]


def test_the_events_tell_what_happened_in_its_order() -> None:
    """Queued, started, deltas, ended, and settled once."""
    slow: Script = [
        (0.0, TextDelta("a")),
        (2.0, TextDelta("b")),
        (0.0, BrokenStream("cut")),
    ]
    report = ran(field(Scripted(slow), Scripted(says("x", after=1.0))))
    outcomes = report.outcomes

    assert report.events == [
        Queued(index=0, at=0),
        Started(index=0, at=0),
        Queued(index=1, at=0),
        Started(index=1, at=0),
        Delta(index=0, at=0, text="a"),
        Delta(index=1, at=1, text="x"),
        Ended(index=1, at=1, outcome=outcomes[1]),
        Delta(index=0, at=2, text="b"),
        Ended(index=0, at=2, outcome=outcomes[0]),
        Settled(at=2, reason="all"),
    ]


def test_failures_disturb_nobody() -> None:
    """Refused, 401, hanging, cut: each its own reason, and both good answers whole."""
    clients = [
        Scripted([(0, ConnectionFailed("refused"))]),
        Scripted(says("good", after=1)),
        Scripted([(0, Authentication("401"))]),
        Scripted(HANGS),
        Scripted([(0, TextDelta("half")), (1, BrokenStream("cut"))]),
        Scripted(says("also ", "good", after=2)),
    ]
    report = ran(field(*clients))

    assert [(each.status.value, each.text) for each in report.outcomes] == [
        ("failed", ""),
        ("answered", "good"),
        ("failed", ""),
        ("timed out", ""),
        ("failed", "half"),
        ("answered", "also good"),
    ]
    assert [str(each.error) for each in report.outcomes if each.error] == [
        "refused; check that the server runs and that base_url is right",
        "401; check the key",
        str(TimedOut("first token", 20)),
        "cut; try again",
    ]


def test_contenders_keep_their_index_when_others_are_left_out() -> None:
    """Those that the cache has answered take no part, and shift nobody."""
    clients = [Scripted(says("three", after=1)), Scripted(HANGS)]

    async def main() -> tuple[Race, list[Event]]:
        asked = [
            contender(target(client, f"m{index}"), index)
            for client, index in zip(clients, (3, 5), strict=True)
        ]
        async with _race(asked) as race:
            race.cancel(5)
            events = [event async for event in race]
        return race, events

    race, events = run_virtually(main())

    assert [each.index for each in race.outcomes] == [3, 5]
    assert _statuses(race) == [Status.ANSWERED, Status.CANCELLED]
    assert [(e.index, e.outcome.index) for e in events if isinstance(e, Ended)] == [
        (5, 5),
        (3, 3),
    ]


def test_a_race_without_contenders_settles_and_ends() -> None:
    """There is nothing to wait for."""
    report = ran([])

    assert (report.events, report.outcomes) == ([Settled(at=0, reason="all")], ())


def test_what_a_filter_cut_off_is_no_first_answer() -> None:
    """Who is still at it may have the whole; if nobody has, that is all there is."""
    filtered: Script = [
        (0.0, "connected"),
        (1.0, TextDelta("half")),
        (0.0, Finished(reason=FinishReason.FILTERED)),
    ]

    others = Scripted(says("whole", after=2)), Scripted(says("later", after=3))

    beside = run_virtually(run_race(field(Scripted(filtered), *others), FIRST))
    alone = run_virtually(run_race(field(Scripted(filtered)), FIRST))

    assert _settled(beside.events) == [(2, "first")]
    assert _settled(alone.events) == [(1, "all")]
    assert [each.text for each in alone.outcomes] == ["half"]


def test_the_first_answer_settles_and_the_caller_cancels() -> None:
    """`--first`: one of blanks is no answer; the others stop, streams closed."""
    clients = [
        Scripted(starts("half", after=1)),
        Scripted(says(" \n", after=1)),
        Scripted(says("winner", after=2)),
        Scripted(HANGS),
    ]

    async def main() -> tuple[Race, float]:
        async with _race(field(*clients), FIRST) as race:
            async for event in race:
                if isinstance(event, Settled):
                    assert (event.at, event.reason) == (2, "first")
                    race.cancel()
        return race, asyncio.get_running_loop().time()

    race, ended_at = run_virtually(main())

    assert ended_at == 2
    assert [(each.status.value, each.text) for each in race.outcomes] == [
        ("cancelled", "half"),
        ("failed", " \n"),
        ("answered", "winner"),
        ("cancelled", ""),
    ]
    assert [stream.closed_at for each in clients for stream in each.streams] == [
        2,
        1,
        2,
        2,
    ]


def test_the_deadline_rule_gathers_and_keeps_what_is_late() -> None:
    """Answered 0.2 s after the first answer; later ones run on, and are late."""
    clients = [Scripted(says("hi", after=each)) for each in (0.5, 0.1, 0.3, 3.0)]
    failing = Scripted([(0.0, "connected"), (2.0, Authentication("401"))])
    report = ran(
        field(*clients, failing), RaceOptions(policy=Policy(gather=0.2, deadline=1.5))
    )

    ((settled_at, reason),) = _settled(report.events)
    assert (round(settled_at, 6), reason) == (0.3, "gather")
    assert [each.late for each in report.outcomes] == [True, False, True, True, False]
    assert report.took == 3.0


def test_an_answer_in_time_is_in_the_list_that_settles() -> None:
    """What ends before the gathering does is not late."""
    clients = [Scripted(says("hi", after=each)) for each in (0.1, 0.25)]
    report = ran(field(*clients), RaceOptions(policy=Policy(gather=0.2, deadline=1.5)))

    assert _settled(report.events) == [(0.25, "all")]
    assert not any(each.late for each in report.outcomes)


@pytest.mark.parametrize(("requested_at", "settled_at"), [(9.5, 1.0), (8.0, 0.0)])
def test_a_deadline_counts_from_the_request(
    requested_at: float, settled_at: float
) -> None:
    """What was spent before the race began is gone; it may be over at once."""
    policy = Policy(gather=0.2, deadline=1.5)
    terms = RaceOptions(policy=policy, requested_at=requested_at)

    async def main() -> list[Event]:
        await asyncio.sleep(10.0)
        return (await run_race(field(Scripted(says("hi", after=3))), terms)).events

    events = run_virtually(main())

    assert _settled(events) == [(settled_at, "deadline")]


def test_one_contender_can_be_cancelled_alone() -> None:
    """Once is enough, later is too late, and the others run on."""
    clients = [Scripted(says("a", after=5)), Scripted(says("b", after=5))]

    async def main() -> Race:
        async with _race(field(*clients)) as race:
            await asyncio.sleep(1.0)
            race.cancel(0)
            race.cancel(0)
            async for _ in race:
                pass
            race.cancel(1)
        return race

    race = run_virtually(main())

    assert _statuses(race) == [Status.CANCELLED, Status.ANSWERED]
    assert race.outcomes[0].timings.total == 1
    assert race.outcomes[0].error is None
    assert clients[0].streams[0].closed_at == 1


def test_a_cancel_before_anything_ran_is_an_outcome_too() -> None:
    """Nothing was sent, and nothing is missing."""
    client = Scripted(says("a"))

    async def main() -> tuple[Race, list[Event]]:
        async with _race(field(client, client)) as race:
            race.cancel()
            events = [event async for event in race]
        return race, events

    race, events = run_virtually(main())

    assert _statuses(race) == [Status.CANCELLED] * 2
    assert [each.attempts for each in race.outcomes] == [0, 0]
    assert _settled(events) == [(0, "all")]
    assert client.streams == []


def test_cancelled_while_queueing_or_pausing() -> None:
    """The figures say how long it waited, and for what."""
    busy = ConnectionFailed("refused")
    clients = [
        Scripted([(0, busy), (0, "hang")]),
        Scripted(HANGS),
        Scripted(says("never")),
    ]

    async def main() -> Race:
        shared = [
            contender(target(each, f"m{n}", origin="o" if n else "p", limit=1), n)
            for n, each in enumerate(clients)
        ]
        async with _race(shared) as race:
            await asyncio.sleep(0.25)
        return race

    race = run_virtually(main())
    pausing, running, queueing = (each.timings for each in race.outcomes)

    assert _statuses(race) == [Status.CANCELLED] * 3
    assert (pausing.queued, pausing.total) == (0, 0.25)
    assert (running.queued, running.total) == (0, 0.25)
    assert (queueing.queued, queueing.total) == (0.25, 0)
    assert [each.attempts for each in race.outcomes] == [1, 1, 0]


def test_leaving_closes_everything_and_leaves_nothing_behind() -> None:
    """No orphan task, no open stream, no slot taken, an outcome for everybody."""
    clients = [Scripted(starts("a")), Scripted(HANGS), Scripted(HANGS)]
    given = conditions()

    async def main() -> tuple[Race, int]:
        shared = [
            contender(target(each, f"m{n}", origin="o", limit=2), n)
            for n, each in enumerate(clients)
        ]
        async with _race(shared, None, given) as race:
            await asyncio.sleep(1.0)
        return race, len(asyncio.all_tasks())

    race, tasks = run_virtually(main())

    assert _statuses(race) == [Status.CANCELLED] * 3
    assert [each.text for each in race.outcomes] == ["a", "", ""]
    assert [stream.closed_at for each in clients for stream in each.streams] == [1, 1]
    assert given.slots.in_use("o") == 0
    assert tasks == 1


def test_a_contender_that_has_said_enough_has_answered() -> None:
    """Its stream is closed, the others run on, and who was silent is cancelled."""
    clients = [Scripted(starts("enough")), Scripted(HANGS), Scripted(says("other"))]

    async def main() -> Race:
        async with _race(field(*clients)) as race:
            async for event in race:
                if isinstance(event, Delta) and event.index == 0:
                    race.finish(0)
                    race.finish(1)
                    race.finish(1)
        return race

    race = run_virtually(main())

    assert [(each.status, each.text, each.finish) for each in race.outcomes] == [
        (Status.ANSWERED, "enough", FinishReason.ENOUGH),
        (Status.CANCELLED, "", None),
        (Status.ANSWERED, "other", FinishReason.STOP),
    ]
    assert all(each.streams[0].closed_at is not None for each in clients)


def test_cancelling_the_consumer_ends_the_race_with_it() -> None:
    """Ctrl-C in the middle of the iteration: the cancel goes on once all is closed."""
    client = Scripted(starts("half"))
    races: list[Race] = []

    async def consume() -> None:
        async with _race(field(client)) as race:
            races.append(race)
            async for _ in race:
                pass

    async def main() -> tuple[bool, int]:
        async with asyncio.TaskGroup() as group:
            consumer = group.create_task(consume())
            await asyncio.sleep(2.0)
            consumer.cancel()
        return consumer.cancelled(), len(asyncio.all_tasks())

    assert run_virtually(main()) == (True, 1)
    assert [(each.status, each.text) for each in races[0].outcomes] == [
        (Status.CANCELLED, "half")
    ]
    assert client.streams[0].closed_at == 2


def test_what_the_body_raises_is_raised_as_it_was() -> None:
    """Not wrapped in a group, nor replaced by a bug, which is told elsewhere."""
    client = Scripted(HANGS)
    told: list[BaseException] = []

    async def main() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, context: told.append(context["exception"])
        )
        async with _race(field(client, Scripted([(0, KeyError("bug"))]))):
            await asyncio.sleep(1.0)
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        run_virtually(main())
    assert client.streams[0].closed_at == 1
    assert [repr(each) for each in told] == ["KeyError('bug')"]


def test_a_bug_ends_its_own_contender_and_is_raised_at_the_end() -> None:
    """The others finish; the outcome is internal and keeps the cause to itself."""
    bug = KeyError("a prompt")
    outcomes: list[Outcome] = []

    async def main() -> None:
        clients = [
            Scripted(says("good", after=5)),
            Scripted([(1, TextDelta("half")), (0, bug)]),
        ]
        async with _race(field(*clients)) as race:
            outcomes.extend(
                [event.outcome async for event in race if isinstance(event, Ended)]
            )

    with pytest.raises(KeyError) as caught:
        run_virtually(main())

    broken, good = outcomes
    assert caught.value is bug
    assert (good.status, good.text) == (Status.ANSWERED, "good")
    assert (broken.status, broken.text) == (Status.FAILED, "half")
    assert isinstance(broken.error, Internal)
    assert str(broken.error) == (
        "internal error: KeyError; this is a bug in Hexai, please report it"
    )
    assert broken.error.__cause__ is bug


def test_several_bugs_are_raised_together() -> None:
    """None of them is lost."""
    bugs = [KeyError("one"), ValueError("two")]

    with pytest.raises(ExceptionGroup) as caught:
        ran(field(*(Scripted([(0, bug)]) for bug in bugs)))

    assert list(caught.value.exceptions) == bugs


def test_a_bug_on_being_cancelled_is_not_lost() -> None:
    """It makes the outcome internal, and is raised like any other."""

    class ClosesBadly(Scripted):
        async def _close(self) -> None:
            raise KeyError("bug")

    async def main() -> None:
        async with _race(field(ClosesBadly(HANGS))):
            await asyncio.sleep(1.0)

    with pytest.raises(KeyError):
        run_virtually(main())


def test_a_hanging_close_delays_nobody() -> None:
    """Its contender and the exit wait 0.1 s for it; the other one not at all."""
    hanging = Scripted(HANGS, closing=inf)
    good = Scripted(says("good", after=2))
    patient = Budgets(first_token=1.0)
    given = conditions()

    async def main() -> tuple[list[tuple[int, float]], float, int]:
        asked = [
            contender(target(hanging, "m0", budgets=patient), 0),
            contender(target(good, "m1"), 1),
            contender(target(hanging, "m2"), 2),
        ]
        loop = asyncio.get_running_loop()
        async with given.streams:
            async with _race(asked, None, given) as race:
                ends = []
                async for event in race:
                    if isinstance(event, Ended):
                        ends.append((event.index, event.at))
                    if len(ends) == 2:
                        break
            left_at = loop.time()
        return ends, left_at, len(asyncio.all_tasks())

    ends, left_at, tasks = run_virtually(main())

    assert ends == [(0, pytest.approx(1 + CLOSE_WITHIN)), (1, 2)]
    assert left_at == pytest.approx(2 + CLOSE_WITHIN)
    assert tasks == 1


def test_a_hanging_close_changes_no_figure() -> None:
    """A whole answer is one, however its stream ends; closing is in no figure."""
    hanging = Scripted(says("yes", after=2), closing=inf)
    queued = Scripted(says("next"))
    given = conditions()

    async def main() -> list[Outcome]:
        async with given.streams:
            asked = field(hanging, queued)
            report = await run_race(asked, RaceOptions(max_concurrency=1), given)
        assert report.took == pytest.approx(2 + CLOSE_WITHIN)
        return list(report.outcomes)

    first, second = run_virtually(main())

    assert (first.status, first.text) == (Status.ANSWERED, "yes")
    assert (first.timings.total, first.timings.generating) == (2, 0)
    assert second.timings.queued == pytest.approx(2 + CLOSE_WITHIN)


def test_a_close_that_defies_a_cancel_costs_a_whole_answer_no_more() -> None:
    """It had its moment after the answer; after the cancel nobody waits again."""

    class Defiant(Scripted):
        async def _close(self) -> None:
            try:
                await asyncio.sleep(60.0)
            except asyncio.CancelledError:
                await asyncio.sleep(60.0)

    given = conditions()

    async def main() -> float:
        async with given.streams:
            report = await run_race(field(Defiant(says("yes", after=2))), None, given)
        return report.took

    assert run_virtually(main()) == pytest.approx(2 + CLOSE_WITHIN)


def test_leaving_waits_for_a_slow_close() -> None:
    """Cancelling first and leaving at once does not cut it short."""
    client = Scripted(starts("half"), closing=0.09)

    async def main() -> float:
        async with _race(field(client)) as race:
            await asyncio.sleep(1.0)
            for _ in range(3):
                race.cancel()
                await asyncio.sleep(0.02)
        return asyncio.get_running_loop().time()

    assert run_virtually(main()) == pytest.approx(1.09)
    assert client.streams[0].closed_at == pytest.approx(1.09)


def test_an_answer_that_was_whole_before_the_cancel_stays_one() -> None:
    """Only its stream was still closing."""
    client = Scripted(says("yes", after=1), closing=0.05)

    async def main() -> Race:
        async with _race(field(client)) as race:
            await asyncio.sleep(1.02)
        return race

    (outcome,) = run_virtually(main()).outcomes

    assert (outcome.status, outcome.text) == (Status.ANSWERED, "yes")
    assert outcome.timings.total == 1


def test_a_slow_consumer_changes_no_outcome_and_no_figure() -> None:
    """It gets the same text in fewer pieces, and the same outcomes."""
    texts = [f"{n} " for n in range(50)]
    script: Script = [(0.1, TextDelta(text)) for text in texts]
    clients = [
        Scripted([*script, *says("end")]),
        Scripted([*script, (0, BrokenStream("cut"))]),
    ]

    async def main(pause: float) -> tuple[list[Event], tuple[Outcome, ...]]:
        events: list[Event] = []
        async with _race(field(*clients)) as race:
            async for event in race:
                events.append(event)
                await asyncio.sleep(pause)
        return events, race.outcomes

    quick_events, quick = run_virtually(main(0.0))
    slow_events, slow = run_virtually(main(30.0))

    assert slow == quick
    assert len(slow_events) < len(quick_events)
    for index in (0, 1):
        pieces = [
            e.text for e in slow_events if isinstance(e, Delta) if e.index == index
        ]
        assert "".join(pieces) == slow[index].text


def test_races_share_upstreams_but_not_their_own_limits() -> None:
    """A chat that holds the only slot of an upstream holds back no other upstream."""
    given = conditions()
    chat = contender(target(Scripted(says("chat", after=5)), origin="one", limit=1))
    asked = [
        contender(target(Scripted(says("a")), "a", origin="one", limit=1), 0),
        contender(target(Scripted(says("b", after=1)), "b", origin="two", limit=1), 1),
    ]

    async def main() -> tuple[Outcome, ...]:
        async with _race([chat], None, given):
            await asyncio.sleep(1.0)
            report = await run_race(asked, RaceOptions(max_concurrency=1), given)
        return report.outcomes

    waiting, passing = run_virtually(main())

    assert waiting.timings.queued == 4
    assert (passing.timings.queued, passing.timings.total) == (0, 1)


class _Holding(Scripted):
    """Holds something in the frames of each stream, as one holds what was read."""

    def __init__(self, *scripts: Script) -> None:
        super().__init__(*scripts)
        self.held: list[weakref.ref[StringIO]] = []

    async def stream(
        self, call: Call, progress: Progress
    ) -> AsyncGenerator[Chunk, None]:
        """Read as a script says."""
        read = StringIO("much")
        self.held.append(weakref.ref(read))
        async with aclosing(super().stream(call, progress)) as chunks:
            async for chunk in chunks:
                read.write("more")
                yield chunk


_ENDS: dict[str, tuple[Script, ...]] = {
    "fails": ([(0.0, "connected"), (0.1, Authentication("no"))],),
    "breaks": ([(0.0, TextDelta("a")), (0.1, BrokenStream("cut"))],),
    "times out": (HANGS,),
    "answers": (says("hi", after=0.1),),
    "answers at last": ([(0.0, ConnectionFailed("refused"))], says("hi")),
}


@pytest.mark.parametrize("ends", _ENDS)
@pytest.mark.parametrize("cancelled", [False, True])
def test_what_was_read_goes_with_the_race(ends: str, *, cancelled: bool) -> None:
    """At once, however it ended, and not when the collector comes round."""
    holding = _Holding(*_ENDS[ends])

    async def main() -> Race:
        async with _race(field(holding, Scripted(says("x")))) as race:
            if cancelled:
                await asyncio.sleep(0.05)
                race.cancel()
            async for _ in race:
                pass
        return race

    gc.collect()
    gc.disable()
    try:
        race = run_virtually(main())
        assert [held() for held in holding.held] == [None] * len(holding.held) != []
    finally:
        gc.enable()
    assert len(race.outcomes) == 2


GRACE = Policy(queue_grace=0.05)
ORIGIN = "local:model"


def asks(
    surface: Surface,
    contenders: Sequence[Contender],
    given: Conditions,
    policy: Policy = GRACE,
) -> Race:
    """Make a race of a surface, which knows the grace of completion."""
    request = replace(REQUEST, surface=surface)
    return Race(contenders, request, RaceOptions(policy=policy), given)


def local(seconds: float, index: int = 0, *, limit: int = 1) -> Contender:
    """Make a contender at the shared upstream that answers after a while."""
    client = Scripted(says("code", after=seconds))
    return contender(target(client, f"l{index}", origin=ORIGIN, limit=limit), index)


def cloud(seconds: float, index: int = 1) -> Contender:
    """Make a contender at an upstream of its own."""
    return contender(target(Scripted(says("code", after=seconds)), f"c{index}"), index)


def beside(
    holder: Surface,
    held_for: float,
    contenders: Sequence[Contender],
    policy: Policy = GRACE,
) -> tuple[list[Event], tuple[Outcome, ...]]:
    """Run a completion while another surface holds the shared upstream's slot."""

    async def main() -> tuple[list[Event], tuple[Outcome, ...]]:
        given = conditions()
        async with asks(holder, [local(held_for)], given, Policy()) as other:
            await anext(aiter(other))
            await asyncio.sleep(0)
            race = asks(Surface.COMPLETION, contenders, given, policy)
            async with race:
                events = [event async for event in race]
        return events, race.outcomes

    return run_virtually(main())


def settled(events: Sequence[Event]) -> list[tuple[float, str]]:
    """Give when and why a race was settled."""
    return [(round(e.at, 6), e.reason) for e in events if isinstance(e, Settled)]


def held_up(events: Sequence[Event]) -> list[tuple[int, float]]:
    """Give which contenders were told to be held up, and when."""
    return [
        (e.index, round(e.at, 6)) for e in events if isinstance(e, Queued) and e.held_up
    ]


def test_a_chat_that_holds_the_slot_does_not_hold_the_list_back() -> None:
    """The others answer, and the held up one answers late, with its whole text."""
    events, outcomes = beside(Surface.CHAT, 10.0, [local(1.0), cloud(0.3)])

    assert settled(events) == [(0.3, "all")]
    assert held_up(events) == [(0, 0.05)]
    assert [(o.text, o.status, o.late) for o in outcomes] == [
        ("code", Status.ANSWERED, True),
        ("code", Status.ANSWERED, False),
    ]


def test_alone_it_settles_when_its_grace_is_over() -> None:
    """With nothing to show, which is better than to be waited for in vain."""
    events, (outcome,) = beside(Surface.CHAT, 10.0, [local(1.0)])

    assert settled(events) == [(0.05, "all")]
    assert (outcome.late, round(outcome.timings.queued, 6)) == (True, 10.0)


def test_a_slot_that_comes_within_the_grace_changes_nothing() -> None:
    """The contender is waited for like any other."""
    events, outcomes = beside(Surface.CHAT, 0.04, [local(1.0), cloud(0.3)])

    assert settled(events) == [(1.04, "all")]
    assert held_up(events) == []
    assert not any(outcome.late for outcome in outcomes)


def test_a_slot_that_comes_after_the_grace_is_not_waited_for_again() -> None:
    """Once given up is for good."""
    events, outcomes = beside(Surface.CHAT, 0.1, [local(1.0), cloud(0.3)])

    assert settled(events) == [(0.3, "all")]
    assert [outcome.late for outcome in outcomes] == [True, False]


def test_the_own_surface_is_waited_for() -> None:
    """Whose slot it is makes the difference."""
    events, _ = beside(Surface.COMPLETION, 0.6, [local(1.0), cloud(0.3)])

    assert settled(events) == [(1.6, "all")]
    assert held_up(events) == []


def test_without_a_grace_everything_is_waited_for() -> None:
    """The command line wants all answers, however long they take."""
    events, _ = beside(Surface.CHAT, 0.6, [local(1.0)], Policy())

    assert settled(events) == [(1.6, "all")]


def test_a_deadline_still_counts() -> None:
    """It comes first where the others are slow."""
    policy = Policy(deadline=0.2, queue_grace=0.05)
    events, _ = beside(Surface.CHAT, 10.0, [local(1.0), cloud(5.0)], policy)

    assert settled(events) == [(0.2, "deadline")]


def test_a_surface_that_takes_the_slot_later_holds_up_from_then() -> None:
    """While the own surface held it, the contender was waited for."""

    async def main() -> list[Event]:
        given = conditions()
        earlier = asks(Surface.COMPLETION, [local(0.3)], given)
        async with earlier:
            await asyncio.sleep(0)
            async with asks(Surface.CHAT, [local(10.0)], given, Policy()):
                await asyncio.sleep(0)
                race = asks(Surface.COMPLETION, [local(1.0), cloud(0.2)], given)
                async with race:
                    return [event async for event in race]

    events = run_virtually(main())

    assert settled(events) == [(0.3, "all")]
    assert held_up(events) == [(0, 0.3)]
    assert [e.at for e in events if isinstance(e, Started)] == [0.0, 10.3]


def test_a_contender_that_got_its_slot_is_waited_for() -> None:
    """Of two slots one is the chat's; the other comes free within the grace."""

    async def main() -> list[Event]:
        given = conditions()
        async with (
            asks(Surface.CHAT, [local(10.0, limit=2)], given, Policy()),
            asks(Surface.COMPLETION, [local(0.04, limit=2)], given),
        ):
            await asyncio.sleep(0)
            race = asks(Surface.COMPLETION, [local(1.0, limit=2)], given)
            async with race:
                return [event async for event in race]

    events = run_virtually(main())

    assert settled(events) == [(1.04, "all")]
    assert held_up(events) == []


def test_a_race_that_is_left_watches_no_more() -> None:
    """What happens to slots afterwards does not reach it."""

    async def main() -> None:
        given = conditions()
        async with asks(Surface.CHAT, [local(10.0)], given, Policy()):
            await asyncio.sleep(0)
            async with asks(Surface.COMPLETION, [local(1.0)], given) as race:
                await asyncio.sleep(0.01)
            assert [o.status for o in race.outcomes] == [Status.CANCELLED]
            await asyncio.sleep(1)
            events = [event async for event in race]
        assert held_up(events) == []

    run_virtually(main())


def test_a_race_that_its_consumer_settles_still_tells_who_is_held_up() -> None:
    """Other requests may wait for the same race."""

    async def main() -> list[Event]:
        given = conditions()
        async with asks(Surface.CHAT, [local(10.0)], given, Policy()):
            await asyncio.sleep(0)
            race = asks(Surface.COMPLETION, [local(1.0), cloud(0.3)], given)
            async with race:
                await asyncio.sleep(0.01)
                race.settle()
                race.settle()
                events = [event async for event in race]
            assert [o.late for o in race.outcomes] == [True, True]
        return events

    events = run_virtually(main())

    assert settled(events) == [(0.01, "asked")]
    assert held_up(events) == [(0, 0.05)]
