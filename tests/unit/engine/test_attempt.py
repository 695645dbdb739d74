"""One attempt: its budgets to exact times, its limits, and who may be sent the text."""

from asyncio import CancelledError
from math import inf
from typing import Any

import pytest

from hexai.domain.entry import Budgets
from hexai.domain.outcome import Outcome, Status, Timings
from hexai.domain.ports import Verdict
from hexai.domain.provider import Call, Finished, FinishReason, TextDelta
from hexai.domain.room import Given
from hexai.domain.usage import ReportedUsage, Usage
from hexai.engine.tally import MAX_ANSWER
from hexai.engine.terms import Terms
from hexai.errors import (
    Authentication,
    BrokenStream,
    ConnectionFailed,
    NotSent,
    TimedOut,
    TooLarge,
)
from tests.support.races import (
    REQUEST,
    Known,
    conditions,
    contender,
    ran,
    rounded,
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
    assert outcome.error.message == "the answer is larger than 1 MiB"
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


LOCAL_ONLY = Terms(verdict=Verdict("a secret in line 3"))


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
