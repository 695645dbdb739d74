"""How a command line is read: words, options, and what runs a command."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
from msgspec import Struct, convert

from hexai.surfaces.cli.options import Layout, parameters
from hexai.surfaces.cli.output import say
from hexai.surfaces.cli.process import Process
from hexai.text.nearest_name import nearest_by_edits, nearest_by_slip

# Options end at the first prompt word. The words after them are a command only if all
# of them parse as one; otherwise they are the prompt, so that `hexai show me the
# largest files` asks. Click cannot know this, so the line is split here, and only the
# options are handed to it.

_ENTRY = re.compile(r"-(\d{1,2})")
_LONG = len("--since")
_WITH_EQUALS = {"-c": "--continue"}
"""Short options that may be followed by `=`, which Click would read as part of the
value."""


class OptionNames(Struct, frozen=True, kw_only=True):
    """The options that may stand before the first word, all spellings."""

    flags: frozenset[str]
    with_value: frozenset[str]

    def normal(self, word: str) -> str | None:
        """Give an option as Click knows it, or None if this is none of ours.

        `-0` becomes `--entry=0`; one dash does for a long option, as in the Go tool.
        """
        if "--entry" in self.with_value and (entry := _ENTRY.fullmatch(word)):
            return f"--entry={entry[1]}"
        name, equals, value = word.partition("=")
        if equals:
            name = _WITH_EQUALS.get(name, name)
        for spelling in (name, f"-{name}"):
            if spelling in self.flags or spelling in self.with_value:
                return f"{spelling}{equals}{value}"
        return None

    def meant_by(self, word: str) -> str | None:
        """Find the long option that one slip, or two in a long name, make of a word."""
        name = word.partition("=")[0]
        if not name.startswith("--"):
            return None
        long = {each for each in self.flags | self.with_value if each[:2] == "--"}
        nearest = nearest_by_edits if len(name) >= _LONG else nearest_by_slip
        return nearest(name, long)


class CommandLine(Struct, frozen=True, kw_only=True):
    """A command line, split at its first prompt word."""

    options: tuple[str, ...]
    """For Click; options that nobody knows are among them, for Click to refuse."""
    words: tuple[str, ...]
    literal: bool
    """The words followed a `--`: they are a prompt whatever they say."""


def split_line(arguments: Iterable[str], names: OptionNames) -> CommandLine:
    """Split a command line into options and words."""
    rest = list(arguments)
    options: list[str] = []
    while rest and is_option(rest[0]):
        word = rest.pop(0)
        if word == "--":
            return CommandLine(options=tuple(options), words=tuple(rest), literal=True)
        option = names.normal(word) or word
        options.append(option)
        if option in names.with_value and rest:
            options.append(rest.pop(0))
    return CommandLine(options=tuple(options), words=tuple(rest), literal=False)


def stray_options(line: CommandLine, names: OptionNames) -> tuple[str, ...]:
    """Find words of the prompt that look as if they were meant as options."""
    if line.literal:
        return ()
    return tuple(
        word
        for word in line.words
        if word.startswith("-") and (names.normal(word) or names.meant_by(word))
    )


def is_option(word: str) -> bool:
    """Tell an option from a prompt that begins with a dash, such as "- a list"."""
    name = word.partition("=")[0]
    return word.startswith("-") and word != "-" and not any(map(str.isspace, name))


EPILOG = """\
Examples:

\b
  hexai "why does rsync skip this file"
  git diff | hexai "write a commit message"
  hexai -m ollama:qwen3:8b -m openai:gpt-4.1 "name this function" < f.py
  hexai -f src "where is the cache emptied?"
  hexai -c "and in Rust?"    go on with the last question
  hexai --first --json "one regular expression for ISO dates"
  hexai -- config            ask the word "config" instead of running it

Neither words nor piped input: an editor opens. Exit codes: 0 all answered, 4 some
did, 1 none did or the configuration has problems, 2 usage, 130 interrupted.

Completion: eval "$(_HEXAI_COMPLETE=bash_source hexai)", or zsh_source; in fish
_HEXAI_COMPLETE=fish_source hexai | source
"""


class AskOptions(Struct, frozen=True, kw_only=True):
    """What the options before the first word say; None where they say nothing."""

    models: tuple[str, ...] = ()
    """`PROVIDER:MODEL`, replacing the configured entries."""
    indices: tuple[int, ...] = ()
    """Numbers of the entries to keep."""
    only: tuple[str, ...] = ()
    """Labels of the entries to keep."""
    files: tuple[str, ...] = ()
    """What goes along: paths, folders, addresses, and `-` for standard input."""
    template: str | None = None
    """The name of a prompt of the user's own."""
    parameters: tuple[str, ...] = ()
    """`KEY=VALUE`, for the template."""
    options: tuple[str, ...] = ()
    """`KEY=VALUE`, for every contender."""
    system: str | None = None
    layout: Layout | None = None
    plain: bool = False
    """Whether answers are wanted as they were written, as in a pipe."""
    json: bool = False
    jsonl: bool = False
    blind: bool | None = None
    vote: bool | None = None
    pick: bool = False
    quiet: bool = False
    again: bool = False
    follow: str | None = None
    """Which run or contender is gone on with; empty: the last run, or what the first
    word names."""
    origin: str | None = None
    """The contender with whose answer all go on."""
    first: bool = False
    fresh: bool = False
    timeout: float | None = None
    """Seconds, for every contender."""
    max_concurrency: int | None = None
    send_anyway: bool = False
    tps_simulation: str | None = None
    config: str | None = None
    log: str | None = None
    log_texts: bool = False
    version: bool = False
    help: bool = False


GENERAL = frozenset({"config", "log", "log_texts", "version", "help"})
"""Options that mean the same before a command as before a prompt."""


def root_command(commands: Sequence[tuple[str, str]] = ()) -> click.Command:
    """Make the command that parses the options; `commands` are shown in its help."""
    return _Root(
        "hexai",
        params=parameters(),
        help="Ask your local and your cloud models side by side.",
        epilog=EPILOG,
        add_help_option=False,
        options_metavar="[OPTIONS] [PROMPT WORDS]...",
        commands=commands,
    )


def option_names(command: click.Command) -> OptionNames:
    """Collect every spelling that `command` knows."""
    flags: set[str] = set()
    with_value: set[str] = set()
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            spellings = {*parameter.opts, *parameter.secondary_opts}
            takes_word = not (
                parameter.is_flag or isinstance(parameter.flag_value, str)
            )
            (with_value if takes_word else flags).update(spellings)
    return OptionNames(flags=frozenset(flags), with_value=frozenset(with_value))


def parse_options(command: click.Command, words: Sequence[str]) -> AskOptions:
    """Parse what stands before the first word; raises `click.UsageError`."""
    context = command.make_context("hexai", list(words))
    options = convert(context.params, AskOptions)
    if options.json and options.jsonl:
        raise click.UsageError("--json and --jsonl exclude each other.")
    if options.tps_simulation is not None and (options.files or options.template):
        raise click.UsageError("--tps-simulation asks nobody; leave out -f and -t.")
    if options.parameters and options.template is None:
        raise click.UsageError("-p fills in a template; name it by -t.")
    if options.pick and (options.json or options.jsonl or options.first):
        raise click.UsageError("--pick prints one answer; leave the other form out.")
    if options.follow is not None and options.again:
        raise click.UsageError("-c goes on with a run, --again asks its prompt anew.")
    if options.origin is not None and options.follow is None:
        raise click.UsageError("--from says with whose answer -c goes on; add -c.")
    return options


def given(options: AskOptions) -> frozenset[str]:
    """Name the options that were given."""
    return frozenset(
        name
        for name in options.__struct_fields__
        if getattr(options, name) != getattr(AskOptions(), name)
    )


class _Root(click.Command):
    """The options, with the commands listed beneath them in the help."""

    def __init__(
        self, *arguments: Any, commands: Sequence[tuple[str, str]], **settings: Any
    ) -> None:
        super().__init__(*arguments, **settings)
        self._commands = commands

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl(self._commands)


class Invocation(Struct, frozen=True, kw_only=True):
    """What a command is run with."""

    process: Process
    options: AskOptions
    """Of which only the general ones are given."""


def make_parser(
    name: str,
    callback: Callable[..., int],
    *,
    params: Sequence[click.Parameter] = (),
    explanation: str = "",
) -> click.Command:
    """Make the Click command of `hexai NAME`.

    `callback` is called with an `Invocation` and what was parsed, by name; it gives
    the exit code. `wants_help` tells the callbacks of `params` not to miss anything.
    """
    helping = click.Option(
        ["-h", "--help"], is_flag=True, is_eager=True, help="Print this help."
    )
    return click.Command(
        name,
        params=[*params, helping],
        callback=callback,
        help=explanation,
        add_help_option=False,
    )


def run_command(context: click.Context, invocation: Invocation) -> int:
    """Run a parsed command, or print its help; gives the exit code."""
    arguments: dict[str, Any] = dict(context.params)
    if arguments.pop("help"):
        say(invocation.process, context.get_help() + "\n")
        return 0
    callback = context.command.callback
    return callback(invocation, **arguments) if callback is not None else 0


def wants_help(context: click.Context) -> bool:
    """Tell, while arguments are parsed, whether only the help is wanted."""
    return bool(context.params.get("help"))
