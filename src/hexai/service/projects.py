"""Which project a folder belongs to, and whether the user trusts its file."""

import os
from pathlib import Path

import msgspec

from hexai.config.folders import Folders
from hexai.config.narrowing.project import ProjectFile
from hexai.config.narrowing.trust import Grant, grant_file, grant_folder, list_grants
from hexai.errors import ConfigError
from hexai.service.private_files import make_private_folder, write_private


def as_recorded(path: str) -> str:
    """Write a path as records hold it: of bytes that are no UTF-8 the numbers."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def named_project(folder: str, name: str) -> str:
    """Give the folder that a user names, who stands in `folder`, as it is recorded."""
    return as_recorded(os.path.normpath(Path(folder) / name))


def project_meant(folder: str, words: str) -> str:
    """Give what a user means who looks for a project: a folder, or only its name."""
    is_name = "/" not in words.rstrip("/") and words not in (".", "..")
    if is_name:
        return as_recorded(words.rstrip("/"))
    return named_project(folder, words)


def project_of(folder: str) -> str:
    """Give the nearest folder from here up that holds `.git`; empty if there is none.

    `folder` is absolute, or empty where the working directory is gone.
    """
    if not folder:
        return ""
    here = Path(folder)
    for place in (here, *here.parents):
        if os.path.lexists(place / ".git"):
            return str(place)
    return ""


def grant(folders: Folders, file: ProjectFile, *, now: float) -> Grant:
    """Trust a project file in the state that was shown; an older grant is replaced.

    The caller hands over the file as it was read and shown; nobody reads it again.
    `now` is in seconds since 1970. Raises `ConfigError` for a file that can never be
    trusted, and `OSError` if the grant cannot be kept.
    """
    if file.never_trusted:
        raise ConfigError((f"{file.path}: cannot be trusted: {file.never_trusted}",))
    given = Grant(path=as_recorded(file.real_path), sha256=file.sha256, granted_at=now)
    folder = grant_folder(folders.state)
    make_private_folder(folder)
    place = grant_file(folder, file.real_path)
    write_private(place, msgspec.json.encode(given), sync=True)
    return given


def revoke(folders: Folders, path: Path) -> bool:
    """Take back the trust in a project file; False if there was none.

    The file itself need not be there any more.
    """
    folder = grant_folder(folders.state)
    place = grant_file(folder, os.path.realpath(path))
    try:
        place.unlink()
    except FileNotFoundError:
        return False
    return True


def grants(folders: Folders) -> tuple[Grant, ...]:
    """List what the user trusts, by path."""
    return list_grants(grant_folder(folders.state), user=os.geteuid())
