"""Ctrl-Z: gives the terminal back while the process is stopped.

The cursor of a live view rests at its first line, hidden, and keys are not echoed. A
process that simply stopped would leave all that to the shell.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def stoppable(before: Callable[[], None], after: Callable[[], None]) -> Iterator[None]:
    """Call `before` when asked to stop, and `after` when the process goes on.

    For the main thread, on a running loop.
    """
    if signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN:
        yield  # nobody here could make the process go on
        return
    loop = asyncio.get_running_loop()

    def stop() -> None:
        before()
        # The signal itself, not SIGSTOP: the kernel drops it where no shell would
        # ever let the process go on.
        loop.remove_signal_handler(signal.SIGTSTP)
        os.kill(os.getpid(), signal.SIGTSTP)
        loop.add_signal_handler(signal.SIGTSTP, stop)
        after()

    loop.add_signal_handler(signal.SIGTSTP, stop)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGTSTP)
