"""The files of a folder that may go along: those that are not ignored, and no links.

A link may lead anywhere, so a repository of somebody else's could have any file sent;
who wants what it leads to names that.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from hexai.config.schema import Ignore
from hexai.service.ignore.ignore import IgnoreRules

MOST_FILES = 500
MOST_LOOKED_AT = 50_000
"""Entries of folders that are looked at, ignored ones too."""
_NOT_CONTENT = frozenset({".git", ".hg", ".jj", ".svn"})


class Ignored(Struct, frozen=True, kw_only=True):
    """What must not go along unasked, by absolute paths."""

    file: Callable[[str], bool]
    folder: Callable[[str], bool]
    """Whether all that lies below a folder is ignored."""


def ignored_by(rules: IgnoreRules, settings: Ignore) -> Ignored:
    """Ask the rules that hold for all surfaces."""
    return Ignored(
        file=lambda path: rules.find(path, settings) is not None,
        folder=lambda path: rules.hides(path, settings),
    )


class Listing(Struct, kw_only=True):
    """What was found below a folder."""

    files: list[str] = field(default_factory=list)
    """Absolute paths, each folder's files before its folders', by name."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many were left out, by why."""
    is_whole: bool = True
    """Whether all of it was looked at."""


def list_folder(folder: str, ignored: Ignored) -> Listing:
    """List the files below a folder, an absolute path; raises `OSError` for itself."""
    listing, looked_at = Listing(), 0
    waiting = [(folder, True)]
    while waiting:
        current, is_first = waiting.pop()
        try:
            entries = sorted(_entries(current), key=lambda entry: entry.name)
        except OSError:
            if is_first:
                raise
            listing.left_out["unreadable"] += 1
            continue
        looked_at += len(entries)
        below = _take(entries, ignored, listing)
        if looked_at > MOST_LOOKED_AT or len(listing.files) > MOST_FILES:
            listing.is_whole = False
            return listing
        waiting += [(path, False) for path in reversed(below)]
    return listing


def _take(
    entries: list[os.DirEntry[str]], ignored: Ignored, listing: Listing
) -> list[str]:
    """Take the files of one folder; gives the folders that are to be looked into."""
    below = []
    for entry in entries:
        if entry.is_symlink():
            listing.left_out["links"] += 1
        elif entry.is_dir(follow_symlinks=False):
            if entry.name in _NOT_CONTENT:
                continue
            if ignored.folder(entry.path):
                listing.left_out["ignored"] += 1
            else:
                below.append(entry.path)
        elif not entry.is_file(follow_symlinks=False):
            listing.left_out["no files"] += 1
        elif ignored.file(entry.path):
            listing.left_out["ignored"] += 1
        else:
            listing.files.append(entry.path)
    return below


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        yield from found
