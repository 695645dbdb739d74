"""Whether an attempt that came to its end is an answer, and what it is if not. Pure.

| end             | with text         | with reasoning only | with nothing      |
| --------------- | ----------------- | ------------------- | ----------------- |
| stop            | answered          | no answer           | no answer         |
| length          | answered, cut off*| no answer           | no answer         |
| filtered        | answered, cut off | content filter      | content filter    |
| tool            | no answer         | no answer           | no answer         |
| broken, loaded  | broken stream     | broken stream       | broken stream     |
| failed          | overloaded        | overloaded          | overloaded        |

*: no answer, if it reads as reasoning of a model that nothing is known of.

Text that is nothing but blanks is none. Those of the last two rows may pass, so that
they are tried again before the first token; the others would end as they did.
"""

from hexai.domain.provider import Finished, FinishReason
from hexai.errors import (
    BrokenStream,
    ContentFilter,
    NoAnswer,
    Overloaded,
    ProviderError,
)
from hexai.text.musing import may_be_musing


def objection(
    finished: Finished, *, text: str, has_reasoning: bool
) -> ProviderError | None:
    """Say why an end is no answer to what was said; None if it is one."""
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
    """Object to what reads as reasoning, if the end that would tell is missing."""
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
