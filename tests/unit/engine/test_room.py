"""How much of a context a prompt may have."""

import pytest

from hexai.domain.room import Held
from hexai.engine.room import prompt_room


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
