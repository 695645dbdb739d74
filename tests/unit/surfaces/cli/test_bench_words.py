"""What a bench comes to, in sentences."""

import pytest
from msgspec.structs import replace

from hexai.bench.known import Known
from hexai.domain.bench import BenchContender, BenchRecord, Plan, TaskRecord, Times
from hexai.domain.entry import Surface
from hexai.surfaces.cli.bench_words import sentences
from tests.support.benches import cell, task

TASKS = 40


def said_of(in_time: int, surface: Surface = Surface.COMPLETION) -> list[str]:
    """Say what of a bench tells of times, if so many answers of b were in time."""
    tasks = [task(n) for n in range(TASKS)]
    late = Times(first_token=0.1, total=9.0)
    cells = [cell(each.id, index) for each in tasks for index in range(2)]
    slow = [each for each in cells if each.contender == 1][in_time:]
    contenders = tuple(
        BenchContender(label=label, provider="p", model=label, upstream="u")
        for label in "ab"
    )
    record = BenchRecord(
        number=1,
        id="ab" * 16,
        started_at=1.0,
        plan=Plan(
            project="/x",
            surface=surface,
            contenders=contenders,
            tasks=tuple(map(TaskRecord.of, tasks)),
        ),
        cells=tuple(replace(c, warm=late) if c in slow else c for c in cells),
    )
    return [line for line in sentences(record, Known.of(record)) if "in time" in line]


@pytest.mark.parametrize(
    ("in_time", "said"),
    [(0, "b was never in time: "), (2, "b was hardly ever in time")],
)
def test_who_is_too_late_for_an_editor_is_named(in_time: int, said: str) -> None:
    """However good it is, and though the price decides nothing."""
    [line] = said_of(in_time)

    assert line.startswith(said)
    assert "within 4 s" in line


def test_nobody_else_is() -> None:
    """Nor is anybody who is asked questions, which are waited for."""
    assert not said_of(TASKS // 2)
    assert not said_of(0, Surface.CLI)
