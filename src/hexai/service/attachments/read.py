"""From names of files and folders to attachments, whole or not at all.

    rules = IgnoreRules(folders, environ)
    ignored = ignored_by(rules, settings.ignore)
    attached = read_files(["notes.md", "src"], root="/home/me/it", ignored=ignored)

Whoever names a file means it: it goes along though it is ignored, and the guard then
keeps the whole question on this machine. What a folder holds was not named, so of it
ignored files, links, images, and what is no text or large are left out, and told.
"""

import os
import posixpath
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from hexai.config.files import Oversized, Unreadable, read_bytes
from hexai.domain.attachments import Attachment
from hexai.errors import UsageError
from hexai.service.attachments.folders import (
    MOST_FILES,
    MOST_LOOKED_AT,
    Ignored,
    list_folder,
)
from hexai.service.attachments.kinds import Unfit, attachment, image_type, is_pdf
from hexai.text.nearest_name import nearest
from hexai.text.sanitise import visible_line

TEXT_LIMIT = 8 << 20
"""Bytes of all texts together, as of standard input."""
IMAGE_LIMIT = 20 << 20
"""Bytes of all images together."""
FOLDER_FILE_LIMIT = 256 << 10
"""Bytes of a file that was not named itself."""


class Attached(Struct, frozen=True, kw_only=True):
    """What was read, in the order in which it was named."""

    attachments: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()
    """What people should know of it: what of a folder was left out."""


def read_files(
    names: Sequence[str],
    *,
    root: str,
    ignored: Ignored,
    known: Mapping[str, Attached | str] | None = None,
) -> Attached:
    """Read files and folders, by paths that are absolute or count from `root`.

    A path below `root` is told to models as it is from there, any other one as it was
    named. What is named twice goes along once. `known` has what was read otherwise, by
    name (pages, standard input), or in a sentence why it could not be.

    Raises `UsageError`, which says of each that cannot go along why, and what to do.
    """
    desk = _Desk(root, ignored)
    problems = []
    for name in dict.fromkeys(names):
        found = known.get(name) if known else None
        if isinstance(found, str):
            problems.append(found)
            continue
        try:
            if found is None:
                desk.add(name)
            else:
                desk.put(found)
        except Unfit as error:
            problems.append(f"{visible_line(name) or repr(name)} {error}")
    if problems:
        raise UsageError("; ".join(problems))
    return desk.all


class _Desk:
    """What has been read so far, and how much more may come."""

    def __init__(self, root: str, ignored: Ignored) -> None:
        self._root = posixpath.normpath(root) if root else ""
        self._ignored = ignored
        self._attachments: list[Attachment] = []
        self._notes: list[str] = []
        self._seen: set[str] = set()
        self._text = self._images = 0

    @property
    def all(self) -> Attached:
        return Attached(attachments=tuple(self._attachments), notes=tuple(self._notes))

    def add(self, name: str) -> None:
        """Add a file or folder; raises `Unfit`."""
        if not name or "\0" in name:
            raise Unfit("is no path")
        if not self._root and not name.startswith("/"):
            raise Unfit("counts from a working directory that is gone; name it from /")
        path = posixpath.normpath(posixpath.join(self._root, name))
        if "://" in name and not os.path.lexists(path):
            raise Unfit("is no address that is fetched: http:// and https:// are")
        if os.path.isdir(path):
            self._add_folder(name, path)
        elif self._is_new(path):
            called = self._called(name, path)
            self._keep_named(attachment(called, path, _read(path, IMAGE_LIMIT)))

    def put(self, known: Attached) -> None:
        """Add what was read otherwise; raises `Unfit`."""
        for each in known.attachments:
            self._keep_named(each)
        self._notes += known.notes

    def _add_folder(self, name: str, folder: str) -> None:
        try:
            listing = list_folder(folder, self._ignored)
        except OSError as error:
            raise Unfit(f"cannot be read: {error.strerror}") from None
        if not listing.is_whole:
            raise Unfit(
                f"holds more than {MOST_FILES} files that are not ignored (or "
                f"{MOST_LOOKED_AT} in all); name a folder below it, or the files"
            )
        taken: list[Attachment] = []
        for path in listing.files:
            below = path.removeprefix(folder).lstrip("/")
            found = _of_folder(self._called(posixpath.join(name, below), path), path)
            if isinstance(found, str):
                listing.left_out[found] += 1
            elif self._is_new(path):
                self._keep(found)
                taken.append(found)
            else:
                listing.left_out["attached already"] += 1
        reasons = _counted(listing.left_out)
        if not taken and not listing.left_out["attached already"]:
            raise Unfit(f"has no file to attach{reasons}")
        self._notes.append(f"{visible_line(name)}: {_summed(taken)}{reasons}")

    def _called(self, name: str, path: str) -> str:
        below = f"{self._root}/"
        is_below = bool(self._root) and path.startswith(below)
        return visible_line(path[len(below) :] if is_below else name)

    def _is_new(self, path: str) -> bool:
        """Tell whether a file has not been read yet, under whatever name."""
        real = os.path.realpath(path)
        is_new = real not in self._seen
        self._seen.add(real)
        return is_new

    def _keep_named(self, new: Attachment) -> None:
        """Keep what was named itself; one without a word is probably a slip."""
        self._keep(new)
        if new.image is None and not new.text.strip():
            what = "has only blanks" if new.text else "is empty"
            self._notes.append(f"{visible_line(new.name)} {what}")

    def _keep(self, new: Attachment) -> None:
        if new.image is not None:
            self._images += new.image.size
            if self._images > IMAGE_LIMIT:
                raise Unfit(
                    f"is one image too much: together at most {IMAGE_LIMIT >> 20} MiB "
                    "go along; make them smaller"
                )
        else:
            self._text += _size(new)
            if self._text > TEXT_LIMIT:
                raise Unfit(
                    f"is too much: at most {TEXT_LIMIT >> 20} MiB of text go along; "
                    "attach the part that matters"
                )
        self._attachments.append(new)


def _size(found: Attachment) -> int:
    return len(found.text.encode("utf-8", "replace"))


def _read(path: str, limit: int) -> bytes:
    try:
        found = read_bytes(Path(path), limit=limit)
    except Oversized:
        raise Unfit(
            f"is over {limit >> 20} MiB; attach the part that matters"
        ) from None
    except Unreadable as error:
        advice = "; pipe it in: … | hexai …" if "regular" in str(error) else ""
        raise Unfit(f"{error}{advice}") from None
    if found is None:
        raise Unfit(f"is not there{_meant(path)}")
    return found[0]


def _meant(path: str) -> str:
    """Say what a name may have been meant to be; empty if nothing is like it."""
    folder, name = posixpath.split(path)
    try:
        near = nearest(name, os.listdir(folder))  # noqa: PTH208
    except OSError:
        return ""
    return f"; did you mean {visible_line(near)}?" if near else ""


def _of_folder(name: str, path: str) -> Attachment | str:
    """Read a file that was not named itself, or say why it is left out."""
    try:
        found = read_bytes(Path(path), limit=FOLDER_FILE_LIMIT)
    except Oversized:
        return f"over {FOLDER_FILE_LIMIT >> 10} KiB"
    except Unreadable:
        return "unreadable"
    if found is None:
        return "unreadable"  # it has gone since
    if image_type(found[0]) is not None or is_pdf(found[0]):
        return "images and PDFs, unless named"
    try:
        return attachment(name, path, found[0])
    except Unfit:
        return "no text"


def _summed(taken: Sequence[Attachment]) -> str:
    """Say how much of a folder goes along."""
    size = sum(map(_size, taken))
    files = f"{len(taken)} file" + "s" * (len(taken) != 1)
    return f"{files}, {max(1, round(size / 1024))} KiB"


def _counted(left_out: Counter[str]) -> str:
    """Say what of it is left out; empty if nothing is."""
    if not left_out:
        return ""
    reasons = (f"{why} ({number})" for why, number in sorted(left_out.items()))
    return f"; left out: {', '.join(reasons)}"
