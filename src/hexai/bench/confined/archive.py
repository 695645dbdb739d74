"""The files of a commit, packed, without being written anywhere that has a name."""

import posixpath
import tarfile
import tempfile
from collections.abc import Iterable
from io import BytesIO
from typing import IO

from hexai.bench.mining.trees import BLOB, Absent, Objects, Trees

MOST_FILES = 50_000
MOST_BYTES = 512 << 20
_LINK, _PROGRAM = 0o120000, 0o100755


class TooLarge(Exception):
    """A commit holds more than is copied; the text says so."""


def pack(
    objects: Objects, trees: Trees, tree: str, *, most_files: int = MOST_FILES
) -> IO[bytes]:
    """Pack the files below a folder; gives an open file without a name.

    Links that lead out of it are left out, and so are submodules, which are elsewhere.
    Raises `TooLarge`, and `Absent` where an object is not there.
    """
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's
    try:
        _write(packed, objects, trees.with_modes(tree), most_files)
    except BaseException:
        packed.close()
        raise
    return packed


def _write(
    packed: IO[bytes],
    objects: Objects,
    found: Iterable[tuple[bytes, int, str]],
    most_files: int,
) -> None:
    files = size = 0
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path, mode, id_ in found:
            files, size = files + 1, size + (objects.size(id_) or 0)
            if files > most_files or size > MOST_BYTES:
                raise TooLarge(
                    f"are of commits of over {most_files} files or "
                    f"{MOST_BYTES >> 20} MB"
                )
            data = objects.read(id_, BLOB)
            if data is None:
                raise Absent
            _add(archive, path, mode, data)


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
