"""Folders of killed actions are removed by a later one, and no others."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hexai.surfaces.tmux.private_socket import Door, remove_left

MAKING = """
import os, sys
from hexai.surfaces.tmux.private_socket import Door
door = Door({"XDG_RUNTIME_DIR": sys.argv[1]})
open(door.folder + "/hexai-answer.txt", "w").close()
print(door.folder, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture(name="place")
def fixture_place(tmp_path: Path) -> Path:
    """Make a folder that the user alone may enter, with a short name."""
    place = tmp_path / "r"
    place.mkdir(mode=0o700)
    return place


def _left_by_a_killed_one(place: Path) -> Path:
    ran = subprocess.run(
        [sys.executable, "-c", MAKING, str(place)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return Path(ran.stdout.strip())


def _remove_left(place: Path, later: float) -> None:
    now = place.stat().st_mtime + later
    remove_left({"XDG_RUNTIME_DIR": str(place)}, now=now)


def test_what_a_killed_action_has_left_is_removed(place: Path) -> None:
    """With the answer that stood in an editor."""
    left = _left_by_a_killed_one(place)
    assert (left / "hexai-answer.txt").exists()
    _remove_left(place, later=120)

    assert not left.exists()


def test_an_action_under_way_keeps_its_folder(place: Path) -> None:
    """However long the user thinks, and though the socket is shut."""
    door = Door({"XDG_RUNTIME_DIR": str(place)})
    door.shut()
    _remove_left(place, later=86_400)
    is_there = Path(door.folder).exists()
    door.close()

    assert is_there
    assert not Path(door.folder).exists()


def test_a_folder_that_was_just_made_is_left_alone(place: Path) -> None:
    """Whoever makes it may be about to hold it."""
    left = _left_by_a_killed_one(place)
    _remove_left(place, later=10)

    assert left.exists()


@pytest.mark.parametrize("kind", ["link", "open", "file", "other"])
def test_what_no_action_has_made_is_left_alone(place: Path, kind: str) -> None:
    """A link, a folder that others may enter, a file, and another name."""
    found = place / ("hexai-other" if kind == "other" else "hexai-action-0")
    target = place / "kept"
    target.mkdir(mode=0o700)
    match kind:
        case "link":
            found.symlink_to(target)
        case "open":
            found.mkdir()
            found.chmod(0o755)
        case "file":
            found.touch(mode=0o600)
        case _:
            found.mkdir(mode=0o700)
    _remove_left(place, later=86_400)

    assert os.path.lexists(found)
    assert target.exists()
