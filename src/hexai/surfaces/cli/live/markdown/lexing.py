"""Pygments' rules of a language, followed by a loop that is quick on single lines.

A state of a lexer is a list of regular expressions; the first that matches says what
comes next. Pygments compiles those of all states beforehand and tries one after the
other, fourteen for a token of Python. Here the rules of a state are one expression,
compiled when the state is first entered, with an empty group behind each rule: the
group that ends last tells which of them has matched. A rule that refers back to a group
by its number cannot be joined with others, and stands alone in its place.

Tables and actions are Pygments' own, only the loop is ours, and it says what it is in
at the end of a text. Lexers with a loop of their own keep that.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any, cast

from msgspec import Struct
from pygments.lexer import ExtendedRegexLexer, Lexer, RegexLexer, RegexLexerMeta
from pygments.token import Error, Whitespace, _TokenType
from pygments.util import Future

Token = tuple[int, _TokenType, str]
"""Where it begins, what it is, and its text."""
Stack = tuple[str, ...]
"""What a lexer is in, from outside in."""
Match = Callable[[str, int], re.Match[str] | None]

_REFERS = re.compile(r"\\[1-9]|\(\?P|\(\?\(")
_FLAGS = re.compile(r"\(\?([aiLmsux]+)\)")


class _Expression(Struct, frozen=True):
    """What a rule matches, not compiled yet."""

    pattern: str
    flags: int

    @property
    def is_free(self) -> bool:
        """Whether it means the same among others."""
        return _REFERS.search(self.pattern) is None

    def joined(self, number: int) -> str:
        """Write it as one of several, with the group that tells that it matched."""
        flags = _FLAGS.match(self.pattern)
        pattern = self.pattern[flags.end() :] if flags else self.pattern
        end = "\n" if self.flags & re.VERBOSE else ""  # a comment may be its end
        return f"(?{flags[1] if flags else ''}:{pattern}{end})(?P<_{number}>)"


class _Rule(Struct, frozen=True):
    expression: _Expression
    action: Any
    """A kind of token, a function that makes tokens of a match, or None."""
    turn: Any
    """How the stack changes: states, how many to drop, or None."""


class _Rules(Struct, frozen=True):
    """Neighbouring rules of a state."""

    match: Match
    by_group: dict[int, _Rule]

    @classmethod
    def of(cls, rules: Sequence[_Rule]) -> "_Rules":
        """Join rules; their flags are those of their lexer."""
        flags = rules[0].expression.flags
        if len(rules) == 1 and not rules[0].expression.is_free:
            alone = re.compile(rules[0].expression.pattern, flags)
            return cls(alone.match, dict.fromkeys(range(alone.groups + 1), rules[0]))
        parts = [rule.expression.joined(at) for at, rule in enumerate(rules)]
        joined = re.compile("|".join(parts), flags)
        groups = joined.groupindex
        return cls(
            joined.match, {groups[f"_{at}"]: rule for at, rule in enumerate(rules)}
        )


class _Uncompiled(RegexLexerMeta):
    """Leaves the expressions of a lexer as they are written."""

    def _process_regex(
        cls, regex: "str | Future", rflags: int, state: str
    ) -> _Expression:
        del state
        return _Expression(regex.get() if isinstance(regex, Future) else regex, rflags)


class ResumableLexer(RegexLexer):
    """A lexer that can go on where it stopped; to be mixed into a lexer of Pygments."""

    _tokens: dict[str, list[tuple[Any, Any, Any]]]

    def __init__(self) -> None:
        super().__init__()
        self._joined: dict[str, tuple[_Rules, ...]] = {}
        self._alone: dict[_Expression, Match] = {}

    def get_tokens_unprocessed(
        self, text: str, stack: Sequence[str] = ("root",)
    ) -> Iterator[Token]:
        """Give the tokens of a text; for rules that have a part of theirs read."""
        yield from self.read(text, tuple(stack))[0]

    def read(self, text: str, stack: Stack) -> tuple[list[Token], Stack]:
        """Give the tokens of a text, and what the lexer is in after it."""
        tokens: list[Token] = []
        states, at = list(stack), 0
        rules = self._rules(states[-1])
        while True:
            found, rule = _first(rules, text, at)
            if found is not None and rule is not None:
                if type(rule.action) is _TokenType:
                    tokens.append((at, rule.action, found[0]))
                elif rule.action is not None:
                    tokens += self._acted(rule, found, at)
                at = found.end()
                if rule.turn is not None:
                    _turn(states, rule.turn)
                    rules = self._rules(states[-1])
            elif at >= len(text):
                return tokens, tuple(states)
            else:
                is_end = text[at] == "\n"
                tokens.append((at, Whitespace if is_end else Error, text[at]))
                at += 1
                if is_end:
                    states = ["root"]
                    rules = self._rules("root")

    def _acted(self, rule: _Rule, found: re.Match[str], at: int) -> Iterator[Token]:
        """Have a rule's function make tokens; it counts groups as the rule does."""
        match = self._alone.get(rule.expression)
        if match is None:
            pattern = re.compile(rule.expression.pattern, rule.expression.flags)
            match = self._alone[rule.expression] = pattern.match
        return cast("Iterator[Token]", rule.action(self, match(found.string, at)))

    def _rules(self, state: str) -> tuple[_Rules, ...]:
        joined = self._joined.get(state)
        if joined is None:
            rules = [_Rule(_expression(match), *more) for match, *more in self._tokens[state]]
            parts = groupby(enumerate(rules), _apart)
            joined = tuple(_Rules.of([rule for _, rule in part]) for _, part in parts)
            self._joined[state] = joined
        return joined


def _apart(numbered: tuple[int, _Rule]) -> int:
    """Give rules that can stand together the same number."""
    number, rule = numbered
    return -1 if rule.expression.is_free else number


def _expression(match: Any) -> _Expression:
    """Give what a rule matches; where it says only what comes next, that is nothing."""
    return match if isinstance(match, _Expression) else _Expression("", 0)


def _first(
    rules: Sequence[_Rules], text: str, at: int
) -> tuple[re.Match[str] | None, _Rule | None]:
    for part in rules:
        if (found := part.match(text, at)) is not None:
            return found, part.by_group[found.lastindex or 0]
    return None, None


def _turn(states: list[str], turn: Any) -> None:
    """Change what a lexer is in; one state is always left."""
    if isinstance(turn, int):
        del states[max(1, len(states) + turn) :]
        return
    for state in turn if isinstance(turn, tuple) else (turn,):
        if state == "#push":
            states.append(states[-1])
        elif state != "#pop":
            states.append(state)
        elif len(states) > 1:
            states.pop()


def resumable(kind: type[Lexer]) -> Lexer:
    """Make a lexer of a kind, one that can go on where it stopped if it can be."""
    if issubclass(kind, RegexLexer) and not issubclass(kind, ExtendedRegexLexer):
        if kind.get_tokens_unprocessed is RegexLexer.get_tokens_unprocessed:
            made = _Uncompiled(f"Resumable{kind.__name__}", (ResumableLexer, kind), {})
            return cast("Lexer", made())
    return kind()
