"""What of a user's surroundings a confined command gets, and what it does not see."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from hexai.bench.confined.room import HOME
from hexai.config.locate import Folders, absolute_entries

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
_STORES = {
    "CARGO_HOME": ".cargo",
    "GOMODCACHE": "go/pkg/mod",
    "NVM_DIR": ".nvm",
    "PYENV_ROOT": ".pyenv",
    "RUSTUP_HOME": ".rustup",
}
"""Where tools keep what is installed, below the home that they do not have here."""
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
        **{name: path for name, path in stores.items() if Path(path).is_dir()},
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


def _absolute(paths: tuple[Path | None, ...]) -> Iterator[str]:
    for path in paths:
        if path is not None and path.is_absolute():
            yield os.path.normpath(path)
