"""Tests for how long the answer to a completion may be."""

import pytest

from hexai.config.schema import Completion, Settings
from hexai.domain.entry import RequestSpec, Surface
from hexai.domain.request import Request
from hexai.prompts.room import room


def test_the_end_of_a_line_is_shorter_than_a_block() -> None:
    """What stands right of the cursor tells them apart."""
    completion = Completion()

    assert room("x = ", " + 1\n", completion) == 97
    assert room("x = ", "\n", completion) == 257


def test_a_line_that_may_be_repeated_is_added() -> None:
    """Chat models are asked to repeat it."""
    assert room("a" * 400, "\n", Completion()) == 356


def test_the_user_says_otherwise() -> None:
    """For all suggestions; 0 is as long as answers are elsewhere."""
    assert room("x", "\n", Completion(max_tokens=50)) == 50
    assert room("x", "\n", Completion(max_tokens=0)) is None


@pytest.mark.parametrize(
    ("asked_for", "configured", "stands", "sent"),
    [
        (256, 4000, False, 256),
        (256, 100, False, 100),
        (256, None, False, 256),
        (256, 4000, True, 4000),
        (None, 4000, False, 4000),
        (None, None, False, None),
    ],
)
def test_a_call_asks_for_what_there_is_room_for(
    asked_for: int | None, configured: int | None, stands: bool, sent: int | None
) -> None:
    """Unless the limit of the entry stands."""
    request = Request(surface=Surface.COMPLETION, messages=(), room=asked_for)
    spec = RequestSpec(
        provider="p", model="m", max_tokens=configured, limit_stands=stands
    )

    assert request.call(spec).max_tokens == sent


def test_the_default_is_not_set() -> None:
    """So that it can depend on what is completed."""
    assert not isinstance(Settings().completion.max_tokens, int)
