"""What a document is called: its paths, out of a URI of any scheme, and their names.

An editor names a document as it likes: `file:///a/.env`, `untitled:.env`,
`vscode-remote://host/a/%2Eenv`, `git:/a/.env?ref`, or a plain path. Where it is not
clear what belongs to the path, both readings count, since one too many only keeps
something here.
"""

import os
import re
from urllib.parse import unquote_to_bytes

from hexai.service.guard.rules import NameRule, rules

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?://[^/?#]*)?")


def paths_of(uri: str) -> tuple[str, ...]:
    """Give the paths that a URI or path may mean, the likeliest first."""
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


def ignored_name(path: str) -> NameRule | None:
    """Give the rule by which a file of this name stays here, or None.

    Takes a path with slashes or backslashes, or a URI. Only its text counts: the
    caller asks for the real path as well.
    """
    for reading in paths_of(path):
        parts = [part for part in re.split(r"[/\\:]", reading.casefold()) if part]
        for rule in rules().names:
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
