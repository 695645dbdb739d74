"""`hexai --pick`: answers are seen on the terminal, and the chosen one goes out.

So that what takes standard output, a file or the next program, gets one answer that
somebody has read. The choice is a vote like any other; that is why all are asked anew:
answers from the cache were paid for and timed in another run.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from hexai.domain.outcome import Outcome, Status
from hexai.domain.record import Choice
from hexai.errors import UsageError
from hexai.surfaces.cli.ask import ask_recorded
from hexai.surfaces.cli.command_line import AskOptions, CommandLine
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.process import INTERRUPTED, NONE_ANSWERED, Process
from hexai.surfaces.cli.views import Show
from hexai.surfaces.words import in_order

_TERMINAL = "/dev/tty"


def pick(process: Process, options: AskOptions, line: CommandLine) -> int:
    """Ask, let the user choose, print what they chose; gives the exit code.

    Raises `UsageError`, before anything is sent, where there is no terminal.
    """
    if options.vote is False:
        raise UsageError("--pick asks which answer goes out; leave --no-vote out")
    how = replace(options, pick=False, vote=True, fresh=True)
    with _terminal(process) as terminal:
        show = ask_recorded(replace(process, stdout=terminal), how, line)
    if show.signal_code is not None:
        return show.code
    if show.left_vote:
        return INTERRUPTED
    picked = _picked(process, show)
    if picked is None:
        return show.code or NONE_ANSWERED
    is_open = process.stdout_is_terminal and not picked.text.endswith("\n")
    say(process, picked.text + "\n" * is_open)
    return 0


@contextmanager
def _terminal(process: Process) -> Iterator[int]:
    """Give where the answers are seen: standard output, else the user's terminal."""
    if process.stdout_is_terminal:
        yield process.stdout
        return
    try:
        descriptor = os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            f"--pick shows the answers on a terminal, and there is none here "
            f"({error.strerror}); --first takes the first answer"
        ) from None
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _picked(process: Process, show: Show) -> Outcome | None:
    """Give whose answer goes out; says so where that was not the user's choice."""
    chosen = show.chosen
    answered = [each for each in show.outcomes if each.status is Status.ANSWERED]
    if chosen is not None and chosen.choice is Choice.TAKEN:
        return next(each for each in answered if each.index in chosen.indexes)
    order = show.record.order if show.record else range(len(show.outcomes))
    first = next((o for o in in_order(show.outcomes, order) if o in answered), None)
    if first is None:
        return None
    if chosen is not None and chosen.choice is Choice.TIE:
        complain(process, f"as good as the others: that of {first.label} goes out")
        return first
    if len(answered) == 1:
        complain(process, f"only {first.label} answered, so that goes out")
        return first
    complain(process, "none was picked, so nothing goes out")
    return None
