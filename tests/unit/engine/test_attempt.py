"""One attempt: its budgets to exact times, its limits, and who may be sent the text."""

import asyncio
from asyncio import CancelledError
from math import inf
from typing import Any

import pytest
from msgspec.structs import replace

from hexai.domain.entry import Budgets
from hexai.domain.outcome import Ended, Event, Outcome, Queued, Started, Status, Timings
from hexai.domain.provider import (
    Call,
    Finished,
    FinishReason,
    Given,
    ReportedUsage,
    TextDelta,
    Usage,
)
from hexai.domain.request import AlwaysReady, Clearance, Contender, Target
from hexai.engine.race import Race
from hexai.engine.race_options import Composed, Conditions, RaceOptions
from hexai.engine.tally import MAX_ANSWER
from hexai.errors import (
    Authentication,
    BrokenStream,
    ConnectionFailed,
    ContextTooLong,
    NoAnswer,
    NotSent,
    Overloaded,
    ProviderError,
    RateLimited,
    TimedOut,
    TLSFailed,
    TooLarge,
    UpstreamResting,
)
from tests.support.clock import run_virtually
from tests.support.races import (
    REQUEST,
    Known,
    conditions,
    contender,
    field,
    ran,
    rounded,
    run_race,
    target,
)
from tests.support.scripted import Script, Scripted, says, thinks

BUDGETS = Budgets(connect=5.0, load=60.0, first_token=20.0, idle=10.0)


def _outcome(
    script: Script, timeout: float = 600.0, budgets: Budgets = BUDGETS
) -> Outcome:
    asked = target(Scripted(script), budgets=budgets)
    (outcome,) = ran([contender(asked, timeout=timeout)]).outcomes
    return outcome


# A script, the contender's timeout, the budget that runs out, and the total time.
SLOW: Script = [
    (0, "connected"),
    (19, TextDelta("a")),
    *[(9, TextDelta("b"))] * 3,
    (0, "hang"),
]
OVERDUE: list[tuple[Script, float, tuple[str, float], float]] = [
    (SLOW, 600, ("idle", 10.0), 56.0),
    ([(0, "hang")], 3.0, ("total", 3.0), 3.0),
    ([(4, "connected"), (0, "hang")], 600, ("first token", 20.0), 24.0),
    ([(4, "connected"), (0, "hang")], 24.0, ("total", 24.0), 24.0),
    ([(4, "connected"), (19, TextDelta("a")), (0, "hang")], 600, ("idle", 10.0), 33.0),
    ([(0, "connected"), thinks("hm", 19), (0, "hang")], 600, ("idle", 10.0), 29.0),
    ([(0, "connected"), *[thinks("hm", 9)] * 9], 50.0, ("total", 50.0), 50.0),
    ([(1, "loading"), (0, "hang")], 600, ("load", 60.0), 1.0),
    ([(1, "loading"), (0, "hang")], 3.0, ("load", 60.0), 1.0),
    (
        [(1, "loading"), (50, "connected"), (0, "hang")],
        600,
        ("first token", 20.0),
        21.0,
    ),
    ([(1, "loading"), (50, "connected"), (0, "hang")], 8.0, ("total", 8.0), 8.0),
    (
        [
            (0, "loading"),
            (40, "connected"),
            (2, "loading"),
            (40, "connected"),
            (0, "hang"),
        ],
        600,
        ("first token", 20.0),
        22.0,
    ),
]


@pytest.mark.parametrize(("script", "timeout", "missed", "total"), OVERDUE)
def test_the_budget_that_runs_out_ends_the_attempt_to_the_second(
    script: Script, timeout: float, missed: tuple[str, float], total: float
) -> None:
    """Each phase has its own budget, loading apart, and `timeout` spans them all."""
    outcome = _outcome(script, timeout)

    assert outcome.status is Status.TIMED_OUT
    assert isinstance(outcome.error, TimedOut)
    assert (outcome.error.phase, outcome.error.seconds) == missed
    assert outcome.timings.total == pytest.approx(total)
    assert (outcome.error.provider, outcome.error.model) == ("scripted", "model")


def test_a_connect_timeout_is_told_after_its_retries() -> None:
    """Three attempts of 5 s, with back-off of 0.5 and 1 s between them."""
    outcome = _outcome([(0, "hang")])

    assert isinstance(outcome.error, TimedOut)
    assert outcome.error.phase == "connect"
    assert outcome.attempts == 3
    assert outcome.timings.total == pytest.approx(16.5)


def test_every_token_within_its_budget_makes_a_long_answer() -> None:
    """No budget but the total one adds up; what was signalled twice counts once."""
    script: Script = [
        (4.9, "connected"),
        (1, "connected"),
        (18.9, TextDelta("a")),
        (0, "loading"),
        (0, "connected"),
        *[(9.9, TextDelta("b"))] * 20,
        (9.9, Finished()),
    ]
    outcome = _outcome(script)

    assert outcome.status is Status.ANSWERED
    assert rounded(outcome.timings) == Timings(ttft=24.8, generating=207.9, total=232.7)


def test_loading_enters_no_other_figure() -> None:
    """Neither the first token's time nor the total knows of it, nor any budget."""
    script: Script = [
        (1, "loading"),
        (30, "loading"),
        (20, "connected"),
        thinks("hm", 2),
        (3, TextDelta("yes")),
        (4, Finished()),
    ]
    outcome = _outcome(script, timeout=10.5)

    assert outcome.status is Status.ANSWERED
    assert outcome.timings == Timings(loading=50, ttft=6, generating=7, total=10)


def test_a_first_token_ends_loading_by_itself() -> None:
    """A provider that never says that it has loaded is not held against its model."""
    script: Script = [(1, "loading"), (30, TextDelta("a")), (2, Finished())]

    assert _outcome(script).timings == Timings(
        loading=30, ttft=1, generating=2, total=3
    )


def test_endless_budgets_never_run_out() -> None:
    """`inf` is no limit, for every budget."""
    script: Script = [(1e6, "connected"), (1e6, TextDelta("a")), (1e6, Finished())]
    outcome = _outcome(script, inf, Budgets(connect=inf, first_token=inf, idle=inf))

    assert outcome.status is Status.ANSWERED


def test_a_stray_timeout_error_is_a_bug_and_no_timeout() -> None:
    """Only our own scope makes a contender time out."""
    asked = target(Scripted([(1, TimeoutError("a provider's own"))]))

    with pytest.raises(TimeoutError, match="a provider's own"):
        ran([contender(asked)])


def test_an_error_raised_on_being_timed_out_changes_nothing() -> None:
    """What a provider makes of our cancel is not what happened."""

    class Excuses(Scripted):
        async def stream(self, call: Call, progress: Any) -> Any:
            try:
                async for chunk in super().stream(call, progress):
                    yield chunk
            finally:
                raise BrokenStream("cancelled, in my words")

    asked = target(Excuses([(0, "hang")]), budgets=Budgets(connect=inf))
    (outcome,) = ran([contender(asked, timeout=3.0)]).outcomes

    assert isinstance(outcome.error, TimedOut)


def test_text_after_the_time_is_up_is_not_taken() -> None:
    """A provider that swallows our cancel and goes on is not listened to."""

    class Swallows:
        async def stream(self, call: Call, progress: Any) -> Any:
            scripted = Scripted([(0, TextDelta("in time")), (0, "hang")])
            try:
                async for chunk in scripted.stream(call, progress):
                    yield chunk
            except BaseException:  # noqa: BLE001 - what it must not do
                yield TextDelta("too late")
                yield Finished()

    (outcome,) = ran([contender(target(Swallows()), timeout=3.0)]).outcomes

    assert (outcome.status, outcome.text) == (Status.TIMED_OUT, "in time")


def test_a_whole_answer_keeps_figures_reason_and_model() -> None:
    """What the upstream reported is in the outcome; what it was sent is the call."""
    finished = Finished(
        reason=FinishReason.LENGTH,
        usage=ReportedUsage(input=12, output=34, reasoning=5),
        returned_model="model-2026",
    )
    client = Scripted(
        [thinks("hm"), (0, TextDelta("ye")), (0, TextDelta("s")), (0, finished)]
    )
    (outcome,) = ran([contender(target(client, local=True))]).outcomes

    assert outcome == Outcome(
        index=0,
        label="model",
        status=Status.ANSWERED,
        text="yes",
        provider="scripted",
        model="model",
        returned_model="model-2026",
        finish=FinishReason.LENGTH,
        usage=Usage(input=12, output=34, reasoning=5, source="reported"),
        timings=Timings(ttft=0, generating=0, total=0),
        given=Given(tokens=5),
        local=True,
    )
    assert client.streams[0].call == Call(
        model="model", messages=REQUEST.messages, stop=("END",)
    )


def test_a_cut_answer_keeps_its_text_and_estimated_figures() -> None:
    """What had arrived is in the outcome of one that failed."""
    outcome = _outcome([(1, TextDelta("abcd")), (1, BrokenStream("cut"))])

    assert (outcome.status, outcome.text) == (Status.FAILED, "abcd")
    assert outcome.finish is None
    assert outcome.usage == Usage(input=5, output=1, source="estimated")


def test_nothing_generated_has_no_usage() -> None:
    """A refusal costs nothing."""
    assert _outcome([(0, Authentication("401"))]).usage is None


@pytest.mark.parametrize("unit", ["a", "é"])
def test_an_answer_up_to_the_limit_is_whole(unit: str) -> None:
    """The limit counts bytes of UTF-8."""
    text = unit * (MAX_ANSWER // len(unit.encode()))
    outcome = _outcome([(0, TextDelta(text)), (0, Finished())])

    assert (outcome.status, outcome.text) == (Status.ANSWERED, text)


@pytest.mark.parametrize("last", [(0, TextDelta("é")), thinks("ab")])
def test_one_byte_more_is_too_large(last: tuple[float, Any]) -> None:
    """Answer and reasoning count together; what was taken before stays."""
    before = "a" * (MAX_ANSWER - 1)
    client = Scripted([(0, TextDelta(before)), last, (0, "hang")])
    (outcome,) = ran([contender(target(client))]).outcomes

    assert isinstance(outcome.error, TooLarge)
    assert outcome.error.message == "the answer is larger than 4 MiB"
    assert outcome.text == before
    assert client.streams[0].closed_at == 0


def test_a_failure_while_closing_a_whole_answer_is_no_failure() -> None:
    """The answer was complete."""

    class ClosesBadly(Scripted):
        async def _close(self) -> None:
            raise ConnectionFailed("reset")

    (outcome,) = ran([contender(target(ClosesBadly(says("yes"))))]).outcomes

    assert (outcome.status, outcome.text) == (Status.ANSWERED, "yes")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([(0, TextDelta("a"))], "without Finished"),
        ([(0, TextDelta("a")), (0, CancelledError())], "cancelled its own reader"),
    ],
)
def test_breaking_the_protocol_is_a_bug(script: Script, words: str) -> None:
    """A stream that just stops, and one that cancels us, are bugs of ours."""
    with pytest.raises(RuntimeError, match=words):
        ran([contender(target(Scripted(script)))])


def test_a_provider_that_never_pauses_lets_others_in() -> None:
    """An answer whose chunks are all there holds nobody back until its end."""
    chatty = Scripted(says(*["x"] * 1000))
    brief = Scripted(says("y"))
    report = ran(
        [contender(target(chatty, "chatty"), 0), contender(target(brief, "brief"), 1)]
    )
    ended = [
        event.outcome.label for event in report.events if hasattr(event, "outcome")
    ]

    assert ended == ["brief", "chatty"]


LOCAL_ONLY = RaceOptions(clearance=Clearance("a secret in line 3"))


@pytest.mark.parametrize(
    ("known", "local", "sent"),
    [
        (True, None, True),
        (False, None, False),
        (False, True, True),
        (True, False, False),
    ],
)
def test_text_that_must_stay_goes_to_local_targets_alone(
    *, known: bool, local: bool | None, sent: bool
) -> None:
    """The locality decides, and a refusal says why."""
    client, locality = Scripted(says("yes")), Known(local=known)
    asked = contender(target(client, local=local))
    (outcome,) = ran([asked], LOCAL_ONLY, conditions(locality)).outcomes

    assert len(client.streams) == outcome.attempts == int(sent)
    assert outcome.local is sent
    if not sent:
        assert isinstance(outcome.error, NotSent)
        assert str(outcome.error) == "not sent: a secret in line 3"


def test_text_that_may_go_anywhere_asks_nobody() -> None:
    """Without a reason the locality is not asked, and stays unknown."""
    locality = Known(local=True)
    asked = contender(target(Scripted(says("yes")), local=None))
    (outcome,) = ran([asked], None, conditions(locality)).outcomes

    assert (outcome.local, locality.asked) == (None, [])


def test_the_locality_is_asked_within_the_attempts_budget() -> None:
    """An upstream that does not even say what it is has a connect timeout."""
    client, locality = Scripted(says("yes")), Known(local=True, takes=1e9)
    asked = contender(target(client, local=None, budgets=BUDGETS))
    (outcome,) = ran([asked], LOCAL_ONLY, conditions(locality)).outcomes

    assert isinstance(outcome.error, TimedOut)
    assert (outcome.error.phase, outcome.attempts) == ("connect", 0)
    assert outcome.timings.total == pytest.approx(16.5)


BUSY = Overloaded("busy", http_status=503)
SLOW_DOWN = RateLimited("slow down", http_status=429)
REFUSED = ConnectionFailed("refused")


def fails(error: ProviderError, after: float = 0.0) -> Script:
    """Write the script of an attempt that fails before its first token."""
    return [(0.0, "connected"), (after, error)]


def _only(asked: Contender, given: Conditions | None = None) -> Outcome:
    (outcome,) = ran([asked], None, given).outcomes
    return outcome


def _course(events: list[Event], index: int) -> list[tuple[str, float]]:
    return [
        (type(event).__name__, round(event.at, 6))
        for event in events
        if isinstance(event, Queued | Started | Ended) and event.index == index
    ]


@pytest.mark.parametrize("error", [BUSY, SLOW_DOWN, REFUSED])
def test_an_outage_is_tried_again_twice_with_growing_pauses(
    error: ProviderError,
) -> None:
    """The pauses are 0.5 and 1 s at most, and belong to the total."""
    client = Scripted(fails(error, 2), fails(error, 2), says("yes", after=2))
    outcome = _only(contender(target(client)))

    assert [stream.opened_at for stream in client.streams] == [0, 2.5, 5.5]
    assert (outcome.status, outcome.text) == (Status.ANSWERED, "yes")
    assert outcome.attempts == 3
    assert rounded(outcome.timings) == Timings(ttft=7.5, generating=0, total=7.5)


def test_the_third_failure_stands() -> None:
    """Two retries, and no more."""
    client = Scripted(fails(BUSY), fails(BUSY), fails(SLOW_DOWN))
    outcome = _only(contender(target(client)))

    assert (outcome.status, outcome.attempts) == (Status.FAILED, 3)
    assert outcome.error is SLOW_DOWN


def test_the_jitter_is_given_the_longest_pause() -> None:
    """Two processes that failed together do not come back together."""
    given = conditions()
    halved = Conditions(
        slots=given.slots,
        breakers=given.breakers,
        streams=given.streams,
        locality=given.locality,
        jitter=lambda seconds: seconds / 2,
    )
    client = Scripted(fails(BUSY))
    ran([contender(target(client))], None, halved)

    assert [stream.opened_at for stream in client.streams] == [0, 0.25, 0.75]


def test_retry_after_is_waited_for() -> None:
    """The upstream says when; nothing is sent before."""
    wait = RateLimited("slow down", retry_after=30.0)
    client = Scripted(fails(wait), says("yes"))
    ran([contender(target(client))])

    assert [stream.opened_at for stream in client.streams] == [0, 30]


def test_a_retry_after_beyond_the_budget_ends_at_once() -> None:
    """Waiting for what cannot come in time helps nobody."""
    wait = RateLimited("slow down", retry_after=30.0)
    client = Scripted(fails(wait, 1), says("yes"))
    outcome = _only(contender(target(client), timeout=31.0))

    assert outcome.error is wait
    assert outcome.timings.total == 1


@pytest.mark.parametrize(
    "script",
    [
        [(0, thinks("hm")[1]), (0, BUSY)],
        [(0, TextDelta("a")), (0, BUSY)],
        fails(TLSFailed("expired")),
        fails(Authentication("401")),
    ],
)
def test_what_is_not_tried_again(script: Script) -> None:
    """Nothing after a first token, reasoning included; not TLS; no refusal."""
    outcome = _only(contender(target(Scripted(script))))

    assert (outcome.status, outcome.attempts) == (Status.FAILED, 1)


def _with_fallback(primary: Scripted, spare: Scripted) -> Contender:
    fallback = target(spare, "spare")
    return contender(target(primary, "main"), fallback=fallback, timeout=60.0)


@pytest.mark.parametrize("error", [BUSY, SLOW_DOWN, REFUSED])
def test_an_outage_falls_back_and_the_outcome_names_who_answered(
    error: ProviderError,
) -> None:
    """After its retries, and with the clock running on."""
    primary, spare = Scripted(fails(error, 1)), Scripted(says("yes", after=1))
    outcome = _only(_with_fallback(primary, spare))

    assert (outcome.status, outcome.label) == (Status.ANSWERED, "main")
    assert (outcome.model, outcome.fell_back) == ("spare", True)
    assert outcome.attempts == 4
    assert rounded(outcome.timings) == Timings(ttft=5.5, generating=0, total=5.5)


def test_a_fallback_has_retries_of_its_own_and_no_fallback() -> None:
    """Its failure is the one that stands."""
    primary, spare = Scripted(fails(BUSY)), Scripted(fails(SLOW_DOWN))
    outcome = _only(_with_fallback(primary, spare))

    assert (len(primary.streams), len(spare.streams)) == (3, 3)
    assert outcome.error is SLOW_DOWN
    assert outcome.fell_back


def test_reasoning_alone_does_not_keep_from_falling_back() -> None:
    """Nothing was shown; what was thought counts for nobody."""
    primary = Scripted([(0, thinks("hmmmmmmm")[1]), (0, BUSY)])
    spare = Scripted(fails(BUSY), says("yes", after=3))
    outcome = _only(_with_fallback(primary, spare))

    assert (outcome.text, outcome.fell_back) == ("yes", True)
    assert len(spare.streams) == 2
    assert outcome.timings.generating == 0
    assert outcome.usage is not None
    assert outcome.usage.reasoning == 0


@pytest.mark.parametrize(
    "script",
    [
        [(0, TextDelta("a")), (0, BUSY)],
        [(0, TextDelta("a")), (0, BrokenStream("cut"))],
        fails(TLSFailed("expired")),
        fails(Authentication("401")),
    ],
)
def test_what_does_not_fall_back(script: Script) -> None:
    """Nothing after text was shown, and nothing that is not the provider's outage."""
    spare = Scripted(says("yes"))
    outcome = _only(_with_fallback(Scripted(script), spare))

    assert (outcome.status, outcome.fell_back) == (Status.FAILED, False)
    assert spare.streams == []


def test_text_that_must_stay_does_not_go_to_a_cloud_fallback() -> None:
    """The locality is asked before every attempt, fallbacks included."""
    spare = Scripted(says("yes"))
    asked = contender(
        target(Scripted(fails(BUSY)), "main", local=True),
        fallback=target(spare, "spare", local=False),
    )
    locality = Known()
    terms = RaceOptions(clearance=Clearance("a secret in line 3"))
    (outcome,) = ran([asked], terms, conditions(locality)).outcomes

    assert isinstance(outcome.error, NotSent)
    assert (outcome.model, outcome.local, spare.streams) == ("spare", False, [])
    assert locality.asked == ["main", "main", "main", "spare"]


def test_the_timeout_spans_attempts_and_pauses() -> None:
    """It runs on from the first slot, whoever is asked."""
    primary = Scripted(fails(BUSY, 19))
    asked = contender(target(primary), timeout=50.0)
    outcome = _only(asked)

    assert isinstance(outcome.error, TimedOut)
    assert (outcome.error.phase, outcome.error.seconds) == ("total", 50.0)
    assert outcome.timings.total == 50.0
    assert outcome.attempts == 3


def test_queueing_again_spends_the_timeout_but_enters_no_figure() -> None:
    """A retry that finds its upstream busy gives up when the time is over."""
    first = Scripted(fails(BUSY, 1), says("yes"))
    second = Scripted(says("no", after=100))
    shared = [
        contender(
            target(each, name, origin="o", limit=1, budgets=patient), index, timeout=s
        )
        for index, (each, name, s) in enumerate(
            [(first, "a", 10.0), (second, "b", 600.0)]
        )
        for patient in [Budgets(first_token=200.0)]
    ]
    report = ran(shared)
    outcome = report.outcomes[0]

    assert _course(report.events, 0) == [
        ("Queued", 0),
        ("Started", 0),
        ("Queued", 1.5),
        ("Ended", 10),
    ]
    assert isinstance(outcome.error, TimedOut)
    assert outcome.error.phase == "total"
    assert rounded(outcome.timings) == Timings(queued=8.5, total=1.5)
    assert report.outcomes[1].timings.queued == 1


def test_what_an_earlier_attempt_thought_is_in_no_figure() -> None:
    """One that only queues for its fallback has generated nothing."""
    primary = Scripted([(0, "connected"), thinks("hm", 1), (1, BUSY)])
    asked = contender(
        target(primary, "main"),
        fallback=target(Scripted(says("yes")), "spare", origin="o", limit=1),
        timeout=5.0,
    )
    holder = Scripted(says("done", after=15))
    report = ran([asked, contender(target(holder, "m1", origin="o", limit=1), 1)])
    outcome = report.outcomes[0]

    assert outcome.status is Status.TIMED_OUT
    assert (outcome.usage, outcome.timings.generating) == (None, None)
    assert (outcome.timings.queued, outcome.timings.total) == (3, 2)


def test_the_fallback_begins_anew_with_its_own_locality_and_limit() -> None:
    """What was thought before takes nothing from its size, and it is not local."""
    large = "x" * (MAX_ANSWER // 2 + 1)
    primary = Scripted([(0, thinks(large)[1]), (0, BUSY)])
    asked = contender(
        target(primary, "main", local=True),
        fallback=target(Scripted(says(large)), "spare", local=False),
    )
    outcome = _only(asked)

    assert (outcome.status, len(outcome.text)) == (Status.ANSWERED, len(large))
    assert outcome.local is False


def test_a_pause_gives_the_slot_back() -> None:
    """While one waits to try again, the next one is asked; then it queues again."""
    first = Scripted(fails(BUSY), says("first"))
    second = Scripted(says("second", after=3))
    report = ran(field(first, second), RaceOptions(max_concurrency=1))

    assert _course(report.events, 0) == [
        ("Queued", 0),
        ("Started", 0),
        ("Queued", 0.5),
        ("Started", 3),
        ("Ended", 3),
    ]
    assert _course(report.events, 1) == [("Queued", 0), ("Started", 0), ("Ended", 3)]
    assert rounded(report.outcomes[0].timings) == Timings(
        queued=2.5, ttft=0.5, generating=0, total=0.5
    )


def test_one_after_the_other_each_has_its_full_budget() -> None:
    """Waiting for a slot is reported, and takes nothing from any budget."""
    clients = [Scripted(says(f"answer {n}", after=9)) for n in range(4)]
    asked = [
        contender(target(client, f"m{n}"), n, timeout=10.0)
        for n, client in enumerate(clients)
    ]
    report = ran(asked, RaceOptions(max_concurrency=1))

    assert [client.streams[0].opened_at for client in clients] == [0, 9, 18, 27]
    assert [outcome.text for outcome in report.outcomes] == [
        f"answer {n}" for n in range(4)
    ]
    assert [outcome.timings for outcome in report.outcomes] == [
        Timings(queued=9.0 * n, ttft=9, generating=0, total=9) for n in range(4)
    ]


def _asked_of(clients: list[Scripted], origin: str) -> list[Contender]:
    return [
        contender(target(client, f"m{n}", origin=origin), n)
        for n, client in enumerate(clients)
    ]


def test_the_breaker_keeps_later_attempts_away() -> None:
    """After five failures nothing is sent; the fallback is asked at once."""
    dead, spare = Scripted(fails(REFUSED)), Scripted(says("yes"))
    given = conditions()

    async def main() -> tuple[Outcome, ...]:
        await run_race(_asked_of([dead, dead], "o"), None, given)
        asked = [
            contender(
                target(dead, "main", origin="o"), fallback=target(spare, "spare")
            ),
            contender(target(dead, "alone", origin="o"), 1),
        ]
        return (await run_race(asked, None, given)).outcomes

    helped, refused = run_virtually(main())

    assert len(dead.streams) == 6
    assert (helped.text, helped.attempts, helped.timings.total) == ("yes", 1, 0)
    assert isinstance(refused.error, UpstreamResting)
    assert (refused.attempts, refused.status) == (0, Status.FAILED)


def test_entries_that_start_together_meet_one_outage() -> None:
    """However many of them, and whoever opens the breaker: one cause, one advice."""
    dead = Scripted(fails(REFUSED))
    asked = [
        contender(target(dead, f"m{index}", origin="o", limit=2), index)
        for index in range(7)
    ]

    said = {str(outcome.error) for outcome in ran(asked).outcomes}

    assert said == {str(REFUSED)}


def test_a_later_race_is_told_the_cause_before_the_wait() -> None:
    """What can be mended comes first, and the advice is about that."""
    dead = Scripted(fails(REFUSED))
    given = conditions()

    async def main() -> tuple[Outcome, ...]:
        await run_race(_asked_of([dead, dead], "o"), None, given)
        await asyncio.sleep(1)
        return (await run_race(_asked_of([dead], "o"), None, given)).outcomes

    (outcome,) = run_virtually(main())

    assert str(outcome.error) == (
        "refused; not asked for another 29 s, after 5 failures in a row; "
        "check that the server runs and that base_url is right"
    )


def test_after_30_seconds_one_probe_decides() -> None:
    """Others that come meanwhile are refused; after its answer all is well again."""
    client = Scripted(*[fails(REFUSED)] * 6, says("yes", after=2))
    given = conditions()

    async def main() -> list[list[Status]]:
        await run_race(_asked_of([client, client], "o"), None, given)
        await asyncio.sleep(30.0)
        probing = await run_race(_asked_of([client, client], "o"), None, given)
        closed = await run_race(_asked_of([client, client], "o"), None, given)
        return [
            [each.status for each in report.outcomes] for report in (probing, closed)
        ]

    assert run_virtually(main()) == [
        [Status.ANSWERED, Status.FAILED],
        [Status.ANSWERED, Status.ANSWERED],
    ]


def test_a_probe_that_is_cancelled_lets_the_next_one_probe() -> None:
    """Neither leaving the race nor an attempt kept back is held against it."""
    client = Scripted(*[fails(REFUSED)] * 6, [(0, "hang")], says("yes"))
    given = conditions(Known(local=False))
    secret = RaceOptions(clearance=Clearance("a secret"))

    async def main() -> Outcome:
        await run_race(_asked_of([client, client], "o"), None, given)
        await asyncio.sleep(30.0)
        async with Race(_asked_of([client], "o"), REQUEST, RaceOptions(), given):
            await asyncio.sleep(1.0)
        await run_race(_asked_of([client], "o"), secret, given)
        (outcome,) = (await run_race(_asked_of([client], "o"), None, given)).outcomes
        return outcome

    assert run_virtually(main()).text == "yes"


@pytest.mark.parametrize(
    "error",
    [Authentication("401", http_status=401), RateLimited("429", retry_after=1e9)],
)
def test_refusals_never_open_a_breaker(error: ProviderError) -> None:
    """An upstream that says no works."""
    given, client = conditions(), Scripted(*[fails(error)] * 9, says("yes"))

    async def main() -> Outcome:
        for _ in range(9):
            await run_race(_asked_of([client], "o"), None, given)
        (outcome,) = (await run_race(_asked_of([client], "o"), None, given)).outcomes
        return outcome

    assert run_virtually(main()).text == "yes"


def test_first_token_timeouts_open_the_breaker() -> None:
    """Five in a row, of five races, are enough."""
    given, client = conditions(), Scripted([(0, "connected"), (0, "hang")])

    async def main() -> Outcome:
        for _ in range(5):
            await run_race(_asked_of([client], "o"), None, given)
        (outcome,) = (await run_race(_asked_of([client], "o"), None, given)).outcomes
        return outcome

    assert isinstance(run_virtually(main()).error, UpstreamResting)


def test_a_target_used_twice_is_still_no_fallback_of_itself() -> None:
    """A fallback equal to the first target is asked once, then the failure stands."""
    client = Scripted([(0, "connected"), (0, BUSY)])
    same: Target = target(client)
    twin = target(client)
    outcome = _only(contender(same, fallback=twin))

    assert (len(client.streams), outcome.fell_back) == (5, True)
    assert isinstance(outcome.error, UpstreamResting)


def test_an_empty_answer_is_none() -> None:
    """A script that takes the output must not be told of a success."""
    outcome = _only(contender(target(Scripted([(1, Finished())]))))

    assert (outcome.status, outcome.text) == (Status.FAILED, "")
    assert isinstance(outcome.error, NoAnswer)
    assert outcome.timings == Timings(total=1)


class _Cuts(AlwaysReady):
    """Learns from each refusal how much shorter a prompt has to be."""

    def learn(self, target: Target, error: ProviderError, tokens: int) -> bool:
        """Say that the next one would be another."""
        return isinstance(error, ContextTooLong)


def test_a_refusal_is_of_the_last_attempt_alone() -> None:
    """What passes after some prompts that were too long is tried once more."""
    composed: list[str] = []

    async def compose(_index: int, _room: int | None) -> Composed:
        composed.append("x" * max(1, 4 - len(composed)))
        request = replace(REQUEST, stop=(composed[-1],))
        return Composed(request=request, clearance=Clearance())

    long = [(0.0, ContextTooLong("too long"))]
    busy = [(0.0, Overloaded("busy"))]
    client = Scripted(long, long, long, busy, says("yes"))
    terms = RaceOptions(compose=compose)
    given = replace(conditions(), readiness=_Cuts())
    (outcome,) = ran([contender(target(client))], terms, given).outcomes

    assert outcome.error is None
    assert (outcome.text, outcome.attempts) == ("yes", 5)
