"""What the user was told already, so that it is said once and not with each command.

A mark is an empty file that is called by a digest: what was said may name a model or an
address, and nothing here does.
"""

from hashlib import sha256
from pathlib import Path

from hexai.service.files import (
    check_private_folder,
    create_private,
    make_private_folder,
    remove_files,
)

TOLD = "told"
"""The folder below that of the state."""
_MOST = 200
"""Marks that are kept; whoever has more is told everything again."""
_SUFFIX = ".told"


class Told:
    """The marks below one private folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_first(self, text: str) -> bool:
        """Tell whether a text is to be said now, and mark it as said.

        Where no mark can be left it is said each time.
        """
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        mark = self._folder / f"{digest}{_SUFFIX}"
        try:
            make_private_folder(self._folder)
            check_private_folder(self._folder)
            if mark.exists():
                return False
            if sum(1 for _ in self._folder.iterdir()) >= _MOST:
                self.forget_all()
            create_private(mark)
        except OSError:
            return True
        return True

    def forget_all(self) -> list[OSError]:
        """Remove every mark; gives what stays."""
        return remove_files(self._folder, lambda path: path.suffix == _SUFFIX)
