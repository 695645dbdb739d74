"""The files that URIs of an editor name."""

from pathlib import Path
from urllib.parse import unquote, urlsplit


def to_path(uri: str) -> Path | None:
    """Give the file that a URI names; None for `untitled:` and everything else.

    The path is made of the URI alone: nothing is looked up.
    """
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return None
    path = unquote(parts.path, errors="surrogateescape")
    is_here = parts.scheme == "file" and host in (None, "localhost")
    if not is_here or not path.startswith("/") or "\0" in path:
        return None
    return Path(path)
