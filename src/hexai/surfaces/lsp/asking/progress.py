"""Progress of work, shown by editors that show such a thing.

The editor is asked for a place to show it, and the work does not wait for the answer:
what is over by then is never shown.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from lsprotocol import types

from hexai.surfaces.lsp.asking.work import Work
from hexai.surfaces.lsp.protocol.connection import Connection
from hexai.text.visible import visible_line

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
_TOKEN = "hexai-"  # noqa: S105 - the protocol's name for what names a progress


class WorkDoneProgress:
    """Work as `$/progress`; an editor that does not show it is sent nothing."""

    def __init__(self, connection: Connection, *, start: Start) -> None:
        self._connection = connection
        self._start = start
        self._shown: set[int] = set()

    def began(self, work: Work) -> None:
        """Ask for a place to show it, if the editor has any."""
        window = self._connection.capabilities.window
        if window is not None and window.work_done_progress:
            _ = self._start(self._open(work))

    def ended(self, work: Work) -> None:
        """Show that it is over."""
        if work.number in self._shown:
            self._shown.discard(work.number)
            # Helix clears its status line at an end without a message.
            said = visible_line(work.said) or "stopped"
            self._send(work, types.WorkDoneProgressEnd(message=said))

    async def _open(self, work: Work) -> None:
        params = types.WorkDoneProgressCreateParams(token=token_of(work))
        agreed = await self._connection.agree(
            types.WINDOW_WORK_DONE_PROGRESS_CREATE, params
        )
        if agreed and not work.is_over:
            self._shown.add(work.number)
            title = f"Hexai: {work.label}"
            begin = types.WorkDoneProgressBegin(
                title=title, cancellable=work.can_be_stopped
            )
            self._send(work, begin)

    def _send(
        self, work: Work, value: types.WorkDoneProgressBegin | types.WorkDoneProgressEnd
    ) -> None:
        params = types.ProgressParams(token=token_of(work), value=value)
        self._connection.notify(types.PROGRESS, params)


def token_of(work: Work) -> str:
    """Name the progress of a work."""
    return f"{_TOKEN}{work.number}"


def number_of(token: int | str) -> int | None:
    """Give the number of the work that a token names; None if it is not ours."""
    digits = str(token).removeprefix(_TOKEN)
    is_ours = isinstance(token, str) and token.startswith(_TOKEN)
    return int(digits) if is_ours and digits.isdecimal() and len(digits) < 10 else None
