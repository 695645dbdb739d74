"""What is half done: held by its maker, and removed once nobody holds it."""

import fcntl
import os
import stat
from pathlib import Path

import pytest

from hexai.service.setup.scratch import new_file, new_folder, remove_dead

PREFIX = "hexai-pull-"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with nothing in it."""
    made = tmp_path / "here"
    made.mkdir()
    return made


def test_what_is_held_stays_and_is_gone_afterwards(folder: Path) -> None:
    """Whoever tidies up meanwhile removes nothing; folder and file are private."""
    with new_folder(folder, PREFIX) as made, new_file(folder, PREFIX) as file:
        (made.path / "wheel").write_bytes(b"half")

        assert remove_dead(folder, PREFIX) == 0
        assert (made.path / "wheel").read_bytes() == b"half"
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o700
        assert stat.S_IMODE(file.path.stat().st_mode) == 0o600

    assert list(folder.iterdir()) == []


def test_what_was_renamed_keeps_its_new_name(folder: Path) -> None:
    """A file that is finished is no longer half done."""
    with new_file(folder, PREFIX) as file:
        os.write(file.fd, b"whole")
        file.path.replace(folder / "model.gguf")

    assert remove_dead(folder, PREFIX) == 0
    assert (folder / "model.gguf").read_bytes() == b"whole"


def test_who_inherited_the_lock_holds_it_too(folder: Path) -> None:
    """What a child works on stays though its maker is gone."""
    left = folder / f"{PREFIX}left"
    left.mkdir()
    makers = os.open(left, os.O_RDONLY)
    fcntl.flock(makers, fcntl.LOCK_EX)
    childs = os.dup(makers)
    os.close(makers)

    assert remove_dead(folder, PREFIX) == 0
    assert left.exists()
    os.close(childs)
    assert remove_dead(folder, PREFIX) == 1
    assert not left.exists()


def test_only_dead_things_of_ours_are_removed(folder: Path) -> None:
    """Another name, a link of our name and what it points at all stay."""
    precious = folder / "precious"
    precious.mkdir()
    (precious / "letter").write_text("dear")
    (folder / "model.gguf").write_text("model")
    (folder / f"{PREFIX}link").symlink_to(precious)
    dead = folder / f"{PREFIX}dead"
    dead.mkdir()
    (dead / "link").symlink_to(precious)
    (folder / f"{PREFIX}file").write_bytes(b"half")

    assert remove_dead(folder, PREFIX) == 2
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{PREFIX}link",
        "model.gguf",
        "precious",
    ]
    assert (precious / "letter").read_text() == "dear"


def test_what_belongs_to_another_user_stays(folder: Path) -> None:
    """In a shared temporary folder others may use our prefix."""
    theirs = Path("/etc/hostname")  # root's; given away by root below
    if os.getuid() == 0:
        theirs = folder / f"{PREFIX}theirs"
        theirs.mkdir()
        os.chown(theirs, 12345, 12345)

    assert remove_dead(theirs.parent, theirs.name) == 0
    assert theirs.exists()


def test_a_pipe_of_our_name_keeps_nobody_waiting(folder: Path) -> None:
    """Opening it does not wait for a writer."""
    os.mkfifo(folder / f"{PREFIX}pipe")

    assert remove_dead(folder, PREFIX) == 1


def test_a_folder_that_is_not_there_has_nothing_dead(folder: Path) -> None:
    """The first pull finds no store."""
    assert remove_dead(folder / "store", PREFIX) == 0


def test_what_its_maker_never_held_is_dead_after_a_while(folder: Path) -> None:
    """By its date; what is younger may still be worked on."""
    for name, age in (("left", 86_500.0), ("fresh", 100.0)):
        file = folder / f"{PREFIX}{name}"
        file.write_bytes(b"half")
        then = file.stat().st_mtime - age
        os.utime(file, (then, then))

    assert remove_dead(folder, PREFIX, after=86_400.0) == 1
    assert [path.name for path in folder.iterdir()] == [f"{PREFIX}fresh"]
