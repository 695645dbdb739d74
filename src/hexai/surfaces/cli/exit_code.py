"""The exit code of a question; pure."""

from collections.abc import Sequence

from hexai.domain.outcome import Outcome, Status

ALL_ANSWERED = 0
NONE_ANSWERED = 1
USAGE = 2
SOME_ANSWERED = 4
A_BUG = 70
INTERRUPTED = 130
NOBODY_READS = 141
"""As a program gets it that dies of SIGPIPE: 128 and the signal's number."""


def exit_code(outcomes: Sequence[Outcome], *, first: bool) -> int:
    """Judge a run that was not interrupted; with `first`, one answer is enough."""
    answered = sum(outcome.status is Status.ANSWERED for outcome in outcomes)
    if not answered:
        return NONE_ANSWERED
    if first or answered == len(outcomes):
        return ALL_ANSWERED
    return SOME_ANSWERED
