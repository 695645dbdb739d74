"""What real processes leave of the files of the configuration."""

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.projects import make_repository, write_project_file
from tests.support.started import SCRIPT, shell

pytestmark = pytest.mark.e2e


def test_a_full_disk_leaves_no_half_of_a_new_file() -> None:
    """It would count as a configuration, and be in the way of the next attempt."""
    file = Path(os.environ["XDG_CONFIG_HOME"]) / "hexai" / "config.toml"  # noqa: TID251

    done = shell("ulimit -f 0; OPENAI_API_KEY=k hexai config init --yes")

    assert done.returncode == 1
    assert f"{file}: cannot be written: File too large" in done.stderr
    assert list(file.parent.iterdir()) == []
    assert shell("OPENAI_API_KEY=k hexai config init --yes").returncode == 0


def test_trust_given_by_many_at_once_is_given_for_all(tmp_path: Path) -> None:
    """No process loses another one's word."""
    folders = [make_repository(tmp_path / name) for name in "abcdef"]
    children = []
    for folder in folders:
        file = write_project_file(folder, f"cli.vote = true # {folder}")
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        words = [str(SCRIPT), "config", "trust", "--yes", sha256]
        children.append(subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL))
    assert [child.wait(PATIENCE) for child in children] == [0] * len(folders)

    listed = shell("hexai config trust --list").stdout

    assert listed.count("  trusted\n") == len(folders)
