"""Running a bench: who is next, what is kept, who is set aside, when it stops."""

import asyncio
from collections.abc import Callable
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hexai.bench.budget import Purse
from hexai.bench.replies import Later, Refusal
from hexai.bench.run import LEAD, Bench, Filled, Result, Wait
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


@pytest.mark.parametrize(
    ("refusal", "answers", "asked"),
    [
        (Refusal.ALWAYS, 0, 1),
        (Refusal.ALWAYS, 3, 4),
        (Refusal.AT_FIRST, 0, 1),
        (Refusal.AT_FIRST, 3, 13),
    ],
)
def test_who_is_refused_whatever_it_is_asked_is_set_aside_at_once(
    refusal: Refusal, answers: int, asked: int
) -> None:
    """Nothing is kept of it, so that a bench which goes on asks that again."""

    def answer(task: Task, index: int) -> Result:
        if index or len(script.kept) < answers:
            return Filled(cell=cell(task.id, index))
        failed = Cell(task=task.id, contender=0, state=State.FAILED, error="wrong key")
        return Filled(cell=failed, cause="authentication", refusal=refusal)

    script = Script([cloud("a", at_once=1)], answer)

    _, bench = play([task(n) for n in range(30)], script)

    assert bench.known.aside == {0: "wrong key"}
    assert len(script.asked) == asked
    is_once = asked <= answers + 1
    assert len(script.kept) == (answers if is_once else asked)
    assert len(script.dropped) == is_once


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


class Limited:
    """Answers but between two moments, in which it is refused."""

    def __init__(self, later: Later, *, begins: float, ends: float) -> None:
        self.later = later
        self.times: list[float] = []
        """Those at which it was asked; each took a second."""
        self._begins, self._ends = begins, ends

    def __call__(self, task: Task, index: int) -> Result:
        """Answer, or say that it is to be asked later."""
        now = asyncio.get_running_loop().time()
        self.times.append(now - 1)
        if self._begins < now < self._ends:
            return self.later
        return Filled(cell=cell(task.id, index))


def test_a_limit_of_requests_puts_off_and_counts_for_nothing() -> None:
    """The cell is asked again after what the upstream asks for, and no sooner."""
    limited = Limited(Later("rate limit", 300.0), begins=1.5, ends=250)
    tasks = [task(n) for n in range(3)]
    script = Script([cloud("a", at_once=1)], limited)

    ending, bench = play(tasks, script)

    assert ending is Ending.DONE
    assert [each.task for each in script.kept] == [t.id for t in tasks]
    assert limited.times == [0, 1, 302, 303]
    assert not bench.known.aside


def test_who_says_not_how_long_is_waited_for_longer_each_time() -> None:
    """An upstream that is asked again and again never gets better."""
    limited = Limited(Later("rate limit"), begins=0.5, ends=100)
    script = Script([cloud("a", at_once=1)], limited)

    play([task(1)], script)

    assert limited.times == [0, 11, 32, 73, 134]


def test_a_limit_holds_for_all_requests_of_a_contender() -> None:
    """While one of four is told to wait, the others do not try either."""
    limited = Limited(Later("rate limit", 30.0), begins=0.5, ends=20)
    script = Script([cloud("a", at_once=4)], limited)

    play([task(n) for n in range(8)], script)

    assert limited.times == [0] * 4 + [31] * 4 + [32] * 4


def test_who_is_put_off_holds_up_nobody_of_its_upstream() -> None:
    """Others are asked there meanwhile, and its own cells follow in their order."""
    limited = Limited(Later("rate limit", 100.0), begins=0.5, ends=50)
    script = Script(
        [cloud("a", at_once=2)] * 2,
        lambda t, i: Filled(cell=cell(t.id, i)) if i else limited(t, i),
    )
    tasks = [task(n) for n in range(9)]

    ending, _ = play(tasks, script)

    assert ending is Ending.DONE
    assert len(script.kept) == 18
    assert [each.contender for each in script.kept] == [1] * 9 + [0] * 9
    assert [each.task for each in script.kept[9:]] == [each.id for each in tasks]


@pytest.mark.parametrize(
    ("later", "told", "most"),
    [
        (Later("rate limit", 7200.0), "it asks to be left alone for 2 hours", 2),
        (Later("rate limit", 300.0), "so it said for 15 minutes", 905),
        (Later("rate limit"), "so it said for 3 minutes", 200),
    ],
)
def test_who_asks_for_too_long_is_set_aside_with_what_it_asks_for(
    later: Later, told: str, most: float
) -> None:
    """The others are done long before, and nobody waits for a day's limit."""
    limited = Limited(later, begins=0, ends=1e9)
    tasks = [task(n) for n in range(3)]
    script = Script(
        [cloud("a", at_once=1), cloud("b")],
        lambda t, i: Filled(cell=cell(t.id, i)) if i else limited(t, i),
    )

    ending, bench = play(tasks, script)

    assert ending is Ending.DONE
    assert told in bench.known.aside[0]
    assert max(limited.times) < most
    assert len(script.kept) == 3


def test_who_never_answered_and_is_left_alone_is_set_aside_at_once() -> None:
    """A server that is not there holds nobody up for half a minute again and again."""
    asked = 0

    def answer(task: Task, index: int) -> Result:
        nonlocal asked
        asked += 1
        if asked > 2:
            return Later("refused; not asked for another 30 s", 30.0, is_down=True)
        failed = Cell(task=task.id, contender=0, state=State.FAILED, error="refused")
        return Filled(cell=failed, cause="connection")

    script = Script([cloud("a", at_once=1)], answer)

    _, bench = play([task(n) for n in range(5)], script)

    assert bench.known.aside == {0: "refused"}
    assert asked == 3


def test_who_shares_an_upstream_with_one_that_fails_is_asked_later() -> None:
    """One model that breaks its server's peace is no reason to lose the other."""
    down = Later("refused", 30.0, is_down=True)

    def answer(task: Task, index: int) -> Result:
        if not index:
            return Later("refused", 30.0, is_down=True, was_tried=True)
        return other(task, index)

    other = Limited(down, begins=0.5, ends=20)
    script = Script([cloud("a", at_once=1)] * 2, answer)

    _, bench = play([task(1), task(2)], script)

    assert bench.known.aside == {0: "refused"}
    assert len(bench.known.cells_of(1)) == 2


def test_who_has_answered_is_waited_for_while_its_upstream_fails() -> None:
    """An outage in the middle of a night is no reason to lose a contender."""
    later = Later("refused", 30.0, is_down=True)
    limited = Limited(later, begins=1.5, ends=100)
    script = Script([cloud("a", at_once=1)], limited)

    _, bench = play([task(n) for n in range(3)], script)

    assert not bench.known.aside
    assert len(bench.known.cells) == 3


def test_what_hangs_holds_up_nobody_else() -> None:
    """Whose answers time out is set aside; the others were compared meanwhile."""

    def answer(task: Task, index: int) -> Result:
        if index < 2:
            return Filled(cell=cell(task.id, index))
        late = Cell(task=task.id, contender=2, state=State.TIMED_OUT, error="slow")
        return Filled(cell=late, cause="timeout")

    tasks = [task(n) for n in range(3 * LEAD)]
    script = Script([cloud("a"), cloud("b"), cloud("c", at_once=1)], answer)
    compared: list[int] = []

    async def run() -> None:
        bench = Bench(tasks, known(tasks, 3), script, script, script.purse)

        def look() -> None:
            if len(bench.known.cells_of(2)) == 2:
                pairs = bench.known.comparison.standing().pairs
                compared.append(max(pair.commits for pair in pairs))

        bench.on_change = look
        await bench.run()
        assert bench.known.aside == {2: "slow"}

    run_virtually(run())

    assert max(compared) > 2


class Dripping(Script):
    """Of three the last one takes ten minutes for each answer."""

    ends: dict[int, float]
    """When each was last answered by."""

    async def fill(
        self, task: Task, index: int, *, cold: bool, begins: Callable[[], None]
    ) -> Result:
        """Take a second, or ten minutes."""
        if index == 2:
            begins()
            await asyncio.sleep(600)
        result = await super().fill(task, index, cold=cold, begins=begins)
        self.ends[index] = asyncio.get_running_loop().time()
        return result


def test_nobody_waits_for_who_is_stuck() -> None:
    """Two that answer are asked on while a third drips for ten minutes a cell."""
    script = Dripping([cloud("a"), cloud("b"), cloud("c", at_once=1)])
    script.ends = {}
    tasks = [task(n) for n in range(2 * LEAD)]

    _, bench = play(tasks, script)

    assert max(script.ends[0], script.ends[1]) < 400
    assert len(bench.known.blocks) == len(tasks)


def test_what_is_waited_for_is_told() -> None:
    """A person sees who is waited for, how long, and why."""
    told: list[tuple[float, Wait]] = []
    limited = Limited(Later("rate limit", 60.0), begins=0.5, ends=10)
    tasks = [task(1)]
    script = Script([cloud("a"), cloud("b")], limited)

    async def run() -> None:
        bench = Bench(tasks, known(tasks, 2), script, script, script.purse)

        async def look() -> None:
            for _ in range(70):
                await asyncio.sleep(1)
                now = asyncio.get_running_loop().time()
                told.extend((now, wait) for wait in bench.progress().waits)

        async with asyncio.TaskGroup() as group:
            group.create_task(bench.run())
            group.create_task(look())

    run_virtually(run())

    assert (31, Wait(contender=0, seconds=30, reason="rate limit")) in told


def test_who_was_set_aside_may_be_asked_again() -> None:
    """What is mended by then goes on where it was, in the order that was drawn."""
    tasks = [task(n) for n in range(12)]
    before = known(tasks, 2)
    failed = [Cell(task=t.id, contender=0, state=State.FAILED) for t in tasks[:10]]
    before.take(*failed, *(cell(t.id, 1) for t in tasks))
    script = Script([MACHINE, MACHINE])

    _, bench = play(tasks, script, before)

    assert script.asked == [(t.id, 0) for t in tasks[10:]]
    [pair] = bench.known.comparison.standing().pairs
    assert pair.commits == 2


def test_a_budget_is_a_hard_stop() -> None:
    """Nothing is asked that the rest of the money may not pay for."""
    purse = Purse(Decimal("0.10"))
    script = Script([cloud("a")], most=Decimal("0.015"), purse=purse)

    ending, _ = play([task(n) for n in range(9)], script)

    assert ending is Ending.SPENT
    assert len(script.kept) == 3
    assert purse.spent == Decimal("0.09")


def test_a_budget_goes_by_what_the_purse_paid() -> None:
    """Also of what is not kept, and of what says less itself, when it goes on."""
    most = Decimal("0.01")

    def answer(task: Task, index: int) -> Result:
        if not index:
            return Filled(cell=cell(task.id, index, cost_usd=most / 7), spent=2 * most)
        refused = Cell(task=task.id, contender=1, state=State.FAILED, error="no credit")
        return Filled(cell=refused, spent=2 * most, refusal=Refusal.ALWAYS)

    purse = Purse(Decimal(1))
    script = Script([cloud("a"), cloud("b")], answer, most=most, purse=purse)

    play([task(n) for n in range(3)], script)

    assert script.written == purse.spent == 2 * most * len(script.asked)
    assert len(script.dropped) >= 1


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


def test_who_lags_changes_nothing_that_is_known_of_the_others() -> None:
    """A pair beside a third that is far behind stands as it does alone."""
    tasks = [task(n, commit=f"c{n // 2}") for n in range(60)]
    beside, alone = known(tasks, 3), known(tasks, 2)
    for number, each in enumerate(tasks):
        both = [cell(each.id, i, saved=0.3 * i + 0.01 * (number % 9)) for i in (0, 1)]
        beside.take(*reversed(both))
        alone.take(*both)
    beside.take(*(cell(each.id, 2) for each in reversed(tasks[:4])))

    first, *others = beside.comparison.standing().pairs
    [pair] = alone.comparison.standing().pairs
    assert replace(first, verdict=pair.verdict, missing=pair.missing) == pair
    assert [each.commits for each in others] == [2, 2]
    assert beside.cheapest().contender is None


class Waiting(Script):
    """Waits a minute for people before it asks."""

    async def fill(
        self, task: Task, index: int, *, cold: bool, begins: Callable[[], None]
    ) -> Result:
        """Wait, and take a second."""
        await asyncio.sleep(60)
        return await super().fill(task, index, cold=cold, begins=begins)


def test_who_is_not_asked_yet_is_not_told_to_be_silent() -> None:
    """While somebody edits, nobody has left a bench without an answer."""
    script = Waiting([cloud("a"), cloud("b")])
    tasks = [task(n) for n in range(2)]
    told: list[Wait] = []

    async def run() -> None:
        bench = Bench(tasks, known(tasks, 2), script, script, script.purse)

        async def look() -> None:
            for _ in range(100):
                await asyncio.sleep(1)
                told.extend(bench.progress().waits)

        async with asyncio.TaskGroup() as group:
            group.create_task(bench.run())
            group.create_task(look())

    run_virtually(run())

    assert not told
