"""Where the folders are."""

from pathlib import Path

import pytest

from hexai.config.folders import absolute_entries, find_folders, find_program

HOME = Path("/home/ada")


def test_without_variables_the_folders_are_below_home() -> None:
    """The defaults are those of the XDG specification."""
    folders = find_folders({}, HOME)

    assert folders.config_file == HOME / ".config/hexai/config.toml"
    assert folders.state == HOME / ".local/state/hexai"
    assert folders.cache == HOME / ".cache/hexai"
    assert folders.data == HOME / ".local/share/hexai"
    assert folders.models == HOME / ".local/share/hexai/models"
    assert folders.runtime == HOME / ".local/state/hexai/run"


def test_variables_move_the_folders() -> None:
    """Each XDG variable moves its own folder."""
    environ = {
        "XDG_CONFIG_HOME": "/c",
        "XDG_STATE_HOME": "/s",
        "XDG_CACHE_HOME": "/k",
        "XDG_DATA_HOME": "/d",
        "XDG_RUNTIME_DIR": "/r",
    }

    folders = find_folders(environ, HOME)

    assert [
        str(folder)
        for folder in (
            folders.config,
            folders.state,
            folders.cache,
            folders.data,
            folders.runtime,
        )
    ] == ["/c/hexai", "/s/hexai", "/k/hexai", "/d/hexai", "/r/hexai"]


@pytest.mark.parametrize("value", ["", ".", "config", "./config", "../c"])
def test_a_relative_or_empty_variable_does_not_count(value: str) -> None:
    """What the working directory holds is never taken for the user's own."""
    names = ("CONFIG_HOME", "STATE_HOME", "CACHE_HOME", "DATA_HOME", "RUNTIME_DIR")

    folders = find_folders({f"XDG_{name}": value for name in names}, HOME)

    assert folders == find_folders({}, HOME)


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
