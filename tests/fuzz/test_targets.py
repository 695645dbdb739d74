"""Every target, for a moment: a fault that is easily found never gets further."""

from random import Random

import pytest

from tests.fuzz.run import fuzz, input_of, try_input
from tests.fuzz.targets import TARGETS, Target

SECONDS = 0.8


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_holds(target: Target) -> None:
    """No exception, no hang, nothing lost and nothing invented; always one input."""
    result = fuzz(target, seconds=SECONDS, runs=100_000)

    assert [str(fault) for fault in result.faults] == []
    assert result.runs > 0


def test_an_input_comes_again_by_its_number() -> None:
    """What failed once can be looked at."""
    target = TARGETS[0]

    assert input_of(target, 7)[0] == input_of(target, 7)[0]
    assert input_of(target, 7)[0] != input_of(target, 8)[0]


def test_what_fails_is_found() -> None:
    """An exception and a hang alike; the driver is no ornament."""

    def loses(data: bytes, _chance: Random) -> None:
        assert data == b"right"

    def hangs(_data: bytes, _chance: Random) -> None:
        while True:
            pass

    for run, told in ((loses, "AssertionError"), (hangs, "Hang")):
        fault = try_input(Target(name="x", run=run, seeds=lambda: (b"wrong",)), 0)
        assert fault is not None
        assert told in fault.what
