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
