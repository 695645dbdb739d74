"""The editor server as a process: two pipes, signals, an exit code."""

import asyncio
import gc
import os
import signal
import threading
from collections.abc import Callable, Sequence

from hexai.errors import UsageError
from hexai.service.log import Log, NullLog, open_log, route_libraries
from hexai.service.private_files import make_private_folder
from hexai.service.runtime import Loop, Trimmer, give_back
from hexai.service.writer import Writer
from hexai.surfaces.lsp.configuration import Start
from hexai.surfaces.lsp.handlers import make_wire, register
from hexai.surfaces.lsp.protocol.stdio import Fault, Reader
from hexai.surfaces.lsp.session import Session

BACKLOG_LIMIT = 64 * 2**20
"""Bytes that wait for an editor that does not read; more ends the connection."""
_LAST_WORDS_WITHIN = 0.5
"""Seconds for the editor to read what was said at last."""
_GONE_WITHIN = 1.7
"""Seconds from the end of the connection to that of the process, whatever hangs."""


def run(start: Start) -> int:
    """Serve one editor until it leaves; gives the exit code.

    Raises `UsageError` if the log that was asked for cannot be written.
    """
    log = _open_log(start)
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(_run_process(start, log))
    finally:
        log.close()


async def _run_process(start: Start, log: Log) -> int:
    server = Server(start, log)
    loop, session = asyncio.get_running_loop(), server.session
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, session.end, 128 + number)
    loop.add_signal_handler(signal.SIGHUP, session.reload)
    session.on_end = _end_for_sure
    loop.call_later(1.0, _collect_again)
    return await server.serve()


class Server:
    """One connection with its pipes; made inside the event loop."""

    def __init__(self, start: Start, log: Log) -> None:
        server, wire = make_wire(log)
        self.session = Session(start, wire, log)
        self._loop = asyncio.get_running_loop()
        self._trimmer = Trimmer(self._loop, give_back)
        self._writer = Writer(start.stdout, limit=BACKLOG_LIMIT, on_broken=self._lost)
        self._reader = Reader(start.stdin, deliver=self._deliver, on_end=self._lost)
        wire.set_writer(_Pipe(self._writer))
        register(server, self.session)

    async def serve(self) -> int:
        """Serve until the connection ends; gives the exit code."""
        self._reader.start()
        try:
            return await self.session.run()
        finally:
            self._reader.close()
            self._writer.close(_LAST_WORDS_WITHIN)

    def _deliver(self, messages: Sequence[bytes | Fault]) -> None:
        for message in messages:
            self.session.wire.receive(message)
        self._trimmer.worked()

    def _lost(self) -> None:
        self._loop.call_soon_threadsafe(self.session.leave)


class _Pipe:
    """The writer as pygls knows writers."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, data: bytes) -> None:
        self._writer.write_bytes(data)

    def close(self) -> None:
        """Do nothing: whoever opened the pipe closes it."""


def _open_log(start: Start) -> Log:
    """Open the log that was asked for, or the usual one if it can be written."""
    usual = start.folders.editor_log
    path = start.log or usual
    try:
        if start.log is None:
            make_private_folder(start.folders.state)
        return open_log(path, texts=start.log_texts, now=start.now)
    except (OSError, UsageError):
        if start.log is not None:
            raise
        log = NullLog()
        route_libraries(log)
        return log


def _collect_again() -> None:
    """End the rest that the collector had for the start; what is there now stays."""
    gc.freeze()
    gc.enable()


def _end_for_sure(code: int) -> None:
    """End the process even if something does not let go."""
    leave: Callable[[int], None] = os._exit
    timer = threading.Timer(_GONE_WITHIN, leave, (code,))
    timer.daemon = True
    timer.start()
