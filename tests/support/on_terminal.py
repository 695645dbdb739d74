"""Programs in a session of their own, on a terminal that is theirs.

There Ctrl-C is a signal, and so is the end of the terminal.
"""

import subprocess
import sys

HEXAI = (sys.executable, "-m", "hexai")

_TAKE = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
os.close(os.open(os.ttyname(0), os.O_RDWR))
os.execv(sys.argv[1], sys.argv[1:])
"""
_TAKE_FOR_A_JOB = """
import os, signal, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
job = os.fork()
if job:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(job, 0)[1]))
os.setpgid(0, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
os.tcsetpgrp(0, os.getpid())
signal.signal(signal.SIGTTOU, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


def start_on(
    terminal: int, *command: str, as_job: bool = False
) -> "subprocess.Popen[bytes]":
    """Start a program on a terminal, given as a descriptor; the caller ends it.

    `as_job`: as a shell does, which stays behind it; without one nobody could continue
    what Ctrl-Z has stopped.
    """
    take = _TAKE_FOR_A_JOB if as_job else _TAKE
    return subprocess.Popen(
        [sys.executable, "-c", take, *command],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
