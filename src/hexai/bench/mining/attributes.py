"""What a repository itself says that a program wrote, or somebody elsewhere; pure.

Hosts hide such files from comparisons by `linguist-generated` and `linguist-vendored`
in `.gitattributes`. Only these two words are read: what else stands there names filters
and drivers, and macros, which are nothing to a reader of objects.
"""

from collections.abc import Callable

from msgspec import Struct

from hexai.service.ignore.patterns import Pattern, parse_pattern

_WORDS = (b"linguist-generated", b"linguist-vendored")
_TRUE, _FALSE = (b"", b"=true", b"=1"), (b"=false", b"=0")


class Rule(Struct, frozen=True, kw_only=True, eq=False):
    """A line that says of some files whether they were written here."""

    pattern: Pattern
    set: tuple[tuple[bytes, bool], ...]
    """Which of the two words, and whether it is so."""


def parse_attributes(content: bytes) -> tuple[Rule, ...]:
    """Parse a `.gitattributes`; never fails."""
    rules = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        text, *words = line.split() or [b""]
        said = tuple(pair for word in words for pair in _said(word))
        pattern = parse_pattern(text, number) if said else None
        if pattern is not None and not pattern.negated:
            rules.append(Rule(pattern=pattern, set=said))
    return tuple(rules)


def _said(word: bytes) -> list[tuple[bytes, bool]]:
    for name in _WORDS:
        if word in (b"-" + name, b"!" + name):
            return [(name, False)]
        if word.startswith(name):
            value = word.removeprefix(name)
            return [(name, value in _TRUE)] if value in _TRUE + _FALSE else []
    return []


def is_marked(path: bytes, rules_of: Callable[[bytes], tuple[Rule, ...]]) -> bool:
    """Tell whether a file is marked; rules are asked for by folder, innermost first."""
    names = path.split(b"/")
    found: dict[bytes, bool] = {}
    for depth in range(len(names) - 1, -1, -1):
        for rule in reversed(rules_of(b"/".join(names[:depth]))):
            if rule.pattern.matches(names[depth:], is_folder=False):
                for name, value in rule.set:
                    found.setdefault(name, value)
    return any(found.values())
