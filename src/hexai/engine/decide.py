"""What follows from how an attempt ended: an answer, try again, fall back, or end.

| failure                         | retry | fall back | breaker    |
| ------------------------------- | ----- | --------- | ---------- |
| loading the model               | yes   | yes       | it works   |
| connection, connect timeout     | yes   | yes       | failure    |
| breaker open                    | no    | yes       | nothing    |
| broken before the first token   | yes   | yes       | nothing    |
| no answer                       | no    | no        | it works   |
| TLS                             | no    | no        | failure    |
| 429                             | yes   | yes       | it works   |
| 408, 409, 425                   | yes   | yes       | it works   |
| 405, 501, 505                   | no    | no        | it works   |
| other 5xx, overloaded           | yes   | yes       | failure    |
| first-token timeout             | no    | no        | failure    |
| refused with another 4xx        | no    | no        | it works   |
| all else                        | no    | no        | nothing    |

Whatever the failure was, if it has told how to ask better, the target is asked again at
once: with a prompt that is cut to the room that a refusal has named, or after a model
was loaded. This is no retry; `may_repeat` says how often.
"""

from typing import Literal

from msgspec import Struct

from hexai.domain.provider import Finished, FinishReason, Held
from hexai.errors import (
    Authentication,
    BadRequest,
    BrokenStream,
    ConnectionFailed,
    ContentFilter,
    ContextTooLong,
    NoAnswer,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    StillLoading,
    TimedOut,
    TLSFailed,
    UnknownModel,
    UpstreamResting,
)
from hexai.text.thinking_aloud import may_be_musing

MAX_RETRIES = 2
"""Retries of one target; a fallback has its own."""
_MAX_REPEATS = 3
"""Times that one target is asked again at once, after it has told how to ask better."""
_FIRST_BACK_OFF = 0.5
_REFUSALS = (
    Authentication,
    BadRequest,
    ContentFilter,
    ContextTooLong,
    NoAnswer,
    Permission,
    RateLimited,
    StillLoading,
    UnknownModel,
)


class Situation(Struct, frozen=True, kw_only=True):
    """What is known of a contender when its attempt has failed."""

    any_token: bool
    """A token has arrived, of reasoning or of the answer."""
    any_text: bool
    """Text of the answer has been shown."""
    retries: int
    """Retries of this target so far."""
    back_off: float
    """Seconds to wait at least before a retry, jittered."""
    remaining: float
    """Seconds left of the contender's `timeout`."""
    learnt: bool = False
    """The failure has told how to ask better, and that has not been tried yet."""
    has_fallback: bool
    """There is a fallback, and it has not been asked yet."""


class Retry(Struct, frozen=True):
    """Ask the same target again."""

    after: float
    """Seconds to wait before queueing again."""


class FallBack(Struct, frozen=True):
    """Ask the fallback."""


class End(Struct, frozen=True):
    """Let the failure stand."""


Decision = Retry | FallBack | End
Health = Literal["works", "failed", "unknown"]


def decide(error: ProviderError, situation: Situation) -> Decision:
    """Say what to do about a failed attempt."""
    if situation.learnt and not situation.any_token:
        return Retry(0.0)
    if not _may_pass(error):
        return End()
    wait = max(situation.back_off, error.retry_after or 0.0)
    if (
        not situation.any_token
        and not isinstance(error, OutOfCredit | UpstreamResting)
        and situation.retries < MAX_RETRIES
        and wait < situation.remaining
    ):
        return Retry(wait)
    if situation.has_fallback and not situation.any_text:
        return FallBack()
    return End()


def may_repeat(repeats: int) -> bool:
    """Tell whether a target may be asked at once again, after so many times."""
    return repeats < _MAX_REPEATS


def longest_back_off(retries: int) -> float:
    """Give the seconds that a retry waits at most, to be jittered by the caller."""
    return _FIRST_BACK_OFF * 2.0**retries


def health(error: ProviderError) -> Health:
    """Say what a failed attempt tells about its upstream."""
    if isinstance(error, UpstreamResting):
        return "unknown"
    if isinstance(error, Overloaded) and not isinstance(error, StillLoading):
        status = error.http_status
        return "failed" if status is None or status >= 500 else "works"
    if isinstance(error, TimedOut):
        return "failed" if error.phase in ("connect", "first token") else "unknown"
    if isinstance(error, ConnectionFailed | TLSFailed):
        return "failed"
    return "works" if isinstance(error, _REFUSALS) else "unknown"


def _may_pass(error: ProviderError) -> bool:
    """Whether the failure may pass: with time, or by asking somebody else."""
    if isinstance(error, TimedOut):
        return error.phase == "connect"
    return isinstance(error, ConnectionFailed | RateLimited | Overloaded | BrokenStream)


# | end             | with text         | with reasoning only | with nothing      |
# | --------------- | ----------------- | ------------------- | ----------------- |
# | stop            | answered          | no answer           | no answer         |
# | length          | answered, cut off*| no answer           | no answer         |
# | filtered        | answered, cut off | content filter      | content filter    |
# | tool            | no answer         | no answer           | no answer         |
# | broken, loaded  | broken stream     | broken stream       | broken stream     |
# | failed          | overloaded        | overloaded          | overloaded        |
#
# *: no answer, if it reads as reasoning of a model that nothing is known of.
#
# Asked what belongs at a cursor, a model may say by stopping at once that nothing does:
# that is an answer, an empty one.
#
# Text that is nothing but blanks is none. Those of the last two rows may pass, so that
# they are tried again before the first token; the others would end as they did.


def objection(
    finished: Finished, *, text: str, has_reasoning: bool, at_cursor: bool = False
) -> ProviderError | None:
    """Say why an end is no answer to what was said; None if it is one.

    `at_cursor`: it was asked what belongs there, which may be nothing.
    """
    match finished.reason:
        case FinishReason.BROKEN:
            return _broken(finished)
        case FinishReason.FAILED:
            return Overloaded(f"the upstream broke the answer off{_word(finished)}")
        case FinishReason.LOADED:
            came = "broke off" if text.strip() else "said nothing"
            return BrokenStream(
                f"the upstream loaded or unloaded the model, and {came}"
            )
        case FinishReason.TOOL:
            return NoAnswer(
                "the model called a tool instead of answering",
                advice="ask for plain text, or use another model: it was given no tool",
            )
        case FinishReason.STOP if at_cursor and not has_reasoning:
            return None
        case FinishReason.STOP | FinishReason.LENGTH | FinishReason.FILTERED:
            return _unsaid(finished, text=text, has_reasoning=has_reasoning)


def _unsaid(
    finished: Finished, *, text: str, has_reasoning: bool
) -> ProviderError | None:
    if text.strip():
        return _doubt(finished, text)
    if finished.reason is FinishReason.FILTERED:
        return ContentFilter("the answer was withheld by a content filter")
    return _silent(finished, has_reasoning=has_reasoning)


def _doubt(finished: Finished, text: str) -> ProviderError | None:
    """Object to a text that reads as reasoning and was cut before that could show."""
    is_cut = finished.reason is FinishReason.LENGTH and not finished.vouched
    if not (is_cut and may_be_musing(text)):
        return None
    return NoAnswer(
        "no answer: what came up to the token limit reads as reasoning",
        advice="raise max_tokens of the entry, or ask for less reasoning",
    )


def _broken(finished: Finished) -> ProviderError:
    if finished.said is None:
        return BrokenStream(
            "the stream ended without a word on why, so half is missing"
        )
    return BrokenStream(f"the answer broke off{_word(finished)}")


def _silent(finished: Finished, *, has_reasoning: bool) -> ProviderError:
    if finished.reason is FinishReason.LENGTH:
        came = "reasoning alone" if has_reasoning else "nothing that can be shown"
        return NoAnswer(
            f"no answer: {came} took all the tokens",
            advice="raise max_tokens of the entry, or ask for less reasoning",
        )
    if has_reasoning:
        return NoAnswer("no answer: the model reasoned, and ended without a word")
    return NoAnswer("no answer: the model ended without a word")


def _word(finished: Finished) -> str:
    return f" ({finished.said})" if finished.said else ""


# Prompt and answer share the context. What an answer would take at most is mostly far
# more than it takes, so that it gets a quarter and no more. Our estimate of a prompt is
# within a fifth of what tokenizers count, so a tenth is left for that, unless a refusal
# has shown how the model counts.

_ANSWER = 4
"""The part of the context that an answer may have, if it may be that long."""
_MARGIN = 0.9
_LEAST = 64
"""Tokens below which no prompt makes sense, so that it is left to the upstream."""


def prompt_room(held: Held, max_tokens: int | None) -> int:
    """Say how many tokens a prompt may have, by our estimate."""
    answer = held.tokens // _ANSWER
    if max_tokens is not None:
        answer = min(answer, max_tokens)
    room = (held.tokens - answer) / held.density
    return max(_LEAST, int(room * _MARGIN))
