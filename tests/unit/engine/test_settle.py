"""When to answer."""

from math import inf

import pytest

from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.request import Contender, Target
from hexai.engine.settle import Policy, Settlement, is_due, plan, settlement
from tests.support.races import target
from tests.support.scripted import Scripted, says

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


CLIENT = Scripted(says("hi"))


def _entry(index: int, label: str, fallback: RequestSpec | None = None) -> Entry:
    return Entry(
        surface=Surface.CLI,
        index=index,
        label=label,
        spec=RequestSpec(provider="p", model=f"model-{label}"),
        fallback=fallback,
        timeout=20.0 + index,
    )


def _lookup(entry: Entry, spec: RequestSpec) -> Target:
    return target(CLIENT, spec.model)


def test_each_entry_becomes_a_contender_in_entry_order() -> None:
    """A contender's index is its place in the race, whatever the entry's was."""
    spare = RequestSpec(provider="q", model="spare")

    planned = plan([_entry(4, "home", spare), _entry(2, "away")], _lookup)

    assert planned == (
        Contender(
            index=0,
            label="home",
            target=target(CLIENT, "model-home"),
            fallback=target(CLIENT, "spare"),
            timeout=24.0,
        ),
        Contender(
            index=1, label="away", target=target(CLIENT, "model-away"), timeout=22.0
        ),
    )


def test_a_timer_that_rings_a_little_early_is_on_time() -> None:
    """Else it would be armed again for nothing."""
    assert is_due(3.0, 3.0)
    assert is_due(3.0, 2.999_999_9)
    assert is_due(3.0, 4.0)


def test_what_is_to_come_is_not_due() -> None:
    """Nor is what never comes."""
    assert not is_due(3.0, 2.999)
    assert not is_due(inf, 1e9)
