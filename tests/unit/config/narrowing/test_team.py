"""What a project may say of a team's ledger: that it stays out, and nothing else."""

import os
from pathlib import Path

from hexai.config.folders import find_folders
from hexai.config.narrowing.project import read_project_file
from hexai.config.narrowing.trust import Owned
from hexai.config.order import Snapshot, load
from hexai.config.schema import Settings
from hexai.service.projects import grant

NOBODY = Owned(profiles=frozenset(), keys=frozenset())


def load_with(folder: Path, text: str, *, user: str = "", trusted: bool) -> Snapshot:
    """Load the configuration of somebody who stands in a project with that file."""
    folders = find_folders({}, folder / "home")
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.config_file.write_text(user)
    project = folder / "project"
    project.mkdir()
    path = project / ".hexaiconfig.toml"
    path.write_text(text)
    if trusted:
        file = read_project_file(path, folders, user=os.getuid(), owned=NOBODY)
        grant(folders, file, now=1.0)
    return load(folders, {}, project=project)


def test_a_project_may_stay_out(tmp_path: Path) -> None:
    """Without being trusted, and by the short form too."""
    snapshot = load_with(tmp_path, "team = false\n", trusted=False)

    assert not snapshot.settings.team.enabled
    assert snapshot.warnings == ()


def test_a_project_takes_nobody_in_who_is_out(tmp_path: Path) -> None:
    """What the user has switched off stays so, whether it is trusted or not."""
    for number, trusted in enumerate((False, True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        user = "[team]\nenabled = false\n"
        snapshot = load_with(folder, "team = true\n", user=user, trusted=trusted)

        assert not snapshot.settings.team.enabled


def test_a_trusted_file_names_no_server(tmp_path: Path) -> None:
    """Nor anything else about it; a warning names the keys."""
    text = '[team]\nservice = "theirs"\nsslmode = "disable"\nurl_env = "THEIRS"\n'
    snapshot = load_with(tmp_path, text, trusted=True)

    assert snapshot.settings.team == Settings().team
    [warning] = snapshot.warnings
    assert "team.service" in warning
