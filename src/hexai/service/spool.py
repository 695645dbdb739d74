"""Facts that the ledger could not take wait in files, for whoever opens it next.

There is a private file for each time something was put aside, in lines of JSON, named
so that an earlier one sorts first. The next process tells them to the ledger and
removes the file. If it is killed between the two, or two do it at once, the facts are
told twice, which changes nothing.
"""

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from hexai.domain.record import Fact
from hexai.errors import BadFact
from hexai.service.private_files import (
    TEMPORARY,
    check_private_folder,
    make_private_folder,
    read_private,
    remove_files,
    write_private,
)

_LIMIT_OF_ONE = 64 * 2**20
"""Bytes of a file."""
MOST = 1000
"""Files that wait at most; what comes then is refused, and the user is told."""
_SUFFIX = ".jsonl"
_USELESS = ".unreadable"
_decoder = msgspec.json.Decoder(Fact)


class Spool:
    """Facts that wait below one private folder."""

    def __init__(self, folder: Path, *, now: Callable[[], float]) -> None:
        """`now` is the wall clock in seconds; it names the files."""
        self._folder = folder
        self._now = now
        self._count = itertools.count()

    def put(self, facts: Sequence[Fact]) -> None:
        """Put facts aside; raises `OSError` if that cannot be done either."""
        make_private_folder(self._folder.parent)
        make_private_folder(self._folder)
        if len(self._files()) >= MOST:
            raise OSError(f"{MOST} files wait in {self._folder}")
        stamp = f"{self._now():017.6f}-{os.getpid()}-{next(self._count)}"
        lines = b"".join(msgspec.json.encode(fact) + b"\n" for fact in facts)
        write_private(self._folder / f"{stamp}{_SUFFIX}", lines)

    def take_in(self, tell: Callable[[Sequence[Fact]], None]) -> None:
        """Tell what waits, file by file, and remove what was told.

        What `tell` raises ends it, and the rest goes on waiting; but a file that no
        ledger can take is left under a name that is not looked at again.
        """
        for path in self._files():
            try:
                facts = [*_facts(path)]
            except FileNotFoundError:
                continue  # another process was quicker
            except (OSError, ValueError):
                _lay_away(path)
                continue
            try:
                tell(facts)
            except BadFact:
                _lay_away(path)
            else:
                path.unlink(missing_ok=True)

    def forget_all(self) -> list[OSError]:
        """Remove what waits, and what could not be read; gives why other files stay."""
        ours = {_SUFFIX, _USELESS, TEMPORARY}
        return remove_files(self._folder, lambda path: path.suffix in ours)

    def _files(self) -> list[Path]:
        try:
            check_private_folder(self._folder)
            return sorted(p for p in self._folder.iterdir() if p.suffix == _SUFFIX)
        except OSError:
            return []


def _lay_away(path: Path) -> None:
    with suppress(OSError):
        path.rename(path.with_suffix(_USELESS))


def _facts(path: Path) -> Iterator[Fact]:
    for line in read_private(path, limit=_LIMIT_OF_ONE).splitlines():
        yield _decoder.decode(line)
