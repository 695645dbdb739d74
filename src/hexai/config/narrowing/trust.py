"""What a user has trusted: grants for the exact bytes of a project file.

A grant names a file by its real path and its state by the SHA-256 of its bytes. There
is one for each path, in a file of its own, so that two processes which grant at once
never lose each other's word. A changed byte makes another state, which nobody trusted.

Trust has its limits. Where a key may be sent is not for a project to say, since the
user cannot see from a project file what else the key opens: `forbidden` lists what even
a trusted file never sets. A key that serves one provider is not for another one of the
project's, either.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.config.addresses import check_base_url
from hexai.config.environment import key_variables, profile_prefix, vendor_variable
from hexai.config.files import Unreadable, read_file
from hexai.config.merge import Layer
from hexai.config.narrowing.narrow import only_restricts
from hexai.config.problems import KeyPath, dotted
from hexai.config.provider_defaults import BUILT_IN
from hexai.text.sanitise import visible_line

_NEVER = {"api_key_command", "local", "allow_http", "ca_file"}
_ORIGIN_OR_KEY = {"type", "base_url", "headers", "api_key_env"}
_TEAM: KeyPath = ("team", "enabled")
_GRANT_LIMIT = 64 << 10


class Grant(Struct, frozen=True, kw_only=True):
    """One state of one project file that the user has trusted."""

    path: str
    """The real path, as text for people."""
    sha256: str
    """Of the bytes that the user was shown, in hex."""
    granted_at: float
    """Seconds since 1970."""


class Owned(Struct, frozen=True, kw_only=True):
    """What layers below a project file have taken, so that it cannot."""

    profiles: frozenset[str]
    """The names of profiles."""
    keys: frozenset[str]
    """The variables that hold a key of a provider."""

    @classmethod
    def by(cls, layers: Iterable[Layer]) -> "Owned":
        """Find what layers take, beside what the built-in providers have."""
        values = [pair for layer in layers for pair in layer.values.items()]
        profiles = {str(path[1]) for path, _ in values if _is_profile(path)}
        named = {str(value) for path, value in values if path[-1] == "api_key_env"}
        vendors = {vendor_variable(name) for name in BUILT_IN}
        keys = (named | vendors | key_variables(profiles)) - {""}
        return cls(profiles=frozenset(profiles), keys=frozenset(keys))

    def __or__(self, other: "Owned") -> "Owned":
        """Give what either has taken."""
        return Owned(
            profiles=self.profiles | other.profiles, keys=self.keys | other.keys
        )


def _is_profile(path: KeyPath) -> bool:
    return path[0] == "providers" and len(path) > 1


class ShownKey(Struct, frozen=True, kw_only=True):
    """A key of a project file as the user is shown it before trusting."""

    key: str
    value: str
    """On one line, harmless for a terminal; hosts in ASCII form, prompts whole."""
    never: bool
    """It is ignored even in a trusted file."""


def grant_folder(state: Path) -> Path:
    """Give the folder of grants below the folder of the user's state."""
    return state / "trust"


def grant_file(folder: Path, real_path: str) -> Path:
    """Name the file that holds the grant for a path."""
    import hashlib

    return folder / f"{hashlib.sha256(os.fsencode(real_path)).hexdigest()}.json"


def read_grant(folder: Path, real_path: str, *, user: int) -> Grant | None:
    """Read the grant for a path; None if there is none that `user` has given."""
    return _read(grant_file(folder, real_path), user)


def list_grants(folder: Path, *, user: int) -> tuple[Grant, ...]:
    """List all grants, by path."""
    try:
        files = [*folder.glob("*.json")]
    except OSError:
        return ()
    found = (_read(file, user) for file in files)
    return tuple(sorted((g for g in found if g), key=lambda grant: grant.path))


def _read(path: Path, user: int) -> Grant | None:
    try:
        file = read_file(path, limit=_GRANT_LIMIT)
        if file is None or file.owner != user:
            return None
        return msgspec.json.decode(file.content, type=Grant)
    except (Unreadable, msgspec.DecodeError):
        return None


def forbidden(values: Mapping[KeyPath, object], owned: Owned) -> frozenset[KeyPath]:
    """Find the keys that a project file never sets, trusted or not."""
    prefixes = {profile_prefix(name) for name in (*BUILT_IN, *owned.profiles)}
    return frozenset(
        path
        for path, value in values.items()
        if _is_forbidden(path, owned, prefixes)
        or (path[-1] == "api_key_env" and value in owned.keys)
        or (path == _TEAM and value is not False)
    )


def _is_forbidden(path: KeyPath, owned: Owned, prefixes: Collection[str]) -> bool:
    if path == ("ignore", "allow_secrets") or (path[0] == "team" and path != _TEAM):
        return True
    if _is_profile(path):
        name = str(path[1])
        if name not in owned.profiles:
            return profile_prefix(name) in prefixes or path[2:3] in _tails(_NEVER)
        return path[2:3] in _tails(_NEVER | _ORIGIN_OR_KEY)
    return path[0] in BUILT_IN and path[1:2] in _tails(_NEVER | _ORIGIN_OR_KEY)


def _tails(keys: Collection[str]) -> set[tuple[str]]:
    return {(key,) for key in keys}


def show_held_back(
    values: Mapping[KeyPath, object], never: Collection[KeyPath]
) -> tuple[ShownKey, ...]:
    """Show every key that counts only in a trusted file, or never."""
    return tuple(
        ShownKey(
            key=visible_line(dotted(leaf)), value=_shown(leaf, value), never=refused
        )
        for path, whole in values.items()
        if not only_restricts(path, whole)
        for refused in [path in never]
        for leaf, value in _leaves(path, whole)
    )


def _leaves(path: KeyPath, value: object) -> Iterator[tuple[KeyPath, object]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves((*path, key), inner)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for place, inner in enumerate(value):
            yield from _leaves((*path, place), inner)
    else:
        yield path, value


def _shown(path: KeyPath, value: object) -> str:
    """Write a value so that it cannot pass for another one.

    Only prompts, which are read and not compared, keep letters outside ASCII.
    """
    import json

    if path[-1] == "base_url" and isinstance(value, str):
        try:
            value = check_base_url(value)
        except ValueError:
            return f"{json.dumps(value)} (no valid URL)"
    return visible_line(json.dumps(value, ensure_ascii=path[0] != "prompts"))
