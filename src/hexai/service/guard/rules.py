"""The rules of the guard, as `rules.json` beside this module has them."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct


class TokenRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of secret is recognised."""

    name: str
    what: str
    """For people."""
    anchors: tuple[str, ...]
    """Fixed words; the pattern is tried only if one of them is in the text."""
    also: tuple[str, ...] = ()
    """If given, one of these must be in the text as well."""
    pattern: str
    """A regular expression; its group, if it has one, is the token itself."""
    any_case: bool = False
    """Applied to the text in lower case, so it is written in lower case itself."""
    entropy: float = 3.0
    """Bits per character below which it is a placeholder."""
    mixed: bool = False
    """A token has letters and digits."""
    by_name: bool = False
    """Only a name gives it away: mixed, and no words, reference or UUID."""
    lines: int = 3
    """How many lines a match may stretch over, blank ones not counted."""


class NameRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that is kept on this machine for its name."""

    pattern: str
    """In lower case, with its folders if they matter; `*` stands for anything."""
    what: str


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything in `rules.json`."""

    placeholders: tuple[str, ...]
    """In lower case; what holds one of these words is no secret."""
    tokens: tuple[TokenRule, ...]
    names: tuple[NameRule, ...]


@cache
def rules() -> Rules:
    """Read the rules, once."""
    data = Path(__file__).with_name("rules.json").read_bytes()
    return msgspec.json.decode(data, type=Rules)
