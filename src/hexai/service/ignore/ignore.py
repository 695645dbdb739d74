"""Files that never go to a cloud: for names, by git's files, by settings."""

import os
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import accumulate
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from hexai.config.files import Unreadable
from hexai.config.folders import Folders
from hexai.config.schema import Ignore
from hexai.service.guard.rules import NameRule, guard_rules
from hexai.service.ignore.git import Git, TakesLong, WatchedFiles, find_repository
from hexai.service.ignore.patterns import Pattern, parse_pattern, parse_patterns

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?://[^/?#]*)?")


def paths_of(uri: str) -> tuple[str, ...]:
    """Give the paths that a URI or path may mean, the likeliest first.

    An editor names a document as it likes: `file:///a/.env`, `untitled:.env`,
    `vscode-remote://host/a/%2Eenv`, `git:/a/.env?ref`, or a plain path. Where it is not
    clear what belongs to the path, both readings count, since one too many only keeps
    something here.
    """
    scheme = _SCHEME.match(uri)
    if scheme is None or uri.startswith("/"):
        return (uri,)
    whole = uri[scheme.end() :]
    # RFC 3986 ends the path there; not every client encodes what it has to.
    path = re.split(r"[?#]", whole, maxsplit=1)[0]
    return tuple(dict.fromkeys((_decoded(path), _decoded(whole), whole)))


def name_of(uri: str) -> str:
    """Give the last part of a document's path, for people."""
    path = paths_of(uri)[0].rstrip("/")
    return path.rpartition("/")[2] or uri


@lru_cache(maxsize=256)
def ignored_name(path: str) -> NameRule | None:
    """Give the rule by which a file of this name stays here, or None.

    Takes a path with slashes or backslashes, or a URI. Only its text counts: the
    caller asks for the real path as well.
    """
    for reading in paths_of(path):
        parts = [part for part in re.split(r"[/\\:]", reading.casefold()) if part]
        for rule in guard_rules().names:
            if _fits(rule.pattern, parts):
                return rule
    return None


def _decoded(text: str) -> str:
    """Undo percent-encoding; bytes that are no UTF-8 stay as the file system has it."""
    return os.fsdecode(unquote_to_bytes(text.encode("utf-8", "replace")))


def _fits(pattern: str, parts: list[str]) -> bool:
    *folders, name = pattern.split("/")
    split = len(parts) - 1 - len(folders)
    if split < 0 or parts[split:-1] != folders:
        return False
    start, star, end = name.partition("*")
    if not star:
        return parts[-1] == name
    fits = len(parts[-1]) >= len(start) + len(end)
    return fits and parts[-1].startswith(start) and parts[-1].endswith(end)


# A document counts by its given path and by its real one, so that a link named
# `notes.txt` hides nothing. Of a repository everything counts that git would ask:
# `.gitignore` at every level, then `info/exclude`, then the user's global excludes; and
# as in git the first of them that has a word for a path decides, and nothing within an
# ignored folder is taken back. Whether a file is tracked is not looked at. The patterns
# of the settings are a matter of their own, which no repository can lift.
#
# What cannot be found out counts as ignored.

_LONGEST = 4096
"""Characters; no file can have a longer path."""
_QUICK = 100_000
"""Patterns times characters of a path that are compared in no time."""
_DECIDED = 256
_SHOWN = 60

Patterns = tuple[Pattern, ...]


class _Level(Struct, frozen=True, kw_only=True, eq=False):
    """A file of patterns, and from where on they see a path."""

    path: str
    depth: int
    """How many names of the path come before."""
    patterns: Patterns


class Ignored(Struct, frozen=True, kw_only=True):
    """A document that stays on this machine."""

    uri: str
    reason: str
    """For people: which name, pattern or file it is for; never holds text of it."""


class IgnoreRules:
    """Says of documents whether they are ignored."""

    def __init__(self, folders: Folders, environ: Mapping[str, str]) -> None:
        """Read nothing yet."""
        self._home = str(folders.home)
        self._git = Git(folders, environ)
        self._files = WatchedFiles(parse_patterns)
        self._files_any_case = WatchedFiles(partial(parse_patterns, any_case=True))
        self._decided: dict[str, tuple[tuple[Patterns, ...], str]] = {}

    def find(
        self, uri: str, settings: Ignore, *, patient: bool = True
    ) -> Ignored | None:
        """Say why a document is ignored, by its URI or path; None if it is not.

        Without patience it raises `TakesLong` rather than hold up an event loop.
        """
        readings = paths_of(uri)
        local = _local_paths(readings)
        reason = (
            _kept_for_name((uri, *local))
            or self._kept_by_settings(local, readings, settings.extra_patterns)
            or (self._kept_by_git(local, patient=patient) if settings.gitignore else "")
        )
        return Ignored(uri=uri, reason=reason) if reason else None

    def hides(self, folder: str, settings: Ignore) -> bool:
        """Tell whether all that lies below a folder, an absolute path, is ignored."""
        paths = (f"{folder}/",)
        return bool(
            self._kept_by_settings(paths, paths, settings.extra_patterns)
            or (self._kept_by_git(paths, patient=True) if settings.gitignore else "")
        )

    def _kept_by_settings(
        self, local: Sequence[str], readings: Iterable[str], wanted: tuple[str, ...]
    ) -> str:
        if not wanted:
            return ""
        patterns, anchored = _parse_wanted(wanted, self._home)
        ends = (reading[-_LONGEST:] for reading in readings)
        for path in dict.fromkeys((*local, *ends)):
            repository = find_repository(path) if path in local else ""
            for root, rules in ((repository, patterns), ("", anchored)):
                levels = (_Level(path="", depth=0, patterns=rules),)
                found = _decide(
                    _names(path, root), levels, is_folder=path.endswith("/")
                )
                if found is not None:
                    pattern = wanted[found[1].line - 1][:_SHOWN]
                    which = f'the pattern "{pattern}" of ignore.extra_patterns'
                    return f"{name_of(path)} is ignored by {which}"
        return ""

    def _kept_by_git(self, paths: Iterable[str], *, patient: bool) -> str:
        for path in paths:
            if repository := find_repository(path):
                try:
                    reason = self._ignored_in(path, repository, patient=patient)
                except Unreadable as error:
                    reason = f"{error}, so what it ignores is not known"
                if reason:
                    return reason
        return ""

    def _ignored_in(self, path: str, repository: str, *, patient: bool) -> str:
        excludes = self._git.excludes(repository, patient=patient)
        names = _names(path, repository)
        folders = list(accumulate(names[:-1], _below, initial=repository))
        files = self._files_any_case if excludes.any_case else self._files
        levels = [
            _Level(path=file, depth=depth, patterns=files.say(file, patient=patient))
            for depth, file in _in_order(folders, excludes.files)
        ]
        asked = tuple(level.patterns for level in levels)
        known = self._decided.get(path)
        if known is not None and known[0] == asked:
            return known[1]
        if sum(map(len, asked)) * len(path) > _QUICK and not patient:
            raise TakesLong
        if excludes.any_case:
            names = [name.lower() for name in names]
        found = _decide(names, levels, is_folder=path.endswith("/"))
        reason = _ignored_by(found, path)
        if len(self._decided) >= _DECIDED:
            self._decided.clear()
        self._decided[path] = (asked, reason)
        return reason


def is_ignored(path: bytes, patterns_of: Callable[[bytes], Patterns]) -> bool:
    """Tell whether the patterns of a repository's own folders ignore a path in it.

    They are asked for by folder, the repository's own being empty; so they may be those
    of any commit.
    """
    names = path.split(b"/")
    folders = accumulate(
        names[:-1], lambda above, name: above + name + b"/", initial=b""
    )
    levels = [
        _Level(path="", depth=depth, patterns=patterns_of(folder.rstrip(b"/")))
        for depth, folder in reversed(list(enumerate(folders)))
    ]
    found = _decide(names, levels)
    return found is not None


def _in_order(
    folders: Sequence[str], excludes: Iterable[str]
) -> Iterator[tuple[int, str]]:
    """Give the files that git asks, what counts most first, and how deep they lie."""
    for depth, folder in reversed(list(enumerate(folders))):
        yield depth, posixpath.join(folder, ".gitignore")
    for file in excludes:
        yield 0, file


def _below(folder: str, name: bytes) -> str:
    return posixpath.join(folder, os.fsdecode(name))


def _ignored_by(found: tuple[_Level, Pattern] | None, path: str) -> str:
    if found is None:
        return ""
    level, pattern = found
    return f"{name_of(path)} is ignored by line {pattern.line} of {level.path}"


def _decide(
    names: Sequence[bytes], levels: Sequence[_Level], *, is_folder: bool = False
) -> tuple[_Level, Pattern] | None:
    """Find the pattern that ignores a path or one of the folders above it."""
    for end in range(1, len(names) + 1):
        found = _last_word(names[:end], levels, is_folder=is_folder or end < len(names))
        if found is not None and not found[1].negated:
            return found
    return None


def _last_word(
    names: Sequence[bytes], levels: Sequence[_Level], *, is_folder: bool
) -> tuple[_Level, Pattern] | None:
    for level in levels:
        below = names[level.depth :]
        for pattern in reversed(level.patterns) if below else ():
            if pattern.matches(below, is_folder=is_folder):
                return level, pattern
    return None


def _kept_for_name(paths: Iterable[str]) -> str:
    for path in paths:
        if (rule := ignored_name(path)) is not None:
            return (
                f"{name_of(path)} stays here for its name"
                f" (rule {rule.pattern}: {rule.what})"
            )
    return ""


def _local_paths(readings: Iterable[str]) -> tuple[str, ...]:
    """Give the paths that may be files here, each as it is given and as it is."""
    paths: list[str] = []
    for path in readings:
        if path.startswith("/") and len(path) <= _LONGEST and "\0" not in path:
            paths += (posixpath.normpath(path), _real_path(path))
    return tuple(dict.fromkeys(paths))


def _real_path(path: str) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # it has characters that no name has
        return posixpath.normpath(path)


def _names(path: str, root: str) -> list[bytes]:
    """Give the names of a path below a folder, of an absolute or relative one."""
    below = path.removeprefix(root)
    return [name for name in _as_bytes(below).split(b"/") if name]


@lru_cache(maxsize=64)
def _parse_wanted(wanted: tuple[str, ...], home: str) -> tuple[Patterns, Patterns]:
    """Parse patterns of the settings; those from the root `/` on once more apart.

    They count from the folder of the repository, as in its own `.gitignore`. But who
    writes a whole path into a file of their own means that path.
    """
    at_home = {"~/": f"{home}/", "!~/": f"!{home}/"}
    lines = [_with_beginning(text, at_home) for text in wanted]
    parsed = [parse_pattern(_as_bytes(text), n) for n, text in enumerate(lines, 1)]
    patterns = [pattern for pattern in parsed if pattern is not None]
    anchored = [p for p in patterns if lines[p.line - 1].startswith(("/", "!/"))]
    return tuple(patterns), tuple(anchored)


def _with_beginning(text: str, instead: Mapping[str, str]) -> str:
    for begins, other in instead.items():
        if text.startswith(begins):
            return other + text.removeprefix(begins)
    return text


def _as_bytes(text: str) -> bytes:
    """Encode a path as the file system does, and what it cannot somehow."""
    try:
        return os.fsencode(text)
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")
