"""What must stay on this machine: texts that hold a secret, files that are secrets.

The guard looks once at the composed messages of a request. Its rules are data
(`guard_rules.json`, shown in docs/reference/guard.md): patterns for tokens that are
known by their own form, and for values that are known by the name before them.

Looking must cost next to nothing for a short prompt and stay linear for a long one.
So a pattern is compiled only when one of its fixed words is in the text, every repeat
in it is bounded, and long runs are matched possessively or from their start only.

It is a net, not a proof. What it catches is judged once more, since a placeholder
looks like a token: too few different characters, a word such as "example" in it, or,
where only a name gives it away, words, a reference or a UUID instead of a value.
"""

import hashlib
import math
import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from hexai.domain.messages import Message, Role
from hexai.domain.ports import Verdict

_NAMED = 3  # secrets that a verdict names; more would only make it long
_HEAD = 64  # characters; further on in a long key any short word turns up by chance
_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}

_PLACES = {
    Role.SYSTEM: "the system prompt",
    Role.USER: "the prompt",
    Role.ASSISTANT: "an earlier answer",
}
# Compiled at their first use, like the rules.
_REFERENCE = (
    r"(?i)\$[A-Za-z_({]|[.~]{0,2}/|%[A-Za-z(]|[<{]"
    r"|(?:env|file|vault|op|arn|ref|secret|ssm|keyring|projects)[:/]"
)
_UUID = r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SEPARATORS = r"[-_.:/]+"
_WORD = r"[A-Za-z]+|[0-9]+|v[0-9]+"


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


class NameRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that is kept on this machine for its name."""

    pattern: str
    """In lower case, with its folders if they matter; `*` stands for anything."""
    what: str


class Rules(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything in `guard_rules.json`."""

    placeholders: tuple[str, ...]
    """In lower case; what holds one of these words is no secret."""
    tokens: tuple[TokenRule, ...]
    names: tuple[NameRule, ...]


class Source(Struct, frozen=True, kw_only=True):
    """A text that went into the messages, so that a finding can say where it is."""

    name: str
    """As it stands in a sentence: `standard input`."""
    text: str


class Finding(Struct, frozen=True, kw_only=True):
    """Something in a text that looks like a secret; never holds it."""

    rule: str
    offset: int
    """Where it begins in the text."""
    fingerprint: str
    """Names this secret and no other: see `fingerprint`."""


@cache
def rules() -> Rules:
    """Read the rules, once."""
    data = Path(__file__).with_name("guard_rules.json").read_bytes()
    return msgspec.json.decode(data, type=Rules)


def inspect(
    messages: Sequence[Message],
    *,
    sources: Sequence[Source] = (),
    allow_secrets: Collection[str] = (),
) -> Verdict:
    """Say whether the messages may leave this machine, and if not, why.

    `sources` are the texts that the messages were composed of; `allow_secrets` the
    fingerprints that the user declared harmless. A caller for whom the user overrides
    the guard does not ask it.
    """
    found: dict[str, str] = {}
    for message in messages:
        for finding in find_secrets(message.content):
            if finding.fingerprint not in allow_secrets:
                place = _place(message, finding.offset, sources)
                found.setdefault(
                    finding.fingerprint,
                    f"rule {finding.rule} found a secret on {place}"
                    f" (fingerprint {finding.fingerprint})",
                )
            if len(found) > _NAMED:
                break
    return Verdict(_reason(list(found.values()))) if found else Verdict()


def find_secrets(text: str) -> Iterator[Finding]:
    """Find what looks like a secret, each once, in the order of the rules."""
    lowered = _lowered(text)
    seen: set[str] = set()
    for rule in rules().tokens:
        searched = lowered if rule.any_case else text
        if not _may_match(rule, searched):
            continue
        for match in re.finditer(rule.pattern, searched):
            offset, end = match.span(match.re.groups)  # the group, else the whole
            token = text[offset:end]
            if token not in seen and _is_secret(token, rule):
                seen.add(token)
                yield Finding(
                    rule=rule.name, offset=offset, fingerprint=fingerprint(token)
                )


def fingerprint(token: str) -> str:
    """Name a token without showing it: the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def ignored_name(path: str) -> NameRule | None:
    """Give the rule by which the file of this name stays here, or None.

    Takes a path or URI, with slashes or backslashes. Only its text counts: the caller
    asks for the real path as well.
    """
    parts = [part for part in re.split(r"[/\\:]", path.casefold()) if part]
    for rule in rules().names:
        *folders, name = rule.pattern.split("/")
        split = len(parts) - 1 - len(folders)
        if split >= 0 and parts[split:-1] == folders and _matches(name, parts[-1]):
            return rule
    return None


def _may_match(rule: TokenRule, text: str) -> bool:
    if not any(anchor in text for anchor in rule.anchors):
        return False
    return not rule.also or any(word in text for word in rule.also)


def _reason(found: list[str]) -> str:
    more = " and more" if len(found) > _NAMED else ""
    which = "these are" if len(found) > 1 else "it is"
    return (
        "; ".join(found[:_NAMED])
        + more
        + f"; if {which} harmless, use --send-anyway"
        + " or put the fingerprint into ignore.allow_secrets"
    )


def _place(message: Message, offset: int, sources: Sequence[Source]) -> str:
    for source in sources:
        start = message.content.find(source.text)
        if start <= offset < start + len(source.text) and start >= 0:
            break
    else:
        start, source = 0, Source(name=_PLACES[message.role], text="")
    line = message.content.count("\n", start, offset) + 1
    return f"line {line} of {source.name}"


def _lowered(text: str) -> str:
    """Put ASCII letters, at least, into lower case without moving any."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text.translate(_LOWER)


def _is_secret(token: str, rule: TokenRule) -> bool:
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
    return any(word in head for word in rules().placeholders)


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


def _matches(pattern: str, name: str) -> bool:
    start, _, end = pattern.partition("*")
    if "*" not in pattern:
        return name == pattern
    fits = len(name) >= len(start) + len(end)
    return fits and name.startswith(start) and name.endswith(end)
