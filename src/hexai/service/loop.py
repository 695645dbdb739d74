"""The event loop of every surface: a name lookup delays nobody but its asker.

asyncio looks names up in its default executor, which has six threads on two cores:
six contenders behind a name server that never answers would stop a seventh, good
one, and the interpreter would wait for all of them at exit. So every lookup gets a
daemon thread of its own, which an abandoned lookup may keep until the resolver gives
up, and which the exit does not wait for. Lookups are rare (one per new connection),
so a thread for each costs nothing that matters.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any


class Loop(asyncio.SelectorEventLoop):
    """A selector loop whose name lookups run in daemon threads of their own."""

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - asyncio's own
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Look a name up as `socket.getaddrinfo` does."""

        def look_up() -> list[Any]:
            return socket.getaddrinfo(host, port, family, type, proto, flags)

        return await self._in_daemon_thread(look_up)

    async def _in_daemon_thread(self, work: Callable[[], list[Any]]) -> list[Any]:
        done: asyncio.Future[list[Any]] = self.create_future()

        def settle(result: list[Any] | None, error: OSError | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(result or [])
            else:
                done.set_exception(error)

        def run() -> None:
            result, error = None, None
            try:
                result = work()
            except (OSError, UnicodeError) as caught:
                error = caught if isinstance(caught, OSError) else _as_lookup(caught)
            self._tell(settle, result, error)

        threading.Thread(target=run, name="lookup", daemon=True).start()
        return await done

    def _tell(self, callback: Callable[..., None], *args: object) -> None:
        try:
            self.call_soon_threadsafe(callback, *args)
        except RuntimeError:
            return  # the loop was closed: nobody waits for this lookup any more


def _as_lookup(error: UnicodeError) -> OSError:
    """Make a name that cannot be encoded an ordinary failed lookup."""
    return socket.gaierror(
        socket.EAI_NONAME, f"not a host name: {type(error).__name__}"
    )
