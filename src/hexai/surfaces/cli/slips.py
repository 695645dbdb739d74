"""Slips in commands: which words are refused that are none, and what is said of them.

Whoever asks such a question all the same writes `--` before it.
"""

import shlex
from collections.abc import Callable, Iterator

import click
from msgspec import Struct

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
from hexai.surfaces.cli.slip_words import (
    ELSEWHERE,
    INSTRUCTIONS,
    LONE,
    OF_FILES,
    OF_LABELS,
    PLAIN,
    could_be_argument,
    is_argument,
    is_quoted,
    is_unasked,
)
from hexai.text.nearest_name import nearest_by_edits, nearest_by_slip

BEHIND_DASHES = "To ask these words, write -- before them"
_NO_COMMAND = {"help": "hexai --help", "version": "hexai --version"}
_LONG = 6
"""Letters; a shorter name is a slip away from too many words."""
_OF_GROUP = 3
"""Words behind a group, such as `set KEY VALUE`."""
_OF_VOTE = 2
"""Words that `vote` takes: a run, and who wins."""
_MOST_ARGUMENTS = 4
"""Behind a command; more words are a question, and nobody looks what they mean."""
_SHORT = 60
"""Characters of a question that a hint repeats."""


class _Asked(Struct, frozen=True, kw_only=True):
    """Words that would be asked, for a rule that looks at them."""

    words: tuple[str, ...]
    labels: Labels
    of_question: bool
    """Options stand before them that only a question has."""


_Rule = Callable[[_Asked], str | None]
"""Says what is wrong with words as a question; None: nothing, as far as it goes."""


def refuse_slips(line: CommandLine, options: AskOptions, labels: Labels) -> None:
    """Raise `UsageError` for words that were probably meant as a command."""
    asked = _Asked(
        words=line.words,
        labels=labels,
        of_question=bool(given(options) - GENERAL),
    )
    goes_on = options.follow is not None or options.template is not None
    for rule in _rules(asked, goes_on=goes_on or bool(options.files)):
        if (said := rule(asked)) is not None:
            raise UsageError(said)


def _rules(asked: _Asked, *, goes_on: bool) -> Iterator[_Rule]:
    """Give the rules for words, in order: the first that says something is heard.

    `goes_on`: the words go on with a question, a file or a template; "more" is no slip
    for "vote" then.
    """
    yield _wrong_for_strict
    if goes_on:
        return
    yield _half_a_name
    yield _wrong_for_command
    if len(asked.words) == 1:
        yield _lone_word
        return
    first = asked.words[0]
    if first.lower() in _NO_COMMAND:
        yield _help_for_command
    elif first == "vote":
        yield _vote_the_other_way
    else:
        yield _slip_in_pair
        yield _two_names
        yield _without_group
        yield _slip_in_word
    yield _quoted_behind
    if not asked.of_question:
        yield _one_word_too_many


def _did_you_mean(*commands: str) -> str:
    meant = " or ".join(f"`hexai {each}`" for each in commands)
    return f"did you mean {meant}? {BEHIND_DASHES}"


def _wrong_for_strict(asked: _Asked) -> str | None:
    """Find a strict command of several words with arguments that are none of its."""
    for command in commands_of(asked.words):
        if command.is_strict and len(command.words) > 1:
            rest = asked.words[len(command.words) :]
            if said := _wrong_arguments(command, rest):
                return said
    return None


def _half_a_name(asked: _Asked) -> str | None:
    """Find the beginning of a name of three words, and nothing else."""
    words = asked.words
    for command in COMMANDS:
        if 1 < len(words) < len(command.words) and command.words[: len(words)] == words:
            return _did_you_mean(command.name)
    return None


def _wrong_for_command(asked: _Asked) -> str | None:
    """Find what is meant as a command, which does not take it: models may cost money.

    It is meant as one where its name of several words stands alone; where nothing
    but runs follow; and where an option follows the name, or a word behind it, or is
    among the other words and nearly one of the command's: who asks a question writes
    none.
    """
    for command in commands_of(asked.words):
        rest = asked.words[len(command.words) :]
        if _is_used(command, rest) and (said := _wrong_arguments(command, rest)):
            return said
    return None


def _lone_word(asked: _Asked) -> str | None:
    """Find a word that is a command which needs more, or nearly a command."""
    [word] = asked.words
    if word in PLAIN:
        return None
    names = {command.words[0] for command in COMMANDS}
    if word in LONE:
        return _did_you_mean(*(c.name for c in COMMANDS if c.words[1:] == (word,)))
    if word in names:
        command = next(each for each in COMMANDS if each.name == word)
        context = click.Context(command.parser(), info_name=f"hexai {word}")
        return (
            f"`{word}` needs arguments: {_usage(context)}; to ask this word: "
            f"hexai -- {word}"
        )
    meant = _NO_COMMAND.get(word.lower())
    is_short = len(word) < _LONG
    nearest = nearest_by_slip if asked.of_question or is_short else nearest_by_edits
    if meant is None and (near := nearest(word, names)):
        meant = f"hexai {near}"
    if meant is None or word.endswith("?"):  # "what?" means no `chat`
        return None
    return f"did you mean `{meant}`? To ask this word: hexai -- {word}"


def _help_for_command(asked: _Asked) -> str | None:
    """Find a command behind "help" or "version"."""
    for command in COMMANDS:
        if command.words == asked.words[1:]:
            return _did_you_mean(f"{command.name} --help")
    return None


def _vote_the_other_way(asked: _Asked) -> str | None:
    """Find a vote with its words turned, no run before its winner, or a word too many.

    Two words are one if the last could win, and three if they begin as one: more words,
    and other ones, make a question ("vote bad arguments").
    """
    from hexai.surfaces.cli.arguments import is_run

    def could_win(word: str) -> bool:
        return word in ("tie", "bad") or word in asked.labels()

    first, *others = asked.words[1:]
    if len(others) == 1:
        [last] = others
        winner = could_win(first) or (is_unasked(first) and not is_run(first))
        if winner and is_run(last):
            return _did_you_mean(shlex.join(("vote", last, first)))
        is_vote = could_win(last)
    else:
        is_vote = len(others) == _OF_VOTE and is_run(first) and could_win(others[0])
    return _did_you_mean("vote [RUN] WINNER") if is_vote else None


def _slip_in_pair(asked: _Asked) -> str | None:
    """Find a command's name of two words with a slip in one of them."""
    first, second, *rest = asked.words
    pairs = [command.words for command in COMMANDS if len(command.words) == 2]
    group = nearest_by_slip(first, {each for each, _ in pairs})
    if group is None:
        return None
    meant = nearest_by_slip(second, {word for each, word in pairs if each == group})
    if meant is None or (first, second) == (group, meant):
        return None
    command = next(c for c in COMMANDS if c.words == (group, meant))
    return _did_you_mean(_as_used(command, tuple(rest)) or command.name)


def _two_names(asked: _Asked) -> str | None:
    """Find two names of commands beside each other, and nothing else.

    The first may have a slip if it is no word that is near to many others.
    """
    words = asked.words
    names = {command.words[0] for command in COMMANDS}
    if len(words) != 2 or words[1] not in {*names, "list"}:
        return None
    groups = {c.words[0] for c in COMMANDS if len(c.words) > 1}
    groups = {name for name in groups if len(name) >= _LONG}
    first = words[0] if words[0] in names else nearest_by_slip(words[0], groups)
    if first is None or (words[1] == "list" and first not in groups):
        return None
    known = {command.name for command in COMMANDS if command.summary}
    turned = f"{words[1]} {first}"
    possible = [turned] if turned in known else [first, words[1]]
    meant = [name for name in possible if name in known]
    return _did_you_mean(*meant) if meant else None


def _without_group(asked: _Asked) -> str | None:
    """Find names of two words of which the first was left out, or is the last."""
    first, *others = asked.words
    rest, labels = tuple(others), asked.labels
    named = [command for command in COMMANDS if command.words[1:] == (first,)]
    for command in named:
        if rest == command.words[:1]:
            return _did_you_mean(command.name)
    if is_option(rest[0]):
        named = [each for each in named if _has_option(each, rest[0])]
        is_meant = len(rest) == 1
    else:
        is_meant = first in LONE | OF_FILES and all(map(could_be_argument, rest))
        if not (is_meant or (first in OF_LABELS and all(w in labels() for w in rest))):
            return None
    used = [meant for each in named if (meant := _as_used(each, rest))]
    if not used and is_meant:
        used = [command.name for command in named]
    return _did_you_mean(*used) if used else None


def _slip_in_word(asked: _Asked) -> str | None:
    """Find a command with a slip, and behind it what nobody asks.

    That is options, runs, or who wins a vote; behind `chat`, a model's label.
    """
    first, *others = asked.words
    rest = tuple(others)
    if first == "chat" and len(rest) == 1:
        is_label = rest[0] in asked.labels()
        only = f"chat --only {shlex.quote(rest[0])}"
        return _did_you_mean(only) if is_label else None
    is_vote = len(rest) <= _OF_VOTE and nearest_by_slip(first, ("vote",)) is not None
    if is_vote and rest[-1] in asked.labels() and all(map(is_unasked, rest[:-1])):
        return _did_you_mean(shlex.join(("vote", *rest)))
    if not (is_option(rest[0]) or all(map(is_unasked, rest))):
        return None  # most questions: nothing more is loaded for them
    single = {command.name: command for command in COMMANDS if " " not in command.name}
    name = nearest_by_slip(first, single)
    if name is None or name == first:
        return None
    if (used := _as_used(single[name], rest)) is not None:
        return _did_you_mean(used)
    is_its = option_names(single[name].parser()).meant_by(rest[0])
    return _did_you_mean(name) if is_its else None


def _quoted_behind(asked: _Asked) -> str | None:
    """Find a command with nothing but a question in quotes behind it."""
    command = next(iter(commands_of(asked.words)), None)
    rest = asked.words[len(command.words) :] if command else ()
    if command is None or len(rest) != 1 or not is_quoted(rest[0]):
        return None
    question = shlex.quote(rest[0]) if len(rest[0]) <= _SHORT else '"…"'
    said = f"`hexai {command.name}` takes no question; to ask it: hexai {question}"
    if command.name == "chat":
        said += "; to talk about it: hexai chat, where it is typed"
    return f"{said}. {BEHIND_DASHES}"


def _one_word_too_many(asked: _Asked) -> str | None:
    """Find a command with one word behind it that it cannot take.

    Or with more than it takes, of which none is one of a question; or a group with what
    such groups have elsewhere, and up to two words for it. A question mark, or quotes
    around more than one word, make a question.
    """
    words = asked.words
    command = next(iter(commands_of(words)), None)
    if command is None or words[-1].endswith("?") or any(map(is_quoted, words)):
        return None
    rest = words[len(command.words) :]
    if command.name in INSTRUCTIONS and not all(map(could_be_argument, rest)):
        return None
    below = [c.name for c in COMMANDS if c.is_below(command)]
    is_known = below and rest[0] in ELSEWHERE and len(rest) <= _OF_GROUP
    if len(rest) > 1 and not is_known and not _are_arguments(command, rest, asked):
        return None
    if rest == ("help",):
        return _did_you_mean(f"{command.name} --help")
    if below:
        having = ", ".join(name.removeprefix(f"{command.name} ") for name in below)
        return (
            f"`hexai {command.name}` has no `{rest[0]}`; it has {having}. "
            f"{BEHIND_DASHES}"
        )
    return _wrong_arguments(command, rest)


def _are_arguments(command: Command, rest: tuple[str, ...], asked: _Asked) -> bool:
    """Tell what is behind a command from the rest of a question.

    All of it is such, or, of one word more than a name of two words takes, something.
    """
    if len(rest) > _MOST_ARGUMENTS:
        return False
    if all(could_be_argument(word) or word in asked.labels() for word in rest):
        return True
    most = sum(each.nargs for each in command.parser().params if _is_positional(each))
    if len(command.words) == 1 or len(rest) > max(2, most + 1):
        return False
    return any(is_argument(word) or word in asked.labels() for word in rest)


def _is_positional(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Argument) and parameter.nargs > 0


def _wrong_arguments(command: Command, rest: tuple[str, ...]) -> str | None:
    """Say what is wrong with a command's arguments, and how to ask them."""
    try:
        context_of(command, rest)
    except click.UsageError as error:
        said = error.format_message()
    else:
        return None
    said += "" if said.endswith((".", "?", "?)")) else "."
    if command.is_strict:
        context = click.Context(command.parser(), info_name=f"hexai {command.name}")
        said = f"{said.rstrip('.')}; it is used so: {_usage(context)}."
    return (
        f"`hexai {command.name}`: {said} See hexai {command.name} --help; "
        f"{BEHIND_DASHES.lower()}"
    )


def _as_used(command: Command, rest: tuple[str, ...]) -> str | None:
    """Give a command with its arguments as typed; None if it cannot take them."""
    try:
        context_of(command, rest)
    except click.UsageError:
        return None
    return shlex.join((*command.words, *rest))


def _has_option(command: Command, word: str) -> bool:
    return option_names(command.parser()).normal(word) is not None


def _usage(context: click.Context) -> str:
    return context.get_usage().removeprefix("Usage: ")


def _is_used(command: Command, rest: tuple[str, ...]) -> bool:
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
