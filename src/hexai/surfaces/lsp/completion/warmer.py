"""Has our own worker read what stands above the cursor while somebody types there.

Editors ask when typing pauses. Till then a model of our own would do nothing, and then
read for a second or two what has been there all the time. So the first change of a
line has it read; what follows on the line is little. A question ends the reading, and
finds what was read so far.
"""

import asyncio
from contextlib import suppress

from hexai.surfaces.lsp.completion.asker import Asker, Warming
from hexai.surfaces.lsp.completion.races import Start
from hexai.surfaces.lsp.editor.bugs import log_bug
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.editor import Editor
from hexai.text.lines import TextChange
from hexai.text.positions import Position


class Warmer:
    """Warms for one editor; it does nothing while a question is under way."""

    def __init__(self, editor: Editor, asker: Asker, *, start: Start) -> None:
        """Have nothing to do yet."""
        self._editor = editor
        self._asker = asker
        self._start = start
        self._task: asyncio.Task[None] | None = None
        self._last: tuple[str, int] | None = None

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change: the first one of a line has the text above it read."""
        line = max(0, len(change.after) - 1 - change.below)
        here = (document.uri, line)
        if here == self._last or (self._task is not None and not self._task.done()):
            return
        self._last = here
        end = Position(line, len(change.after.line(line)))
        try:
            work = self._asker.warm(document, end)
        except Exception as bug:  # noqa: BLE001 - typing goes on, whatever this does
            log_bug(self._editor, bug)
            return
        if work is not None:
            self._task = self._start(self._run(work))

    def stop(self) -> None:
        """Let a question go first."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self, work: Warming) -> None:
        try:
            with suppress(asyncio.CancelledError):
                await work()
        except Exception as bug:  # noqa: BLE001 - a task of Services lets nothing out
            log_bug(self._editor, bug)
