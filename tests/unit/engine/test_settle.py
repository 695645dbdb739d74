"""When to answer."""

from math import inf

import pytest

from hexai.engine.settle import Policy, Settlement, settlement

ALL = Policy.wait_for_all()
FIRST = Policy.wait_for_first()
GATHER = Policy(gather=0.2, deadline=1.5)


@pytest.mark.parametrize(
    ("policy", "first_answer_at", "ended_at", "expected"),
    [
        (ALL, None, None, (inf, "deadline")),
        (ALL, 0.3, None, (inf, "gather")),
        (ALL, 0.3, 0.9, (0.9, "all")),
        (ALL, None, 0.9, (0.9, "all")),
        (Policy.wait_for_all(deadline=4.0), 0.3, None, (4.0, "deadline")),
        (FIRST, None, None, (inf, "deadline")),
        (FIRST, 0.3, None, (0.3, "first")),
        (FIRST, 0.3, 0.3, (0.3, "first")),
        (FIRST, None, 0.9, (0.9, "all")),
        (Policy.wait_for_first(deadline=1.5), None, None, (1.5, "deadline")),
        (GATHER, None, None, (1.5, "deadline")),
        (GATHER, 0.3, None, (0.5, "gather")),
        (GATHER, 0.3, 0.4, (0.4, "all")),
        (GATHER, 1.4, None, (1.5, "deadline")),
        (GATHER, None, 0.1, (0.1, "all")),
    ],
)
def test_the_first_of_three_moments_settles(
    policy: Policy,
    first_answer_at: float | None,
    ended_at: float | None,
    expected: tuple[float, str],
) -> None:
    """All have ended, the first answer is old enough, or the deadline is there."""
    moment = settlement(policy, first_answer_at=first_answer_at, ended_at=ended_at)

    assert isinstance(moment, Settlement)
    assert (moment.at, moment.reason) == expected
