"""Private files and folders."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.service.private_files import (
    make_private_folder,
    open_private_append,
    read_private,
    write_private,
)

LIMIT = 1000


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test under a careless, a usual and a strict umask."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.mark.usefixtures("umask")
def test_files_and_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    """A folder is 0700 and a file 0600 with a careless umask and with a strict one."""
    folder = tmp_path / "hexai" / "answers"

    make_private_folder(folder)
    write_private(folder / "kept", b"text")
    os.close(open_private_append(folder / "log"))

    assert [_mode(p) for p in (folder.parent, folder)] == [0o700, 0o700]
    assert [_mode(p) for p in sorted(folder.iterdir())] == [0o600, 0o600]


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """A folder of ours that is too open is tightened; what lies above is left alone."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "answers"
    folder.mkdir()
    folder.chmod(0o777)

    make_private_folder(folder)

    assert (_mode(folder), _mode(tmp_path)) == (0o700, 0o755)


def test_a_log_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """A file of ours is appended to, and nobody else can read it from then on."""
    log = tmp_path / "log"
    log.write_bytes(b"old ")
    log.chmod(0o644)

    descriptor = open_private_append(log)
    os.write(descriptor, b"new")
    os.close(descriptor)

    assert (log.read_bytes(), _mode(log)) == (b"old new", 0o600)


def test_a_link_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    """A link to a folder is not the private folder, even to one of the user's own."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "answers").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(NotADirectoryError, match="answers"):
        make_private_folder(tmp_path / "answers")


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    """What is no folder is said to be none."""
    (tmp_path / "answers").write_text("")

    with pytest.raises(NotADirectoryError, match="answers"):
        make_private_folder(tmp_path / "answers")


def test_what_belongs_to_somebody_else_is_refused(tmp_path: Path) -> None:
    """Another user's folder and another user's file are not used."""
    folder, file = _somebody_elses(tmp_path)

    with pytest.raises(PermissionError, match="another user"):
        make_private_folder(folder)
    with pytest.raises(PermissionError, match="another user"):
        read_private(file, limit=100_000)


def _somebody_elses(tmp_path: Path) -> tuple[Path, Path]:
    """Give a folder and a file of another user: root's, or given away by root."""
    if os.geteuid() != 0:
        return Path("/etc"), Path("/etc/passwd")
    folder, file = tmp_path / "theirs", tmp_path / "file"
    folder.mkdir()
    file.write_text("planted")
    os.chown(folder, 65534, 65534)
    os.chown(file, 65534, 65534)
    return folder, file


def test_links_are_neither_read_nor_written_through(tmp_path: Path) -> None:
    """A link is refused by reading and appending, and replaced by writing."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("untouched")
    link.symlink_to(target)

    with pytest.raises(OSError, match="link"):
        read_private(link, limit=LIMIT)
    with pytest.raises(OSError, match="link"):
        open_private_append(link)
    write_private(link, b"new")

    assert (target.read_text(), link.is_symlink()) == ("untouched", False)


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    """What is no regular file is refused at once, whoever holds its other end."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)

    with pytest.raises(OSError, match="not a regular file"):
        read_private(fifo, limit=LIMIT)
    with pytest.raises(OSError, match="fifo"):
        open_private_append(fifo)


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    """A file of exactly the limit is read, one of a byte more is not."""
    write_private(tmp_path / "fits", b"x" * LIMIT)
    write_private(tmp_path / "large", b"x" * (LIMIT + 1))

    assert len(read_private(tmp_path / "fits", limit=LIMIT)) == LIMIT
    with pytest.raises(OSError, match="larger than 1000 bytes"):
        read_private(tmp_path / "large", limit=LIMIT)


@pytest.mark.parametrize("sync", [False, True])
def test_a_file_is_replaced_whole(tmp_path: Path, sync: bool) -> None:
    """A reader sees the old text or the new one, never a mixture or nothing."""
    path = tmp_path / "file"
    texts = {b"a" * 100_000, b"b" * 50_000}
    write_private(path, min(texts))
    done = threading.Event()
    seen: set[bytes] = set()

    def read() -> None:
        while not done.is_set():
            seen.add(read_private(path, limit=1_000_000))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(20):
        for text in texts:
            write_private(path, text, sync=sync)
    done.set()
    reader.join()

    assert seen
    assert seen <= texts
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["file"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    """When the name cannot be taken, what was there stays and no rest is left."""
    (tmp_path / "file").mkdir()

    with pytest.raises(IsADirectoryError):
        write_private(tmp_path / "file", b"new")

    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "xdg"]


def test_an_unfinished_copy_of_a_dead_process_is_no_obstacle(tmp_path: Path) -> None:
    """A rest with the name that would come next is passed by, not written to."""
    rest = tmp_path / f".file.{os.getpid()}.0.tmp"
    rest.write_text("rest")

    write_private(tmp_path / "file", b"new")

    assert (tmp_path / "file").read_bytes() == b"new"
    assert rest.read_text() == "rest"
