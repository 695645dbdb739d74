"""The files by which processes share workers."""

import os
from pathlib import Path

import pytest

from hexai.providers.llamacpp.files import (
    Card,
    WorkerFiles,
    all_workers,
    try_lock,
    worker_files,
)


def test_a_lock_keeps_others_out_until_it_is_released(tmp_path: Path) -> None:
    """Of two who try, one holds the lock; afterwards the other can."""
    with try_lock(tmp_path / "lock") as first:
        assert first.held
        assert not try_lock(tmp_path / "lock").held
        assert not try_lock(tmp_path / "lock", shared=True).held

    with try_lock(tmp_path / "lock") as second:
        assert second.held


def test_a_shared_lock_keeps_out_only_who_wants_it_alone(tmp_path: Path) -> None:
    """Requests share a lease; nobody can take it from them."""
    with try_lock(tmp_path / "lease", shared=True) as one:
        with try_lock(tmp_path / "lease", shared=True) as other:
            assert one.held
            assert other.held
        assert not try_lock(tmp_path / "lease").held


def test_an_inherited_lock_ends_with_its_last_holder(tmp_path: Path) -> None:
    """A duplicate of the descriptor keeps the lock after the original is closed."""
    with try_lock(tmp_path / "lock") as lock:
        duplicate = os.dup(lock.fd)

    assert not try_lock(tmp_path / "lock").held
    os.close(duplicate)
    assert try_lock(tmp_path / "lock").held


def test_who_holds_no_lock_has_no_descriptor(tmp_path: Path) -> None:
    """The descriptor of a lock that was not obtained cannot be used by mistake."""
    with try_lock(tmp_path / "lock"):
        failed = try_lock(tmp_path / "lock")

    with pytest.raises(ValueError, match="not held"):
        _ = failed.fd


def test_a_link_in_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    """A lock file is never made or opened through a link."""
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="lock"):
        try_lock(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()


def test_locks_leave_no_descriptor_open(tmp_path: Path) -> None:
    """Neither a lock that was held nor a try that failed keeps a file open."""
    before = _open_descriptors()
    for _ in range(5):
        with try_lock(tmp_path / "lock"):
            assert not try_lock(tmp_path / "lock", shared=True).held
        worker_files(tmp_path, "some").is_alive()

    assert _open_descriptors() == before


def test_a_worker_lives_as_long_as_its_lock_is_held(tmp_path: Path) -> None:
    """The lock decides, whatever else is there; asking twice at once is harmless."""
    files = worker_files(tmp_path, "model")
    files.socket.touch()

    assert not files.is_alive()
    with try_lock(files.lock):
        assert files.is_alive()
    with try_lock(files.lock, shared=True):
        assert not files.is_alive()


@pytest.mark.parametrize("written", [b"", b'{"pid": 1, "k', b"[]", b"\xff"])
def test_a_card_that_is_not_written_yet_is_none(tmp_path: Path, written: bytes) -> None:
    """A lock file that is empty or half written names nobody."""
    files = worker_files(tmp_path, "model")
    assert files.card() is None

    files.lock.write_bytes(written)

    assert files.card() is None


def test_a_card_does_not_show_its_key() -> None:
    """The key of a worker is in no repr."""
    assert "secret" not in repr(Card(pid=1, key="secret"))


def test_files_are_named_after_what_they_serve(tmp_path: Path) -> None:
    """The same model has the same files, another model others."""
    names = [worker_files(tmp_path, text).name for text in ("one", "one", "other")]

    assert names[0] == names[1] != names[2]
    assert all(len(name) == 16 for name in names)


def test_what_a_dead_worker_left_is_removed(tmp_path: Path) -> None:
    """All four files go, and nothing else."""
    files = _with_all_files(tmp_path)
    (tmp_path / "gate").touch()

    files.remove()

    assert (tmp_path / "gate").exists()
    assert list(tmp_path.glob(f"{files.name}.*")) == []


@pytest.mark.parametrize("held", ["lock", "lease"])
def test_nothing_is_removed_under_a_worker_or_a_request(
    tmp_path: Path, held: str
) -> None:
    """A lock or a lease that is held keeps the files where they are."""
    files = _with_all_files(tmp_path)
    with try_lock(tmp_path / f"{files.name}.{held}", shared=held == "lease"):
        files.remove()

    assert len(list(tmp_path.glob(f"{files.name}.*"))) == 4


def test_only_workers_are_listed(tmp_path: Path) -> None:
    """What else lies in the folder is no worker."""
    files = _with_all_files(tmp_path)
    (tmp_path / "gate").touch()
    (tmp_path / "other.lock").touch()

    assert all_workers(tmp_path) == [files]


def _with_all_files(folder: Path) -> WorkerFiles:
    files = worker_files(folder, "model")
    for path in (files.lock, files.lease, files.socket, files.log):
        path.touch()
    return files


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))
