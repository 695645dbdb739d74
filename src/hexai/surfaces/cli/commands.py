"""The commands: one table, and the rule for when words are one of them.

A command is found by its words and parsed by a Click command of its own, which is
made only when its words were found. What does not parse is a prompt, but for strict
commands: their words are never asked.
"""

from collections.abc import Callable, Collection

import click
from msgspec import Struct

from hexai.errors import UsageError
from hexai.surfaces.cli.command_line import (
    GENERAL,
    AskOptions,
    CommandLine,
    given,
    option_names,
    split_line,
)
from hexai.text.nearest_name import SLIPS


class Command(Struct, frozen=True, kw_only=True):
    """A row of the table."""

    name: str
    """Its words, such as `config check`."""
    summary: str
    """Shown in the help; empty for a command that is not there yet."""
    load: Callable[[str], click.Command]
    """Makes the parser of the command of this name, and loads only what that takes."""
    is_strict: bool = False
    """Whether what begins with its words is it: then wrong arguments are an error."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words by which it is found."""
        return tuple(self.name.split())

    def parser(self) -> click.Command:
        """Make the Click command; its callback takes an `Invocation`, gives a code."""
        made = self.load(self.name)
        below = [each for each in COMMANDS if each.is_below(self) and each.summary]
        if below:
            widest = max(len(each.name) for each in below)
            lines = [f"hexai {each.name:<{widest}}  {each.summary}" for each in below]
            made.epilog = "\n".join(("\b", *lines))
        return made

    def is_below(self, group: "Command") -> bool:
        """Tell whether it is one of a group's."""
        return self.name.startswith(f"{group.name} ")


def _config(name: str) -> click.Command:
    match name:
        case "config init":
            from hexai.surfaces.cli.config_init import parser as make
        case "config trust":
            from hexai.surfaces.cli.config_trust import parser as make
        case _:
            from hexai.surfaces.cli.config import parser

            return parser(name)
    return make()


def _models(name: str) -> click.Command:
    from hexai.surfaces.cli.models import parser

    return parser(name)


def _ledger(name: str) -> click.Command:
    match name:
        case "history":
            from hexai.surfaces.cli.history import parser as make
        case "history forget":
            from hexai.surfaces.cli.history import forget_parser as make
        case "history export":
            from hexai.surfaces.cli.history import export_parser as make
        case "history import":
            from hexai.surfaces.cli.history import import_parser as make
        case "show":
            from hexai.surfaces.cli.show import parser as make
        case "vote":
            from hexai.surfaces.cli.vote import parser as make
        case "stats":
            from hexai.surfaces.cli.stats import parser as make
        case "leaderboard":
            from hexai.surfaces.cli.leaderboard import parser as make
        case _:
            raise LookupError(name)
    return make()


def _bench(name: str) -> click.Command:
    from hexai.surfaces.cli.bench import parser

    return parser(name)


def _team(name: str) -> click.Command:
    from hexai.surfaces.cli.team import parser

    return parser(name)


def _report(_name: str) -> click.Command:
    from hexai.surfaces.cli.report import parser

    return parser()


def _chat(_name: str) -> click.Command:
    from hexai.surfaces.cli.chat_options import parser

    return parser()


def _lsp(_name: str) -> click.Command:
    from hexai.surfaces.cli.lsp_and_action import lsp_parser as parser

    return parser()


def _action(_name: str) -> click.Command:
    from hexai.surfaces.cli.lsp_and_action import action_parser as parser

    return parser()


_ROWS: tuple[tuple[str, str, Callable[[str], click.Command]], ...] = (
    ("config", "", _config),
    ("config edit", "Open the configuration in your editor.", _config),
    ("config init", "Write a configuration from what is found here.", _config),
    ("config check", "Say what is wrong with the configuration.", _config),
    ("config show", "Print every value, and where it is from.", _config),
    ("config diff", "Compare configurations, or one with the defaults.", _config),
    ("config path", "Print where the configuration is.", _config),
    ("config schema", "Print a JSON Schema of the configuration.", _config),
    ("config trust", "Let a project file set more than limits.", _config),
    ("models", "", _models),
    ("models list", "Show what is configured.", _models),
    ("models test", "Ask every configured model for a few words.", _models),
    ("models pull", "Get a model that runs here, from a list or a hub.", _models),
    ("history", "List what was asked.", _ledger),
    ("history forget", "Remove what is recorded, for good.", _ledger),
    ("history export", "Write the ledger to a file.", _ledger),
    ("history import", "Take in another ledger's file.", _ledger),
    ("show", "Print a question with its answers.", _ledger),
    ("vote", "Say which answer was the best.", _ledger),
    ("stats", "Show what every model did.", _ledger),
    ("leaderboard", "Show which model you prefer, and how sure that is.", _ledger),
    ("bench", "", _bench),
    ("bench run", "Find out which model fills holes in your code better.", _bench),
    ("bench ask", "Ask your models questions of your own, and compare.", _bench),
    ("bench vote", "Say which answers of a bench are better, blind.", _bench),
    ("bench list", "List the benches, with what they cost.", _bench),
    ("bench show", "Print what a bench has come to, or one of its tasks.", _bench),
    ("bench compare", "Say which of two entries is better, as far as known.", _bench),
    ("bench export", "Write the figures of a bench, without texts.", _bench),
    ("bench forget", "Remove a bench with its texts, for good.", _bench),
    ("team", "", _team),
    ("team init", "Make a team's ledger on a PostgreSQL server.", _team),
    ("team member", "", _team),
    ("team member add", "Enrol a person, as the ledger's owner.", _team),
    ("team push", "Send what is new to the team's ledger.", _team),
    ("team status", "Show what the team's ledger has of you.", _team),
    ("team publish", "Publish the team's figures, as the ledger's owner.", _team),
    ("team forget", "Have the team's ledger forget a person.", _team),
    ("report", "Write a page that shows what is known.", _report),
    ("chat", "Ask one question after the other, each with its answers in mind.", _chat),
    ("lsp", "Serve an editor.", _lsp),
    ("action", "Let a model change a selection.", _action),
)

# Their words may be names of people, and what they change or forget is not to seem
# done when a model has answered.
_STRICT = ("team ", "history forget", "bench forget", "config trust")
_LENIENT = ("team ", "team status ")

COMMANDS = tuple(
    Command(
        name=name,
        summary=summary,
        load=load,
        is_strict=f"{name} ".startswith(_STRICT) and f"{name} " not in _LENIENT,
    )
    for name, summary, load in _ROWS
)
_LONGEST_SLIP = max(len(command.words[0]) for command in COMMANDS) + SLIPS


Labels = Callable[[], Collection[str]]
"""Gives the labels that are configured, where it matters what they are."""


def find(
    line: CommandLine, options: AskOptions, labels: Labels = tuple
) -> click.Context | None:
    """Find the command that the words are; None if they are a prompt.

    Raises `UsageError` for a lone word or two that look like a mistyped command, and
    for a command behind options that only a question has.
    """
    if line.literal or not line.words:
        return None
    context = _parse(line.words)
    if context is not None:
        _refuse_options(line, options)
        return context
    if len(line.words) == 1 and len(line.words[0]) > _LONGEST_SLIP:
        return None  # a question in quotes, as most are: nothing more is loaded for it
    from hexai.surfaces.cli.slips import refuse_slips

    refuse_slips(line, options, labels)
    return None


def summaries() -> tuple[tuple[str, str], ...]:
    """List the commands for the help."""
    return tuple((c.name, c.summary) for c in COMMANDS if c.summary)


def _parse(words: tuple[str, ...]) -> click.Context | None:
    for command in commands_of(words):
        try:
            return context_of(command, words[len(command.words) :])
        except click.UsageError:
            continue
    return None


def commands_of(words: tuple[str, ...]) -> list[Command]:
    """Find the commands whose names words begin with, the longest name first."""
    matches = [c for c in COMMANDS if c.words == words[: len(c.words)]]
    return sorted(matches, key=lambda c: -len(c.words))


def could_be_asked(words: tuple[str, ...]) -> bool:
    """Tell whether a command of several words may as well begin a question."""
    command, *_ = commands_of(words)
    rest = words[len(command.words) :]
    is_group = len(command.words) > 1 and not command.is_strict
    return is_group and bool(rest) and all(map(str.isalpha, rest))


def context_of(command: Command, words: tuple[str, ...]) -> click.Context:
    """Parse a command's arguments; raises `click.UsageError`."""
    parser = command.parser()
    line = split_line(words, option_names(parser))
    literal = ("--",) if line.literal else ()
    arguments = [*line.options, *literal, *line.words]
    return parser.make_context(f"hexai {command.name}", arguments)


def find_script(name: str, words: tuple[str, ...]) -> click.Context:
    """Parse the arguments of a command that has a script of its own.

    Raises `click.UsageError`: there is no prompt that they could be.
    """
    return context_of(next(c for c in COMMANDS if c.name == name), words)


def _refuse_options(line: CommandLine, options: AskOptions) -> None:
    if given(options) - GENERAL:
        words = " ".join(line.words)
        raise UsageError(
            f"`{words}` is a command, and the options before it belong to a question; "
            f"put the command's own options after it, or ask with `-- {words}`"
        )
