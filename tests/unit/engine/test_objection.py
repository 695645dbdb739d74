"""What an end is worth, by what was said."""

import pytest

from hexai.domain.provider import Finished, FinishReason
from hexai.engine.objection import objection
from hexai.errors import NoAnswer

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
    ("text", "came"),
    [("", "said nothing"), (" \n", "said nothing"), ("x", "broke off")],
)
def test_a_load_says_whether_anything_had_come(text: str, came: str) -> None:
    """What is shown above the message must not be denied by it."""
    end = Finished(reason=FinishReason.LOADED)

    found = objection(end, text=text, has_reasoning=False)

    assert found is not None
    assert came in str(found)
