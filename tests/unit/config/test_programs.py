"""Looking programs up: by absolute paths alone."""

from pathlib import Path

import pytest

from hexai.config.programs import absolute_entries, find_program


def make_program(path: Path) -> None:
    """Make a program that does nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", "utf-8")
    path.chmod(0o755)


def test_nothing_is_found_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by a dot or a gap in PATH nor by a relative name."""
    make_program(tmp_path / "ed")
    monkeypatch.chdir(tmp_path)
    for name, path in (("ed", "."), ("ed", ""), ("ed", ":"), ("./ed", "/bin")):
        assert find_program(name, path) is None
    assert find_program("ed", f".:{tmp_path}") == str(tmp_path / "ed")


def test_what_is_not_executable_is_no_make_program(tmp_path: Path) -> None:
    """A text file or a folder of that name is passed over."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "ed").write_text("text", "utf-8")
    (tmp_path / "b" / "ed").mkdir(parents=True)
    make_program(tmp_path / "c" / "ed")
    path = ":".join(str(tmp_path / folder) for folder in "abc")
    assert find_program("ed", path) == str(tmp_path / "c" / "ed")


def test_an_absolute_path_needs_no_entry(tmp_path: Path) -> None:
    """PATH is not asked for a program that is named whole."""
    make_program(tmp_path / "ed")
    assert find_program(str(tmp_path / "ed"), "") == str(tmp_path / "ed")


def test_only_absolute_entries_are_kept() -> None:
    """What is left of a PATH means the same in every working directory."""
    assert absolute_entries(".::/usr/bin:bin:./bin:/bin") == "/usr/bin:/bin"
