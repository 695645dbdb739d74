"""Of whom a fact is, in words that a team may read; pure.

A cell says all that figures are told apart by. Its number follows from what it says, so
that it is the same for all people, and the server checks that.
"""

import re
from hashlib import blake2b, sha256
from pathlib import PurePath
from urllib.parse import urlsplit

from msgspec import Struct

from hexai.config.provider_defaults import BUILT_IN
from hexai.domain.fingerprint import PLAIN, UNKNOWN, read_options
from hexai.team.server import Setting
from hexai.text.model_ids import is_file

PROFILE = "profile"
"""Stands for a provider of somebody's own, whose name the owner has not listed."""
_LANGUAGE = re.compile(r"[A-Za-z0-9_+#.-]{1,40}")
_OPTION = re.compile(r"[A-Za-z0-9_.+-]{1,20}")
_LONGEST = 200


class Asked(Struct, frozen=True):
    """A contender on a surface, as the ledger knows it."""

    surface: str
    language: str
    provider: str
    model: str
    fingerprint: str
    label: str
    upstream: str


class Cell(Struct, frozen=True):
    """A contender on a surface, in a language, as the team knows it."""

    id: int
    surface: str
    language: str
    provider: str
    model: str
    options: str
    label: str = ""
    host: str = ""

    @classmethod
    def of(cls, *parts: str) -> "Cell":
        """Make it of all but the number."""
        digest = sha256("\x1f".join(parts).encode()).digest()
        return cls(int.from_bytes(digest[:8], "big", signed=True), *parts)


def cell_of(setting: Setting, asked: Asked) -> Cell:
    """Leave out of a contender what is nobody's business."""
    named = asked.provider in BUILT_IN or asked.provider in setting.labels
    host = host_of(asked.upstream)
    language = asked.language
    if language and not _LANGUAGE.fullmatch(language):
        language = "other"
    return Cell.of(
        asked.surface,
        language,
        asked.provider if named else PROFILE,
        model_of(asked.model, setting.salt),
        options_of(asked.fingerprint),
        asked.label if asked.label in setting.labels else "",
        host if host in setting.hosts else "",
    )


def host_of(upstream: str) -> str:
    """Give the host of an upstream; empty if it has none."""
    try:
        return urlsplit(upstream).hostname or ""
    except ValueError:
        return ""


def model_of(name: str, salt: bytes) -> str:
    """Give a model's name; one that is a file is only told apart from others."""
    clean = "".join(filter(str.isprintable, name))
    if not is_file(clean):
        return clean[:_LONGEST]
    base = PurePath(clean.replace("\\", "/")).name
    return f"file {blake2b(base.encode(), digest_size=4, key=salt).hexdigest()}"


def options_of(fingerprint: str) -> str:
    """Give the options of a contender; a digest of something of its user's is `own`."""
    if fingerprint == UNKNOWN:
        return fingerprint
    told = {
        name: "own" if name == "prompts" or not _OPTION.fullmatch(value) else value
        for name, value in read_options(fingerprint).items()
        if _OPTION.fullmatch(name)
    }
    return " ".join(f"{name}={told[name]}" for name in sorted(told)) or PLAIN
