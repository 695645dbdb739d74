"""A question that is answered by y or n, on a terminal only."""

import os

from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.speak import say

_LONGEST = 1024


def can_confirm(process: Process) -> bool:
    """Tell whether somebody sees what is printed and can type an answer."""
    return process.stdin_is_terminal and process.stdout_is_terminal


def confirm(process: Process, question: str) -> bool:
    """Ask; only y and yes mean yes."""
    say(process, f"{question} [y/N] ")
    answer = os.read(process.stdin, _LONGEST)
    return answer.decode("utf-8", "replace").strip().lower() in {"y", "yes"}
