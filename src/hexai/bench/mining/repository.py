"""A repository, read by its objects alone.

Git itself would run what a repository's configuration names: `git log -p` its external
diff and textconv, `git ls-files` its file watcher, and any reader of a partial clone
its remote's helpers. So no git program is started, and of libgit2 only the store of
objects is used: it is given a folder, reads no configuration, no attributes and no
environment, and knows neither hooks nor filters nor remotes. HEAD and the references
are small files, read here.

What others made may lie in such a folder. A FIFO in place of an object would hang
libgit2, so that all it may open is looked at before; what is large is known by its
header before it is read. An object that is damaged or away counts as absent.
"""

import os
import posixpath
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hexai.bench.mining.changes import Hunk
from hexai.bench.mining.trees import COMMIT, Objects, parse_commit
from hexai.config.files import Unreadable, read_bytes
from hexai.errors import HexaiError, SetupError
from hexai.extras import install_command
from hexai.service.ignore.git import find_repository
from hexai.text.sanitise import is_whole

if TYPE_CHECKING:
    from pygit2 import DiffHunk, Odb

_SMALL = 64 << 10
_PACKED = 64 << 20
"""Bytes of all packed references."""
_LARGEST = 32 << 20
"""Bytes of an object; a folder of 500,000 files is smaller."""
_DEEPEST = 5
"""Links from one reference, or from one store of objects, to another."""
_WINDOW, _MAPPED, _CACHED = 4 << 20, 32 << 20, 16 << 20
"""Bytes of packs that are mapped at once, and of objects that are kept."""
_ID = re.compile(r"[0-9a-f]{40}")
_LONG_ID = re.compile(r"[0-9a-f]{64}")


class NoHistory(HexaiError):
    """There is no repository, or none that can be read; the text says why."""


class Repository(Objects):
    """The objects of a repository, and where its HEAD is."""

    def __init__(self, path: Path) -> None:
        """Find the repository of a folder. Raises `NoHistory` and `SetupError`."""
        self.folder, git = _find(path)
        """The folder of its files; empty for a bare one."""
        self.common = _common_folder(git)
        self.head = _head(git, self.common)
        """The id of the commit that is checked out."""
        objects = posixpath.join(self.common, "objects")
        self._odb, self._failed = _open(objects)
        self.shallow = frozenset(_lines(posixpath.join(self.common, "shallow")))
        """Commits whose parents were not fetched."""
        if parse_commit(self.read(self.head, COMMIT) or b"") is None:
            raise NoHistory(f"{path}: the commit of HEAD, {self.head}, is not there")

    def size(self, id_: str) -> int | None:
        """Give the size of an object; None if it is absent."""
        header = self._header(id_)
        return None if header is None else header[1]

    def read(self, id_: str, kind: int) -> bytes | None:
        """Read an object; None if it is absent, of another kind, or huge."""
        header = self._header(id_)
        if header is None or header[0] != kind or header[1] > _LARGEST:
            return None
        try:
            return self._odb.read(id_)[1]
        except (self._failed, ValueError):
            return None

    def _header(self, id_: str) -> tuple[int, int] | None:
        try:
            return self._odb.read_header(id_)
        except (self._failed, ValueError):
            return None


def _open(objects: str) -> "tuple[Odb, type[Exception]]":
    """Open a store of objects; gives it with what it raises for one that is away."""
    try:
        import pygit2
    except ImportError:
        raise SetupError(
            f"to read a repository, pygit2 is needed: {install_command('bench')}"
        ) from None
    _look_at(objects, _DEEPEST)
    pygit2.settings.mwindow_size = _WINDOW
    pygit2.settings.mwindow_mapped_limit = _MAPPED
    pygit2.settings.cache_max_size(_CACHED)
    try:
        return pygit2.Odb(objects), pygit2.GitError
    except (pygit2.GitError, OSError) as error:
        raise NoHistory(f"{objects} cannot be read: {error}") from None


def _look_at(objects: str, links: int) -> None:
    """Make sure that libgit2 will open nothing but regular files."""
    alternates = posixpath.join(objects, "info", "alternates")
    for line in _lines(alternates):
        if links and not line.startswith("#"):
            _look_at(posixpath.normpath(posixpath.join(objects, line)), links - 1)
    for entry in _entries(objects):
        for inner in _entries(entry.path) if entry.is_dir() else (entry,):
            if not inner.is_file() and not inner.is_dir():
                raise NoHistory(f"{inner.path} is not a regular file")


def _entries(folder: str) -> "Iterator[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as found:
            yield from found
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise NoHistory(f"{folder} cannot be read: {error.strerror}") from None


def _find(path: Path) -> tuple[str, str]:
    """Give the folder of a repository's files, and its own."""
    folder = str(path.absolute())
    if not is_whole(folder):
        raise NoHistory(
            f"{folder}: a bench knows it by its path, which is no UTF-8; rename it"
        )
    above = find_repository(posixpath.join(folder, "-"))
    if _is_git(folder) and not above.startswith(folder):
        if posixpath.basename(folder) == ".git":
            return posixpath.dirname(folder), folder
        return "", folder
    if not above:
        told = "there is no git repository"
        if not os.path.isdir(path):
            told = (
                "it is no folder" if os.path.exists(path) else "there is no such folder"
            )
        raise NoHistory(f"{path}: {told}")
    git = posixpath.join(above, ".git")
    if not stat.S_ISDIR(_mode(git)):
        link = _text(git)
        if not link.startswith("gitdir:"):
            raise NoHistory(f"{git} is neither a folder nor a link to one")
        git = posixpath.join(above, link.removeprefix("gitdir:").strip())
    if not _is_git(git):
        raise NoHistory(f"{git} is no folder of a git repository")
    return above, posixpath.normpath(git)


def place_in(path: Path) -> str:
    """Say where in its repository's folder something is; empty: it is that folder.

    Raises `NoHistory` where there is none.
    """
    above, _ = _find(path)
    place = posixpath.relpath(str(path.absolute()), above) if above else "."
    return "" if place.partition("/")[0] in (".", ".git") else place


def _is_git(folder: str) -> bool:
    has_objects = stat.S_ISDIR(_mode(posixpath.join(folder, "objects")))
    is_linked = stat.S_ISREG(_mode(posixpath.join(folder, "commondir")))
    is_there = stat.S_ISREG(_mode(posixpath.join(folder, "HEAD")))
    return is_there and (has_objects or is_linked)


def _common_folder(git: str) -> str:
    """Give the folder that all worktrees of a repository share."""
    shared = _text(posixpath.join(git, "commondir")).strip()
    return posixpath.normpath(posixpath.join(git, shared)) if shared else git


def _head(git: str, common: str) -> str:
    text = _text(posixpath.join(git, "HEAD")).strip()
    for _ in range(_DEEPEST):
        if not text.startswith("ref:"):
            break
        name = text.removeprefix("ref:").strip()
        if name == "refs/heads/.invalid":
            raise NoHistory(f"{git} keeps its references in reftables, not in files")
        text = _reference(name, git, common)
    if _LONG_ID.fullmatch(text):
        raise NoHistory(f"{git} names its objects by SHA-256, which is not read")
    if not _ID.fullmatch(text):
        raise NoHistory(f"{git}: HEAD leads to no commit")
    return text


def _reference(name: str, git: str, common: str) -> str:
    parts = name.split("/")
    if parts[0] != "refs" or not {"", ".", ".."}.isdisjoint(parts):
        return ""
    for folder in dict.fromkeys((git, common)):
        if text := _text(posixpath.join(folder, name)).strip():
            return text
    packed = _lines(posixpath.join(common, "packed-refs"), limit=_PACKED)
    found = (line.partition(" ") for line in packed if line.endswith(f" {name}"))
    return next((id_ for id_, _, named in found if named == name), "")


def _lines(path: str, *, limit: int = _SMALL) -> list[str]:
    return [line for line in _text(path, limit=limit).split("\n") if line]


def _text(path: str, *, limit: int = _SMALL) -> str:
    """Read a small file of git's; a blank text if there is none."""
    try:
        read = read_bytes(Path(path), limit=limit)
    except Unreadable as error:
        raise NoHistory(f"{path} {error}") from None
    return "" if read is None else os.fsdecode(read[0])


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode  # noqa: PTH116 - paths are texts here
    except (OSError, ValueError):
        return 0


def compare(old: bytes, new: bytes) -> list[Hunk]:
    """Compare two texts by their lines, as git does; reads nothing."""
    from pygit2 import Patch
    from pygit2.enums import DiffOption

    # Git has this on since 2.14, libgit2 has not: else an added function begins behind
    # the decorator that it shares with the next one.
    flag = DiffOption.INDENT_HEURISTIC
    patch = Patch.create_from(old, new, flag=flag, context_lines=0)
    return [_hunk(each) for each in patch.hunks]


def _hunk(found: "DiffHunk") -> Hunk:
    """Count lines from 0; git counts from 1, and names the line before if none is."""
    old = found.old_start - (1 if found.old_lines else 0)
    new = found.new_start - (1 if found.new_lines else 0)
    return Hunk(old, found.old_lines, new, found.new_lines)
