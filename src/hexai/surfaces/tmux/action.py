"""`hexai action` in its parent process, which holds the selection to the end.

The view is started first, since Textual takes most of the time until a menu is there;
selection and configuration are read meanwhile. Whatever happens after that comes down
to an `Ending`, by which the selection, or what takes its place, is written once.
"""

import os
import select
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from hexai.errors import HexaiError, NoInput, UsageError
from hexai.surfaces.tmux.ending import (
    A_BUG,
    FAILED,
    USAGE,
    Ending,
    reads_standard_error,
    write_all,
    write_outfile,
)
from hexai.surfaces.tmux.popup import Screen, open_screen, show_message
from hexai.surfaces.tmux.private_socket import remove_left
from hexai.surfaces.tmux.selection import LIMIT, PIECE
from hexai.surfaces.tmux.signals import Stopped
from hexai.surfaces.tmux.start import Start
from hexai.text.sanitise import visible_line

if TYPE_CHECKING:
    from hexai.surfaces.tmux.opening import Opening
    from hexai.surfaces.tmux.talk import Work


class Input:
    """What was piped in, as far as it was read; the rest follows it out."""

    def __init__(self) -> None:
        self.raw = bytearray()
        self.is_whole = False
        """All of it was read, or follows; never so before `read` is through."""
        self._rest: int | None = None

    def read(self, descriptor: int) -> None:
        """Read it, but no more than can be asked about."""
        for piece in _read_all(descriptor):
            self.raw += piece
            if len(self.raw) > LIMIT:
                self._rest = descriptor
                break
        self.is_whole = True

    def rest(self) -> Iterator[bytes]:
        """Give what has not been read."""
        if self._rest is not None:
            yield from _read_all(self._rest)


def run(start: Start) -> int:
    """Carry out one action; gives the exit code, raises nothing."""
    given = Input()
    with ExitStack() as afterwards:
        try:
            ending = _guarded(start, lambda: _run(start, given, afterwards))
            start.signals.raise_from(0)
        except Stopped as stopped:
            ending = Ending.stopped(stopped.number)
        return _written(start, ending, given).code


def _run(start: Start, given: Input, afterwards: ExitStack) -> Ending:
    wanted, screen = start.wanted, start.screen
    try:
        if wanted.infile is None and os.isatty(start.stdin):
            raise NoInput("no input; pipe the selection in, or name it with --infile")
        try:
            if screen is None and wanted.has_view and not start.signals.noted:
                screen = open_screen(wanted.popup, start.environ)
        finally:  # what was not read could not go out
            _read(start, given)
        if wanted.wrong:
            raise UsageError(wanted.wrong)
        start.signals.raise_from(1)
        return _carry_out(start, given, afterwards, screen)
    finally:
        start.signals.raise_from(0)  # the terminal has to be put right whatever comes
        if screen is not None:
            screen.close()
            afterwards.callback(remove_left, start.environ, now=start.now())


def _carry_out(
    start: Start, given: Input, afterwards: ExitStack, screen: Screen | None
) -> Ending:
    """Do the work; what can be done when all has gone out is left for `afterwards`."""
    import asyncio

    from hexai.service.runtime import Loop
    from hexai.surfaces.tmux.opening import Opening, admitted, watched

    opening = Opening(start, bytes(given.raw))

    async def work() -> Ending:
        if screen is None:
            assert opening.named is not None
            return await _loaded(opening, afterwards).alone(opening.named)
        link = await admitted(screen)
        screen.door.shut()
        async with watched(screen, link):
            link.send(opening.opened())
            await link.sent()
            return await _loaded(opening, afterwards).together(link)

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work())


def _loaded(opening: "Opening", afterwards: ExitStack) -> "Work":
    """Load what asks models, which a menu does not wait for."""
    from hexai.surfaces.tmux.talk import Work

    work = Work(opening)
    afterwards.callback(_say_standing, opening.start, work)
    afterwards.callback(work.close)  # before that: the last one comes first
    return work


def _read(start: Start, given: Input) -> None:
    """Read the selection to its end, whatever signal comes; two of them end that."""
    start.signals.raise_from(2)
    if (infile := start.wanted.infile) is None:
        given.read(start.stdin)
        return
    try:
        descriptor = os.open(Path(start.folder) / infile, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(f"{infile} cannot be read: {error.strerror}") from None
    given.read(descriptor)


def _guarded(start: Start, work: Callable[[], Ending]) -> Ending:
    """Make an ending of everything that can happen."""
    try:
        return work()
    except (UsageError, NoInput) as error:
        return Ending(code=USAGE, reason=str(error))
    except HexaiError as error:
        return Ending.failed(str(error))
    except Stopped as stopped:
        return Ending.stopped(stopped.number)
    except Exception as bug:  # noqa: BLE001 - the outermost function of the surface
        from hexai.service.crash import describe, keep_details

        kept = keep_details(bug, start.folders.state)
        return Ending(
            code=A_BUG, reason=f"this is a bug in Hexai: {describe(bug)}; {kept}"
        )


def _written(start: Start, ending: Ending, given: Input) -> Ending:
    """Write what goes out, once, and say what is to be said."""
    try:
        ending = _write(start, ending, given)
    except UsageError as error:
        ending = Ending.failed(str(error))
    except OSError as error:
        ending = _unwritable("standard output", error)
    _say(start, ending)
    return ending


def _write(start: Start, ending: Ending, given: Input) -> Ending:
    """Write it where it is wanted, else the selection to standard output."""
    selection = iter(chain([bytes(given.raw)], given.rest()))
    pieces: Iterator[bytes] = (
        selection if ending.output is None else iter([ending.output])
    )
    if (outfile := start.wanted.outfile) is not None:
        if ending.output is None and not given.is_whole:
            return ending  # the file keeps what it has
        whole = b"".join(pieces)
        try:
            write_outfile(Path(start.folder) / outfile, whole, stdout=start.stdout)
        except OSError as error:
            pieces = iter([whole]) if ending.output is None else selection
            ending = _unwritable(outfile, error)
    for piece in pieces:
        write_all(start.stdout, piece)
    return ending


def _unwritable(where: str, error: OSError) -> Ending:
    return Ending.failed(f"{where} cannot be written: {error.strerror}")


def _say(start: Start, ending: Ending) -> None:
    """Say how it ended where nobody takes that for an answer."""
    lines = [line for line in ending.reason.split("\n") if line]
    on_terminal = os.isatty(start.stderr)
    if ending.output is not None:
        lines = [*ending.lines] if on_terminal else []
    is_mistaken = not on_terminal and reads_standard_error(os.getppid())
    if not lines or start.wanted.quiet or is_mistaken:
        _say_in_tmux(start, ending)
        return
    told = "".join(f"hexai: {visible_line(line)}\n" for line in lines)
    try:
        write_all(start.stderr, told.encode("utf-8", "replace"))
    except OSError:
        return  # there is nowhere else to say it


def _say_standing(start: Start, work: "Work") -> None:
    """Say how those compared stand now, where a person reads what is said."""
    chosen = work.chosen
    if chosen is None or start.wanted.quiet or not os.isatty(start.stderr):
        return
    from hexai.service.recorded_runs import open_history
    from hexai.surfaces.after_vote import standing_line

    try:
        with open_history(start.folders, start.now) as history:
            recorded = history.run(chosen.run_id)
            if len(recorded.run.contenders) < 2:
                return
            line = standing_line(recorded.run, chosen, history.standing(recorded))
    except HexaiError as error:
        line = f"what was taken is kept, but how they stand is not known: {error}"
    with suppress(OSError):  # there is nowhere else to say it
        told = f"hexai: {visible_line(line)}\n"
        write_all(start.stderr, told.encode("utf-8", "replace"))


def _say_in_tmux(start: Start, ending: Ending) -> None:
    """Show a failure in tmux's line where standard error has to be silent."""
    if ending.code not in (FAILED, USAGE, A_BUG) or not start.environ.get("TMUX"):
        return
    show_message(ending.reason, start.environ)


def _read_all(descriptor: int) -> Iterator[bytes]:
    """Give pieces of a stream to its end; raises `UsageError` if it breaks."""
    while True:
        try:
            piece = os.read(descriptor, PIECE)
        except BlockingIOError:
            select.select([descriptor], [], [])
            continue
        except OSError as error:
            raise UsageError(
                f"the selection cannot be read: {error.strerror}"
            ) from None
        if not piece:
            return
        yield piece
