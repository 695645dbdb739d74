"""Loading a model: once, whoever asks for it, and to its end.

An Ollama throws a load away when the client that asked for it leaves. Who types leaves
at every key, so no question may carry a load: a request without messages does, in a
task that belongs to the process. Whoever needs the model waits for that task and may
leave; quitting ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Literal

from msgspec import Struct

from hexai.errors import ProviderError

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs work in a task that somebody owns; see `Services.start`."""


class Load(Struct, frozen=True):
    """A model that is loaded at an upstream."""

    origin: str
    model: str
    num_ctx: int | None = None
    """The context that is asked for; None: the upstream decides."""


LoadState = Literal["begun", "loaded", "failed", "stopped"]

Watcher = Callable[[Load, LoadState], None]
"""Told that a load has begun, and how it ended."""


class Loads:
    """The loads under way in this process."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._tasks: dict[Load, asyncio.Task[None]] = {}
        self._failures: dict[Load, ProviderError] = {}
        self._watchers: list[Watcher] = []
        self._told: set[Load] = set()

    def is_under_way(self, load: Load) -> bool:
        """Tell whether somebody has begun it."""
        return load in self._tasks

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell somebody of each load, until the given function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def is_told(self, load: Load) -> bool:
        """Tell whether one that is under way is known as a load, or takes its time."""
        return load in self._told

    async def wait(
        self, load: Load, run: Callable[[], Awaitable[object]], *, quiet: float = 0.0
    ) -> None:
        """Wait for a load that is under way, or begin it; raises what it failed with.

        Being cancelled ends the waiting, and not the load. Nobody is told of one that
        is over within `quiet` seconds: perhaps there was nothing to load.
        """
        task = self._tasks.get(load)
        if task is None:
            self._failures.pop(load, None)
            task = self._tasks[load] = self._start(self._run(load, run, quiet))
            task.add_done_callback(lambda task: self._end(load, task))
            if not quiet:
                self._begin(load)
        await asyncio.wait({task})
        if failure := self._failures.get(load):
            raise failure
        if task.cancelled():
            raise ProviderError("the load was stopped", model=load.model)

    async def _run(
        self, load: Load, run: Callable[[], Awaitable[object]], quiet: float
    ) -> None:
        loop = asyncio.get_running_loop()
        timer = loop.call_later(quiet, self._begin, load) if quiet else None
        try:
            await run()
        except ProviderError as error:
            error.model = load.model
            self._failures[load] = error
        finally:
            if timer is not None:
                timer.cancel()

    def _begin(self, load: Load) -> None:
        self._told.add(load)
        self._tell(load, "begun")

    def _end(self, load: Load, task: asyncio.Task[None]) -> None:
        del self._tasks[load]
        if load in self._told:
            self._told.discard(load)
            ended: LoadState = "failed" if load in self._failures else "loaded"
            self._tell(load, "stopped" if task.cancelled() else ended)

    def _tell(self, load: Load, state: LoadState) -> None:
        for watcher in tuple(self._watchers):
            watcher(load, state)


# A load may push out the model that somebody else is being answered by, who then has to
# load his own again. So who needs a load waits until nobody of this process is at
# another model of that upstream, or about to find out. Whose model is there never
# waits.


class Turn(Struct, kw_only=True, eq=False):
    """One attempt at an upstream."""

    origin: str
    model: str
    waits: bool = False
    """It needs a load, and lets the others finish first."""


class Turns:
    """The attempts of this process, by upstream and model."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._changed = asyncio.Event()

    @contextmanager
    def taken(self, origin: str, model: str) -> Iterator[Turn]:
        """Be at a model of an upstream, or about to."""
        turn = Turn(origin=origin, model=model)
        self._turns.append(turn)
        try:
            yield turn
        finally:
            self._turns.remove(turn)
            self._tell()

    async def wait(self, turn: Turn, on_wait: Callable[[], None]) -> None:
        """Wait until a load would disturb nobody; `on_wait` is called if it has to."""
        turn.waits = True
        self._tell()
        was_told = False
        while self._must_wait(turn):
            if not was_told:
                was_told = True
                on_wait()
            await self._changed.wait()
        turn.waits = False

    def _must_wait(self, turn: Turn) -> bool:
        """Let those go first who are at work, and those who have waited longer."""
        before = self._turns[: self._turns.index(turn)]
        return any(
            other.origin == turn.origin
            and other.model != turn.model
            and (not other.waits or other in before)
            for other in self._turns
        )

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
