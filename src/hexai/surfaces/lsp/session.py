"""One connection to an editor: everything that belongs to it, its life, and its tasks.

The protocol's side (`handlers.py`) calls in here; what answers requests is told of
documents and asked for offers, and knows no protocol.

What costs time to load, the providers with all that hangs on them, is opened once the
editor has its answer to `initialize`; a request that comes before waits for it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from hexai.config.order import Snapshot
from hexai.config.reload import Sources
from hexai.service.log import Log
from hexai.surfaces.lsp.configuration import (
    Configuration,
    Start,
    editor_settings,
)
from hexai.surfaces.lsp.documents import SIZE_LIMIT, Document, Documents
from hexai.surfaces.lsp.editor import Severity, log_bug
from hexai.surfaces.lsp.edits import Edits
from hexai.surfaces.lsp.grammars import Grammars
from hexai.surfaces.lsp.protocol.connection import Connection
from hexai.surfaces.lsp.protocol.jsonrpc import Phase, Wire
from hexai.surfaces.lsp.protocol.stdio import is_alive, wait_for_death

if TYPE_CHECKING:
    from hexai.surfaces.lsp.wiring import Features


_SETTINGS_WITHIN = 1.0
"""Seconds that requests wait for an editor that is asked for its settings."""


class Session:
    """What one editor and its server share."""

    def __init__(self, start: Start, wire: Wire, log: Log) -> None:
        """Make nothing that costs; call it inside the event loop."""
        self._loop = asyncio.get_running_loop()
        clock = self._loop.time
        self.start = start
        self.wire = wire
        self.log = log
        self.tasks = Tasks(self._log_bug)
        self.documents = Documents(clock=clock, on_too_large=self._tell_too_large)
        self.connection = Connection(wire, self.documents)
        self.edits = Edits(self.connection, clock=clock)
        self.documents.followers.append(Grammars(self.tasks.spawn))
        self.configuration: Configuration | None = None
        """Known from `initialize` on."""
        self.features: Features | None = None
        """Open once `ready`."""
        number = f"{start.random.getrandbits(32):08x}"
        self.action_command = f"hexai.act.{number}"
        self.accept_command = f"hexai.taken.{number}"
        """Of this process alone: some editors refuse a name that another has."""
        self._ready = asyncio.Event()
        self._asked = asyncio.Event()
        self._asked.set()
        self._begun = asyncio.Event()
        self.ended: asyncio.Future[int] = self._loop.create_future()
        """The exit code, once the connection has ended."""
        self.on_end: Callable[[int], None] = lambda _code: None
        """Called when the connection has ended, before what runs is stopped."""

    async def run(self) -> int:
        """Serve until the connection ends; gives the exit code."""
        async with self.tasks:
            self.tasks.spawn(self._keep_features())
            code = await self.ended
            await self.tasks.stop()
        return code

    async def _keep_features(self) -> None:
        """Have the features open for as long as the connection lasts."""
        await self._begun.wait()
        try:
            if self.configuration is not None:
                async with self._open_features(self.configuration) as self.features:
                    self._ready.set()
                    await asyncio.Event().wait()
        finally:
            self.features = None
            self._ready.set()  # nothing is offered, but nobody waits for ever

    def _open_features(
        self, configuration: Configuration
    ) -> "AbstractAsyncContextManager[Features]":
        from hexai.surfaces.lsp.wiring import Context, open_features

        context = Context(
            start=self.start,
            log=self.log,
            connection=self.connection,
            edits=self.edits,
            configuration=configuration,
            accept_command=self.accept_command,
            action_command=self.action_command,
            spawn=self.tasks.spawn,
        )
        return open_features(context)

    def begin(self, sources: Sources, process_id: int | None) -> Configuration:
        """Load the configuration, for an editor that has introduced itself."""
        self.configuration = Configuration(
            sources,
            clock=self._loop.time,
            only=self.start.only,
            tell=self.connection.tell,
            log=self.connection.log,
        )
        self.configuration.subscribe(self._reloaded)
        # An editor outside of our container tells a number that means nothing here.
        if process_id is not None and is_alive(process_id):
            self.tasks.spawn(self._end_with(process_id))
        return self.configuration

    def greet(self) -> None:
        """Start what needs an editor that listens."""
        if self.configuration is not None:
            self.configuration.tell_problems()
        self._begun.set()
        self._asked.clear()
        self.tasks.spawn(self._ask_for_settings())

    async def ready(self) -> None:
        """Wait until requests can be answered; not for an editor to listen."""
        self._begun.set()
        await self._ready.wait()
        await self._asked.wait()

    async def wait_for_document(self, uri: str) -> "tuple[Document, Features] | None":
        """Give a document and what works on it, once requests can be answered.

        The document is as it was when the request came; None if there is none.
        """
        document = self.documents.find(uri)
        self.refresh(uri)
        await self.ready()
        if document is None or self.features is None:
            return None
        return document, self.features

    def narrow(self, sent: object) -> None:
        """Take in settings that the editor sent; without any, ask for them."""
        settings = editor_settings(sent)
        if settings is None:
            self.tasks.spawn(self._ask_for_settings())
        elif self.configuration is not None:
            self.configuration.narrow(settings)

    def reload(self) -> None:
        """Load the configuration again, and tell if that fails."""
        if self.configuration is not None:
            self.configuration.reload_telling()

    def refresh(self, uri: str) -> None:
        """Take over configuration files that have changed."""
        if self.configuration is not None:
            self.configuration.refresh(uri)

    def end(self, code: int) -> None:
        """End the connection."""
        if not self.ended.done():
            self.tasks.close()
            self.ended.set_result(code)
            self.on_end(code)

    def leave(self) -> None:
        """End the connection; with an error unless it was shut down first."""
        self.end(0 if self.wire.phase is Phase.SHUT_DOWN else 1)

    async def _end_with(self, process_id: int) -> None:
        await wait_for_death(process_id)
        self.end(1)

    async def _ask_for_settings(self) -> None:
        try:
            async with asyncio.timeout(_SETTINGS_WITHIN):
                settings = await self.connection.settings()
        except TimeoutError:
            settings = None
        if isinstance(settings, dict) and self.configuration is not None:
            self.configuration.narrow(settings)
        self._asked.set()

    def _log_bug(self, bug: Exception) -> None:
        self.log.write("bug", what=log_bug(self.connection, bug))

    def _reloaded(self, old: Snapshot | None, new: Snapshot) -> None:
        del old
        if self.features is not None and self.configuration is not None:
            self.features.reloaded(new, self.configuration.snapshots())

    def _tell_too_large(self, uri: str) -> None:
        size = f"{SIZE_LIMIT // 10**6} MB"
        self.connection.tell(
            Severity.INFO, f"Hexai: {uri} is larger than {size}, so it is left alone"
        )


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
