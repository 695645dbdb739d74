"""Input that was typed or piped for nothing: kept so that it need not be typed again.

When a run fails before anything was sent, its input goes into a private file that the
user is told the name of. Text that the guard refused is never given to this module.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from hexai.service.files import (
    TEMPORARY,
    check_private_folder,
    make_private_folder,
    remove_files,
    write_private,
)

MOST = 20
"""How many inputs are kept; the oldest go first."""
_SUFFIX = ".md"


class KeptPrompts:
    """The inputs below one private folder."""

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
        finished = sorted(p for p in self._files() if p.suffix == _SUFFIX)
        for old in finished[:-MOST]:
            old.unlink(missing_ok=True)
        return path

    def forget_all(self) -> list[OSError]:
        """Remove every kept input; gives what stays."""
        ours = {_SUFFIX, TEMPORARY}
        return remove_files(self._folder, lambda path: path.suffix in ours)

    def _free_path(self) -> Path:
        now = self._now()
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
        path = self._folder / f"{stamp}-{int(now % 1 * 1e6):06}{_SUFFIX}"
        while path.exists():
            path = path.with_stem(f"{path.stem}-again")
        return path

    def _files(self) -> Iterator[Path]:
        try:
            check_private_folder(self._folder)
            paths = list(self._folder.iterdir())
        except OSError:
            return
        yield from (path for path in paths if path.suffix in {_SUFFIX, TEMPORARY})
