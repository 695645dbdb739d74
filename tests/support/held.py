"""What files hold that a user's keys may not get into."""

from pathlib import Path


def holding(folder: Path, *secrets: str) -> list[Path]:
    """Find the files below a folder that hold one of these, but for configurations."""
    wanted = [secret.encode() for secret in secrets]
    files = (path for path in folder.rglob("*") if path.is_file())
    return [
        path
        for path in files
        if path.suffix != ".toml" and any(w in path.read_bytes() for w in wanted)
    ]
