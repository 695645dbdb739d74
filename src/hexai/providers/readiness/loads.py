"""Loading a model: once, whoever asks for it, and to its end.

An Ollama throws a load away when the client that asked for it leaves. Who types leaves
at every key, so no question may carry a load: a request without messages does, in a
task that belongs to the process. Whoever needs the model waits for that task and may
leave; quitting ends it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

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


Watcher = Callable[[Load, bool], None]
"""Told that a load has begun, or is over."""


class Loads:
    """The loads under way in this process."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._tasks: dict[Load, asyncio.Task[None]] = {}
        self._failures: dict[Load, ProviderError] = {}
        self._watchers: list[Watcher] = []

    def is_under_way(self, load: Load) -> bool:
        """Tell whether somebody has begun it."""
        return load in self._tasks

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell somebody of each load, until the given function is called."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    async def wait(self, load: Load, run: Callable[[], Awaitable[object]]) -> None:
        """Wait for a load that is under way, or begin it; raises what it failed with.

        Being cancelled ends the waiting, and not the load.
        """
        task = self._tasks.get(load)
        if task is None:
            self._failures.pop(load, None)
            task = self._tasks[load] = self._start(self._run(load, run))
            task.add_done_callback(lambda _task: self._end(load))
            self._tell(load, begun=True)
        await asyncio.wait({task})
        if failure := self._failures.get(load):
            raise failure
        if task.cancelled():
            raise ProviderError("the load was stopped", model=load.model)

    async def _run(self, load: Load, run: Callable[[], Awaitable[object]]) -> None:
        try:
            await run()
        except ProviderError as error:
            error.model = load.model
            self._failures[load] = error

    def _end(self, load: Load) -> None:
        del self._tasks[load]
        self._tell(load, begun=False)

    def _tell(self, load: Load, *, begun: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(load, begun)
