"""The tasks of one connection: its requests, and what runs beside them."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

_CLOSED_WITHIN = 1.0
"""Seconds for requests to end with the connection."""


class Tasks:
    """Owns the tasks beside the requests, and can stop both kinds.

    Entering it begins, leaving it waits until all that it owns has ended.
    """

    def __init__(self, on_bug: Callable[[Exception], None]) -> None:
        """`on_bug` is called with what work raises; the others go on."""
        self._on_bug = on_bug
        self._group = asyncio.TaskGroup()
        self._tasks: set[asyncio.Task[None]] = set()
        self._requests: set[asyncio.Task[Any]] = set()
        self._is_closed = False

    async def __aenter__(self) -> Self:
        """Begin."""
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait until all has ended."""
        await self._group.__aexit__(kind, error, trace)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the requests, until it is stopped."""
        if self._is_closed:
            work.close()
            return
        task = self._group.create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Answer a request in this task, as long as the connection lasts."""
        task = asyncio.current_task()
        assert task is not None
        self._requests.add(task)
        try:
            yield
        finally:
            self._requests.discard(task)

    def close(self) -> None:
        """Begin nothing more."""
        self._is_closed = True

    async def stop(self) -> None:
        """Cancel everything."""
        self.close()
        await self.stop_requests()
        for task in self._tasks:
            task.cancel()

    async def stop_requests(self) -> None:
        """Cancel the requests under way; each still gets its reply."""
        others = self._requests - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if others:
            await asyncio.wait(others, timeout=_CLOSED_WITHIN)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as bug:  # noqa: BLE001 - the outermost function of a task
            self._on_bug(bug)
