"""Signals from an action's first moment to its last byte.

One that comes in the middle of reading or writing the selection would cut it in two.
So each is noted, and ends something only where that loses nothing: while the menu is
there. A second one gives up on reading what nobody goes on to send.
"""

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(KeyboardInterrupt):
    """A signal ended the action; asyncio lets no other kind out of its callbacks."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Signals:
    """What came; the first that counts is raised at most once."""

    def __init__(self) -> None:
        self.noted: list[int] = []
        self._enough = 0
        """So many are raised; 0: none is."""

    def install(self) -> None:
        """Note them from now on, but for those that are ignored, as under nohup.

        Whoever started us may ignore the end of children, who then leave no exit code
        to whoever waits for them; ours are waited for.
        """
        if signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number in _NUMBERS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)

    def release(self) -> None:
        """Let them end the process at once, as one that was noted does now.

        For a command line that began as an action's and is something else.
        """
        for number in _NUMBERS:
            if signal.getsignal(number) == self._note:
                signal.signal(number, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, lambda *_: os._exit(130))
        if self.noted:
            signal.raise_signal(self.noted[0])

    def raise_from(self, enough: int) -> None:
        """Raise `Stopped` once so many have come, now or later; 0: no more."""
        self._enough = enough
        self._raise()

    def _note(self, number: int, frame: "FrameType | None") -> None:
        del frame
        self.noted.append(number)
        self._raise()

    def _raise(self) -> None:
        if 0 < self._enough <= len(self.noted):
            self._enough = 0
            raise Stopped(self.noted[0])
