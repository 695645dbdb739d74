"""Reads what the page is made of: what became of all answers, and who was chosen.

To rank what was chosen among a million answers takes two seconds of Python, and so does
all else; threads would only take turns. So where there is much of it, a process of its
own ranks while this one counts and draws. What is wanted goes to it through a pipe, and
the leaderboards come back by another.
"""

import gc
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from msgspec import Struct, msgpack

from hexai.config.folders import Folders
from hexai.domain.figures import Filter
from hexai.domain.ranking import Counted, Leaderboard
from hexai.errors import LedgerError
from hexai.report.views import Known, known
from hexai.service.recorded_runs import open_history

_MANY = 30_000
"""Runs from which on to rank takes longer than to start a process for it."""
LOOKS = 30
"""Moments at which it is said how near a verdict was."""

MOST_LANGUAGES = 9
"""Those that are ranked."""

Boards = dict[str, tuple[Leaderboard, ...] | None]
"""By language; those of all languages have no name, and None was not ranked."""


def read_known(
    folders: Folders,
    chosen: Filter,
    counted: Counted,
    *,
    meanwhile: Callable[[], object] = lambda: None,
) -> Known:
    """Read all figures; raises `LedgerError`.

    Where there is time for it before all is there, `meanwhile` is called.
    """
    wanted = Wanted(folders=folders, chosen=chosen, counted=counted)
    with open_history(folders, lambda: counted.now) as history:
        if history.count() < _MANY:
            return known(history.parts(chosen), rank(wanted), history.titles())
        with ranking(wanted) as boards:
            parts, titles = history.parts(chosen), history.titles()
            meanwhile()
            return known(parts, boards(), titles)


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be ranked, and of whose ledger."""

    folders: Folders
    chosen: Filter
    counted: Counted


class Ranked(Struct, frozen=True, kw_only=True):
    """What came of it."""

    boards: Boards = {}
    problem: str = ""
    """Why there are none; empty where there are."""


def rank(wanted: Wanted) -> Boards:
    """Rank in this process; raises `LedgerError`."""
    with open_history(wanted.folders, lambda: wanted.counted.now) as history:
        return history.boards(
            wanted.chosen, wanted.counted, looks=LOOKS, most=MOST_LANGUAGES
        )


@contextmanager
def ranking(wanted: Wanted) -> Iterator[Callable[[], Boards]]:
    """Start to rank in another process, which ends with this block.

    Gives what waits for the leaderboards; that raises `LedgerError`.
    """
    command = [sys.executable, "-P", "-m", __name__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdin is not None
            with suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(msgpack.encode(wanted, enc_hook=str))
            yield lambda: _read(process)
        finally:
            process.kill()


def _read(process: "subprocess.Popen[bytes]") -> Boards:
    assert process.stdout is not None
    told = process.stdout.read()
    if code := process.wait():
        raise LedgerError(f"the process that ranks has failed, with code {code}")
    ranked = msgpack.decode(told, type=Ranked)
    if ranked.problem:
        raise LedgerError(ranked.problem)
    return ranked.boards


def main() -> None:
    """Be that process."""
    gc.disable()
    for each in (signal.SIGINT, signal.SIGPIPE):  # who asked may be gone
        signal.signal(each, signal.SIG_DFL)
    wanted = msgpack.decode(sys.stdin.buffer.read(), type=Wanted, dec_hook=_path)
    try:
        ranked = Ranked(boards=rank(wanted))
    except LedgerError as error:
        ranked = Ranked(problem=str(error))
    sys.stdout.buffer.write(msgpack.encode(ranked))


def _path(kind: type[Any], written: str) -> Any:
    assert kind is Path
    return Path(written)


if __name__ == "__main__":
    main()
