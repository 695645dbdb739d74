"""Every fault of the hostile upstream, in every format, on every surface of an editor.

All sessions of a fault run at once.
"""

import asyncio
import os

import pytest

from hexai.domain.entry import Surface
from hexai.domain.outcome import Status
from tests.support.faults import ANSWERED, FORMATS, Fault
from tests.support.stage import ANSWER, GOOD, QUESTION, SELECTED, Seen, Stage, recorded
from tests.support.stream_faults import FAULTS


async def played(fault: Fault) -> list[Seen]:
    """Play a fault in all formats at once."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(Stage(fault, form).play()) for form in FORMATS]
    return [task.result() for task in tasks]


def _descriptors() -> set[str]:
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names, not paths


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_what_is_broken_is_told_and_touches_nothing(fault: Fault) -> None:
    """The good one beside it is whole, the runs are recorded, nothing stays open."""
    before = _descriptors()
    seen = asyncio.run(played(fault))

    survives = fault.kind == ANSWERED
    offered = {ANSWER, GOOD} if survives else {GOOD}
    for each in seen:
        assert set(each.completion) == set(each.inline) == offered
        assert each.acted == (f"{ANSWER}\n" if survives else SELECTED)
        assert (each.notes == QUESTION) is not survives
        assert len(each.shown) == (0 if survives else 2)
        assert any("broken" in line for line in each.logged) is not survives
    runs = recorded()
    surfaces = [Surface.COMPLETION] * 2 + [Surface.CHAT, Surface.CODE_ACTION]
    assert sorted(run.surface for run in runs) == sorted(surfaces * len(FORMATS))
    kinds = {run.contenders[0].error_kind or ANSWERED for run in runs}
    assert kinds == {fault.kind}
    whole = [run.contenders[1] for run in runs if len(run.contenders) > 1]
    assert {contender.status for contender in whole} == {Status.ANSWERED}
    assert _descriptors() <= before
