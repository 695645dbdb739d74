"""Commands on answers, in copies of a folder."""

import errno
from pathlib import Path
from typing import Any

import pytest

from hexai.bench.passes import Surroundings
from hexai.bench.questions.running import Running
from hexai.config.folders import find_folders
from hexai.errors import UsageError


def test_a_file_that_cannot_be_copied_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the user's, and may not be for them to read."""
    folder = tmp_path / "q"
    folder.mkdir()
    (folder / "locked").touch()

    def opened(path: Path, mode: str) -> Any:
        raise PermissionError(errno.EACCES, f"Permission denied to {mode}", str(path))

    monkeypatch.setattr(Path, "open", opened)
    around = Surroundings(
        environ={}, home=str(tmp_path), folders=find_folders({}, tmp_path)
    )
    with pytest.raises(UsageError, match="locked cannot be read"):
        Running((), str(folder), around)
