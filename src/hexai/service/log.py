"""The log: what happened, to whom and how long it took, never what was said.

Our own parts write events: a name, and facts that are numbers, ids and our own words.
What was said to a model and what it said goes through `text`, which writes nothing
unless the user asked for texts. Whoever logs never has to remember the rule.

Libraries log through `logging`, where a message is whatever somebody put into it: one
logs header values, another whole documents. Of theirs only the place, the level and
the type of an exception remain; a message stays if it is a template with arguments,
which are dropped, and goes if it might be finished text. Nothing of theirs reaches
stderr, which editors keep.

`logging` costs nothing here: asyncio has imported it before a log is opened, and what
needs no asyncio opens none.
"""

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hexai.errors import UsageError
from hexai.service.private_files import open_private_append

if TYPE_CHECKING:
    import logging

Fact = str | int | float | bool | None

ROTATE_AT = 10 * 2**20
"""Bytes; a log that has reached them becomes `FILE.1`, and the one before goes."""
_LONGEST_FACT = 500
_QUIET = ("asyncio", "pygls")


class Log(Protocol):
    """Where events are written."""

    def write(self, event: str, /, **facts: Fact) -> None:
        """Write that something happened. Facts hold no prompt, answer or key."""

    def text(self, event: str, text: str, /, *, limit: int, **facts: Fact) -> None:
        """Write what was said, if the user asked for texts; otherwise nothing.

        `limit` is how many characters of it are written, 0 for all.
        """

    def close(self) -> None:
        """Write nothing any more."""


class NullLog:
    """The log of a run that has none."""

    def write(self, event: str, /, **facts: Fact) -> None:
        """Do nothing."""

    def text(self, event: str, text: str, /, *, limit: int, **facts: Fact) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class FileLog:
    """A private file with one line per event; several processes may share it."""

    def __init__(self, path: Path, *, texts: bool, now: Callable[[], float]) -> None:
        """Open the file, or raise `OSError`; `now` is the wall clock in seconds."""
        self._path = path
        self._texts = texts
        self._now = now
        self._descriptor = open_private_append(path)
        self._lock = threading.Lock()

    def write(self, event: str, /, **facts: Fact) -> None:
        """Write one line; a full disk loses it and disturbs nobody."""
        said = [f"{name}={_shown(fact)}" for name, fact in facts.items()]
        self._append(" ".join([event, *said]))

    def text(self, event: str, text: str, /, *, limit: int, **facts: Fact) -> None:
        """Write the beginning of a text, if texts were asked for."""
        if not self._texts:
            return
        said = [f"{name}={_shown(fact)}" for name, fact in facts.items()]
        said.append(f"length={len(text)}")
        self._append(" ".join([event, *said, f"text={text[: limit or None]!r}"]))

    def close(self) -> None:
        """Close the file; what is written after that is lost."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _append(self, line: str) -> None:
        now = self._now()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
        whole = f"{stamp}.{int(now % 1 * 1000):03}Z {os.getpid()} {line}\n"
        with self._lock, suppress(OSError):
            if self._descriptor < 0:
                return
            self._rotate()
            os.write(self._descriptor, whole.encode())

    def _rotate(self) -> None:
        if os.fstat(self._descriptor).st_size < ROTATE_AT:
            return
        # The lock is on the full file: whoever comes second finds another in its place.
        with _locked(self._descriptor):
            if self._is_current():
                self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        fresh = open_private_append(self._path)
        os.close(self._descriptor)
        self._descriptor = fresh

    def _is_current(self) -> bool:
        try:
            current = self._path.lstat()
        except FileNotFoundError:
            return False
        return os.path.samestat(current, os.fstat(self._descriptor))


def open_log(path: Path | None, *, texts: bool, now: Callable[[], float]) -> Log:
    """Give the log that was asked for, or one that writes nothing for None.

    Either way libraries are quiet from then on. Raises `UsageError`.
    """
    if str(path) == "-":
        raise UsageError("--log -: a log is a private file; name one")
    if path is None:
        if texts:
            raise UsageError("--log-texts needs --log FILE to say where")
        log: Log = NullLog()
    else:
        try:
            log = FileLog(path, texts=texts, now=now)
        except OSError as error:
            raise UsageError(f"--log {path}: {error.strerror or error}") from error
    route_libraries(log)
    return log


def route_libraries(log: Log) -> None:
    """Send what libraries log to `log`, stripped, and nothing of it to stderr."""
    import logging

    class Stripped(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            log.write("library", **_stripped(record))

    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(Stripped(logging.WARNING))
    root.setLevel(logging.WARNING)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _stripped(record: "logging.LogRecord") -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "logger": record.name,
        "level": record.levelname,
        "place": f"{record.module}:{record.lineno}",
    }
    if record.args and isinstance(record.msg, str):
        facts["message"] = record.msg
    if record.exc_info and record.exc_info[0] is not None:
        facts["exception"] = record.exc_info[0].__qualname__
        facts["raised_at"] = _innermost(record.exc_info[1])
    return facts


def _innermost(error: BaseException | None) -> str:
    trace = error.__traceback__ if error else None
    if trace is None:
        return "?"
    while trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).stem}:{trace.tb_lineno}"


def _shown(fact: Fact) -> str:
    if isinstance(fact, float):
        return f"{fact:.6g}"
    text = str(fact)
    if len(text) > _LONGEST_FACT:
        text = text[:_LONGEST_FACT] + "…"
    # repr() makes line breaks, control and bidi characters and surrogates visible.
    plain = text.isascii() and text.isprintable() and not set(text) & set(" '\"\\=")
    return text if plain and text else repr(text)


@contextmanager
def _locked(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
