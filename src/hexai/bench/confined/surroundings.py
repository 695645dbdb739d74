"""What of a user's surroundings a confined command gets, and what it does not see."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from hexai.bench.confined.room import EMPTIED, HOME
from hexai.config.folders import Folders, absolute_entries

_KEPT = frozenset(
    {
        "CONDA_PREFIX",
        "GOROOT",
        "JAVA_HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "TZ",
        "VIRTUAL_ENV",
    }
)
"""Variables that say where tools are, and which language is spoken; beside `LC_…`."""
_PLACES = ("CONDA_PREFIX", "GOROOT", "JAVA_HOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
"""Those of them that name folders, as `PATH` does."""
_STORES = {
    "CARGO_HOME": ".cargo",
    "GOMODCACHE": "go/pkg/mod",
    "NVM_DIR": ".nvm",
    "PYENV_ROOT": ".pyenv",
    "RUSTUP_HOME": ".rustup",
}
"""Where tools keep what is installed, below the home that they do not have here."""
_PATHS = re.compile(r"""(?:(?<=[\s'"();&|<>=:])|^)/[^\s'"();&|<>]+""")
"""What a word of a command names: a shell's words hold several paths."""
INSTALLED = (".venv", "venv", "node_modules")
"""Folders of a repository that no commit has, and without which nothing runs."""
_SECRET = (
    ".1password",
    ".aws",
    ".azure",
    ".bitwarden-ssh-agent.sock",
    ".bundle/config",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".colima",
    ".composer/auth.json",
    ".config",
    ".docker",
    ".gem/credentials",
    ".git-credentials",
    ".gitconfig",
    ".gnupg",
    ".gradle/gradle.properties",
    ".kube",
    ".lima",
    ".local/share/containers",
    ".local/share/keyrings",
    ".local/state",
    ".m2/settings.xml",
    ".mozilla",
    ".netrc",
    ".npmrc",
    ".password-store",
    ".pgpass",
    ".pypirc",
    ".rd",
    ".screen",
    ".ssh",
    ".terraform.d",
    ".thunderbird",
    ".vault-token",
    ".yarnrc.yml",
)
"""Below a home: what opens other doors, and where others listen. A list, and so a net
with holes."""


def environ_of(environ: Mapping[str, str], home: str) -> dict[str, str]:
    """Give a command's variables: by name, so that no credential is among them."""
    kept = {
        name: value
        for name, value in environ.items()
        if name in _KEPT or name.startswith("LC_")
    }
    stores = {
        name: environ.get(name) or str(Path(home, place))
        for name, place in _STORES.items()
    }
    return {
        **kept,
        **{name: path for name, path in stores.items() if os.path.isdir(path)},
        "PATH": absolute_entries(environ.get("PATH", "")),
        "HOME": HOME,
        "TMPDIR": "/tmp",  # noqa: S108 - in a room where nobody else is
        "GOPROXY": "off",
        "CARGO_NET_OFFLINE": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def hidden(folders: Folders, home: str) -> tuple[str, ...]:
    """Give what a command does not see: secrets of others, and all that is Hexai's."""
    own = (folders.config, folders.state, folders.cache, folders.runtime)
    return tuple(_absolute((*(Path(home, each) for each in _SECRET), *own)))


def tools(
    command: Iterable[str], environ: Mapping[str, str], hidden: Iterable[str]
) -> tuple[str, ...]:
    """Give the programs that a command needs of the places that are empty in a room.

    An environment may lie below `/tmp`, and on NixOS all of `PATH` is below `/run`.
    Nothing is given that holds what is hidden, or lies in it.
    """
    places = [place for name in _PLACES for place in _entries(environ, name)]
    named = (path for word in command for path in _PATHS.findall(word))
    called = (_folder_of_programs(path) for path in named if _is_program(path))
    programs = [*_entries(environ, "PATH"), *called]
    wanted = {*places, *programs, *map(_prefix, programs)}
    pythons = {Path(place, "bin/python") for place in wanted}
    real = (os.path.realpath(each) for each in pythons if os.path.exists(each))
    wanted |= {_prefix(posixpath.dirname(each)) for each in real}
    away = tuple(map(os.path.realpath, hidden))
    lost = (Path(path) for path in sorted(wanted) if _is_lost(Path(path), away))
    shown: list[Path] = []
    for path in lost:
        if not any(path.is_relative_to(other) for other in shown):
            shown.append(path)
    return tuple(map(str, shown))


def _entries(environ: Mapping[str, str], name: str) -> list[str]:
    return list(filter(None, absolute_entries(environ.get(name, "")).split(os.pathsep)))


def _is_program(path: str) -> bool:
    """Tell what is run from what is read or written, which is none of the room's."""
    return os.path.isfile(path) and os.access(path, os.X_OK)


def _folder_of_programs(path: str) -> str:
    """Give the `bin` that a program is in, with what it may call, or else itself."""
    folder = Path(path).parent
    return str(folder) if folder.name == "bin" else path


def _prefix(folder: str) -> str:
    """Give what a `bin` belongs to, such as a virtual environment, or the folder."""
    prefix = Path(folder).parent
    is_bin = Path(folder).name == "bin" and os.path.isdir(Path(prefix, "lib"))
    return str(prefix) if is_bin else folder


def _is_lost(place: Path, hidden: tuple[str, ...]) -> bool:
    """Tell whether a room would lack what is there and may be seen."""
    if not (place.is_absolute() and (os.path.isdir(place) or os.path.isfile(place))):
        return False  # such as a socket, behind which somebody is
    real = Path(os.path.realpath(place))
    for each in map(Path, hidden):
        if real.is_relative_to(each) or each.is_relative_to(real):
            return False
    return any(Path(each) in place.parents for each in EMPTIED)


def _absolute(paths: tuple[Path | None, ...]) -> Iterator[str]:
    for path in paths:
        if path is not None and path.is_absolute():
            yield os.path.normpath(path)
