"""Where Hexai keeps its files, and where it finds programs."""

import os
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

LEDGER_FILE = "ledger.db"
SPOOL_FOLDER = "spool"
"""In the folder of the state, where runs wait that the ledger could not take."""


class Folders(Struct, frozen=True, kw_only=True):
    """The folders of one user; none of them need exist."""

    home: Path
    config: Path
    state: Path
    cache: Path
    data: Path
    runtime: Path
    """For sockets; must be private to the user, which its user checks."""

    @property
    def config_file(self) -> Path:
        """The user's own configuration."""
        return self.config / "config.toml"

    @property
    def ledger(self) -> Path:
        """The database of runs and choices."""
        return self.state / LEDGER_FILE

    @property
    def spool(self) -> Path:
        """Runs that the ledger could not take yet."""
        return self.state / SPOOL_FOLDER

    @property
    def kept_prompts(self) -> Path:
        """Input that was for nothing."""
        return self.state / "prompts"

    @property
    def told(self) -> Path:
        """Marks of what was said once."""
        return self.state / "told"

    @property
    def editor_log(self) -> Path:
        """The log of editor servers, where no other is named."""
        return self.state / "hexai-lsp-server.log"

    @property
    def answers(self) -> Path:
        """Answers that are kept for a while."""
        return self.cache / "answers"

    @property
    def models(self) -> Path:
        """The models that were pulled."""
        return self.data / "models"


def find_folders(environ: Mapping[str, str], home: Path) -> Folders:
    """Find the folders by the XDG variables; relative and empty ones do not count.

    A relative folder would be looked up in the working directory, which may be
    anybody's.
    """

    def base(variable: str, default: str) -> Path:
        value = Path(environ.get(variable, ""))
        return (value if value.is_absolute() else home / default) / "hexai"

    state = base("XDG_STATE_HOME", ".local/state")
    runtime = Path(environ.get("XDG_RUNTIME_DIR", ""))
    return Folders(
        home=home,
        config=base("XDG_CONFIG_HOME", ".config"),
        state=state,
        cache=base("XDG_CACHE_HOME", ".cache"),
        data=base("XDG_DATA_HOME", ".local/share"),
        runtime=runtime / "hexai" if runtime.is_absolute() else state / "run",
    )


# That directory may be anybody's, and so is what lies in it. So a program is named by
# an absolute path, or found in the absolute entries of PATH; empty ones and `.` are
# none.


def find_program(name: str, path: str) -> str | None:
    """Find a program by its absolute path, or its bare name in a PATH; None if not."""
    if "/" in name:
        candidates = [name]
    else:
        candidates = [f"{entry}/{name}" for entry in path.split(os.pathsep)]
    return next((each for each in candidates if _is_program(each)), None)


def absolute_entries(path: str) -> str:
    """Keep the entries of a PATH that do not depend on the working directory."""
    entries = path.split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry.startswith("/"))


def _is_program(path: str) -> bool:
    # Without pathlib, whose 5 ms the popup of `hexai action` would wait for.
    is_file = path.startswith("/") and os.path.isfile(path)
    return is_file and os.access(path, os.X_OK)
