"""Whether brackets and quotes of a text match, as evidence for how texts join.

A `)` at the end of an answer may be the one that stands right of the cursor already, or
another one: `foo(|)` answered `a)` repeats it, `foo(bar(|)` answered `a)` does not. No
rule about the answer alone can tell. But source code is balanced where it is whole, so
of two ways to join prefix, answer and suffix, the one that leaves fewer brackets and
quotes unmatched is right. This scanner counts those. It knows strings and comments well
enough for that, in a few families of languages; it is no lexer, and what it gets wrong
it gets wrong in both ways that are compared.
"""

import re
from functools import lru_cache


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


_HASH = _named(
    "python ruby shellscript sh bash zsh fish yaml toml perl r elixir makefile make "
    "dockerfile julia cmake nim graphql nix tcl"
)
_DASH = _named("lua sql haskell elm ada vhdl")

RAW_BACKTICKS = _named("go")
"""A string in backticks takes a backslash as it is."""

TEMPLATES = _named(
    "javascript javascriptreact typescript typescriptreact jsx tsx vue svelte"
)
"""Strings stand in backticks, too."""

CHARACTERS = _named("rust c cpp csharp java kotlin scala swift zig")
"""Single quotes hold one character, and one alone is no quote."""

PREPROCESSED = _named("c cpp objective-c objective-cpp csharp glsl hlsl")
"""A line with `#` stands at the margin wherever it belongs."""

PROSE = _named("markdown mdx quarto rmd asciidoc rst restructuredtext")
"""Fences are part of what is written."""

_BACKTICKS = _named(
    "php shellscript sh bash zsh fish ruby perl sql haskell scala kotlin swift r lisp "
    "clojure scheme racket elisp emacs-lisp common-lisp julia html nix d ocaml"
)


def line_comment(language: str) -> str:
    """Give what begins a comment that ends with its line."""
    if language in _HASH:
        return "#"
    return "--" if language in _DASH else "//"


def has_block_comments(language: str) -> bool:
    """Tell whether `/*` begins a comment."""
    return language not in _HASH | _DASH


def writes_backticks(language: str) -> bool:
    """Tell whether a text in backticks may be code."""
    return language in _BACKTICKS | RAW_BACKTICKS | TEMPLATES | PROSE


_OPENERS = {")": "(", "]": "[", "}": "{"}

_DOUBLE = r'"(?:\\.|[^"\\\n])*"'
_SINGLE = r"'(?:\\.|[^'\\\n])*'"
_BACKTICK = r"`(?:\\.|[^`\\])*`"
_TRIPLE = r'"""(?:\\.|[^\\])*?"""|' + r"'''(?:\\.|[^\\])*?'''"
_CHARACTER = r"'(?:\\[^\n]{1,10}?|[^'\\\n])'"
_RAW = r"`[^`]*`"
_BLOCK_COMMENT = r"/\*(?:.*?\*/|.*)"
"""One without an end goes on to the end, so that nobody looks for it again."""
_ESCAPED = r"(?:\\.)+"
"""Outside strings: else each quote behind a backslash would begin one anew."""
_TOP_LINE = re.compile(r"\n(?=[\w@#])")
"""Where what stands above is most likely whole."""

_TOPS = 4
"""Such lines of which one is taken: a long text in quotes has some as well."""

_REACH = 20_000
"""Characters on either side of the cursor that are looked at."""

_BRACKET = r"([()\[\]{}\"])"


class Weighed:
    """How many brackets are unmatched around the cursor with one text or another."""

    def __init__(self, before: str, after: str, language: str) -> None:
        head, tail = before[-_REACH:], after[:_REACH]
        self._before = head[_find_top(head, language) :]
        top = _TOP_LINE.search(tail)
        self._after = tail[: top.start()] if top else tail
        self._language = language
        self._known: dict[tuple[str, int], int] = {}

    def weigh(self, answer: str, *, skip: int = 0) -> int:
        """Count what is unmatched with an answer, without `skip` characters after."""
        asked = (answer, skip)
        if asked not in self._known:
            text = self._before + answer + self._after[skip:]
            self._known[asked] = unmatched(text, self._language)
        return self._known[asked]


def _find_top(head: str, language: str) -> int:
    """Find the last line above the cursor's from which most is matched."""
    current = head.rfind("\n") + 1
    tops = [match.end() for match in _TOP_LINE.finditer(head, 0, current)]
    best, least = 0, -1
    for top in reversed([0, *(at for at in tops if at < current)][-_TOPS:]):
        count = unmatched(head[top:current], language)
        if least < 0 or count < least:
            best, least = top, count
        if least == 0:
            break
    return best


def unmatched(text: str, language: str) -> int:
    """Count the brackets and quotes without a partner."""
    open_ones: list[str] = []
    lonely = 0
    for mark in filter(None, _marks(language).findall(text)):
        if mark in _OPENERS:
            if open_ones and open_ones[-1] == _OPENERS[mark]:
                open_ones.pop()
            else:
                lonely += 1
        elif mark == '"':
            lonely += 1
        else:
            open_ones.append(mark)
    return lonely + len(open_ones)


def opens_more(line: str, language: str) -> bool:
    """Tell whether a line leaves a bracket open."""
    depth = 0
    for match in _marks(language).finditer(line):
        if len(match[0]) == 1 and match[0] != '"':
            depth = max(0, depth - 1) if match[0] in _OPENERS else depth + 1
    return depth > 0


def without_comment(line: str, language: str) -> str:
    """Give a line up to the comment that it ends with."""
    mark = line_comment(language)
    for match in _marks(language).finditer(line):
        if match[0].startswith(mark):
            return line[: match.start()]
    return line


@lru_cache(maxsize=64)
def _marks(language: str) -> re.Pattern[str]:
    """Give the pattern of what counts; its group is a bracket, or a quote by itself."""
    comment = rf"{re.escape(line_comment(language))}[^\n]+"
    block = (_BLOCK_COMMENT,) if has_block_comments(language) else ()
    parts = (comment, *block, *_strings(language), _ESCAPED, _BRACKET)
    return re.compile("|".join(parts), re.DOTALL)


def _strings(language: str) -> tuple[str, ...]:
    if language in TEMPLATES:
        return (_DOUBLE, _SINGLE, _BACKTICK)
    if language in RAW_BACKTICKS:
        return (_DOUBLE, _CHARACTER, _RAW)
    if language in CHARACTERS:
        return (_DOUBLE, _CHARACTER)
    return (_TRIPLE, _DOUBLE, _SINGLE)
