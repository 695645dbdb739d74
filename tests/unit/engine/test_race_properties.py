"""What holds for every race, whatever upstreams, consumers and clocks do."""

import asyncio
from itertools import pairwise
from math import inf

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from hexai.domain.entry import Budgets
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
from hexai.domain.provider import Finished, TextDelta
from hexai.domain.request import Clearance, Contender, Target
from hexai.engine.race import Race
from hexai.engine.race_options import RaceOptions
from hexai.engine.settle import Policy
from hexai.errors import (
    Authentication,
    BrokenStream,
    ConnectionFailed,
    Overloaded,
    RateLimited,
    TLSFailed,
)
from tests.support.clock import run_virtually
from tests.support.races import REQUEST, Known, conditions, contender, target
from tests.support.scripted import Act, Scripted, Stream, thinks

ORIGINS = [("http://a.test", 1), ("http://b.test", 2), ("http://c.test", None)]
DELAYS = st.sampled_from([0.0, 0.0, 0.5, 1.0, 3.0, 12.0])
ACTS: list[Act] = [
    "connected",
    "loading",
    "hang",
    TextDelta("text "),
    TextDelta(" "),
    thinks("hm")[1],
    Finished(),
    Overloaded("busy", http_status=503),
    RateLimited("slow down", retry_after=2.0),
    # Longer than any budget, but not so long that adding the resolution of asyncio's
    # clock is lost in rounding: a timer that is due would then never be run.
    RateLimited("slow down", retry_after=1e6),
    ConnectionFailed("refused"),
    TLSFailed("expired"),
    Authentication("401"),
    BrokenStream("cut"),
]
SCRIPT = st.lists(st.tuples(DELAYS, st.sampled_from(ACTS)), max_size=5).map(
    lambda steps: [*steps, (0.0, Finished())]
)
CLIENT = st.builds(
    lambda scripts, closing: Scripted(*scripts, closing=closing),
    st.lists(SCRIPT, min_size=1, max_size=3),
    st.sampled_from([0.0, 0.0, 0.05, inf]),
)


@st.composite
def _targets(draw: st.DrawFn) -> Target:
    origin, limit = draw(st.sampled_from(ORIGINS))
    return target(
        draw(CLIENT),
        origin=origin,
        limit=limit,
        local=draw(st.sampled_from([True, False, None])),
        budgets=Budgets(connect=2.0, load=4.0, first_token=5.0, idle=2.0),
    )


class Scenario(Struct, frozen=True, kw_only=True):
    """A race, and what is done to it."""

    contenders: list[Contender]
    terms: RaceOptions
    cancels: list[tuple[float, int | None]]
    """When which contender is cancelled; None for all."""
    left_at: float
    pause: float
    """Seconds that the consumer takes for each event."""

    def streams(self) -> list[Stream]:
        """Collect every stream of every client."""
        targets = [
            asked
            for each in self.contenders
            for asked in (each.target, each.fallback)
            if asked is not None
        ]
        clients = [asked.client for asked in targets]
        return [s for c in clients if isinstance(c, Scripted) for s in c.streams]


@st.composite
def _scenarios(draw: st.DrawFn) -> Scenario:
    count = draw(st.integers(0, 5))
    moments = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 7.0, 30.0])
    return Scenario(
        contenders=[
            contender(
                draw(_targets()),
                index,
                fallback=draw(st.none() | _targets()),
                timeout=draw(st.sampled_from([0.5, 3.0, 20.0, inf])),
            )
            for index in range(count)
        ],
        terms=RaceOptions(
            policy=Policy(
                gather=draw(st.sampled_from([0.0, 0.2, inf])),
                deadline=draw(st.sampled_from([0.0, 1.5, inf])),
            ),
            max_concurrency=draw(st.integers(1, 4)),
            clearance=Clearance(draw(st.sampled_from(["", "", "a secret"]))),
        ),
        cancels=draw(
            st.lists(
                st.tuples(moments, st.none() | st.integers(0, count - 1)), max_size=2
            )
            if count
            else st.just([])
        ),
        left_at=draw(moments | st.just(inf)),
        pause=draw(st.sampled_from([0.0, 0.0, 0.3])),
    )


class Seen(Struct, kw_only=True):
    """What came of a scenario."""

    events: list[Event]
    outcomes: tuple[Outcome, ...]
    tasks_left: int
    slots_taken: int
    exit_took: float


async def _run(scenario: Scenario) -> Seen:
    loop = asyncio.get_running_loop()
    given_conditions = conditions(Known(local=True))
    async with given_conditions.streams:
        async with Race(
            scenario.contenders, REQUEST, scenario.terms, given_conditions
        ) as race:
            for at, index in scenario.cancels:
                loop.call_at(at, race.cancel, index)
            events = await _consume(race, scenario)
            leaving_at = loop.time()
        exit_took = loop.time() - leaving_at
        events += [event async for event in race]
    return Seen(
        events=events,
        outcomes=race.outcomes,
        tasks_left=len(asyncio.all_tasks()) - 1,
        slots_taken=sum(given_conditions.slots.in_use(name) for name, _ in ORIGINS),
        exit_took=exit_took,
    )


async def _consume(race: Race, scenario: Scenario) -> list[Event]:
    events: list[Event] = []
    left_at = None if scenario.left_at == inf else scenario.left_at
    try:
        async with asyncio.timeout_at(left_at):
            async for event in race:
                events.append(event)
                if scenario.pause:
                    await asyncio.sleep(scenario.pause)
    except TimeoutError:
        pass
    return events


@settings(max_examples=150)
@given(_scenarios())
def test_every_race_keeps_its_promises(scenario: Scenario) -> None:
    """One outcome each, settled once, in order of time, and nothing left behind."""
    seen = run_virtually(_run(scenario))
    count = len(scenario.contenders)

    assert [outcome.index for outcome in seen.outcomes] == list(range(count))
    assert sum(isinstance(event, Settled) for event in seen.events) == 1
    assert all(early.at <= late.at for early, late in pairwise(seen.events))
    for index in range(count):
        _check_contender(index, seen)

    assert seen.exit_took < 0.1 + 1e-6
    assert seen.tasks_left == 0
    assert seen.slots_taken == 0
    assert all(stream.closed_at is not None for stream in scenario.streams())


def _check_contender(index: int, seen: Seen) -> None:
    own = [event for event in seen.events if _index(event) == index]
    *before, last = own
    outcome = seen.outcomes[index]

    assert isinstance(last, Ended)
    assert last.outcome == outcome
    assert not any(isinstance(event, Ended) for event in before)
    assert not before or isinstance(before[0], Queued)
    for one, other in pairwise(own):
        assert not isinstance(one, Queued) or isinstance(other, Started | Ended)
    texts = [event.text for event in own if isinstance(event, Delta)]
    assert "".join(texts) == outcome.text
    _check_outcome(outcome)


def _check_outcome(outcome: Outcome) -> None:
    timings = outcome.timings
    failed = outcome.status in (Status.FAILED, Status.TIMED_OUT)

    assert (outcome.error is not None) == failed
    assert (outcome.finish is not None) == (outcome.status is Status.ANSWERED)
    assert not outcome.late or outcome.status is Status.ANSWERED
    assert min(timings.queued, timings.loading, timings.total) >= 0
    assert timings.ttft is None or 0 <= timings.ttft <= timings.total + 1e-6
    assert timings.generating is None or timings.generating <= timings.total + 1e-6
    assert (timings.ttft is not None) == bool(outcome.text)


def _index(event: Event) -> int | None:
    return None if isinstance(event, Settled) else event.index
