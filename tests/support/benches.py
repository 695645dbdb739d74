"""Benches in virtual time: tasks made up, and models that answer by a script."""

import asyncio
from collections.abc import Callable, Sequence
from decimal import Decimal

from msgspec.structs import replace

from hexai.bench.budget import Purse
from hexai.bench.known import Known
from hexai.bench.run import Bench, Filled, Result
from hexai.bench.schedule import Seat
from hexai.config.folders import Folders
from hexai.domain.bench import (
    BenchContender,
    BenchRecord,
    Cell,
    Ending,
    Kind,
    Plan,
    Score,
    State,
    Task,
    TaskRecord,
    Times,
)
from hexai.service.bench_records import open_benches
from hexai.service.bench_texts import Text
from tests.support.clock import run_virtually

MACHINE = Seat(place="this machine", model="", alone=True)


def cloud(name: str, *, at_once: int | None = None) -> Seat:
    """Give a seat elsewhere."""
    return Seat(place=f"https://{name}:443", model="", at_once=at_once)


def task(number: int, *, commit: str = "", path: str = "", truth: str = "x") -> Task:
    """Make a task."""
    return Task(
        id=f"{number:08x}",
        kind=Kind.LINE,
        language="python",
        path=path or f"f{number}.py",
        commit=commit or f"{number:040x}",
        committed_at=number,
        before="def f():\n    ",
        after="\n",
        truth=truth,
    )


def score(saved: float = 0.5) -> Score:
    """Score an answer."""
    return Score(
        saved=saved,
        similar=max(0.0, saved),
        kept=max(0.0, saved),
        exact=saved == 1.0,
        first_line=saved == 1.0,
        sound=True,
        ran_on=False,
    )


def cell(task: str, contender: int, *, saved: float = 0.5, **more: object) -> Cell:
    """Make an answered cell."""
    fields = {"state": State.ANSWERED, "score": score(saved), **more}
    times = Times(first_token=0.1, total=0.2)
    return Cell(task=task, contender=contender, warm=times, **fields)  # type: ignore[arg-type]


class Script:
    """Asks cells by a function, and remembers when each began and ended."""

    def __init__(
        self,
        seats: Sequence[Seat],
        answer: Callable[[Task, int], Result] | None = None,
        *,
        seconds: float = 1.0,
        most: Decimal | None = Decimal(0),
        purse: Purse | None = None,
    ) -> None:
        self._seats = tuple(seats)
        self._answer = answer or (lambda t, i: Filled(cell=cell(t.id, i)))
        self._seconds = seconds
        self._most = most
        self.requests = 2
        self.purse = purse or Purse(None)
        self.asked: list[tuple[str, int]] = []
        self.cold: list[tuple[str, int]] = []
        self.log: list[tuple[str, str, int]] = []
        """What happened, in order: began, ended, put; with task and contender."""
        self.kept: list[Cell] = []
        self.dropped: list[tuple[str, int, Decimal]] = []
        self.written = Decimal(0)
        """What all cells may have cost, as far as that was written down."""
        self.under_way: dict[str, int] = {}
        self.busiest: dict[str, int] = {}

    def seats(self) -> tuple[Seat, ...]:
        """Say where each is asked."""
        return self._seats

    def most_usd(self, task: Task, index: int) -> Decimal | None:
        """Give the most that one attempt may cost."""
        return self._most

    async def fill(
        self, task: Task, index: int, *, cold: bool, begins: Callable[[], None]
    ) -> Result:
        """Take as long as the script says."""
        begins()
        place = self._seats[index].place
        self.asked.append((task.id, index))
        if cold:
            self.cold.append((task.id, index))
        self.log.append(("began", task.id, index))
        self.under_way[place] = self.under_way.get(place, 0) + 1
        self.busiest[place] = max(self.busiest.get(place, 0), self.under_way[place])
        most = self.requests * (self._most or Decimal(0))
        assert self.purse.reserve(most)
        try:
            await asyncio.sleep(self._seconds * (1 + index))
            return self._answer(task, index)
        finally:
            self.purse.settle(most, most)
            self.under_way[place] -= 1
            self.log.append(("ended", task.id, index))

    def reserve(self, task: str, contender: int, most: Decimal) -> None:
        """Note what a cell may cost."""
        self.log.append(("reserved", task, contender))

    def put(self, cell: Cell, spent: Decimal) -> None:
        """Keep a cell, and what it may have cost."""
        self.written += spent
        self.kept.append(cell)
        self.log.append(("put", cell.task, cell.contender))

    def drop(self, task: str, contender: int, spent: Decimal) -> None:
        """Note that a cell came to nothing, and what it cost."""
        self.dropped.append((task, contender, spent))
        self.written += spent


def known(tasks: Sequence[Task], contenders: int) -> Known:
    """Know nothing of some tasks."""
    records = [TaskRecord.of(each) for each in tasks]
    return Known(records, contenders, margin=0.05, deadline=4.0)


def play(
    tasks: Sequence[Task], script: Script, what: Known | None = None
) -> tuple[Ending, Bench[Task]]:
    """Run a bench to its end in virtual time."""
    what = what or known(tasks, len(script.seats()))
    bench: list[Bench[Task]] = []

    async def run() -> Ending:
        bench.append(Bench(tasks, what, script, script, script.purse))
        return await bench[0].run()

    return run_virtually(run()), bench[0]


def record_bench(
    folders: Folders, labels: Sequence[str], *, name: str, words: str, test: str = ""
) -> BenchRecord:
    """Record a bench of some entries and forty tasks, with texts that hold `words`.

    The first entry is the best one, and the first task differs most. A `test` passes
    with what the first one says in place of bodies, and with nothing else.
    """
    kinds = (Kind.LINE, Kind.BODY)
    tasks = [replace(task(number), kind=kinds[number % 2]) for number in range(40)]
    plan = Plan(
        project=f"/home/{words}",
        test=test,
        contenders=tuple(
            BenchContender(
                label=label,
                provider="p",
                model=label,
                upstream="https://x:443",
                local=False,
            )
            for label in labels
        ),
        tasks=tuple(TaskRecord.of(each) for each in tasks),
    )
    with open_benches(folders) as records:
        begun = records.begin(plan, key="ab" * 16, name=name, now=1000.0)
        for number, each in enumerate(tasks):
            for index in range(len(labels)):
                saved = 0.2 if index else 0.8 - number / 100
                cost = Decimal(index + 1) / 1000
                passes = not index if test and each.kind is Kind.BODY else None
                more = {"cost_usd": cost, "passes": passes}
                records.put(begun.number, cell(each.id, index, saved=saved, **more))
        texts = records.texts(begun)
        for each in tasks[:2]:
            texts.add(Text(task=each.id, text=f"{words} truth", path=f"{words}.py"))
            texts.add(Text(task=each.id, contender=0, text=f"{words} <b>answer</b>"))
        records.end(begun.number, Ending.DONE, {1: f"{words} reason"})
        return records.find(str(begun.number))
