"""Where the folders are."""

from pathlib import Path

import pytest

from hexai.config.locate import find_folders

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
