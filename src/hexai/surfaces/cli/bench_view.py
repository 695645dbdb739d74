"""A bench on its way, on a terminal: how far, at what price, who is ahead, how long."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Protocol

from hexai.bench.budget import Purse
from hexai.bench.known import Known
from hexai.bench.run import Progress, Wait
from hexai.bench.spending import Forecast
from hexai.bench.standing import Mean
from hexai.domain.bench import BenchRecord
from hexai.surfaces.cli.bench_ends import resume_words
from hexai.surfaces.cli.bench_units import duration, interval, share, spent
from hexai.surfaces.cli.bench_words import planned_words, tasks_words
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.words import counted, signed, usd
from hexai.text.bars import bar
from hexai.text.cells import pad, truncate, width
from hexai.text.sanitise import visible_line

_EVERY = 0.2
"""Seconds between two frames."""
_SAY_EVERY = 60.0
"""Seconds between two lines where nothing can be drawn again."""
_BAR = 12
_MOST_PAIRS = 6


class Watched(Protocol):
    """A bench on its way, whatever it asks."""

    known: Known
    purse: Purse

    def progress(self) -> Progress:
        """Say how far it has come."""


class BenchView:
    """Turns the state of a bench into lines; what takes longer only as it changes."""

    def __init__(
        self,
        record: BenchRecord,
        bench: Watched,
        forecasts: Sequence[Forecast],
        doing: Callable[[], str] = lambda: "",
    ) -> None:
        """Show a bench that is about to be run.

        `doing` says what is done beside asking; empty for nothing.
        """
        self._forecasts = forecasts
        self._doing = doing
        self._places = range(len(record.plan.tasks))
        self._record = record
        self._bench = bench
        self._compared = -1
        self._means: tuple[str, ...] = ()
        self._pairs: tuple[str, ...] = ()

    def lines(self, columns: int, rows: int) -> tuple[str, ...]:
        """Give the lines of a frame, no more and none longer than the screen has."""
        self._look()
        progress = self._bench.progress()
        contenders = self._contenders(progress)
        told = [
            f"bench {self._record.number}: {tasks_words(self._record.plan)}",
            *contenders,
            *self._waits(progress),
            *self._pairs,
            *self._tokens(),
            *([self._doing()] if self._doing() else []),
            _money(progress, self._bench.purse.limit),
            f"Ctrl-C stops; {resume_words(self._record)} goes on",
        ]
        room = max(1, rows - 1)
        if len(told) > room:
            shown = max(0, room - 3)
            more = counted(len(told) - 2 - shown, "more line")
            told = [*told[:shown], f"  … {more}", *told[-2:]][-room:]
        return tuple(truncate(visible_line(line), columns) for line in told)

    def line(self) -> str:
        """Say in one line how far it has come."""
        progress = self._bench.progress()
        done, all_ = sum(progress.cells), len(progress.cells) * progress.tasks
        told = [
            f"{done} of {all_} cells",
            _money(progress, self._bench.purse.limit),
            *self._waits(progress),
        ]
        return "; ".join((*told, self._doing()) if self._doing() else told)

    def _look(self) -> None:
        """Say anew who is ahead, if any more commits have been compared."""
        known = self._bench.known
        if known.comparison.taken == self._compared:
            return
        self._compared = known.comparison.taken
        plan = self._record.plan
        standing = known.comparison.standing()
        told = _passed if plan.asks_questions else _mean
        self._means = tuple("" if m is None else told(m) for m in standing.means)
        pairs = [planned_words(pair, plan) for pair in standing.pairs]
        self._pairs = tuple(pairs[:_MOST_PAIRS])

    def _waits(self, progress: Progress) -> list[str]:
        contenders = self._record.plan.contenders
        return [
            _wait(each, contenders[each.contender].label) for each in progress.waits
        ]

    def _tokens(self) -> list[str]:
        """Say what all tasks will come to in tokens, once that can be told."""
        told = [
            f"{contender.label} {tokens[0]:,} and {tokens[1]:,}"
            for contender, forecast in zip(
                self._record.plan.contenders, self._forecasts, strict=True
            )
            if (tokens := forecast.tokens(self._places)) is not None
        ]
        return [f"tokens in and out in all, about: {', '.join(told)}"] if told else []

    def _contenders(self, progress: Progress) -> list[str]:
        labels = [visible_line(each.label) for each in self._record.plan.contenders]
        widest = max(map(width, labels))
        return [
            f"  {pad(label, widest)}  {pad(bar(done / progress.tasks, _BAR), _BAR)} "
            f"{done:>4}/{progress.tasks}  "
            + (
                f"set aside: {progress.aside[index]}"
                if index in progress.aside
                else self._means[index]
            )
            for index, (label, done) in enumerate(
                zip(labels, progress.cells, strict=True)
            )
        ]


def _mean(mean: Mean) -> str:
    figures = mean.figures
    return (
        f"saved {signed(figures.saved)} ({interval(mean.saved)}), similar "
        f"{share(figures.similar)}, in time {share(figures.in_time)}"
    )


def _passed(mean: Mean) -> str:
    passed = share(mean.figures.saved)
    return f"{passed} of the checks ({interval(mean.saved, signed=False)})"


def _money(progress: Progress, limit: Decimal | None) -> str:
    told = [f"{spent(progress.spent, is_known=progress.is_spent_known)} spent"]
    if not progress.is_spent_known and not progress.spent:
        told = ["price unknown"]
    if progress.reserved:
        told.append(f"up to {usd(progress.reserved)} under way")
    if limit is not None:
        told.append(f"of a budget of {usd(limit)}")
    words = ", ".join(told)
    left = progress.left
    time = "time not known yet" if left is None else f"about {duration(left)} left"
    if left == 0:
        time = "all is asked"
    return f"{words} · {time}"


def _wait(wait: Wait, label: str) -> str:
    """Say what holds something up."""
    if not wait.reason:
        return f"{label} was asked {duration(wait.seconds or 0)} ago: no answer yet"
    again = "" if wait.seconds is None else f", asked again in {duration(wait.seconds)}"
    return f"{label} waits{again}: {wait.reason}"


@asynccontextmanager
async def shown(
    screen: Screen, view: BenchView, say: Callable[[str], None]
) -> AsyncIterator[None]:
    """Show a bench while the context is open: live, or by a line now and then."""
    live = screen.is_terminal and not screen.is_dumb
    async with asyncio.TaskGroup() as group:
        work = _draw(screen, view) if live else _tell(view, say)
        task = group.create_task(work)
        try:
            yield
        finally:
            task.cancel()


async def _draw(screen: Screen, view: BenchView) -> None:
    from hexai.surfaces.cli.live.header import Frame  # not where nothing is drawn
    from hexai.surfaces.cli.live.painter import Region

    region = Region()

    def frame(*, anew: bool = False) -> None:
        columns, rows = screen.size()
        lines = view.lines(columns or 80, rows or 24)
        if screen.is_ready():
            screen.write(region.draw(Frame(live=lines), anew=anew))

    size: Sequence[int] = screen.size()
    with screen.live(lambda: screen.write(region.leave())):
        try:
            while True:
                frame(anew=screen.size() != size)
                size = screen.size()
                await asyncio.sleep(_EVERY)
        finally:  # the report says it all once more, and for good
            screen.write(region.draw(Frame(), anew=True) + region.leave())


async def _tell(view: BenchView, say: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(_SAY_EVERY)
        say(view.line())
