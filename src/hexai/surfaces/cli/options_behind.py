"""Options behind the question, where it is plain that they were meant as options."""

import shlex
from collections.abc import Iterator

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.command_line import (
    is_option,
    option_names,
    parse_options,
    root_command,
    split_line,
)
from hexai.surfaces.cli.commands import Labels
from hexai.surfaces.cli.slips import BEHIND_DASHES

# Options end at the first word, so that questions about other programs need no quotes.
# A question in quotes ends where they end: nobody writes a dash behind it that is to be
# asked. And whoever names a contender wants nobody else to read the question.

_WHOM = ("-m", "-model", "--model")
_SHORT = 60
_ONLY = ("-only", "--only")


def refuse_options_behind(words: tuple[str, ...], labels: Labels) -> None:
    """Raise `UsageError` for options that were meant as such, and would be asked."""
    first = next((n for n, word in enumerate(words) if n and is_option(word)), 0)
    if words[first] == "--":
        return
    is_quoted = all(any(map(str.isspace, word)) for word in words[:first])
    if is_quoted or any(_names_whom(*pair, labels) for pair in _pairs(words[first:])):
        raise UsageError(_how_it_is_written(words[:first], words[first:]))


def _pairs(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Give options with the values that they have, or may have."""
    for word, after in zip(words, (*words[1:], ""), strict=True):
        name, equals, value = word.partition("=")
        yield name, value if equals else after


def _names_whom(name: str, value: str, labels: Labels) -> bool:
    return (name in _WHOM and ":" in value) or (name in _ONLY and value in labels())


def _how_it_is_written(question: tuple[str, ...], behind: tuple[str, ...]) -> str:
    root = root_command()
    line = split_line(behind, option_names(root))
    try:
        parse_options(root, line.options)
    except click.UsageError as error:
        return f"{error.format_message()} See hexai --help. {BEHIND_DASHES}"
    written = behind[: len(behind) - len(line.words)]
    asked = shlex.join((*question, *line.words))
    shown = asked if len(asked) <= _SHORT else '"…"'
    right = f"hexai {shlex.join(written)} {shown}"
    return f"{behind[0]} stands behind the question; write {right}. {BEHIND_DASHES}"
