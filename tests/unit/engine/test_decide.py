"""What follows from a failed attempt."""

from typing import Any

import pytest
from msgspec.structs import replace

from hexai import errors
from hexai.domain.provider import Finished, FinishReason, Held, StopReason
from hexai.engine.decide import (
    Decision,
    End,
    FallBack,
    Retry,
    Situation,
    decide,
    health,
    longest_back_off,
    objection,
    prompt_room,
)
from hexai.errors import NoAnswer, ProviderError

FRESH = Situation(
    any_token=False,
    any_text=False,
    retries=0,
    back_off=0.4,
    remaining=60.0,
    has_fallback=True,
)

# Each error with: is it tried again, does it fall back, what it tells the breaker.
TABLE: list[tuple[ProviderError, bool, bool, str]] = [
    (errors.ConnectionFailed("refused"), True, True, "failed"),
    (errors.TimedOut("connect", 5), True, True, "failed"),
    (errors.UpstreamResting("resting"), False, True, "unknown"),
    (errors.TLSFailed("expired"), False, False, "failed"),
    (errors.RateLimited("slow down", http_status=429), True, True, "works"),
    (errors.OutOfCredit("no credit", http_status=429), False, True, "works"),
    (errors.Overloaded("timeout", http_status=408), True, True, "works"),
    (errors.Overloaded("busy", http_status=503), True, True, "failed"),
    (errors.Overloaded("overloaded_error"), True, True, "failed"),
    (errors.StillLoading("503", http_status=503), True, True, "works"),
    (errors.TimedOut("first token", 20), False, False, "failed"),
    (errors.TimedOut("load", 60), False, False, "unknown"),
    (errors.TimedOut("idle", 20), False, False, "unknown"),
    (errors.TimedOut("total", 600), False, False, "unknown"),
    (errors.Authentication("401"), False, False, "works"),
    (errors.Permission("403"), False, False, "works"),
    (errors.UnknownModel("404"), False, False, "works"),
    (errors.BadRequest("400"), False, False, "works"),
    (errors.ContentFilter("no"), False, False, "works"),
    (errors.ContextTooLong("long"), False, False, "works"),
    (errors.BrokenStream("cut"), True, True, "unknown"),
    (errors.NoAnswer("only reasoning"), False, False, "works"),
    (errors.BadAnswer("not JSON"), False, False, "unknown"),
    (errors.TooLarge("line"), False, False, "unknown"),
    (errors.NotSent("kept back"), False, False, "unknown"),
    (errors.Internal("bug"), False, False, "unknown"),
]


def _name(value: object) -> str:
    return f"{type(value).__name__}-{value}" if isinstance(value, Exception) else ""


@pytest.mark.parametrize(("error", "retried", "falls_back", "tells"), TABLE, ids=_name)
def test_each_error_has_its_consequences(
    error: ProviderError, *, retried: bool, falls_back: bool, tells: str
) -> None:
    """The table holds for a fresh attempt, and for one that was tried often enough."""
    worn = replace(FRESH, retries=2)
    after: Decision = FallBack() if falls_back else End()

    assert decide(error, FRESH) == (Retry(0.4) if retried else after)
    assert decide(error, worn) == after
    assert health(error) == tells


def test_the_table_knows_every_error() -> None:
    """An error that is added to the tree must be given its consequences."""
    tree = {errors.ProviderError}
    while more := {sub for known in tree for sub in known.__subclasses__()} - tree:
        tree |= more

    assert tree - {type(error) for error, *_ in TABLE} == {errors.ProviderError}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"any_token": True}, FallBack()),
        ({"any_token": True, "any_text": True}, End()),
        ({"has_fallback": False}, Retry(0.4)),
        ({"has_fallback": False, "retries": 2}, End()),
        ({"retries": 1}, Retry(0.4)),
        ({"remaining": 0.4}, FallBack()),
        ({"remaining": 0.41}, Retry(0.4)),
        ({"learnt": True, "retries": 2}, Retry(0.0)),
        ({"learnt": True, "any_token": True, "any_text": True}, End()),
    ],
)
def test_the_situation_limits_what_is_done(
    changes: dict[str, Any], expected: Decision
) -> None:
    """No retry after a token or beyond the budget, no fallback after text."""
    situation = replace(FRESH, **changes)

    assert decide(errors.ConnectionFailed("reset"), situation) == expected


@pytest.mark.parametrize(
    ("retry_after", "expected"),
    [
        (None, Retry(0.4)),
        (0.0, Retry(0.4)),
        (7.0, Retry(7.0)),
        (59.9, Retry(59.9)),
        (60.0, FallBack()),
        (float("inf"), FallBack()),
        (float("nan"), Retry(0.4)),
    ],
)
def test_retry_after_is_honoured_if_it_fits(
    retry_after: float | None, expected: Decision
) -> None:
    """The upstream's wish is the least wait; one beyond the budget is no retry."""
    error = errors.RateLimited("slow down", retry_after=retry_after)

    assert decide(error, FRESH) == expected


def test_back_off_doubles() -> None:
    """The second retry waits up to twice as long as the first."""
    assert [longest_back_off(retries) for retries in (0, 1)] == [0.5, 1.0]


MUSING = "Okay, the user wants"


@pytest.mark.parametrize(
    ("end", "text", "objects"),
    [
        (Finished(reason=FinishReason.LENGTH), MUSING, True),
        (Finished(reason=FinishReason.LENGTH), "return w", False),
        (Finished(reason=FinishReason.LENGTH, vouched=True), MUSING, False),
        (Finished(reason=FinishReason.STOP), MUSING, False),
    ],
)
def test_what_may_be_reasoning_needs_its_end(
    end: Finished, text: str, objects: bool
) -> None:
    """Or to be of a model that marks its reasoning."""
    found = objection(end, text=text, has_reasoning=False)

    assert isinstance(found, NoAnswer) == objects


@pytest.mark.parametrize(
    ("reason", "has_reasoning", "answers"),
    [
        (FinishReason.STOP, False, True),
        (FinishReason.STOP, True, False),
        (FinishReason.LENGTH, False, False),
        (FinishReason.FILTERED, False, False),
    ],
)
def test_at_a_cursor_nothing_is_an_answer(
    reason: StopReason, has_reasoning: bool, answers: bool
) -> None:
    """If the model stopped by itself, and not behind thoughts that ran out."""
    end = Finished(reason=reason)

    found = objection(end, text="", has_reasoning=has_reasoning, at_cursor=True)

    assert (found is None) == answers
    assert objection(end, text="", has_reasoning=has_reasoning) is not None


@pytest.mark.parametrize(
    ("text", "came"),
    [("", "said nothing"), (" \n", "said nothing"), ("x", "broke off")],
)
def test_a_load_says_whether_anything_had_come(text: str, came: str) -> None:
    """What is shown above the message must not be denied by it."""
    end = Finished(reason=FinishReason.LOADED)

    found = objection(end, text=text, has_reasoning=False)

    assert found is not None
    assert came in str(found)


@pytest.mark.parametrize(
    ("held", "answer", "room"),
    [
        (Held(tokens=4096), 4000, 2764),  # an answer gets a quarter and no more
        (Held(tokens=4096), None, 2764),
        (Held(tokens=4096), 96, 3600),
        (Held(tokens=4096, density=2.0), 96, 1800),
        (Held(tokens=64), None, 64),
    ],
)
def test_a_prompt_leaves_room_for_its_answer(
    held: Held, answer: int | None, room: int
) -> None:
    """With a tenth for what an estimate is off, and in the model's own tokens."""
    assert prompt_room(held, answer) == room
