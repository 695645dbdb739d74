"""Which project a folder belongs to, so that runs can be told apart by it."""

import os
from pathlib import Path


def named_project(folder: str, name: str) -> str:
    """Give the folder that a user names, who stands in `folder`, as it is recorded."""
    return os.path.normpath(Path(folder) / name)


def project_meant(folder: str, words: str) -> str:
    """Give what a user means who looks for a project: a folder, or only its name."""
    is_name = "/" not in words.rstrip("/") and words not in (".", "..")
    return words.rstrip("/") if is_name else named_project(folder, words)


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
