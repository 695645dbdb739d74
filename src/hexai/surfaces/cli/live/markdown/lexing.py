"""Pygments' rules of a language, followed by a loop that is quick on single lines.

A state of a lexer is a list of regular expressions; the first that matches says what
comes next. Pygments compiles those of all states beforehand and tries one after the
other, fourteen for a token of Python. Here only those are tried, and compiled, that can
match what begins with the next character: one or two.

Tables and actions are Pygments' own, only the loop is ours, and it says what it is in
at the end of a text. Lexers with a loop of their own keep that.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from pygments.lexer import (
    ExtendedRegexLexer,
    Lexer,
    RegexLexer,
    RegexLexerMeta,
    words,
)
from pygments.token import Error, Whitespace, _TokenType

from hexai.surfaces.cli.live.markdown.beginnings import (
    Beginnings,
    beginnings,
    begins_line,
)

Token = tuple[int, _TokenType, str]
"""Where it begins, what it is, and its text."""
Match = Callable[[str, int], re.Match[str] | None]
Stack = tuple[str, ...]
"""What a lexer is in, from outside in."""


class _Expression(Struct, frozen=True):
    """What a rule matches, not compiled yet."""

    pattern: str
    flags: int
    words: frozenset[str] | None = None
    """What the first group of it has to be; None: anything."""

    @property
    def begins_with(self) -> Beginnings:
        """The characters that a match can begin with."""
        if self.words is None:
            return beginnings(self.pattern, self.flags)
        return frozenset(word[0] for word in self.words)

    @property
    def is_bound(self) -> bool:
        """Whether a match can begin nowhere but at the beginning of a line."""
        return begins_line(self.pattern, self.flags)

    def match(self) -> Match:
        """Compile it."""
        return re.compile(self.pattern, self.flags).match


_Rule = tuple[Match, frozenset[str] | None, Any, Any]
"""A rule, ready to be tried: what it matches, what the first group of that has to be,
if it may not be anything, and then

- its action: a kind of token, a function that makes tokens of a match, or None;
- its turn, how the stack changes: states, how many to leave, or None.
"""

_NOT_ASCII = "\x80"
"""Stands for all of these: there are more of them than lists should be kept of."""
_LINE_BREAK, _OTHER = "\n", " "
"""What stands before matters only if it is a line break."""


class _State(dict[str, list[_Rule]]):
    """The rules that can match in a state, by the characters before and behind.

    Before a text is a line break; at the end of it nothing stands behind.
    """

    def __init__(self, rules: Sequence[tuple[Any, Any, Any]]) -> None:
        super().__init__()
        self._rules = [(_expression(match), *more) for match, *more in rules]
        self._begin = [each.begins_with for each, *_ in self._rules]

    def __missing__(self, around: str) -> list[_Rule]:
        before, character = around[0], around[1:]
        if not character.isascii() and character != _NOT_ASCII:
            return self[before + _NOT_ASCII]
        if before not in {_LINE_BREAK, _OTHER}:
            found = self[_OTHER + character]
            if before.isascii():
                self[around] = found
            return found
        found = self[around] = [
            (each.match(), each.words, action, turn)
            for (each, action, turn), begin in zip(
                self._rules, self._begin, strict=True
            )
            if (begin is None or character in begin or character == _NOT_ASCII)
            and (before == _LINE_BREAK or not each.is_bound)
        ]
        return found


class _Uncompiled(RegexLexerMeta):
    """Leaves the expressions of a lexer as they are written."""

    def _process_regex(self, regex: Any, rflags: int, state: str) -> _Expression:
        del state
        if isinstance(regex, str):
            short = _LONG_CLASS.sub(lambda found: _short_class(found[1]), regex)
            return _Expression(short, rflags)
        if isinstance(regex, words) and _are_names(regex, rflags):
            pattern = rf"{regex.prefix}(\w+){regex.suffix}"
            return _Expression(pattern, rflags, frozenset(regex.words))
        return _Expression(regex.get(), rflags)


# Names may hold letters of all scripts, and a class of them is six hundred ranges, so
# that each rule takes 2 ms to compile. What stands there beyond ASCII is nearly always
# a letter, and has no colour if it is none. So it is enough to tell what of ASCII is
# not in the class; but a class of large letters alone, or of small ones, stays as it is
# written: beyond ASCII, too, it parts what names types from what does not.

_LONG_CLASS = re.compile(r"\[(?!\^)([^\[\]\\]{500,})\]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f](?:-[^\x00-\x7f])?")


@lru_cache(maxsize=16)
def _short_class(members: str) -> str:
    listed = _BEYOND_ASCII.sub("", members)
    if not listed or _is_in(listed, "A") != _is_in(listed, "a"):
        return f"[{members}]"
    others = [chr(code) for code in range(128) if not _is_in(listed, chr(code))]
    return f"[^{re.escape(''.join(others))}]"


def _is_in(members: str, character: str) -> bool:
    return re.match(f"[{members}]", character) is not None


# To compile two hundred names as an expression takes 2 ms, and to look one up nothing.
# That is the same where a match ends as a name does: then it is all that stands there.

_WIDTHLESS = ("", r"\b", r"(?<!\.)")


def _are_names(listed: words, flags: int) -> bool:
    """Tell whether one of some words matches whole names alone, and which is plain."""
    return (
        listed.prefix in _WIDTHLESS
        and listed.suffix == r"\b"
        and not flags & (re.IGNORECASE | re.VERBOSE | re.ASCII)
        and all(re.fullmatch(r"\w+", word) for word in listed.words)
    )


class ResumableLexer(RegexLexer):
    """A lexer that can go on where it stopped; to be mixed into a lexer of Pygments."""

    _tokens: dict[str, list[tuple[Any, Any, Any]]]

    def __init__(self) -> None:
        super().__init__()
        self._states: dict[str, _State] = {}

    def get_tokens_unprocessed(
        self, text: str, stack: Iterable[str] = ("root",)
    ) -> Iterator[Token]:
        """Give the tokens of a text; for rules that have a part of theirs read."""
        yield from self.read(text, tuple(stack))[0]

    def read(self, text: str, stack: Stack) -> tuple[list[Token], Stack]:
        """Give the tokens of a text, and what the lexer is in after it."""
        tokens: list[Token] = []
        names, at = list(stack), 0
        state = self._state(names[-1])
        below = _LINE_BREAK + text
        while True:
            for rule in state[below[at : at + 2]]:
                match, listed, action, turn = rule
                found = match(text, at)
                if found and (listed is None or found[1] in listed):
                    break
            else:
                if at >= len(text):
                    return tokens, tuple(names)
                is_end = text[at] == "\n"
                tokens.append((at, Whitespace if is_end else Error, text[at]))
                at += 1
                if is_end:
                    names = ["root"]
                    state = self._state("root")
                continue
            if type(action) is _TokenType:
                tokens.append((at, action, found[0]))
            elif action is not None:
                tokens += action(self, found)
            at = found.end()
            if turn is not None:
                _turn(names, turn)
                state = self._state(names[-1])

    def _state(self, name: str) -> _State:
        state = self._states.get(name)
        if state is None:
            state = self._states[name] = _State(self._tokens[name])
        return state


def _expression(match: Any) -> _Expression:
    """Give what a rule matches; where it says only what comes next, that is nothing."""
    return match if isinstance(match, _Expression) else _Expression("", 0)


def _turn(names: list[str], turn: Any) -> None:
    """Change what a lexer is in; one state is always left."""
    if isinstance(turn, int):
        del names[max(1, len(names) + turn) :]
        return
    for name in turn if isinstance(turn, tuple) else (turn,):
        if name == "#push":
            names.append(names[-1])
        elif name != "#pop":
            names.append(name)
        elif len(names) > 1:
            names.pop()


def resumable(kind: type[Lexer]) -> Lexer:
    """Make a lexer of a kind, one that can go on where it stopped if it can be."""
    if not issubclass(kind, RegexLexer) or issubclass(kind, ExtendedRegexLexer):
        return kind()
    if kind.get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed:
        return kind()
    make: Any = _Uncompiled
    lexer: Lexer = make(f"Resumable{kind.__name__}", (ResumableLexer, kind), {})()
    return lexer
