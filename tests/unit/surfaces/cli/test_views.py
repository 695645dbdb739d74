"""How a run that is being shown ends, and what it leaves to be said."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import pytest

from hexai.domain.outcome import Event, Settled, Status
from hexai.surfaces.cli.process import Interrupts, Process
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.cli.views import Show, Wanted
from hexai.surfaces.words import Run
from tests.support.fake_run import FakeRun, answered, delta, ended, failed, started


class Hanging(FakeRun):
    """A run that says some events, and the rest only once it is cancelled."""

    def __init__(self, *labels: str, first: list[Event], then: list[Event]) -> None:
        super().__init__(*labels, events=[*first, *then])
        self._first, self._then = first, then
        self._cancelled = asyncio.Event()
        self.when_waiting: Callable[[], None] = lambda: None

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Give the first events, wait for `cancel`, give the others."""
        for event in self._first:
            yield event
        self.when_waiting()
        await self._cancelled.wait()
        for event in self._then:
            yield event

    def cancel(self) -> None:
        """Let the run end."""
        self._cancelled.set()


@asynccontextmanager
async def asking(run: Run, bug: Exception | None = None) -> AsyncIterator[Run]:
    """Enter a run; leaving it raises the bug, if there was one."""
    yield run
    if bug is not None:
        raise bug


def shown(
    make: Callable[[], Run], wanted: Wanted | None = None, bug: Exception | None = None
) -> tuple[Show, str]:
    """Show a run on a file; give the show, and what was written."""
    with tempfile.TemporaryFile() as file:
        process = Process(
            arguments=(), environ={}, home="/", stdout=file.fileno(), stderr=-1
        )
        screen = Screen(process)
        show = Show(screen, wanted or Wanted())

        async def run() -> None:
            await show.follow(asking(make(), bug))

        expected = nullcontext() if bug is None else pytest.raises(type(bug))
        with Interrupts(show.stop) as interrupts, expected:
            asyncio.run(run())
        show.signal_code = interrupts.code
        screen.close()
        file.seek(0)
        return show, file.read().decode("utf-8")


def test_outcomes_and_closing_lines_are_in_entry_order() -> None:
    """However they ended."""
    run = FakeRun("a", "b", events=[failed(1, "b"), answered(0, "a", "yes")])
    show, out = shown(lambda: run)
    assert out == "=== a ===\nyes\n\n=== b (failed) ===\n\n"
    assert [line.split()[1] for line in show.closing_lines] == [
        "provider=p-a",
        "provider=p-b",
    ]
    assert show.code == 4


def test_the_first_answer_cancels_the_others() -> None:
    """As soon as the race says that it is settled."""

    def make() -> Run:
        return Hanging(
            "a",
            "b",
            first=[answered(1, "b", "won"), Settled(at=1.0, reason="first")],
            then=[ended(0, "a", status=Status.CANCELLED)],
        )

    show, out = shown(make, Wanted(first=True))
    assert (show.code, out) == (0, "won")
    assert show.closing_lines[0].startswith("cancelled ")


def test_a_signal_cancels_the_run_and_what_arrived_is_shown() -> None:
    """The run still ends in its own way, and so with closing lines."""

    def make() -> Run:
        run = Hanging(
            "a",
            first=[started(0), delta(0, "hal")],
            then=[ended(0, "a", status=Status.CANCELLED, text="hal")],
        )
        run.when_waiting = lambda: signal.raise_signal(signal.SIGINT)
        return run

    show, out = shown(make)
    assert (show.code, out) == (130, "hal")
    assert len(show.closing_lines) == 1


def test_a_signal_before_there_is_a_run_gives_up_asking() -> None:
    """Nothing is shown, as nothing was asked."""

    @asynccontextmanager
    async def never() -> AsyncIterator[Run]:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.Event().wait()
        yield FakeRun("a")

    async def run() -> None:
        await show.follow(never())

    screen = Screen(Process(arguments=(), environ={}, home="/", stdout=-1))
    show = Show(screen, Wanted())
    with Interrupts(show.stop) as interrupts:
        asyncio.run(run())
    show.signal_code = interrupts.code
    assert (show.code, show.outcomes, show.closing_lines) == (143, (), ())


def test_a_reader_who_leaves_ends_the_run() -> None:
    """The code is that of a program that dies of SIGPIPE."""
    reading, writing = os.pipe()
    os.close(reading)
    screen = Screen(Process(arguments=(), environ={}, home="/", stdout=writing))
    show = Show(screen, Wanted())

    async def run() -> None:
        first = [started(0), delta(0, "hal")]
        then: list[Event] = [ended(0, "a", status=Status.CANCELLED, text="hal")]
        await show.follow(asking(Hanging("a", first=first, then=then)))

    asyncio.run(run())
    screen.close()
    os.close(writing)
    assert screen.abandoned
    assert show.code == 141


def test_a_bug_is_raised_when_everything_has_been_shown() -> None:
    """The closing lines are there for the caller to say."""
    run = FakeRun("a", events=[delta(0, "yes"), answered(0, "a", "yes")])
    show, out = shown(lambda: run, bug=RuntimeError("bug"))
    assert out == "yes"
    assert len(show.closing_lines) == 1


@pytest.mark.parametrize("wanted", [Wanted(json=True), Wanted(jsonl=True)])
def test_json_ends_with_a_line_break(wanted: Wanted) -> None:
    """Each object is a line."""
    run = FakeRun("a", events=[answered(0, "a", "yes")])
    _, out = shown(lambda: run, wanted)
    assert out.endswith("}\n")
