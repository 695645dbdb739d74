"""Running a bench: who is next, what is kept, who is set aside, when it stops."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from hexai.bench.budget import Purse
from hexai.bench.replies import Later
from hexai.bench.run import Bench, Filled, Result
from hexai.bench.schedule import LEAD
from hexai.domain.bench import Cell, Ending, State, Task
from tests.support.benches import MACHINE, Script, cell, cloud, known, play, task
from tests.support.clock import run_virtually


def test_every_cell_is_asked_once() -> None:
    """All contenders get all tasks, and each answer is kept."""
    tasks = [task(n) for n in range(7)]
    script = Script([MACHINE, cloud("a"), MACHINE])

    ending, bench = play(tasks, script)

    assert ending is Ending.DONE
    assert sorted(script.asked) == sorted((t.id, i) for t in tasks for i in range(3))
    assert len(script.kept) == 21
    assert len(bench.known.blocks) == 7


def test_what_shares_the_processor_is_asked_one_at_a_time() -> None:
    """Two local models are never asked at once, whatever they are."""
    script = Script([MACHINE, MACHINE])

    play([task(n) for n in range(5)], script)

    assert script.busiest == {"this machine": 1}


@pytest.mark.parametrize(("limit", "expected"), [(None, 4), (2, 2), (9, 4)])
def test_clouds_go_on_beside_it_within_their_limits(
    limit: int | None, expected: int
) -> None:
    """An upstream elsewhere is asked a few at a time, as it allows."""
    script = Script([MACHINE, cloud("a", at_once=limit)])

    play([task(n) for n in range(20)], script)

    assert script.busiest == {"this machine": 1, "https://a:443": expected}


def test_a_cell_is_kept_before_the_next_one_of_its_upstream_begins() -> None:
    """Between an answer and the next question there is always its record."""
    script = Script([MACHINE, MACHINE])

    play([task(n) for n in range(6)], script)

    told = [what for what, _, _ in script.log]
    assert told == ["began", "ended", "put"] * 12


def test_nobody_runs_far_ahead_of_the_slowest() -> None:
    """A quick cloud is not paid for what nobody else has answered yet."""
    script = Script([cloud("slow", at_once=1), cloud("b", at_once=1)])
    script_seconds = {0: 0, 1: 0}
    furthest = 0

    def answer(task: Task, index: int) -> Result:
        nonlocal furthest
        script_seconds[index] += 1
        furthest = max(furthest, abs(script_seconds[0] - script_seconds[1]))
        return Filled(cell=cell(task.id, index))

    script._answer = answer
    script._seconds = 1.0

    play([task(n) for n in range(3 * LEAD)], script)

    assert furthest <= LEAD + 1


def test_what_is_known_is_not_asked_again() -> None:
    """A resumed bench asks only what is missing, and counts all of it."""
    tasks = [task(n) for n in range(4)]
    before = known(tasks, 2)
    before.take(cell(tasks[0].id, 0), cell(tasks[2].id, 1))
    script = Script([MACHINE, MACHINE])

    _, bench = play(tasks, script, before)

    assert len(script.asked) == 6
    assert (tasks[0].id, 0) not in script.asked
    assert len(bench.known.blocks) == 4


def test_who_fails_ten_times_for_one_cause_is_set_aside() -> None:
    """The others go on, and what it failed at holds nobody up."""

    def answer(task: Task, index: int) -> Result:
        if index:
            return Filled(cell=cell(task.id, index))
        failed = Cell(task=task.id, contender=0, state=State.FAILED, error="wrong key")
        return Filled(cell=failed, cause="authentication")

    tasks = [task(n) for n in range(30)]
    script = Script([cloud("a", at_once=1), cloud("b"), cloud("c")], answer)

    ending, bench = play(tasks, script)

    assert bench.known.aside == {0: "wrong key"}
    assert sum(index == 0 for _, index in script.asked) == 10
    assert len(bench.known.blocks) == 30
    assert ending is Ending.DONE


def test_failures_for_other_causes_or_with_answers_between_set_nobody_aside() -> None:
    """Only ten of one cause in a row are a reason."""
    count = 0

    def answer(task: Task, index: int) -> Result:
        nonlocal count
        count += 1
        if count % 10 == 0:
            return Filled(cell=cell(task.id, index))
        failed = Cell(task=task.id, contender=index, state=State.FAILED)
        return Filled(cell=failed, cause="overloaded")

    script = Script([cloud("a", at_once=1)], answer)

    _, bench = play([task(n) for n in range(40)], script)

    assert not bench.known.aside
    assert len(script.asked) == 40


def test_a_limit_of_requests_puts_off_and_counts_for_nothing() -> None:
    """The cell is asked again after what the upstream asks for."""
    told: list[int] = []

    def answer(task: Task, index: int) -> Result:
        told.append(index)
        if len(told) in (2, 3):
            return Later(30.0, "rate limit")
        return Filled(cell=cell(task.id, index))

    tasks = [task(n) for n in range(3)]
    script = Script([cloud("a", at_once=1)], answer)

    ending, bench = play(tasks, script)

    assert ending is Ending.DONE
    assert [each.task for each in script.kept] == [t.id for t in tasks]
    assert len(script.asked) == 5
    assert not bench.known.aside


def test_a_budget_is_a_hard_stop() -> None:
    """Nothing is asked that the rest of the money may not pay for."""
    purse = Purse(Decimal("0.10"))
    script = Script([cloud("a")], most=Decimal("0.03"), purse=purse)

    ending, bench = play([task(n) for n in range(9)], script)

    assert ending is Ending.SPENT
    assert len(script.kept) == 3
    assert purse.spent == Decimal("0.09")
    assert bench.progress().spent == Decimal("0.09")


def test_under_a_budget_nobody_is_asked_whose_price_is_not_known() -> None:
    """It is set aside with the reason; without a budget it is asked."""
    script = Script([cloud("a")], most=None, purse=Purse(Decimal(1)))

    _, bench = play([task(1)], script)

    assert not script.asked
    assert "budget" in bench.known.aside[0]

    script = Script([cloud("a")], most=None)
    play([task(1)], script)
    assert len(script.asked) == 1


def test_it_stops_when_there_is_nothing_more_to_find_out() -> None:
    """Where every pair is decided, no more is asked."""

    def answer(task: Task, index: int) -> Result:
        return Filled(cell=cell(task.id, index, saved=0.9 if index else -0.2))

    tasks = [task(n) for n in range(500)]
    script = Script([MACHINE, MACHINE], answer)

    ending, _ = play(tasks, script)

    assert ending is Ending.DECIDED
    assert len(script.kept) < 200


def test_one_contender_alone_is_asked_everything() -> None:
    """With nobody to compare it with, nothing is ever settled."""
    script = Script([MACHINE])

    ending, _ = play([task(n) for n in range(60)], script)

    assert ending is Ending.DONE
    assert len(script.kept) == 60


def test_blocks_count_in_the_order_in_which_they_were_drawn() -> None:
    """A cell that is missing holds its block and those behind it."""
    tasks = [task(n, commit=f"c{n // 2}") for n in range(6)]
    what = known(tasks, 2)

    what.take(*(cell(t.id, i) for t in tasks[1:] for i in (0, 1)))
    assert not what.blocks

    what.take(cell(tasks[0].id, 0), cell(tasks[0].id, 1))
    assert [block.commit for block in what.blocks] == ["c0", "c1", "c2"]


def test_the_first_cell_of_a_file_is_cold_and_no_other() -> None:
    """For each model; two entries of one model read it once."""
    tasks = [task(n, path=f"f{n % 5}") for n in range(20)]
    shared = [MACHINE, MACHINE]
    script = Script([replace(seat, keeps="m") for seat in shared])
    apart = Script(shared)

    play(tasks, script)
    play(tasks, apart)

    files = {each.id: each.path for each in tasks}
    assert sorted(files[id_] for id_, _ in script.cold) == [f"f{n}" for n in range(5)]
    assert len(apart.cold) == 10


def test_the_time_that_is_left_follows_from_what_cells_took() -> None:
    """It is told once every contender has answered something, for the slowest lane."""
    tasks = [task(n) for n in range(10)]
    script = Script([cloud("a", at_once=1), cloud("b", at_once=2)])
    what = known(tasks, 2)
    told: list[float | None] = []

    async def run() -> None:
        bench = Bench(tasks, what, script, script, script.purse)
        bench.on_change = lambda: told.append(bench.progress().left)
        await bench.run()

    run_virtually(run())

    # a takes 1 s a cell, one at a time; b takes 2 s, two at once.
    assert told[:2] == [None, 9.0]
    assert told[-1] == 0.0
