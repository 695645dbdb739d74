"""The rules of the guard, as `rules.json` has them, and where they match."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator
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
def guard_rules() -> Rules:
    """Read the rules, once."""
    data = Path(__file__).with_name("rules.json").read_bytes()
    return msgspec.json.decode(data, type=Rules)


_PIECE = 64 << 10
_REACH = 16 << 10
"""Characters; no rule's match is longer."""
_HEAD = 64  # characters; further on in a long key any short word turns up by chance
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

# Compiled at their first use, like the rules.
_REFERENCE = (
    r"(?i)\$[A-Za-z_({]|[.~]{0,2}/|%[A-Za-z(]|[<{]"
    r"|(?:env|file|vault|op|arn|ref|secret|ssm|keyring|projects)[:/]"
)
_UUID = r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SEPARATORS = r"[-_.:/]+"
_WORD = r"[A-Za-z]+|[0-9]+|v[0-9]+"


class Token(Struct, frozen=True, kw_only=True):
    """A match of a rule in a text; never holds the text."""

    rule: str
    start: int
    """Where the match begins."""
    end: int
    offset: int
    """Where the token itself begins."""
    fingerprint: str
    """Names this secret and no other; empty if it is only a placeholder."""


def find_tokens(text: str, chosen: Iterable[TokenRule]) -> Iterator[Token]:
    """Find all matches of some rules, placeholders too, rule by rule.

    A long text is looked at in pieces, so that in a thread this lets others run.
    """
    for start in range(0, max(1, len(text) - _REACH), _PIECE):
        piece = text[start : start + _PIECE + _REACH]
        last = start + len(piece) == len(text)
        for token in _find_in_piece(piece, chosen):
            # What touches a cut may be cut itself; a neighbour has it whole.
            if (token.start or not start) and (token.end < len(piece) or last):
                yield _moved(token, start) if start else token


def fingerprint(token: str) -> str:
    """Name a token without showing it: the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def may_match(rule: TokenRule, text: str) -> bool:
    """Tell whether a text holds the fixed words of a rule."""
    if not any(anchor in text for anchor in rule.anchors):
        return False
    return not rule.also or any(word in text for word in rule.also)


def _find_in_piece(text: str, chosen: Iterable[TokenRule]) -> Iterator[Token]:
    lowered = _lowered(text)
    for rule in chosen:
        searched = lowered if rule.any_case else text
        if not may_match(rule, searched):
            continue  # so that its pattern is not even compiled
        for match in re.finditer(rule.pattern, searched):
            offset, end = match.span(match.re.groups)  # the group, else the whole
            token = text[offset:end]
            yield Token(
                rule=rule.name,
                start=match.start(),
                end=match.end(),
                offset=offset,
                fingerprint=fingerprint(token) if _is_secret(token, rule) else "",
            )


def _moved(token: Token, by: int) -> Token:
    return Token(
        rule=token.rule,
        start=token.start + by,
        end=token.end + by,
        offset=token.offset + by,
        fingerprint=token.fingerprint,
    )


def _lowered(text: str) -> str:
    """Put ASCII letters, at least, into lower case without moving any."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_LOWER)


def _is_secret(token: str, rule: TokenRule) -> bool:
    """Judge once more what a pattern matches: a placeholder looks like a token."""
    if _entropy(token) < rule.entropy or _is_placeholder(token):
        return False
    if rule.by_name:
        return _is_mixed(token) and not _is_readable(token)
    return _is_mixed(token) or not rule.mixed


def _entropy(text: str) -> float:
    """Measure how many bits a character of `text` is worth, by its own frequencies."""
    shares = [text.count(character) / len(text) for character in set(text)]
    return -sum(share * math.log2(share) for share in shares)


def _is_placeholder(token: str) -> bool:
    head = token[:_HEAD].lower()
    return any(word in head for word in guard_rules().placeholders)


def _is_mixed(token: str) -> bool:
    return any(map(str.isdigit, token)) and any(map(str.isalpha, token))


def _is_readable(token: str) -> bool:
    """Tell words, a reference to a value, or a UUID from a value."""
    if re.match(_REFERENCE, token) or "${" in token or "{{" in token:
        return True
    if re.fullmatch(_UUID, token) or _is_dotted_name(token):
        return True
    words = re.split(_SEPARATORS, token)
    return len(words) > 1 and all(re.fullmatch(_WORD, word) for word in words if word)


def _is_dotted_name(token: str) -> bool:
    """Tell `settings.Token2` from a token with dots: a part of it is letters alone."""
    names = token.split(".")
    return (
        len(names) > 1
        and all(map(str.isidentifier, names))
        and any(name.replace("_", "").isalpha() for name in names)
    )
