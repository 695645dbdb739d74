"""Completion for bash, zsh and fish: Click's own, for our table of commands.

The shell asks by the variable `_HEXAI_COMPLETE`, as Click's scripts do it:
`eval "$(_HEXAI_COMPLETE=bash_source hexai)"` installs it.
"""

import click
from click.shell_completion import get_completion_class

from hexai.errors import UsageError
from hexai.surfaces.cli.command_line import root_command
from hexai.surfaces.cli.commands import COMMANDS
from hexai.surfaces.cli.output import say
from hexai.surfaces.cli.process import Process

VARIABLE = "_HEXAI_COMPLETE"


def complete(process: Process, instruction: str) -> int:
    """Print the script of a shell (`bash_source`), or completions (`bash_complete`)."""
    shell, _, what = instruction.partition("_")
    kind = get_completion_class(shell)
    if kind is None or what not in ("source", "complete"):
        raise UsageError(
            f"{VARIABLE}={instruction}: use bash_source, zsh_source or fish_source"
        )
    completion = kind(_as_group(), {}, "hexai", VARIABLE)
    if what == "source":
        # Not `source()`: it would start whatever is called bash to ask its version.
        say(process, completion.source_template % completion.source_vars())
    else:
        say(process, completion.complete() + "\n")
    return 0


def _as_group() -> click.Group:
    """Arrange the table as Click completes it: options, then nested commands."""
    root = click.Group("hexai", params=root_command().params, add_help_option=False)
    for command in COMMANDS:
        if not command.summary:
            continue
        *outer, last = command.words
        group = root
        for word in outer:
            group = _group_in(group, word)
        made = command.parser()
        made.short_help = command.summary
        group.add_command(made, last)
    return root


def _group_in(group: click.Group, word: str) -> click.Group:
    inner = group.commands.get(word)
    if not isinstance(inner, click.Group):
        inner = click.Group(word)
        group.add_command(inner, word)
    return inner
