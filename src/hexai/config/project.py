"""Project files: found above a folder, read once, restricting, perhaps trusted.

Every `.hexaiconfig.toml` from the folder up to the outermost enclosing git root counts;
without a git root, only that of the folder itself. An inner repository or a submodule
lifts nothing of what an outer one forbids, since the search goes on above it. Git is
never started: a folder is a root if it holds `.git`, whatever that is.

A file is read once, and what is hashed is what is used. One that cannot be read or has
problems may hold restrictions that nobody can know, so until it is mended nothing
leaves this machine from there: to ignore it would lift them, and to stop would let any
repository stop Hexai.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.layers import CheckedLayer, check_file
from hexai.config.locate import Folders
from hexai.config.merge import Layer, merge
from hexai.config.narrow import PATTERNS, Source
from hexai.config.problems import KeyPath, dotted
from hexai.config.sources import ConfigFile, Unreadable, read_file
from hexai.config.trust import (
    Grant,
    Shown,
    forbidden,
    grant_folder,
    read_grant,
    show_held_back,
)
from hexai.errors import ConfigError

FILE_NAME = ".hexaiconfig.toml"
FILE_LIMIT = 64 << 10
"""Bytes of a project file."""

_LISTED = 8
_UNKNOWN = "it has problems, so what it forbids is not known"


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

    @property
    def source(self) -> Source:
        """What it may take away."""
        return Source(
            name=FILE_NAME,
            values=self.layer.values,
            is_merged=self.is_trusted,
            unknown=_UNKNOWN if self.problems else "",
        )

    def held_back(self) -> tuple[Shown, ...]:
        """Give what the user must be shown before trusting it."""
        return show_held_back(self.layer.values, self.never)


def find_project_files(folder: Path) -> tuple[Path, ...]:
    """Find the project files above an absolute folder, the outermost first.

    A folder reached by links has the files of both its paths.
    """
    given = Path(os.path.normpath(folder))
    real = Path(os.path.realpath(folder))
    found: dict[str, Path] = {}
    for path in (*_in_chain(given), *_in_chain(real)):
        found.setdefault(os.path.realpath(path), path)
    return tuple(found.values())


def _in_chain(folder: Path) -> list[Path]:
    chain = (folder, *folder.parents)
    roots = [place for place in chain if os.path.lexists(place / ".git")]
    enclosed = chain[: chain.index(roots[-1]) + 1] if roots else chain[:1]
    files = (place / FILE_NAME for place in reversed(enclosed))
    return [file for file in files if os.path.lexists(file)]


def read_project(
    folder: Path,
    folders: Folders,
    *,
    user: int,
    user_file: Path,
    taken: Collection[str],
) -> tuple[ProjectFile, ...]:
    """Read the project files above a folder, the outermost first.

    `user` is the user's id; `user_file` is the user's own wherever it lies; `taken`
    are the user's profiles.
    """
    own = os.path.realpath(user_file)
    names = set(taken)
    files = []
    for path in find_project_files(folder):
        if os.path.realpath(path) == own:
            continue
        file = read_project_file(path, folders, user=user, taken=names)
        if file.is_trusted:
            names.update(profile_names([file.layer]))
        files.append(file)
    return tuple(files)


def profile_names(layers: Iterable[Layer]) -> set[str]:
    """Give the names of the profiles that layers define."""
    paths = (path for layer in layers for path in layer.values)
    return {str(path[1]) for path in paths if path[0] == "providers" and path[1:]}


def read_project_file(
    path: Path, folders: Folders, *, user: int, taken: Collection[str]
) -> ProjectFile:
    """Read one project file; whatever it is, this neither fails nor waits."""
    real_path = os.path.realpath(path)
    empty = Layer(kind="project", name=str(path), values={})
    broken = ProjectFile(path=path, real_path=real_path, layer=empty)
    broken = replace(broken, never_trusted="it has problems")
    try:
        file = read_file(path, limit=FILE_LIMIT)
    except Unreadable as error:
        return replace(broken, problems=(f"{path}: {error}",))
    if file is None:
        return replace(broken, problems=(f"{path}: is a link to nothing",))
    try:
        # A link must not move what the trusted paths in the file mean.
        place = Path(real_path).parent
        checked = check_file(file, "project", home=folders.home, folder=place)
    except ConfigError as error:
        return replace(broken, problems=error.problems)
    grant = read_grant(grant_folder(folders.state), real_path, user=user)
    read = _read(file, checked, grant, user=user)
    never = forbidden(read.layer.values, taken)
    return replace(read, real_path=real_path, never=never)


def _read(
    file: ConfigFile, checked: CheckedLayer, grant: Grant | None, *, user: int
) -> ProjectFile:
    import hashlib

    layer = checked.layer
    # A link may lead to a private file: its values are not for showing.
    told = [layer.told(replace(problem, value="")) for problem in checked.problems]
    never_trusted = "it has problems" if told else ""
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


def tell(file: ProjectFile, held: Sequence[KeyPath]) -> tuple[str, ...]:
    """Say what the user should know of a file in this state."""
    if file.problems:
        more = f" (and {n} more)" if (n := len(file.problems) - 1) else ""
        advice = "until this is mended, nothing goes from here to a cloud"
        return (*file.warnings, f"{file.problems[0]}{more}; {advice}")
    ignored = file.never if file.is_trusted else held
    keys = [dotted(path) for path in file.layer.values if path in ignored]
    if not keys:
        return file.warnings
    listed = ", ".join(keys[:_LISTED])
    more = f" and {len(keys) - _LISTED} more" if len(keys) > _LISTED else ""
    return (*file.warnings, f"{file.path}: {_why_ignored(file)}: {listed}{more}")


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
