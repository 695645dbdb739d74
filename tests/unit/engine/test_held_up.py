"""A slot that another surface holds: waited for a while, then not any more."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from hexai.domain.contender import Contender
from hexai.domain.entry import Surface
from hexai.domain.events import Event, Queued, Settled, Started
from hexai.domain.outcome import Outcome, Status
from hexai.engine.race import Race
from hexai.engine.settle import Policy
from hexai.engine.terms import Conditions, Terms
from tests.support.clock import run_virtually
from tests.support.races import REQUEST, conditions, contender, target
from tests.support.scripted import Scripted, says

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
    return Race(contenders, request, Terms(policy=policy), given)


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

    assert settled(events) == [(0.01, "deadline")]
    assert held_up(events) == [(0, 0.05)]
