"""Where Hexai keeps its files."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct


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
