"""What git ignores, and a repository's HEAD, read without starting git."""

import errno
import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from msgspec import Struct

from hexai.config.files import Unreadable, read_bytes
from hexai.config.folders import Folders

LIMIT = 256 << 10
"""Bytes of a file that says what is ignored."""

_KEPT = 512

_QUICK = 16 << 10
"""Bytes that are parsed in no time."""

_Said = TypeVar("_Said")
_State = tuple[int, ...] | str


class TakesLong(Exception):
    """What was asked takes long; ask again in a thread, with patience."""


class WatchedFiles(Generic[_Said]):
    """What files of one kind say, at the cost of one `stat` before every request."""

    def __init__(self, parse: Callable[[bytes], _Said], *, limit: int = LIMIT) -> None:
        """`parse` is given a file's bytes, whatever they are; none for no file."""
        self._parse = parse
        self._limit = limit
        self._nothing = parse(b"")
        self._said: dict[str, tuple[_State, _Said]] = {}

    def say(self, path: str, *, patient: bool) -> _Said:
        """Say what is in a file now; the same object as long as it does not change.

        Raises `Unreadable`, naming the file, and, if not `patient`, `TakesLong`.
        """
        state = _state_of(path)
        if isinstance(state, str):
            raise Unreadable(f"{path} {state}")
        if not state:
            return self._nothing
        known = self._said.get(path)
        if known is not None and known[0] == state:
            return known[1]
        if state[0] > _QUICK and not patient:
            raise TakesLong
        said = self._read(path)
        if len(self._said) >= _KEPT:
            self._said.clear()
        self._said[path] = (state, said)
        return said

    def _read(self, path: str) -> _Said:
        try:  # a repository may have made a FIFO or a device of it
            read = read_bytes(Path(path), limit=self._limit)
        except Unreadable as error:
            raise Unreadable(f"{path} {error}") from None
        return self._nothing if read is None else self._parse(read[0])


def _state_of(path: str) -> _State:
    """Tell one state of a file from another; `()`: none, text: no file to be read."""
    try:
        found = os.stat(path)  # noqa: PTH116 - this runs often, and Paths are slow
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return ()
    except OSError as error:
        too_long = error.errno == errno.ENAMETOOLONG  # so there can be none
        return () if too_long else f"cannot be opened: {error.strerror}"
    if stat.S_ISREG(found.st_mode):
        times = found.st_mtime_ns, found.st_ctime_ns
        return (found.st_size, found.st_dev, found.st_ino, *times)
    return () if _is_null(found) else "is not a regular file"


def _is_null(found: os.stat_result) -> bool:
    """Tell the empty file that people name where they want none."""
    if not stat.S_ISCHR(found.st_mode):
        return False
    return found.st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116


_SYSTEM = ("/etc/gitconfig", "/usr/local/etc/gitconfig", "/opt/homebrew/etc/gitconfig")
_MOST = 50
"""Files of a configuration; more are no configuration but an attack."""

_CONTINUED = re.compile(r"\\\r?\n")
_HEADER = re.compile(r'\s*\[\s*([\w.-]+)\s*("(?:[^"\\]|\\.)*+")?\s*\]')
_KEY = re.compile(r"\s*([A-Za-z][A-Za-z0-9-]*)[ \t]*(?:=[ \t]*(.*))?")
_PIECE = re.compile(r'"((?:[^"\\]|\\.)*+)"?|((?:[^"\\#;]|\\.)++)|[#;].*')
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}
_WANTED = {
    ("core", "excludesfile"),
    ("core", "ignorecase"),
    ("include", "path"),
    ("includeif", "path"),
}
_FALSE = {"false", "no", "off", "0", ""}


class GitSetting(Struct, frozen=True, kw_only=True):
    """A line of git's configuration that matters here."""

    section: str
    """`core`, `include` or `includeif`."""
    key: str
    """In lower case, as the section."""
    value: str


class Excludes(Struct, frozen=True, kw_only=True):
    """What git asks beside the `.gitignore` files of a repository's folders."""

    files: tuple[str, ...] = ()
    """The one that counts most first."""
    any_case: bool = False
    """The repository's file system does not tell case."""


def find_repository(path: str) -> str:
    """Give the innermost folder above an absolute path that holds `.git`, or ""."""
    folder = posixpath.dirname(path)
    while not os.path.lexists(posixpath.join(folder, ".git")):
        above = posixpath.dirname(folder)
        if above == folder:
            return ""
        folder = above
    return folder


class Git:
    """Git's configuration, as far as it says what is ignored.

    Every method raises `Unreadable` where a file is there and cannot be read.
    """

    def __init__(self, folders: Folders, environ: Mapping[str, str]) -> None:
        """Read nothing yet."""
        self._home = str(folders.home)
        self._own = str(folders.config.parent / "git")
        self._environ = environ
        self._configs = WatchedFiles(parse_config, limit=1 << 20)
        self._links = WatchedFiles(lambda content: os.fsdecode(content.strip()))

    def excludes(self, repository: str, *, patient: bool) -> Excludes:
        """Say what else counts in a repository, given by its folder."""
        common = self._common_folder(posixpath.join(repository, ".git"))
        file, any_case = posixpath.join(self._own, "ignore"), False
        more: list[str] = []
        seen: set[str] = set()
        for config in (*self._config_files(), posixpath.join(common, "config")):
            for setting, is_certain in self._settings(config, seen, patient=patient):
                if setting.key == "ignorecase":
                    any_case = setting.value.lower() not in _FALSE
                    continue
                named = self._path(setting.value, repository)
                file, more = (named, more) if is_certain else (file, [*more, named])
        own = posixpath.join(common, "info", "exclude")
        files = (own, file, *more)
        return Excludes(files=tuple(filter(None, files)), any_case=any_case)

    def _common_folder(self, git: str) -> str:
        """Give the folder of a repository that all its worktrees share."""
        if not os.path.isdir(git):
            link = self._links.say(git, patient=True).removeprefix("gitdir:").strip()
            git = posixpath.join(posixpath.dirname(git), link)
        common = self._links.say(posixpath.join(git, "commondir"), patient=True)
        return posixpath.join(git, common) if common else git

    def _config_files(self) -> Iterator[str]:
        environ = self._environ
        if environ.get("GIT_CONFIG_NOSYSTEM", "").lower() in _FALSE:
            system = environ.get("GIT_CONFIG_SYSTEM")
            yield from (system,) if system else _SYSTEM
        if own := environ.get("GIT_CONFIG_GLOBAL"):
            yield own
        else:
            yield posixpath.join(self._own, "config")
            yield posixpath.join(self._home, ".gitconfig")

    def _settings(
        self, file: str, seen: set[str], *, patient: bool
    ) -> Iterator[tuple[GitSetting, bool]]:
        """Give a file's settings of `core`, and whether they hold in any case."""
        # A relative name would be looked up where we were started.
        if file in seen or not file.startswith("/"):
            return
        seen.add(file)
        if len(seen) > _MOST:
            raise Unreadable(f"{file} is one file too many for git's configuration")
        for setting in self._configs.say(file, patient=patient):
            if setting.section == "core":
                yield setting, True
                continue
            included = self._path(setting.value, posixpath.dirname(file))
            for inner, is_certain in self._settings(included, seen, patient=patient):
                # A condition of git's is not looked at: it may hold, or not.
                yield inner, is_certain and setting.section == "include"

    def _path(self, value: str, folder: str) -> str:
        """Give the path that a value means; nothing for another user's home."""
        if not value or (value.startswith("~") and not value.startswith("~/")):
            return ""
        if value.startswith("~/"):
            return posixpath.join(self._home, value[2:])
        return posixpath.join(folder, value)


def parse_config(content: bytes) -> tuple[GitSetting, ...]:
    """Parse what matters here of a configuration file of git; never fails."""
    section = ""
    settings = []
    for line in _CONTINUED.sub("", os.fsdecode(content)).split("\n"):
        at = 0
        while header := _HEADER.match(line, at):
            name, subsection = header[1].lower(), header[2]
            section = name if not subsection or name == "includeif" else ""
            at = header.end()
        key = _KEY.match(line, at)
        if key is None:
            continue
        name = key[1].lower()
        if (section, name) in _WANTED:
            value = "true" if key[2] is None else _value(key[2])
            settings.append(GitSetting(section=section, key=name, value=value))
    return tuple(settings)


def _value(text: str) -> str:
    """Undo the quotes, escapes and comments of a value."""
    pieces: list[str] = []
    last_is_bare = False
    for piece in _PIECE.finditer(text):
        if piece[1] is None and piece[2] is None:
            break
        pieces.append(piece[2] or piece[1] or "")
        last_is_bare = piece[2] is not None
    if last_is_bare:
        pieces[-1] = pieces[-1].rstrip()
    return _ESCAPE.sub(lambda one: _ESCAPES.get(one[1], one[1]), "".join(pieces))


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
    if not os.path.isdir(folder):
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
