"""The options of a question: what Click parses, as one typed value."""

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

import click
from msgspec import Struct, convert

from hexai.surfaces.cli.words import OptionNames

Layout = Literal["auto", "columns", "stacked", "plain"]

EPILOG = """\
Examples:

\b
  hexai "why does rsync skip this file"
  git diff | hexai "write a commit message"
  hexai -m ollama:qwen3:8b -m openai:gpt-4.1 "name this function" < f.py
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
    system: str | None = None
    layout: Layout | None = None
    json: bool = False
    jsonl: bool = False
    blind: bool | None = None
    vote: bool | None = None
    quiet: bool = False
    again: bool = False
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
        params=_parameters(),
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
            (flags if parameter.is_flag else with_value).update(spellings)
    return OptionNames(flags=frozenset(flags), with_value=frozenset(with_value))


def parse_options(command: click.Command, words: Sequence[str]) -> AskOptions:
    """Parse what stands before the first word; raises `click.UsageError`."""
    context = command.make_context("hexai", list(words))
    options = convert(context.params, AskOptions)
    if options.json and options.jsonl:
        raise click.UsageError("--json and --jsonl exclude each other.")
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


class _EntryNumber(click.Option):
    """`-0`, `-1`…: one spelling for each entry, one line of help for all."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        del ctx
        return "-0, -1, …", self.help or ""


def _check_seconds(
    context: click.Context, parameter: click.Parameter, seconds: float | None
) -> float | None:
    if seconds is not None and not 0 < seconds < math.inf:
        raise click.BadParameter("it must be above 0.", context, parameter)
    return seconds


def _parameters() -> list[click.Parameter]:
    return [*_whom(), *_how_asked(), *_how_shown(), *_general()]


def _whom() -> list[click.Parameter]:
    return [
        click.Option(
            ["-m", "--model", "models"],
            multiple=True,
            metavar="PROVIDER:MODEL",
            help="Ask this model instead of the configured ones; repeatable.",
        ),
        _EntryNumber(
            ["--entry", "indices"],
            multiple=True,
            type=click.IntRange(min=0),
            help="Ask only the entry with this number; repeatable.",
        ),
        click.Option(
            ["--only"],
            multiple=True,
            metavar="LABEL",
            help="Ask only the entry with this label; repeatable.",
        ),
    ]


def _how_asked() -> list[click.Parameter]:
    return [
        click.Option(
            ["-s", "--system"], metavar="TEXT", help="Use this system prompt."
        ),
        _flag("--first", "End with the first answer and cancel the others."),
        _flag("--again", "Ask the last prompt again, of other models."),
        _flag("--fresh", "Ask anew, even where an answer is in the cache."),
        click.Option(
            ["--timeout"],
            type=float,
            metavar="SECONDS",
            callback=_check_seconds,
            help="Give each contender this long.",
        ),
        click.Option(
            ["--max-concurrency"],
            type=click.IntRange(min=1),
            metavar="N",
            help="Ask at most N contenders at once.",
        ),
        _flag("--send-anyway", "Send to a cloud what looks like a secret but is none."),
    ]


def _how_shown() -> list[click.Parameter]:
    return [
        click.Option(
            ["--layout"],
            type=click.Choice(get_args(Layout)),
            help="How answers stand on a terminal.",
        ),
        _flag("--quiet", "Say nothing on standard error; the exit code tells."),
        _flag("--json", "Print one JSON object."),
        _flag("--jsonl", "Print the events as they come, one JSON object a line."),
        click.Option(
            ["--blind/--no-blind"],
            default=None,
            help="Call the contenders A, B, C in shuffled order, and name none.",
        ),
        click.Option(
            ["--vote/--no-vote"],
            default=None,
            help="Ask at the end which answer is the best.",
        ),
        click.Option(
            ["--tps-simulation"],
            metavar="RATE",
            help="Show the prompt at RATE tokens a second (12, 8-16 or 8:16), "
            "asking nobody.",
        ),
    ]


def _general() -> list[click.Parameter]:
    return [
        click.Option(["--config"], metavar="PATH", help="Read this config file."),
        click.Option(["--log"], metavar="FILE", help="Write a log, without texts."),
        _flag("--log-texts", "Write prompts and answers into the log too."),
        _flag("--version", "Print the version."),
        click.Option(["-h", "--help"], is_flag=True, help="Print this help."),
    ]


def _flag(name: str, explanation: str) -> click.Option:
    return click.Option([name], is_flag=True, help=explanation)
