"""Runs the command line in this process, on files or terminals of its own."""

import os
import pty
import tempfile
import termios
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Literal

from msgspec import Struct

from hexai.surfaces.cli.app import run
from hexai.surfaces.cli.process import Process
from tests.support.patience import PATIENCE

Kind = Literal["file", "terminal"]
Places = tuple[tuple[str, int], ...]


class Result(Struct, frozen=True, kw_only=True):
    """What came of a command line."""

    code: int
    out: str
    err: str


def run_cli(
    *arguments: str,
    stdin: str | None = "",
    stdout: Kind = "file",
    stderr: Kind = "file",
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    usual: Places = (),
) -> Result:
    """Run `hexai ARGUMENTS`; `stdin` None stands for a terminal where nobody types.

    `config init` looks for servers where it is `usual`: whatever else listens on this
    machine, other tests among it, is none of a test's.
    """
    given = os.environ if environ is None else environ  # noqa: TID251 - the edge
    surroundings = {"TERM": "xterm", **given}
    with ExitStack() as stack:
        read_in = stack.enter_context(_input(stdin))
        out = stack.enter_context(_output(stdout))
        # Where answers are read too its lines end where theirs do.
        columns = 80 if stdout == "terminal" else 1000
        err = stack.enter_context(_output(stderr, columns=columns))
        process = Process(
            arguments=arguments,
            environ=surroundings,
            home=surroundings.get("HOME", "/proc/nonexistent"),
            folder="" if folder is None else str(folder),
            stdin=read_in,
            stdout=out.descriptor,
            stderr=err.descriptor,
            usual=usual,
        )
        code = run(process)
        return Result(code=code, out=out.text(), err=err.text())


def run_typed(
    typed: str,
    *arguments: str,
    folder: Path | None = None,
    when: str = "",
    piped: str | None = None,
    columns: int = 200,
    usual: Places = (),
) -> tuple[int, str]:
    """Run it on one terminal on which somebody types; gives code and display.

    It is typed before the start, or `when` some text has been shown. Standard input is
    the terminal too, unless something is `piped` in. Where it still waits for a line
    after a long time, the test fails.
    """
    terminal = Terminal(columns=columns)
    unasked = threading.Event()

    def give_up() -> None:
        unasked.set()
        os.write(terminal.master, _ENDS)

    def press() -> None:
        if when:
            terminal.wait_for(when)
        os.write(terminal.master, typed.encode())

    typist = threading.Thread(target=press)
    if when:
        typist.start()
    else:
        press()
    environ = {"TERM": "xterm", **os.environ}  # noqa: TID251 - the edge
    with ExitStack() as stack:
        piped_in = None if piped is None else stack.enter_context(_input(piped))
        process = Process(
            arguments=arguments,
            environ=environ,
            home=environ.get("HOME", "/proc/nonexistent"),
            folder="" if folder is None else str(folder),
            stdin=terminal.descriptor if piped_in is None else piped_in,
            stdout=terminal.descriptor,
            stderr=terminal.descriptor,
            usual=usual,
        )
        stack.enter_context(_watch(give_up))
        code = run(process)
    if when:
        typist.join()
    shown = terminal.text()
    assert not unasked.is_set(), f"it waited for more than was typed: {shown}"
    return code, shown


_PATIENCE = 60.0
_ENDS = b"\x04" * 9
"""Says often that no more is typed: each question of a line takes one."""


@contextmanager
def _watch(give_up: Callable[[], None]) -> Iterator[None]:
    timer = threading.Timer(_PATIENCE, give_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def _input(text: str | None) -> Iterator[int]:
    if text is None:
        master, slave = pty.openpty()
        try:
            yield slave
        finally:
            os.close(slave)
            os.close(master)
        return
    with tempfile.TemporaryFile() as file:
        file.write(text.encode("utf-8", "surrogateescape"))
        file.seek(0)
        yield file.fileno()


class _File:
    """A file that is read once all is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.descriptor = file.fileno()

    def text(self) -> str:
        """Give what was written."""
        self._file.seek(0)
        return self._file.read().decode("utf-8")


class Terminal:
    """A terminal whose other end collects what is shown, byte for byte."""

    def __init__(self, *, columns: int = 80, rows: int = 24) -> None:
        self.master, self.descriptor = pty.openpty()
        termios.tcsetwinsize(self.descriptor, (rows, columns))
        attributes = termios.tcgetattr(self.descriptor)
        attributes[1] &= ~termios.OPOST  # no \r before \n: bytes as they were written
        termios.tcsetattr(self.descriptor, termios.TCSANOW, attributes)
        self._shown = bytearray()
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def text(self) -> str:
        """Close the terminal and give what was shown on it."""
        self.close()
        return self._shown.decode("utf-8")

    def wait_for(
        self, text: str, seconds: float = PATIENCE, *, times: int = 1, after: int = 0
    ) -> None:
        """Wait until a text is shown so often, after so many bytes; fail if not."""
        sought = text.encode()
        with self._more:
            if not self._more.wait_for(
                lambda: self._shown.count(sought, after) >= times, seconds
            ):
                raise AssertionError(f"{text!r} was never shown")

    @property
    def size(self) -> int:
        """How many bytes have been shown."""
        return len(self._shown)

    def close(self) -> None:
        """Close both ends."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
            self._reader.join()
            os.close(self.master)

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self.master, 1 << 16)
            except OSError:  # Linux says EIO when the last user has closed it
                return
            if not piece:
                return
            with self._more:
                self._shown += piece
                self._more.notify_all()


@contextmanager
def _output(kind: Kind, *, columns: int = 80) -> Iterator[_File | Terminal]:
    if kind == "file":
        with tempfile.TemporaryFile() as file:
            yield _File(file)
        return
    terminal = Terminal(columns=columns)
    try:
        yield terminal
    finally:
        terminal.close()


def write_config(text: str) -> Path:
    """Write the config file of the test's user."""
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai"  # noqa: TID251 - the edge
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    return path


def simulated(*models: str, more: str = "") -> Path:
    """Configure simulated models as the contenders, labelled by letters."""
    entries = [
        f'[[models.cli]]\nprovider = "simulated"\nmodel = "{model}"\n'
        f'label = "{label}"\n'
        for model, label in zip(models, "abcdefgh", strict=False)
    ]
    return write_config("".join([*entries, more]))
