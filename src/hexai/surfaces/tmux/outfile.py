"""The file that takes what goes out, where the user names one.

It may be the user's source file, so it keeps its mode and its links, and a kill in the
middle leaves the old one whole. A pipe or a device is written to and never replaced.
"""

import errno
import os
import stat
from pathlib import Path

from hexai.service.files import write_private
from hexai.surfaces.tmux.selection import write_all

_INTO = os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC | os.O_NOCTTY | os.O_NONBLOCK


def write_outfile(path: Path, data: bytes, *, stdout: int) -> None:
    """Write all of it; raises `OSError`.

    `/dev/stdout` may be a file that others append to: it is `stdout` itself.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        write_private(Path(os.path.realpath(path)), data)
        return
    if os.path.samestat(found, os.fstat(stdout)):
        write_all(stdout, data)
    elif stat.S_ISREG(found.st_mode) and found.st_nlink == 1:
        _replace(Path(os.path.realpath(path)), data, found)
    else:
        _write_into(path, data)


def _replace(path: Path, data: bytes, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid() or not os.access(path.parent, os.W_OK):
        _write_into(path, data)  # a new file would have another owner
        return
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    write_private(path, data, mode=stat.S_IMODE(found.st_mode))


def _write_into(path: Path, data: bytes) -> None:
    """Write into what is there, as a shell's `>` does; a pipe has to have a reader."""
    descriptor = os.open(path, _INTO)
    try:
        write_all(descriptor, data)
    finally:
        os.close(descriptor)
