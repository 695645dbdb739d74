"""Watched files: read again when they change, and never waited for."""

import os
from pathlib import Path

import pytest

from hexai.config.sources import Unreadable
from hexai.service.ignore.files import LIMIT, TakesLong, WatchedFiles


def test_a_file_is_parsed_once_for_each_state(tmp_path: Path) -> None:
    """What it says is the same object until it changes, is replaced, or goes."""
    parsed: list[bytes] = []

    def parse(content: bytes) -> list[bytes]:
        parsed.append(content)
        return content.splitlines()

    files = WatchedFiles(parse)
    path = tmp_path / "ignore"

    def say() -> list[bytes]:
        return files.say(str(path), patient=True)

    assert say() == []
    path.write_bytes(b"a\nb")
    first = say()
    assert first == [b"a", b"b"]
    assert say() is first
    (tmp_path / "new").write_bytes(b"c\nd")
    (tmp_path / "new").rename(path)
    assert say() == [b"c", b"d"]
    path.unlink()
    assert say() == []
    assert parsed == [b"", b"a\nb", b"c\nd"]


def test_no_file_is_waited_for(tmp_path: Path) -> None:
    """A FIFO, a folder and what never ends are told, not opened."""
    files = WatchedFiles(bytes)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")

    for name in ("fifo", "zero", "."):
        path = str(tmp_path / name)
        with pytest.raises(Unreadable, match="is not a regular file"):
            files.say(path, patient=True)


def test_what_is_no_file_says_nothing(tmp_path: Path) -> None:
    """The null device is the usual way to say so; odd names are no failure."""
    files = WatchedFiles(bytes)
    (tmp_path / "file").write_text("")
    (tmp_path / "none").symlink_to("gone")
    (tmp_path / "null").symlink_to("/dev/null")

    for name in ("none", "null", "file/below", "n" * 300, "a\0b", "a\ud800b"):
        assert files.say(f"{tmp_path}/{name}", patient=True) == b""
    assert files.say("/dev/null", patient=True) == b""


def test_a_file_that_is_too_large_is_told(tmp_path: Path) -> None:
    """Up to the limit it is read."""
    files = WatchedFiles(len)
    path = tmp_path / "ignore"
    path.write_bytes(b"a" * LIMIT)

    assert files.say(str(path), patient=True) == LIMIT
    path.write_bytes(b"a" * (LIMIT + 1))
    with pytest.raises(Unreadable, match=f"{path} is over 256 KiB"):
        files.say(str(path), patient=True)


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    """It cannot be read, so nobody knows what it would say."""
    (tmp_path / "ignore").symlink_to("ignore")

    with pytest.raises(Unreadable, match="cannot be opened"):
        WatchedFiles(bytes).say(str(tmp_path / "ignore"), patient=True)


def test_the_impatient_get_only_what_is_quick(tmp_path: Path) -> None:
    """A large file is parsed for the patient; then everybody has it."""
    files = WatchedFiles(len)
    path = tmp_path / "ignore"
    path.write_bytes(b"a\n" * 20_000)

    with pytest.raises(TakesLong):
        files.say(str(path), patient=False)
    files.say(str(path), patient=True)
    assert files.say(str(path), patient=False) == 40_000


def test_many_files_do_not_pile_up(tmp_path: Path) -> None:
    """The oldest are forgotten and read again."""
    files = WatchedFiles(bytes)
    for number in range(600):
        path = tmp_path / str(number)
        path.write_text(str(number))

        assert files.say(str(path), patient=True) == str(number).encode()
    assert files.say(str(tmp_path / "0"), patient=True) == b"0"
    assert len(files._said) < 600
