"""The room of a confined command: what it sees of this machine, and what it may write.

All that is mounted becomes read-only. Where sockets of other programs lie, which would
be a way out, and where secrets usually lie, there is nothing. The copy of a repository
is in memory, at the very path of the repository: so what is installed by that path
means the copy, and nothing is left of it when the room is gone.
"""

import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

from hexai.bench.confined.job import Job
from hexai.bench.confined.namespaces import (
    NO_DEVICES,
    NO_EXEC,
    NO_SUID,
    make_private,
    make_read_only,
    mount,
    open_tree,
    put,
)

HOME = "/tmp/home"  # noqa: S108 - in a room where nobody else is
_SCRATCH = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
"""Folders that everybody may write to, of a room's own."""
_SOCKETS = ("/run", "/var/run")
"""Where other programs listen: a desktop's bus, containers, agents."""
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {
    "fd": "/proc/self/fd",
    "stdin": "/proc/self/fd/0",
    "stdout": "/proc/self/fd/1",
    "stderr": "/proc/self/fd/2",
    "ptmx": "pts/ptmx",
}
EMPTIED = (*_SCRATCH, *_SOCKETS)
"""Places of a machine that are a room's own, and empty but for what it is told to show.
"""
_FEW = "size=1m,nr_inodes=4096"


def furnish(job: Job, archive: int) -> None:
    """Make the room of a job, in namespaces of its own. Raises `OSError`."""
    make_private()
    make_read_only("/")
    devices = {name: open_tree(f"/dev/{name}") for name in _DEVICES}
    shown = {path: open_tree(path) for path in _folders(job.shown)}
    tools = {path: open_tree(path) for path in sorted(job.tools)}
    hidden = _hidden(job.hidden)
    size = f"size={job.bytes},nr_inodes=400000"
    for path in _folders(_SOCKETS):
        _empty(path, _FEW)
    for path in _folders(_SCRATCH[:2]):
        _empty(path, size)
    for path in hidden:
        if os.path.isdir(path):
            _empty(path, _FEW)
        elif os.path.isfile(path):
            put(open_tree("/dev/null"), path)
    _make_devices(devices, size)
    mount("proc", "/proc", flags=NO_SUID | NO_DEVICES | NO_EXEC)
    Path(HOME).mkdir(parents=True)
    _copy(job, archive, size)
    for path, tree in (*shown.items(), *tools.items()):
        _show(Path(path), tree)


def written(job: Job) -> int:
    """Count the bytes that lie in the folders of the room, which are in memory."""
    found = 0
    for folder in (*_folders(_SCRATCH), job.folder):
        system = os.statvfs(folder)
        found += (system.f_blocks - system.f_bfree) * system.f_frsize
    return found


def _show(path: Path, tree: int) -> None:
    """Show a file or a folder as outside, unless there is one, as of the copy."""
    if os.path.exists(path):
        os.close(tree)
        return
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        path.mkdir(parents=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    put(tree, str(path))


def _folders(paths: tuple[str, ...]) -> Iterator[str]:
    """Give those that are folders, and no links to others."""
    for path in paths:
        is_link = os.path.islink(path)
        if not is_link and os.path.isdir(path):
            yield path


def _hidden(paths: tuple[str, ...]) -> list[str]:
    """Give where they really lie; what is hidden within another one needs nothing."""
    return sorted({os.path.realpath(path) for path in paths})


def _empty(path: str, options: str) -> None:
    mount("tmpfs", path, options=f"mode=755,{options}")


def _make_devices(devices: dict[str, int], size: str) -> None:
    mount("tmpfs", "/dev", flags=NO_SUID | NO_EXEC, options=f"mode=755,{_FEW}")
    for name, tree in devices.items():
        path = f"/dev/{name}"
        Path(path).touch()
        put(tree, path)
    for name, target in _LINKS.items():
        Path("/dev", name).symlink_to(target)
    Path("/dev/pts").mkdir()
    mount(
        "devpts",
        "/dev/pts",
        flags=NO_SUID | NO_EXEC,
        options="newinstance,ptmxmode=0666,mode=620",
    )
    Path("/dev/shm").mkdir()  # noqa: S108
    _empty("/dev/shm", size)  # noqa: S108


def _copy(job: Job, archive: int, size: str) -> None:
    """Unpack the copy, and write over what the job says."""
    folder = Path(job.folder)
    folder.mkdir(parents=True, exist_ok=True)
    mount("tmpfs", job.folder, options=f"mode=755,{size}")
    os.lseek(archive, 0, os.SEEK_SET)  # whoever read it last has left it at its end
    with os.fdopen(archive, "rb") as file, tarfile.open(fileobj=file) as packed:
        _unpack(packed, folder)
    for path, text in job.texts.items():
        (folder / path).write_bytes(text.encode("utf-8", "surrogatepass"))


def _unpack(packed: tarfile.TarFile, folder: Path) -> None:
    """Unpack what we have packed ourselves, where nothing else can be written."""
    if hasattr(tarfile, "fully_trusted_filter"):  # Python 3.11.4 and later
        packed.extractall(folder, filter="fully_trusted")  # noqa: S202 - `archive.py`
    else:
        packed.extractall(folder)  # noqa: S202
