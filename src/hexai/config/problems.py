"""What is wrong with a configuration: one value for each problem, and its wording.

A problem names a key path; `config.merge` knows which layer set it and, for a file,
in which line. Values that may hold a secret are never part of the text.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from hexai.text.sanitise import shorten

KeyPath = tuple[str | int, ...]
"""From the root of the configuration: keys of tables, and places in lists."""

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
"""What TOML takes as a key without quotes."""
_PRIVATE_KEYS = {"base_url", "api_key_env", "api_key_command", "headers"}
_SHOWN_LENGTH = 60
LISTED = 8
"""Items of a list, or problems of one kind, that are told one by one."""


class Problem(Struct, frozen=True, kw_only=True):
    """One thing that is wrong, or one that deserves a warning."""

    path: KeyPath
    message: str
    """What is allowed, or what to do."""
    value: str = ""
    """The offending value as `shown` writes it; empty where it may not be shown."""
    line: int | None = None
    """Only where the text is not TOML; other lines are found by the path."""


def wrong(path: KeyPath, value: object, message: str) -> Problem:
    """Make a problem of a value that may be shown if it is no secret."""
    return Problem(path=path, message=message, value=shown(value, path))


def dotted(path: KeyPath) -> str:
    """Write a key path as TOML does, places in lists in brackets."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            bare = part if BARE_KEY.fullmatch(part) else _quoted(part)
            text += f".{bare}" if text else bare
    return text


def shown(value: object, path: KeyPath) -> str:
    """Write a value on one line and cut, or nothing if it may hold a secret."""
    if _PRIVATE_KEYS.intersection(path):
        return ""
    return shorten(_written(value), _SHOWN_LENGTH)


def _written(value: object) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 10**30:
        return "a very long number"
    return str(value)


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def listed_some(items: Sequence[str]) -> str:
    """Write the first items of a list that may be very long, and how many follow."""
    more = f" and {len(items) - LISTED} more" if len(items) > LISTED else ""
    return ", ".join(items[:LISTED]) + more
