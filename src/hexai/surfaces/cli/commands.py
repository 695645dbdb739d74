"""The commands: one table, and the rule for when words are one of them.

A command is found by its words and parsed by a Click command of its own, which is
made only when its words were found. What does not parse is a prompt.
"""

from collections.abc import Callable

import click
from msgspec import Struct

from hexai.errors import UsageError
from hexai.surfaces.cli.options import GENERAL, AskOptions, given, option_names
from hexai.surfaces.cli.words import Line, nearest, split_line


class Command(Struct, frozen=True, kw_only=True):
    """A row of the table."""

    words: tuple[str, ...]
    summary: str
    """Shown in the help; empty for a command that is not there yet."""
    parser: Callable[[], click.Command]
    """Makes the Click command; its callback takes an `Invocation`, gives a code."""


def _models_list() -> click.Command:
    from hexai.surfaces.cli.models import list_parser

    return list_parser()


def _models_test() -> click.Command:
    from hexai.surfaces.cli.models import test_parser

    return test_parser()


def _models_pull() -> click.Command:
    from hexai.surfaces.cli.models import pull_parser

    return pull_parser()


def _config(name: str) -> Callable[[], click.Command]:
    def make() -> click.Command:
        from hexai.surfaces.cli.config import parser

        return parser(name)

    return make


def _config_init() -> click.Command:
    from hexai.surfaces.cli.config_init import parser

    return parser()


def _config_trust() -> click.Command:
    from hexai.surfaces.cli.config_trust import parser

    return parser()


def _lsp() -> click.Command:
    from hexai.surfaces.cli.lsp import parser

    return parser()


def _ledger(name: str) -> Callable[[], click.Command]:
    def make() -> click.Command:
        from hexai.surfaces.cli.ledger.parsers import parser

        return parser(name)

    return make


def _reserved(name: str) -> Callable[[], click.Command]:
    def make() -> click.Command:
        from hexai.surfaces.cli.reserved import parser

        return parser(name)

    return make


_LATER = ("action",)

COMMANDS = (
    Command(words=("config",), summary="", parser=_config("edit")),
    Command(
        words=("config", "edit"),
        summary="Open the configuration in your editor.",
        parser=_config("edit"),
    ),
    Command(
        words=("config", "init"),
        summary="Write a configuration from what is found here.",
        parser=_config_init,
    ),
    Command(
        words=("config", "check"),
        summary="Say what is wrong with the configuration.",
        parser=_config("check"),
    ),
    Command(
        words=("config", "show"),
        summary="Print every value, and where it is from.",
        parser=_config("show"),
    ),
    Command(
        words=("config", "diff"),
        summary="Compare configurations, or one with the defaults.",
        parser=_config("diff"),
    ),
    Command(
        words=("config", "path"),
        summary="Print where the configuration is.",
        parser=_config("path"),
    ),
    Command(
        words=("config", "schema"),
        summary="Print a JSON Schema of the configuration.",
        parser=_config("schema"),
    ),
    Command(
        words=("config", "trust"),
        summary="Let a project file set more than limits.",
        parser=_config_trust,
    ),
    Command(words=("models",), summary="", parser=_models_list),
    Command(
        words=("models", "list"),
        summary="Show what is configured.",
        parser=_models_list,
    ),
    Command(
        words=("models", "test"),
        summary="Ask every configured model for a few words.",
        parser=_models_test,
    ),
    Command(
        words=("models", "pull"),
        summary="Get the built-in local model.",
        parser=_models_pull,
    ),
    Command(
        words=("history",),
        summary="List what was asked.",
        parser=_ledger("history"),
    ),
    Command(
        words=("history", "forget"),
        summary="Remove what is recorded, for good.",
        parser=_ledger("history forget"),
    ),
    Command(
        words=("history", "export"),
        summary="Write the ledger to a file.",
        parser=_ledger("history export"),
    ),
    Command(
        words=("history", "import"),
        summary="Take in another ledger's file.",
        parser=_ledger("history import"),
    ),
    Command(
        words=("show",),
        summary="Print a question with its answers.",
        parser=_ledger("show"),
    ),
    Command(
        words=("vote",),
        summary="Say which answer was the best.",
        parser=_ledger("vote"),
    ),
    Command(
        words=("stats",),
        summary="Show what every model did.",
        parser=_ledger("stats"),
    ),
    Command(
        words=("leaderboard",),
        summary="Show which model you prefer, and how sure that is.",
        parser=_ledger("leaderboard"),
    ),
    Command(words=("lsp",), summary="Serve an editor.", parser=_lsp),
    *(
        Command(words=tuple(name.split()), summary="", parser=_reserved(name))
        for name in _LATER
    ),
)

_NO_COMMAND = {"help": "hexai --help", "version": "hexai --version"}


def find(line: Line, options: AskOptions) -> click.Context | None:
    """Find the command that the words are; None if they are a prompt.

    Raises `UsageError` for a lone word that looks like a mistyped command, and for
    a command behind options that only a question has.
    """
    if line.literal or not line.words:
        return None
    context = _parse(line.words)
    if context is not None:
        _refuse_options(line, options)
    elif len(line.words) == 1:
        _refuse_near_miss(line.words[0])
    return context


def summaries() -> tuple[tuple[str, str], ...]:
    """List the commands for the help."""
    return tuple((" ".join(c.words), c.summary) for c in COMMANDS if c.summary)


def _parse(words: tuple[str, ...]) -> click.Context | None:
    matches = [c for c in COMMANDS if c.words == words[: len(c.words)]]
    for command in sorted(matches, key=lambda c: -len(c.words)):
        try:
            return _context(command, words[len(command.words) :])
        except click.UsageError:
            continue
    return None


def _context(command: Command, words: tuple[str, ...]) -> click.Context:
    """Parse a command's arguments; raises `click.UsageError`."""
    parser = command.parser()
    line = split_line(words, option_names(parser))
    literal = ("--",) if line.literal else ()
    arguments = [*line.options, *literal, *line.words]
    return parser.make_context(" ".join(("hexai", *command.words)), arguments)


def find_script(name: str, words: tuple[str, ...]) -> click.Context:
    """Parse the arguments of a command that has a script of its own.

    Raises `click.UsageError`: there is no prompt that they could be.
    """
    return _context(next(c for c in COMMANDS if c.words == (name,)), words)


def _refuse_options(line: Line, options: AskOptions) -> None:
    if given(options) - GENERAL:
        words = " ".join(line.words)
        raise UsageError(
            f"`{words}` is a command, and the options before it belong to a question; "
            f"put the command's own options after it, or ask with `-- {words}`"
        )


def _refuse_near_miss(word: str) -> None:
    names = {command.words[0] for command in COMMANDS}
    meant = _NO_COMMAND.get(word.lower())
    if word in names:
        raise UsageError(
            f"`{word}` needs arguments, see hexai {word} --help; "
            f"to ask this word: hexai -- {word}"
        )
    if meant is None and (near := nearest(word, names)) is not None:
        meant = f"hexai {near}"
    if meant is not None:
        raise UsageError(f"did you mean `{meant}`? To ask this word: hexai -- {word}")
