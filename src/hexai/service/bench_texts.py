"""The texts of benches: in a private file of each, and nowhere else.

To remove the file is to forget them. It goes with its bench: by `bench forget`, by
`history forget`, or because it has become too old.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.service.private_files import (
    make_private_folder,
    open_private_append,
    read_private,
    remove_files,
)

FOLDER = "bench"
"""The folder below that of the state."""
_SUFFIX = ".jsonl"
_LARGEST = 1 << 30


class Text(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A text of a bench: what a task is about, or what somebody answered."""

    task: str
    contender: int | None = None
    """Who answered; None: it is the task itself."""
    path: str = ""
    before: str = ""
    """The lines right before the hole, or the system prompt of a question."""
    after: str = ""
    text: str = ""
    """What goes in there: the answer as it was cleaned, or what was really written; or
    what was asked."""
    checks: tuple[str, ...] = ()
    """Of a question, what answers are held against."""
    said: str = ""
    """The answer as it came, where cleaning changed it."""


_texts = msgspec.json.Decoder(Text)


class TextFile:
    """The texts of one bench, appended as they come. Failures are `OSError`s."""

    def __init__(self, state: Path, bench: str) -> None:
        """Make nothing yet."""
        self._path = state / FOLDER / f"{bench}{_SUFFIX}"

    def add(self, *texts: Text) -> None:
        """Append texts."""
        make_private_folder(self._path.parent.parent)
        make_private_folder(self._path.parent)
        lines = b"".join(msgspec.json.encode(text) + b"\n" for text in texts)
        with os.fdopen(open_private_append(self._path), "ab") as file:
            file.write(lines)

    def read(self) -> Iterator[Text]:
        """Give what can be read: a killed process may have left half a line."""
        try:
            lines = read_private(self._path, limit=_LARGEST).splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            with suppress(msgspec.MsgspecError, ValueError):
                yield _texts.decode(line)


def sweep(state: Path, ids: Callable[[], frozenset[str]]) -> Sequence[OSError]:
    """Remove the texts of benches that are not known any more; gives what stays.

    Who has none is not even asked for the `ids` of those that are.
    """
    folder = state / FOLDER
    if not os.path.isdir(folder):
        return ()
    known = ids()
    return remove_files(
        folder, lambda path: path.suffix == _SUFFIX and path.stem not in known
    )
