"""The files of a commit, packed, without being written anywhere that has a name."""

import posixpath
import tarfile
import tempfile
from io import BytesIO
from typing import IO

from hexai.bench.mining.trees import BLOB, Absent, Objects, Trees

MOST_FILES = 50_000
MOST_BYTES = 512 << 20
_LINK, _PROGRAM = 0o120000, 0o100755


class TooLarge(Exception):
    """A commit holds more than is copied; the text says so."""


def pack(objects: Objects, trees: Trees, tree: str) -> IO[bytes]:
    """Pack the files below a folder; gives an open file without a name.

    Links that lead out of it are left out, and so are submodules, which are elsewhere.
    Raises `TooLarge`, and `Absent` where an object is not there.
    """
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's
    files = size = 0
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, mode, id_ in trees.with_modes(tree):
            files, size = files + 1, size + (objects.size(id_) or 0)
            if files > MOST_FILES or size > MOST_BYTES:
                packed.close()
                raise TooLarge(
                    f"over {MOST_FILES} files or {MOST_BYTES >> 20} MB in a commit"
                )
            data = objects.read(id_, BLOB)
            if data is None:
                packed.close()
                raise Absent
            _add(archive, path, mode, data)
    return packed


def _add(archive: tarfile.TarFile, path: bytes, mode: int, data: bytes) -> None:
    entry = tarfile.TarInfo(path.decode("utf-8", "surrogateescape"))
    if mode == _LINK:
        target = data.decode("utf-8", "surrogateescape")
        if _leads_out(entry.name, target):
            return
        entry.type, entry.linkname = tarfile.SYMTYPE, target
        archive.addfile(entry)
        return
    entry.size, entry.mode = len(data), 0o755 if mode == _PROGRAM else 0o644
    archive.addfile(entry, BytesIO(data))


def _leads_out(name: str, target: str) -> bool:
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
    return not target or posixpath.isabs(target) or whole.split("/")[0] == ".."
