"""Commits and folders as git stores them, and which files a commit changed; pure."""

import re
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Protocol

from msgspec import Struct

COMMIT, TREE, BLOB = 1, 2, 3
"""Git's numbers for kinds of objects."""

_FOLDER = b"40000"
_FILES = (b"100644", b"100755", b"100664")
_LINK = b"120000"
_KEPT = 1024
"""Folders that are remembered."""
_DEEPEST = 64
"""Folders within each other."""
_MOST = 2_000_000
"""Names that are compared; a tree that holds itself a thousand times over has more."""
_ODD_NAMES = frozenset((b"", b".", b".."))


class Objects(Protocol):
    """Where objects are read; ids are 40 hexadecimal digits."""

    def read(self, id_: str, kind: int) -> bytes | None:
        """Read an object; None if it is absent, of another kind, or huge."""

    def size(self, id_: str) -> int | None:
        """Give the size of an object; None if it is absent."""


class Commit(Struct, frozen=True, kw_only=True):
    """A commit, as far as it matters here."""

    tree: str
    parents: tuple[str, ...]
    author: str
    """Name and address, as they stand there."""
    at: int
    """When it was committed, in seconds since 1970."""
    subject: str


Entry = tuple[bytes, bytes]
"""What a folder has under a name: its mode, and its id in 20 bytes."""
Folder = Mapping[bytes, Entry]

_ENTRY = re.compile(rb"(\d{5,6}) ([^\0]+)\0(.{20})", re.DOTALL)


class Changed(Struct, frozen=True, kw_only=True):
    """A file that a commit changed, added or removed; links are none."""

    path: bytes
    old: str
    """The id of what was there; empty: nothing."""
    new: str


def parse_commit(data: bytes) -> Commit | None:
    """Read a commit; None if that is none."""
    head, _, message = data.partition(b"\n\n")
    fields: dict[bytes, list[bytes]] = {}
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        fields.setdefault(name, []).append(value)
    trees, committer = fields.get(b"tree"), fields.get(b"committer")
    if not trees or not committer:
        return None
    at = committer[0].rpartition(b">")[2].split()
    author = fields.get(b"author", [b""])[0].rpartition(b">")[0]
    return Commit(
        tree=trees[0].decode("ascii", "replace"),
        parents=tuple(
            each.decode("ascii", "replace") for each in fields.get(b"parent", ())
        ),
        author=author.decode("utf-8", "replace"),
        at=int(at[0]) if at and at[0].isdigit() and len(at[0]) < 12 else 0,
        subject=message.lstrip().partition(b"\n")[0].decode("utf-8", "replace"),
    )


def parse_tree(data: bytes) -> Folder:
    """Read a folder."""
    return {name: (mode, id_) for mode, name, id_ in _ENTRY.findall(data)}


def folder_of(entry: Entry | None) -> str:
    """Give the id of a folder; empty for anything else."""
    return entry[1].hex() if entry is not None and entry[0] == _FOLDER else ""


def file_of(entry: Entry | None) -> str:
    """Give the id of a file; empty for a folder, a link and a submodule."""
    return entry[1].hex() if entry is not None and entry[0] in _FILES else ""


class Trees:
    """Folders of all commits, the latest ones remembered."""

    def __init__(self, objects: Objects) -> None:
        """Read nothing yet."""
        self._objects = objects
        self._kept: OrderedDict[str, Folder] = OrderedDict()
        self._left = _MOST

    def folder(self, id_: str) -> Folder | None:
        """Give what a folder has; None if it is absent."""
        if id_ in self._kept:
            self._kept.move_to_end(id_)
            return self._kept[id_]
        data = self._objects.read(id_, TREE)
        if data is None:
            return None
        self._kept[id_] = parse_tree(data)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._kept[id_]

    def find(self, tree: str, path: bytes) -> str:
        """Give the id of the file at a path; empty if none is, or it is absent."""
        *folders, name = path.split(b"/")
        for each in folders:
            tree = folder_of((self.folder(tree) or {}).get(each)) if tree else ""
        return file_of((self.folder(tree) or {}).get(name)) if tree else ""

    def beside(self, tree: str, path: bytes, most: int) -> Iterator[tuple[bytes, str]]:
        """Give files with the same ending in the same folder, those near by name."""
        *folders, name = path.split(b"/")
        for each in folders:
            tree = folder_of((self.folder(tree) or {}).get(each)) if tree else ""
        entries = (self.folder(tree) or {}) if tree else {}
        ending = name.rpartition(b".")[2]
        names = sorted(each for each in entries if each.endswith(b"." + ending))
        at = bisect_left(names, name)
        for each in names[max(0, at - most // 2) : at + most // 2 + 1]:
            if each != name and (id_ := file_of(entries[each])):
                yield each, id_

    def files(self, tree: str) -> Iterator[tuple[bytes, str]]:
        """Give all files below a folder, and their ids."""
        for changed in self.changes("", tree):
            yield changed.path, changed.new

    def with_modes(self, tree: str) -> Iterator[tuple[bytes, int, str]]:
        """Give all files and links below a folder, with their modes and ids.

        Raises `Absent` when a folder is, or there is no end of them.
        """
        self._left = _MOST
        yield from self._with_modes(b"", tree, _DEEPEST)

    def _with_modes(
        self, above: bytes, tree: str, left: int
    ) -> Iterator[tuple[bytes, int, str]]:
        entries = self._present(tree)
        self._left -= len(entries) + 1
        if not left or self._left < 0:
            raise Absent
        for name, entry in entries.items():
            mode, id_ = entry
            if is_odd(name):
                continue
            if inner := folder_of(entry):
                yield from self._with_modes(above + name + b"/", inner, left - 1)
            elif mode in (*_FILES, _LINK):
                yield above + name, int(mode, 8), id_.hex()

    def changes(self, old: str, new: str) -> Iterator[Changed]:
        """Compare two folders, by name; an id may be empty for none.

        Raises `Absent` when a folder is, or there is no end of them.
        """
        self._left = _MOST
        yield from self._changes(b"", old, new, _DEEPEST)

    def _changes(
        self, above: bytes, old: str, new: str, left: int
    ) -> Iterator[Changed]:
        before, after = self._present(old), self._present(new)
        self._left -= len(before) + len(after) + 1
        if not left or self._left < 0:
            raise Absent
        for name in sorted(before.keys() | after.keys()):
            was, now = before.get(name), after.get(name)
            if was == now or is_odd(name):
                continue
            path = above + name
            yield from self._changed(path, was, now)
            old_folder, new_folder = folder_of(was), folder_of(now)
            if old_folder != new_folder:
                yield from self._changes(path + b"/", old_folder, new_folder, left - 1)

    def _changed(
        self, path: bytes, was: Entry | None, now: Entry | None
    ) -> Iterator[Changed]:
        old, new = file_of(was), file_of(now)
        if old != new:
            yield Changed(path=path, old=old, new=new)

    def _present(self, id_: str) -> Folder:
        if not id_:
            return {}
        found = self.folder(id_)
        if found is None:
            raise Absent
        return found


class Absent(Exception):
    """An object is not there, as in a partial clone."""


def is_odd(name: bytes) -> bool:
    """Tell a name that no file of a repository may have: it would lead elsewhere."""
    leads_on = b"/" in name or b"\\" in name
    return name in _ODD_NAMES or leads_on or name.lower() == b".git"
