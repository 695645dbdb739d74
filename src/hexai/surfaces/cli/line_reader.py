"""The line that a chat is typed into where a terminal can only print: a dumb one.

The shell window of Emacs is one. It edits lines by itself, and gives them whole; so
nothing is drawn here, and no control sequence is sent.
"""

import asyncio
import os
import signal
from typing import TextIO

PROMPT = "> "
_ON = "  "
"""Stands before what goes on with a question."""
_ENDS = (signal.SIGTERM, signal.SIGHUP)
_TOGETHER = 0.05
"""Seconds in which lines come that were given at once: they are one question."""
_MOST = 65_536


class LineReader:
    """Reads one question after the other from a terminal, within an event loop."""

    def __init__(self, keyboard: int, stdout: TextIO) -> None:
        """Read from a descriptor; it and the file stay their owner's."""
        self._keyboard = keyboard
        self._stdout = stdout
        self.signal: int | None = None
        """The signal that has ended it, if one did."""

    async def read(self) -> str | None:
        """Wait for what the user types; None if they have ended the chat.

        Empty where they gave up what they had typed.
        """
        loop = asyncio.get_running_loop()
        news: asyncio.Queue[bytes | int] = asyncio.Queue()
        before = signal.getsignal(signal.SIGINT)
        loop.add_reader(self._keyboard, lambda: news.put_nowait(self._take()))
        for number in (signal.SIGINT, *_ENDS):
            loop.add_signal_handler(number, news.put_nowait, number)
        try:
            self._show(PROMPT)
            return await self._question(news)
        finally:
            loop.remove_reader(self._keyboard)
            for number in (signal.SIGINT, *_ENDS):
                loop.remove_signal_handler(number)
            signal.signal(signal.SIGINT, before)
            if self.signal == signal.SIGHUP:  # of which a closed window sends several
                signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def close(self) -> None:
        """Do nothing: the terminal was left as it is."""

    async def _question(self, news: "asyncio.Queue[bytes | int]") -> str | None:
        said = b""
        while True:
            ended = said.endswith(b"\n")
            try:
                async with asyncio.timeout(_TOGETHER if ended else None):
                    new = await news.get()
            except TimeoutError:
                if not said.endswith(b"\\\n"):
                    return said.decode(errors="replace")
                said = said[:-2] + b"\n"
                self._show(_ON)
                new = await news.get()
            if isinstance(new, int):
                self._show("\n")
                if new == signal.SIGINT:
                    return ""
                self.signal = new
                return None
            if not new:  # Ctrl-D, or the terminal is gone
                self._show("\n")
                return said.decode(errors="replace") if said.strip() else None
            said += new

    def _take(self) -> bytes:
        try:
            return os.read(self._keyboard, _MOST)
        except OSError:
            return b""

    def _show(self, text: str) -> None:
        try:
            self._stdout.write(text)
            self._stdout.flush()
        except OSError:
            return  # the terminal is gone, and the next read says so
