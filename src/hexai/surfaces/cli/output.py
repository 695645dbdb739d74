"""Short texts straight to a stream: help, errors, tables, a question of y or n.

Answers go through `service.writer` instead, which never blocks the event loop.
"""

import errno
import os
import select
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import zip_longest

from hexai.errors import HexaiError, UsageError
from hexai.surfaces.cli.process import Process
from hexai.text.sanitise import visible, visible_line


def say(process: Process, text: str) -> None:
    """Print on standard output.

    Raises `BrokenPipeError` if nobody reads it, `HexaiError` if it cannot be written.
    """
    say_drawn(process, visible(text) if process.stdout_is_terminal else text)


def say_drawn(process: Process, text: str) -> None:
    """Print what a terminal can be given as it is; raises as `say` does."""
    try:
        write_all(process.stdout, text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise HexaiError(f"cannot write the output: {reason_of(error)}") from None


def reason_of(error: OSError) -> str:
    """Say why an output could not be written."""
    is_closed = error.errno == errno.EBADF
    return "it is closed" if is_closed else error.strerror or str(error)


def complain(process: Process, *messages: str) -> None:
    """Say one line each on standard error; silent if nobody listens there."""
    tell(process, *(f"hexai: {message}" for message in messages))


def insist(process: Process, *messages: str) -> None:
    """Complain even if an answer follows: of what was left out of the question."""
    tell(process, *(f"hexai: {message}" for message in messages), always=True)


def tell(process: Process, *lines: str, always: bool = False) -> None:
    """Write lines on standard error; silent if nobody listens there.

    Each is harmless in whatever shows it later, and one line but on a terminal, which
    breaks it between words. Without `always` they are dropped if an answer comes.
    """
    if process.hush is None:
        _tell(process, lines)
    elif lines:
        process.hush.do(partial(_tell, process, lines), always=always)


def table_columns(process: Process) -> int | None:
    """Give the cells of a line of standard error, 0 where that is not known.

    None where answers, or what is said of them, go elsewhere than to a terminal: the
    scripts that read it there split lines of another form.
    """
    if not (process.stderr_is_terminal and process.stdout_is_terminal):
        return None
    return _columns(process.stderr)


def say_line(process: Process, line: str) -> None:
    """Print a line of ours on standard output, broken between words on a terminal."""
    say(process, f"{wrapped(visible_line(line), process.columns)}\n")


def _tell(process: Process, lines: Iterable[str]) -> None:
    columns = _columns(process.stderr)
    shown = (wrapped(visible_line(line), columns) for line in lines)
    try:
        write_all(process.stderr, "".join(f"{line}\n" for line in shown))
    except OSError:
        return  # there is nowhere else to say it


def _columns(descriptor: int) -> int:
    """Give the cells of a terminal's line; 0 where there is no terminal."""
    try:
        return os.get_terminal_size(descriptor).columns
    except OSError:
        return 0


def wrapped(line: str, columns: int) -> str:
    """Break a line between words where a screen of so many cells ends; 0: nowhere.

    What goes on is indented, so that one sees where the next line begins.
    """
    if columns < _LEAST or (line.isascii() and len(line) <= columns):
        return line
    from hexai.text.cells import width, wrap  # few lines are so long

    if width(line) <= columns:
        return line
    first, *rest = wrap(line, columns)
    more = wrap("".join(rest), columns - len(_INDENT))
    return "\n".join((first.rstrip(), *(f"{_INDENT}{row.rstrip()}" for row in more)))


def wrapped_lines(lines: Iterable[str], columns: int) -> str:
    """Break sentences between words where a screen of `columns` ends; 0: nowhere."""
    from hexai.text.cells import width, wrap

    rows = (row for line in lines for row in wrap(line, columns or width(line)))
    return "".join(f"{row.rstrip()}\n" for row in rows)


_INDENT = "  "
_LEAST = 10
"""Cells below which it is left to the terminal where a line breaks."""


def write_all(descriptor: int, text: str) -> None:
    """Write a text as it is, however long that takes; raises `OSError`."""
    data = text.encode("utf-8", "replace")
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # whoever shares the terminal or pipe made it so
            select.select([], [descriptor], [])


_LONGEST = 1024


def can_confirm(process: Process) -> bool:
    """Tell whether somebody sees what is printed and can type an answer."""
    return process.stdin_is_terminal and process.stdout_is_terminal


def confirm(process: Process, question: str) -> bool:
    """Ask; only y and yes mean yes. What is said next has a line of its own."""
    asked = wrapped(f"{visible_line(question)} [y/N]", process.columns)
    with _again_after_stop(lambda: say(process, f"{asked} ")) as ask:
        ask()
        answer = os.read(process.stdin, _LONGEST)
    if not answer.endswith(b"\n"):  # Ctrl-D
        say(process, "\n")
    return answer.decode("utf-8", "replace").strip().lower() in {"y", "yes"}


@contextmanager
def _again_after_stop(ask: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Give what asks, which is called when the process goes on after Ctrl-Z as well."""
    if threading.current_thread() is not threading.main_thread():
        yield ask  # signals are the main thread's
        return
    before = signal.signal(signal.SIGCONT, lambda *_: ask())
    try:
        yield ask
    finally:
        signal.signal(signal.SIGCONT, before)


def is_sure(process: Process, question: str, *, command: str, yes: bool) -> bool:
    """Ask whether something is to go for good, unless --yes was said.

    Raises `UsageError` where nobody can be asked: a script means it only if it says so.
    """
    if yes:
        return True
    if not can_confirm(process):
        raise UsageError(
            f"`{command}` asks on a terminal; elsewhere say --yes, which forgets for "
            "good"
        )
    if confirm(process, question):
        return True
    say(process, "nothing was forgotten\n")
    return False


def csv_of(header: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Write rows as CSV with a heading; what a row does not have is empty."""
    import csv  # only these commands need it
    import io

    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


# Cells are made visible before they are measured, so that columns stay aligned whatever
# a name holds. A table that is wider than the screen is not left to the terminal, which
# would cut words and lose the columns: what does not fit goes on below, indented, in
# columns of its own, for every row and the header alike.

GAP = 2
"""Blanks between columns."""

_WRAPS_FROM = 24
"""Cells that a column needs on a line before its texts are wrapped into them."""

_NARROWEST = 18
"""Cells to which a column is narrowed for the others to stand beside it."""

_Line = list[tuple[int, int]]
"""The columns that stand on one line: which, and in how many cells."""


class Rows:
    """Rows under a header that come one by one, on a screen of `columns` cells.

    Their widths are those of the `likely` rows; what is wider than these is wrapped.
    """

    def __init__(
        self, header: Sequence[str], likely: Sequence[Sequence[str]], *, columns: int
    ) -> None:
        """`columns` is 0 where there is no screen."""
        from hexai.text.cells import width  # no question draws a table

        shown = [[visible_line(cell) for cell in row] for row in (header, *likely)]
        widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
        widths = _narrowed(widths, columns)
        self.indent = min(widths[0] + GAP, columns // 3)
        """Blanks before what goes on below a row."""
        self._layout = _lay_out(widths, columns, self.indent)
        self.header = self.row(header)

    def row(self, cells: Sequence[str]) -> list[str]:
        """Draw a row; no line has blanks at its end."""
        shown = [visible_line(cell) for cell in cells]
        return list(_draw(shown, self._layout, self.indent))


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, columns: int = 0
) -> str:
    """Align rows under a header, on a screen of `columns` cells; 0 where there is none.

    No line has blanks at its end.
    """
    drawn = Rows(header, rows, columns=columns)
    lines = (*drawn.header, *(line for row in rows for line in drawn.row(row)))
    return "".join(f"{line}\n" for line in lines)


def _narrowed(widths: Sequence[int], columns: int) -> list[int]:
    """Make wide columns so narrow that all stand on one line, or else the first one.

    A long name wraps within its column: it must not push all figures below it.
    """
    too_wide = sum(widths) + GAP * (len(widths) - 1) - columns
    if not columns or too_wide <= 0:
        return [*widths]
    found = [*widths]
    while too_wide > 0 and max(found) > _NARROWEST:
        widest = found.index(max(found))
        found[widest] -= 1
        too_wide -= 1
    if too_wide <= 0:
        return found
    most = max(_NARROWEST, columns // 3)
    return [min(widths[0], most), *widths[1:]]


def _lay_out(widths: Sequence[int], columns: int, indent: int) -> list[_Line]:
    """Put each column on the line before it, or else on a line of its own."""
    lines: list[_Line] = [[]]
    room = columns or sum(widths) + GAP * len(widths)
    for index, natural in enumerate(widths):
        if lines[-1] and min(natural, _WRAPS_FROM) > room:
            lines.append([])
            room = columns - indent
        cells = natural if natural <= room else max(2, room)
        lines[-1].append((index, cells))
        room -= cells + GAP
    return lines


def _draw(row: Sequence[str], layout: list[_Line], indent: int) -> Iterator[str]:
    """Draw one row; of the lines that go on below, those that hold anything."""
    from hexai.text.cells import pad, wrap

    for number, line in enumerate(layout):
        margin = " " * indent if number else ""
        columns = [wrap(row[index], cells) for index, cells in line]
        for texts in zip_longest(*columns, fillvalue=""):
            cut = zip(texts, line, strict=True)
            drawn = [pad(text.rstrip(), cells) for text, (_, cells) in cut]
            if number == 0 or "".join(drawn).strip():
                yield (margin + (" " * GAP).join(drawn)).rstrip()
