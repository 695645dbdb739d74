"""The reference page of the command line, made from what the parsers know.

The help of every command stands on it as `--help` prints it, so that page, help and
behaviour have one source.
"""

import click

from hexai.surfaces.cli.command_line import root_command
from hexai.surfaces.cli.commands import COMMANDS, Command, summaries

_WIDTH = 88

_INTRODUCTION = """\
# Command line

This page is made from the parsers by `scripts/generate`.

```
{help}
```

Options end at the first word of the prompt.
A later word that looks like an option belongs to the prompt, and a note says so.
Behind a question in quotes it is an error with a hint, and so is one that says who is
asked, such as `--only LABEL`: it would be asked, of everybody.
The words are a command only if all of them parse as one: `hexai models list` is one,
`hexai models of cars` asks.
A lone word within two edits of a command is an error with a hint, unless it ends with
`?`, or `-c`, `-f` or `-t` stands before it; behind other options of a question one
edit is.
So is a command of two words with a slip in one of them, such as `hexai models tset`;
a command (but `action`) with one word behind it that it cannot take, such as
`hexai chat extra`, or with more that is none of a question, such as files and labels;
what groups have elsewhere, such as `hexai config set KEY VALUE`; a command with a
question in quotes behind it, such as `hexai chat "why?"`; and behind `-c` a slip in a
label.
After `--` everything is prompt.
"""

_RESERVED = """
## Reserved words

These are commands of later releases.
Written as commands, they say so and nothing is sent.
In any other prompt they are ordinary words.

{words}
"""


def page() -> str:
    """Write the page, in Markdown."""
    commands = [command for command in COMMANDS if command.summary]
    reserved = [command for command in COMMANDS if not command.summary]
    return (
        _INTRODUCTION.format(help=_help(root_command(summaries()), "hexai"))
        + "".join(map(_section, commands))
        + _reserved_words(reserved)
    )


def _section(command: Command) -> str:
    name = f"hexai {command.name}"
    return f"\n## `{name}`\n\n```\n{_help(command.parser(), name)}\n```\n"


def _help(parser: click.Command, name: str) -> str:
    with parser.make_context(name, ["--help"], terminal_width=_WIDTH) as context:
        return parser.get_help(context)


def _reserved_words(commands: list[Command]) -> str:
    """Name the words of commands that are not there; a bare `config` is one that is."""
    there = {command.words[0] for command in COMMANDS if command.summary}
    names = [c.name for c in commands if c.words[0] not in there]
    if not names:
        return ""
    return _RESERVED.format(words=", ".join(f"`{name}`" for name in names))
