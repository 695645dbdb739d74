"""Project files: found above a folder, read once, restricting, perhaps trusted.

Every `.hexaiconfig.toml` from the folder up to the outermost enclosing git root counts;
without a git root, only that of the folder itself. An inner repository or a submodule
lifts nothing of what an outer one forbids, since the search goes on above it. Git is
never started: a folder is a root if it holds `.git`, whatever that is.

A file is read once, and what is hashed is what is used. Before it is parsed it is
looked at (`config.toml`): all files above a place have one budget together. One that
cannot be read or has problems may hold restrictions that nobody can know, so until it
is mended nothing leaves this machine from there: to ignore it would lift them, and to
stop would let any repository stop Hexai. The same holds for a trusted file that does
not go together with the user's own settings.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.files import (
    CheckedLayer,
    ConfigFile,
    Unreadable,
    check_file,
    read_file,
)
from hexai.config.folders import Folders
from hexai.config.merge import Layer, merge
from hexai.config.narrowing.narrow import PATTERNS, Source
from hexai.config.narrowing.trust import (
    Grant,
    Owned,
    ShownKey,
    forbidden,
    grant_folder,
    read_grant,
    show_held_back,
)
from hexai.config.problems import KeyPath, Problem, dotted, listed_some
from hexai.config.toml import CHAIN, Weight, look
from hexai.errors import ConfigError

FILE_NAME = ".hexaiconfig.toml"
FILE_LIMIT = 64 << 10
"""Bytes of a project file."""

_HAS_PROBLEMS = "it has problems"
_TOO_MUCH_ABOVE = "the project files above it hold more than any project needs"
_UNKNOWN = f"{_HAS_PROBLEMS}, so what it forbids is not known"


class ProjectFile(Struct, frozen=True, kw_only=True):
    """A project file in the state in which it was read."""

    path: Path
    real_path: str = ""
    layer: Layer
    """All of it that is well-formed, trusted or not."""
    sha256: str = ""
    """Of its bytes, in hex; empty if they could not be read."""
    problems: tuple[str, ...] = ()
    """Why what it forbids is not known; one line each."""
    warnings: tuple[str, ...] = ()
    never_trusted: str = ""
    """Why it cannot be trusted; empty if it can."""
    is_trusted: bool = False
    has_changed: bool = False
    """Another state of it was trusted."""
    never: frozenset[KeyPath] = frozenset()
    """Keys that it never sets, trusted or not."""
    weight: Weight = Weight(size=0, items=0)
    """What it took of what the files of a chain may cost together."""

    @property
    def source(self) -> Source:
        """What it may take away."""
        return Source(
            name=FILE_NAME,
            values=self.layer.values,
            is_merged=self.is_trusted,
            unknown=_UNKNOWN if self.problems else "",
        )

    def broken(self, problems: Sequence[str]) -> "ProjectFile":
        """Give the file with problems, for which it cannot be trusted."""
        return replace(
            self,
            problems=tuple(problems),
            never_trusted=_HAS_PROBLEMS,
            is_trusted=False,
        )

    def held_back(self) -> tuple[ShownKey, ...]:
        """Give what the user must be shown before trusting it."""
        return show_held_back(self.layer.values, self.never)

    def tell(self, held: Sequence[KeyPath]) -> tuple[str, ...]:
        """Say what the user should know of a file in this state."""
        if self.problems:
            more = f" (and {n} more)" if (n := len(self.problems) - 1) else ""
            advice = "until this is mended, nothing goes from here to a cloud"
            return (*self.warnings, f"{self.problems[0]}{more}; {advice}")
        ignored = self.never if self.is_trusted else held
        keys = [dotted(path) for path in self.layer.values if path in ignored]
        if not keys:
            return self.warnings
        told = f"{self.path}: {_why_ignored(self)}: {listed_some(keys)}"
        return (*self.warnings, told)


def folders_of(path: Path) -> tuple[Path, ...]:
    """Give the folders whose project files count for an absolute path.

    That is where it is, and if links are in it also where they lead.
    """
    given = Path(os.path.normpath(path.parent))
    real = Path(_real(path)).parent
    return (given,) if given == real else (given, real)


def find_project_files(*folders: Path) -> tuple[Path, ...]:
    """Find the project files above absolute folders, the outermost first.

    A folder reached by links has the files of both its paths.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        for place in (Path(os.path.normpath(folder)), Path(_real(folder))):
            for path in _in_chain(place):
                found.setdefault(_real(path), path)
    return tuple(found.values())


def _real(path: Path) -> str:
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # such as a zero byte, which an editor can send
        return os.path.normpath(path)


def _in_chain(folder: Path) -> list[Path]:
    chain = (folder, *folder.parents)
    roots = [place for place in chain if os.path.lexists(place / ".git")]
    enclosed = chain[: chain.index(roots[-1]) + 1] if roots else chain[:1]
    files = (place / FILE_NAME for place in reversed(enclosed))
    return [file for file in files if os.path.lexists(file)]


def read_project(
    paths: Sequence[Path],
    folders: Folders,
    *,
    user: int,
    user_file: Path,
    owned: Owned,
) -> tuple[ProjectFile, ...]:
    """Read project files, given from the outermost to the innermost.

    `user` is the user's id; `user_file` is the user's own wherever it lies; `owned`
    is what the user's own layers have taken.
    """
    own = os.path.realpath(user_file)
    files = []
    left = CHAIN
    for path in paths:
        if os.path.realpath(path) == own:
            continue
        file = read_project_file(path, folders, user=user, owned=owned, left=left)
        left = left.less(file.weight)
        if file.is_trusted:
            owned |= Owned.by([file.layer])
        files.append(file)
    return tuple(files)


def read_project_file(
    path: Path, folders: Folders, *, user: int, owned: Owned, left: Weight = CHAIN
) -> ProjectFile:
    """Read one project file; whatever it is, this neither fails nor waits.

    `left` is what it may cost: the files above it have had their part.
    """
    real_path = os.path.realpath(path)
    empty = Layer(kind="project", name=str(path), values={})
    unread = ProjectFile(path=path, real_path=real_path, layer=empty)
    if not left.size:
        return unread.broken([f"{path}: is not read: {_TOO_MUCH_ABOVE}"])
    try:
        file = read_file(path, limit=FILE_LIMIT)
    except Unreadable as error:
        return unread.broken([f"{path}: {error}"])
    if file is None:
        return unread.broken([f"{path}: went away when it was to be read"])
    weight = look(file.text, left)
    if isinstance(weight, Problem):
        weighed = replace(unread, weight=Weight(size=len(file.content), items=0))
        return weighed.broken([empty.told(weight)])
    unread = replace(unread, weight=weight)
    try:
        # A link must not move what the trusted paths in the file mean.
        place = Path(real_path).parent
        checked = check_file(file, "project", home=folders.home, folder=place)
    except ConfigError as error:
        return unread.broken(error.problems)
    grant = read_grant(grant_folder(folders.state), real_path, user=user)
    read = _read(file, checked, grant, user=user)
    never = forbidden(read.layer.values, owned)
    return replace(read, real_path=real_path, never=never, weight=weight)


def _read(
    file: ConfigFile, checked: CheckedLayer, grant: Grant | None, *, user: int
) -> ProjectFile:
    import hashlib

    layer = checked.layer
    # A link may lead to a private file: its values are not for showing.
    told = [layer.told(replace(problem, value="")) for problem in checked.problems]
    never_trusted = _HAS_PROBLEMS if told else ""
    if file.owner not in {user, 0}:
        never_trusted = "it belongs to another user"
    sha256 = hashlib.sha256(file.content).hexdigest()
    return ProjectFile(
        path=file.path,
        layer=layer,
        sha256=sha256,
        problems=tuple(told),
        warnings=tuple(layer.told(warning) for warning in checked.warnings),
        never_trusted=never_trusted,
        is_trusted=not never_trusted and grant is not None and grant.sha256 == sha256,
        has_changed=grant is not None and grant.sha256 != sha256,
    )


def trusted_layers(
    files: Sequence[ProjectFile], lower: Sequence[Layer]
) -> tuple[Layer, ...]:
    """Give what trusted files set beyond narrowing, the outermost first.

    `use` always narrows. Ignore patterns are added to those of lower layers, since a
    list that replaced them would quietly take the user's own away.
    """
    layers = list(lower)
    for file in files:
        if file.is_trusted:
            layers.append(_trusted_layer(file, merge(layers).values.get(PATTERNS)))
    return tuple(layers[len(lower) :])


def _trusted_layer(file: ProjectFile, patterns: object) -> Layer:
    values = {
        path: value
        for path, value in file.layer.values.items()
        if path not in file.never and path[0] != "use"
    }
    own = values.get(PATTERNS)
    if isinstance(own, list) and isinstance(patterns, list | tuple):
        values[PATTERNS] = [*patterns, *own]
    return replace(file.layer, values=values)


def _why_ignored(file: ProjectFile) -> str:
    if file.is_trusted:
        return "ignored, as even a trusted project file may not set this"
    if file.never_trusted:
        return f"ignored; the file can never be trusted, as {file.never_trusted}"
    if file.has_changed:
        return (
            "ignored, as the file has changed since you trusted it "
            "(`hexai config trust` shows it again)"
        )
    return "ignored until you trust the file (see `hexai config trust`)"
