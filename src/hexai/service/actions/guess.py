"""The language of a text whose file is not known, as with a selection from a pipe.

A text is taken for code of a language if it parses without an error there and holds
what only code holds: a function, or a comment with words. Everything else stays
unknown, which costs little: prompts then name no language.
"""

from textwrap import dedent

from hexai.prompts.code.constructs import Syntax
from hexai.prompts.code.languages import language_of
from hexai.prompts.code.syntax import read
from hexai.text.lines import Lines
from hexai.text.positions import Position

_LINES = 200
_CHARACTERS = 10_000
_CANDIDATES = (
    "python",
    "go",
    "rust",
    "javascript",
    "typescript",
    "c",
    "cpp",
    "java",
    "csharp",
    "ruby",
    "lua",
)
"""The likelier first. Not the shell's, in which every prose parses."""


def guess_language(text: str) -> str:
    """Give the identifier of the language that a text is in; empty if nobody knows."""
    lines = Lines.of(dedent("\n".join(text.splitlines()[:_LINES])))
    if len(lines.text) > _CHARACTERS:
        return ""
    commented = ""
    for candidate in _CANDIDATES:
        syntax = read(language_of(candidate, ""), lines, 0, len(lines) - 1)
        if syntax.count_errors() != 0:
            continue
        if _holds_function(syntax, lines):
            return candidate
        if not commented and syntax.comments(0, len(lines) - 1):
            commented = candidate
    return commented


def _holds_function(syntax: Syntax, lines: Lines) -> bool:
    return any(
        syntax.functions_at(Position(number, len(line) - len(line.lstrip())))
        for number, line in enumerate(lines.between(0, len(lines)))
        if line.strip()
    )
