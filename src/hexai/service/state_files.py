"""What commands leave for later ones: input that was for nothing, and what was told."""

import os
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from hexai.service.private_files import (
    TEMPORARY,
    check_private_folder,
    create_private,
    make_private_folder,
    remove_files,
    write_private,
)

MOST_KEPT = 20
"""How many inputs are kept; the oldest go first."""
_KEPT_SUFFIX = ".md"


class KeptPrompts:
    """The inputs of runs that failed before anything was sent, below a private folder.

    The user is told the name of the file. Text that the guard refused never gets here.
    """

    def __init__(self, folder: Path, *, now: Callable[[], float]) -> None:
        """`now` is the wall clock in seconds; it names the files."""
        self._folder = folder
        self._now = now

    def keep(self, text: str) -> Path:
        """Write `text` to a file of its own and name it.

        Raises `OSError` when that cannot be done: then the text is lost, and only
        the caller can say so.
        """
        make_private_folder(self._folder)
        path = self._free_path()
        write_private(path, text.encode("utf-8", "surrogateescape"))
        finished = sorted(p for p in self._files() if p.suffix == _KEPT_SUFFIX)
        for old in finished[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
        return path

    def forget_all(self) -> list[OSError]:
        """Remove every kept input; gives what stays."""
        ours = {_KEPT_SUFFIX, TEMPORARY}
        return remove_files(self._folder, lambda path: path.suffix in ours)

    def _free_path(self) -> Path:
        now = self._now()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
        path = self._folder / f"{stamp}-{int(now % 1 * 1e6):06}{_KEPT_SUFFIX}"
        while os.path.exists(path):
            path = path.with_stem(f"{path.stem}-again")
        return path

    def _files(self) -> Iterator[Path]:
        try:
            check_private_folder(self._folder)
            paths = list(self._folder.iterdir())
        except OSError:
            return
        yield from (path for path in paths if path.suffix in {_KEPT_SUFFIX, TEMPORARY})


_MOST_TOLD = 200
"""Marks that are kept; whoever has more is told everything again."""
_TOLD_SUFFIX = ".told"


class Told:
    """The marks below one private folder: empty files, each called by a digest.

    What was said may name a model or an address, and nothing here does.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_first(self, text: str) -> bool:
        """Tell whether a text is to be said now, and mark it as said.

        Where no mark can be left it is said each time.
        """
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        mark = self._folder / f"{digest}{_TOLD_SUFFIX}"
        try:
            make_private_folder(self._folder)
            check_private_folder(self._folder)
            if os.path.exists(mark):
                return False
            if sum(1 for _ in self._folder.iterdir()) >= _MOST_TOLD:
                self.forget_all()
            create_private(mark)
        except OSError:
            return True
        return True

    def forget_all(self) -> list[OSError]:
        """Remove every mark; gives what stays."""
        return remove_files(self._folder, lambda path: path.suffix == _TOLD_SUFFIX)
