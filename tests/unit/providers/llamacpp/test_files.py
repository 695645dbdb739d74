"""The files by which processes share workers."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.errors import NotSent
from hexai.providers.llamacpp.files import (
    Card,
    WorkerFiles,
    all_workers,
    make_private,
    try_lock,
    worker_files,
    workers_folder,
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


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """Give a runtime folder whose path no socket can have; tidies up in /tmp."""
    folder = tmp_path.joinpath(*(["folder"] * 12))
    folder.mkdir(parents=True, mode=0o700)
    yield folder
    for name in ("elsewhere", "elsewhere.before"):
        if (folder / name).is_symlink():
            shutil.rmtree((folder / name).readlink(), ignore_errors=True)


def test_a_folder_is_made_for_the_user_alone(tmp_path: Path) -> None:
    """Missing folders are made with mode 0700 under a careless umask too."""
    before = os.umask(0)
    try:
        make_private(tmp_path / "state" / "hexai" / "run")
    finally:
        os.umask(before)
    make_private(tmp_path / "state" / "hexai" / "run")

    for folder in ("state", "state/hexai", "state/hexai/run"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o710, 0o777, 0o500])
def test_a_folder_that_others_may_enter_is_refused(tmp_path: Path, mode: int) -> None:
    """A wrong mode is not mended: nobody knows what was put there meanwhile."""
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(mode)

    with pytest.raises(NotSent, match="chmod 700"):
        make_private(folder)


def test_a_link_or_a_file_is_no_private_folder(tmp_path: Path) -> None:
    """A link is refused even if it leads to a private folder; a file is too."""
    make_private(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "lost").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").touch()

    for name in ("link", "lost", "file"):
        with pytest.raises(NotSent, match=f"{name} is not a folder"):
            make_private(tmp_path / name)


def test_another_users_folder_is_refused(tmp_path: Path) -> None:
    """A folder of somebody else is never used."""
    with pytest.raises(NotSent, match="belongs to another user"):
        make_private(_somebody_elses(tmp_path))


def test_a_folder_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    """The reason of the system is told, with the folder's name."""
    (tmp_path / "file").touch()

    with pytest.raises(NotSent, match=r"cannot make .*file/run: Not a directory"):
        make_private(tmp_path / "file" / "run")


def test_nothing_is_made_below_another_users_folder(tmp_path: Path) -> None:
    """With sudo, and the variables of who called it, that user is not locked out."""
    theirs = _somebody_elses(tmp_path)
    with pytest.raises(NotSent, match="set XDG_RUNTIME_DIR"):
        make_private(theirs / "hexai")
    assert not (theirs / "hexai").exists()


def test_a_path_that_fits_a_socket_stays(tmp_path: Path) -> None:
    """The folder that was asked for is the one that is used, with nothing in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        folder = Path("run")
        assert workers_folder(folder) == folder
        assert list(folder.iterdir()) == []


def test_a_long_path_is_exchanged_for_a_short_one(deep: Path) -> None:
    """The same one each time, private, and short enough for a socket."""
    short = workers_folder(deep)

    assert workers_folder(deep) == short
    assert short.parent == Path("/tmp")
    assert short.stat().st_mode & 0o777 == 0o700
    assert len(str(worker_files(short, "model").socket)) < 100


def test_the_short_name_does_not_follow_from_the_path(deep: Path) -> None:
    """Whoever knows user and path cannot take the name first: it is drawn anew."""
    first = workers_folder(deep)
    (deep / "elsewhere").rename(deep / "elsewhere.before")

    assert workers_folder(deep) != first


def test_what_is_no_longer_private_is_replaced(deep: Path) -> None:
    """A folder that is gone, opened to others, or is something else, is not used."""
    for spoil in (Path.rmdir, _open_to_others, _make_a_link, _give_away):
        short = workers_folder(deep)
        spoil(short)

        other = workers_folder(deep)

        assert other != short
        assert other.stat(follow_symlinks=False).st_mode & 0o777 == 0o700
        _tidy(short)


def test_a_link_to_elsewhere_is_not_followed(deep: Path, tmp_path: Path) -> None:
    """Only what was drawn here counts, not any folder that a link may name."""
    (tmp_path / "hexai-own").mkdir(mode=0o700)
    (deep / "elsewhere").symlink_to(tmp_path / "hexai-own")

    assert workers_folder(deep).parent == Path("/tmp")


def test_processes_that_come_at_once_agree(deep: Path) -> None:
    """One draws, the others take what was drawn, and nothing is left over."""
    before = set(Path("/tmp").glob("hexai-*"))
    code = (
        "import sys, pathlib; from hexai.providers.llamacpp.files import *;"
        "sys.stdin.readline(); print(workers_folder(pathlib.Path(sys.argv[1])))"
    )
    several = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(deep)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for each in several:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()

    said = {each.communicate(timeout=60)[0] for each in several}

    assert said == {f"{workers_folder(deep)}\n"}
    assert Path(said.pop().strip()) not in before


def test_a_link_that_cannot_be_written_says_what_to_do(deep: Path) -> None:
    """The embedded model fails with a reason, and nothing else does."""
    (deep / "elsewhere").mkdir()

    with pytest.raises(NotSent, match=r"for .*: Is a directory") as caught:
        workers_folder(deep)
    assert "shorter path" in caught.value.what_to_do


def _open_to_others(folder: Path) -> None:
    folder.chmod(0o755)


def _make_a_link(folder: Path) -> None:
    folder.rename(f"{folder}-moved")
    folder.symlink_to(f"{folder}-moved")


def _give_away(folder: Path) -> None:
    """Root can; for others a folder that is gone stands for it."""
    if os.getuid() == 0:
        os.chown(folder, 65534, 65534)
    else:
        folder.rmdir()


def _tidy(folder: Path) -> None:
    for path in (folder, Path(f"{folder}-moved")):
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            path.rmdir()


def _somebody_elses(tmp_path: Path) -> Path:
    """Give another user's folder: root's, or given away by root."""
    if os.getuid() != 0:
        return Path("/etc")
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    return folder
