"""Slips in commands: which words are refused that are none, and what is said of them.

Whoever asks such a question all the same writes `--` before it.
"""

import shlex
from collections.abc import Callable

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.command_line import (
    GENERAL,
    AskOptions,
    CommandLine,
    given,
    is_option,
    option_names,
)
from hexai.surfaces.cli.commands import (
    COMMANDS,
    Command,
    Labels,
    commands_of,
    context_of,
)
from hexai.text.nearest_name import nearest_by_edits, nearest_by_slip

BEHIND_DASHES = "To ask these words, write -- before them"
_NO_COMMAND = {"help": "hexai --help", "version": "hexai --version"}


def refuse_slips(line: CommandLine, options: AskOptions, labels: Labels) -> None:
    """Raise `UsageError` for words that were probably meant as a command."""
    words = line.words
    _refuse_strictly(words)
    if options.follow is not None or options.files or options.template is not None:
        return  # "more" goes on with a question, and is no slip for "vote"
    _refuse_what_is_meant(words)
    if len(words) == 1:
        of_question = bool(given(options) - GENERAL)
        _refuse_near_miss(
            words[0], nearest_by_slip if of_question else nearest_by_edits
        )
        return
    if meant := _meant_by(words, labels):
        raise UsageError(f"did you mean `hexai {meant}`? {BEHIND_DASHES}")
    if not given(options) - GENERAL:
        _refuse_word_behind(words)


def _refuse_near_miss(
    word: str, nearest: Callable[[str, set[str]], str | None]
) -> None:
    """Refuse a lone word that is nearly a command, which `nearest` finds."""
    names = {command.words[0] for command in COMMANDS}
    meant = _NO_COMMAND.get(word.lower())
    if word in names:
        command = next(each for each in COMMANDS if each.name == word)
        context = click.Context(command.parser(), info_name=f"hexai {word}")
        raise UsageError(
            f"`{word}` needs arguments: {_usage(context)}; to ask this word: "
            f"hexai -- {word}"
        )
    if meant is None and (near := nearest(word, names)):
        meant = f"hexai {near}"
    if meant is not None and not word.endswith("?"):  # "what?" means no `chat`
        raise UsageError(f"did you mean `{meant}`? To ask this word: hexai -- {word}")


def _refuse_strictly(words: tuple[str, ...]) -> None:
    """Refuse a strict command with arguments that are none of its."""
    for command in commands_of(words):
        if command.is_strict and len(command.words) > 1:
            _refuse_arguments(command, words[len(command.words) :])


def _refuse_arguments(command: Command, rest: tuple[str, ...]) -> None:
    """Raise what is wrong with a command's arguments, and how to ask them."""
    try:
        context_of(command, rest)
    except click.UsageError as error:
        said = error.format_message()
        said += "" if said.endswith((".", "?", "?)")) else "."
        if command.is_strict:
            context = click.Context(command.parser(), info_name=f"hexai {command.name}")
            said = f"{said.rstrip('.')}; it is used so: {_usage(context)}."
        raise UsageError(
            f"`hexai {command.name}`: {said} See hexai "
            f"{command.name} --help; to ask these words, write -- before them"
        ) from None


def _usage(context: click.Context) -> str:
    return context.get_usage().removeprefix("Usage: ")


def _refuse_what_is_meant(words: tuple[str, ...]) -> None:
    """Refuse what is meant as a command and is none: models may cost money.

    It is meant as one where its name of several words stands alone, or is begun; where
    nothing but runs follow; and where an option follows the name, or a word behind it,
    or is among the other words and nearly one of the command's: who asks a question
    writes none.
    """
    for command in COMMANDS:
        if 1 < len(words) < len(command.words) and command.words[: len(words)] == words:
            raise UsageError(f"did you mean `hexai {command.name}`? {BEHIND_DASHES}")
    for command in commands_of(words):
        if _is_meant(command, rest := words[len(command.words) :]):
            _refuse_arguments(command, rest)


def _is_meant(command: Command, rest: tuple[str, ...]) -> bool:
    from hexai.surfaces.cli.arguments import is_run  # few questions begin so

    if not rest:
        return len(command.words) > 1
    if is_option(rest[0]) or all(map(is_run, rest)):
        return True
    options = [word for word in rest if is_option(word)]
    if not options:
        return False
    names = option_names(command.parser())
    return rest[1].startswith("--") or any(
        names.normal(word) is not None or names.meant_by(word) for word in options
    )


def _meant_by(words: tuple[str, ...], labels: Labels) -> str | None:
    """Find the command that words are but for a slip; None if they are a question.

    Of one word it is only with what nobody asks: options, runs, who wins a vote, or
    the name of another command.
    """
    if words[0].lower() in ("help", "version"):
        return _meant_help(words[1:])
    if words[0] == "vote":
        return _meant_vote(words[1:], labels)
    return _meant_pair(words) or _meant_names(words) or _meant_word(words, labels)


def _meant_help(rest: tuple[str, ...]) -> str | None:
    name = next((c.name for c in COMMANDS if c.words == rest), None)
    return f"{name} --help" if name else None


def _refuse_word_behind(words: tuple[str, ...]) -> None:
    """Raise `UsageError` for a command with one word behind it that it cannot take.

    And for a group with what such groups have elsewhere, and up to two words for it. A
    question mark, or quotes around more than one word, make a question.
    """
    command = next(iter(commands_of(words)), None)
    if command is None or words[-1].endswith("?") or any(map(_is_quoted, words)):
        return
    rest = words[len(command.words) :]
    below = [c.name for c in COMMANDS if c.is_below(command)]
    if len(rest) > 1 and not (below and rest[0] in _ELSEWHERE and len(rest) <= _TAKEN):
        return
    if rest == ("help",):
        raise UsageError(f"did you mean `hexai {command.name} --help`? {BEHIND_DASHES}")
    if below:
        having = ", ".join(name.removeprefix(f"{command.name} ") for name in below)
        raise UsageError(
            f"`hexai {command.name}` has no `{rest[0]}`; it has {having}. "
            f"{BEHIND_DASHES}"
        )
    _refuse_arguments(command, rest)


def _is_quoted(word: str) -> bool:
    return any(map(str.isspace, word))


_TAKEN = 3
_ELSEWHERE = frozenset(
    {
        *("add", "clean", "clear", "create", "default", "delete", "disable", "enable"),
        *("get", "info", "install", "join", "leave", "list", "ls", "new", "open"),
        *("print", "remove", "reset", "rm", "run", "search", "select", "set", "start"),
        *("status", "stop", "uninstall", "unset", "update", "use", "validate"),
    }
)
"""Commands that other programs have in such groups."""


def _meant_pair(words: tuple[str, ...]) -> str | None:
    pairs = [command.words for command in COMMANDS if len(command.words) == 2]
    group = nearest_by_slip(words[0], {first for first, _ in pairs})
    if group is None:
        return None
    meant = nearest_by_slip(words[1], {word for first, word in pairs if first == group})
    is_slip = meant is not None and words[:2] != (group, meant)
    if not is_slip:
        return None
    named = next(c for c in COMMANDS if c.words == (group, meant))
    try:
        context_of(named, words[2:])
    except click.UsageError:
        return named.name
    return shlex.join((*named.words, *words[2:]))


def _meant_names(words: tuple[str, ...]) -> str | None:
    """Find what two names of commands, and nothing else, may mean.

    The first may have a slip if it is no word that is near to many others.
    """
    names = {command.words[0] for command in COMMANDS}
    if len(words) != 2 or words[1] not in {*names, "list"}:
        return None
    groups = {c.words[0] for c in COMMANDS if len(c.words) > 1 and len(c.words[0]) > 5}
    first = words[0] if words[0] in names else nearest_by_slip(words[0], groups)
    if first is None or (words[1] == "list" and first not in groups):
        return None
    known = {command.name for command in COMMANDS if command.summary}
    turned = f"{words[1]} {first}"
    possible = [turned] if turned in known else [first, words[1]]
    return "` or `hexai ".join(n for n in possible if n in known) or None


def _meant_word(words: tuple[str, ...], labels: Labels) -> str | None:
    rest = words[1:]
    if words[0] == "chat" and len(rest) == 1:
        return f"chat --only {shlex.quote(rest[0])}" if rest[0] in labels() else None
    is_vote = len(rest) < 3 and nearest_by_slip(words[0], ("vote",)) is not None
    if is_vote and rest[-1] in labels() and all(map(_is_unasked, rest[:-1])):
        return shlex.join(("vote", *rest))
    if not (is_option(rest[0]) or all(map(_is_unasked, rest))):
        return None  # most questions: nothing more is loaded for them
    single = {command.name: command for command in COMMANDS if " " not in command.name}
    name = nearest_by_slip(words[0], single)
    if name is None or name == words[0]:
        return None
    try:
        context_of(single[name], rest)
    except click.UsageError:
        options = option_names(single[name].parser())
        return name if options.meant_by(rest[0]) else None
    return shlex.join((name, *rest))


def _meant_vote(rest: tuple[str, ...], labels: Labels) -> str | None:
    """Find the vote that words mean which begin with a winner, or a run.

    Two of them may have changed places, and a third is one too many.
    """
    is_named = _is_unasked(rest[0]) or rest[0] in labels()
    if len(rest) > _AND_ONE_MORE or not is_named:
        return None
    from hexai.surfaces.cli.arguments import is_run

    winner, *run = rest
    is_turned = len(run) == 1 and is_run(run[0]) and not is_run(winner)
    return shlex.join(("vote", *run, winner)) if is_turned else "vote [RUN] WINNER"


def _is_unasked(word: str) -> bool:
    """Tell a run, or who wins a vote, from a word of a question."""
    if word in ("tie", "bad") or (len(word) == 1 and word.isupper()):
        return True
    if set(word.lower()) - _DIGITS:
        return False
    from hexai.surfaces.cli.arguments import is_run  # most questions end before

    return is_run(word)


_AND_ONE_MORE = 3
"""Words that `vote` takes, and one that it does not."""
_DIGITS = frozenset("0123456789abcdef")
