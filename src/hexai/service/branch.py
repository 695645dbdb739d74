"""Which branch a file's repository is on, read without starting git."""

import os
from pathlib import Path

from hexai.config.sources import Unreadable, read_bytes
from hexai.service.ignore.git import find_repository

_LIMIT = 4096


def head_of(path: str) -> str:
    """Give what HEAD of a file's repository holds; empty if nobody can tell.

    It changes when another branch is checked out, and not when something is committed
    to one.
    """
    repository = find_repository(path)
    if not repository:
        return ""
    folder = Path(repository, ".git")
    if not folder.is_dir():
        link = _read(folder)
        if not link.startswith("gitdir:"):
            return ""
        folder = Path(repository, os.fsdecode(link.removeprefix("gitdir:").strip()))
    return _read(folder / "HEAD")


def _read(path: Path) -> str:
    try:
        read = read_bytes(path, limit=_LIMIT)
    except Unreadable:
        return ""
    return "" if read is None else read[0].decode("utf-8", "replace")
