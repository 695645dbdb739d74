"""Repositories with project files, for tests."""

from pathlib import Path

FILE_NAME = ".hexaiconfig.toml"


def make_repository(folder: Path, text: str | bytes | None = None) -> Path:
    """Make a folder a git root, with a project file if there is a text for it."""
    (folder / ".git").mkdir(parents=True)
    if text is not None:
        write_project_file(folder, text)
    return folder


def write_project_file(folder: Path, text: str | bytes) -> Path:
    """Write the project file of a folder, which is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path
