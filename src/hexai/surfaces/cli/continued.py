"""`hexai -c`: which run is gone on with, and the question that does.

The value of `-c` may be left out, so the word behind it may be its value or the first
of the question. What names a run or a contender there is the value only if no question
can begin with it: if nothing follows it, or what follows is in quotes. Else it is asked
which is meant, and nothing is sent (docs/decisions/0077).
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.domain.record import RecordedRun
from hexai.errors import UsageError
from hexai.service.recorded_runs import History, open_history
from hexai.service.recorded_threads import Conversation, find_conversation
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.arguments import is_run
from hexai.surfaces.cli.ask import (
    attached,
    keep_if_unsent,
    kept_on_error,
    put_recorded,
    template_of,
    wanted,
    write_prompt,
)
from hexai.surfaces.cli.command_line import AskOptions, CommandLine
from hexai.surfaces.cli.last_question import find_last
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.prompt_input import from_line
from hexai.surfaces.cli.recorded import is_hidden, names_shown
from hexai.surfaces.cli.thread_question import (
    FollowUp,
    asked_again,
    check_blind,
    find_origin,
    go_on,
    what_is_lost,
    winner_of_vote,
)
from hexai.surfaces.cli.views import Show, Wanted
from hexai.text.nearest_name import nearest_by_slip

_LONG = 6
"""Letters; a shorter name is a slip away from too many words."""


class Meant(Struct, frozen=True, kw_only=True):
    """Which run is gone on with."""

    run: RecordedRun
    only: str = ""
    """The one contender that goes on; empty: all."""
    words: tuple[str, ...]
    """What is left of the line for the question."""
    note: str = ""
    """What the user may not expect about it."""


def ask_further(
    process: Process, options: AskOptions, line: CommandLine, piped: str
) -> Show:
    """Ask what goes on with an earlier run; gives what was shown.

    Raises `UsageError` if there is none, or it is not clear which is meant.
    """
    with kept_on_error(process, from_line(line.words, piped)):
        session = open_session(process, options)
        meant, follow = find_follow_up(session, line)
        attachments = attached(session)
        template = template_of(session)
    complain(
        process, *(f"note: {each}" for each in (meant.note, *follow.notes) if each)
    )
    prompt = from_line(meant.words, piped)
    prompt = prompt or write_prompt(session, attachments, template)
    with kept_on_error(process, prompt):
        asked = prompt if template is None else template.fill(prompt)
    question = follow.question(session, asked, attachments)
    how = once_voted(session, follow.conversation, hidden=follow.hidden)
    show = put_recorded(session, question, how)
    keep_if_unsent(process, show, prompt)
    return show


def once_voted(session: Session, conversation: Conversation, *, hidden: bool) -> Wanted:
    """Say how answers in a thread are shown: blind as it is, and voted on once.

    A vote that would not count is asked for only by wish.
    """
    how = wanted(session)
    vote = how.vote and (session.options.vote or not conversation.is_voted)
    return replace(how, blind=hidden, vote=bool(vote))


def find_follow_up(session: Session, line: CommandLine) -> tuple[Meant, FollowUp]:
    """Find what the options go on with; raises `UsageError`."""
    now = wall_clock()
    with open_history(folders_of(session.process), wall_clock) as history:
        meant = find_meant(history, session, line, now)
        if meant.run.run.surface is not Surface.CLI:
            raise UsageError(
                f"run {meant.run.number} was asked in an editor; "
                "only questions of the command line can be gone on with"
            )
        conversation = find_conversation(history, meant.run)
    if not conversation.answered:
        raise UsageError(
            f"nobody has answered in run {meant.run.number}, so there is nothing to "
            "go on with; `hexai --again` asks other models, `hexai -c=RUN` names "
            "another run"
        )
    if meant.only:
        options = session.options
        only = replace(options, only=(*options.only, meant.only))
        session = replace(session, options=only)
    return meant, follow_recorded(session, conversation, meant.run, now)


def follow_recorded(
    session: Session, conversation: Conversation, recorded: RecordedRun, now: float
) -> FollowUp:
    """Go on with a recorded run as the options want it; raises `UsageError`."""
    options, hidden = session.options, is_hidden(recorded, now)
    check_blind(options, hidden=hidden)
    asked, notes = asked_again(session, conversation)
    origin = None
    if options.origin is not None:
        origin = find_origin(conversation, options.origin, hidden=hidden)
    winner = winner_of_vote(recorded)
    found = go_on(conversation, asked, hidden=hidden, origin=origin, winner=winner)
    told = () if hidden else notes  # they name who is asked
    notes = [*told, *found.notes, *what_is_lost(conversation)]
    return replace(found, notes=tuple(notes))


def find_meant(
    history: History, session: Session, line: CommandLine, now: float
) -> Meant:
    """Find which run the option, or the word behind it, means."""
    value, words = session.options.follow, line.words
    if value:
        return _named(history, session, value, words, now)
    last = None if line.literal or not words else _last(history, session, now)
    if last is not None and _is_name(words[0], last.run, session, now):
        _check_clear(words)
        return _named(history, session, words[0], words[1:], now)
    if last is not None and (near := _nearly_name(words[0], last.run, session, now)):
        raise UsageError(
            f"`{words[0]}` is nearly {near}; write -c={near} to go on with that one, "
            "or -- before the question"
        )
    last = last or _last(history, session, now)
    if last is None:
        raise UsageError("there is no earlier question to go on with")
    return replace(last, words=words)


def _named(
    history: History,
    session: Session,
    value: str,
    words: tuple[str, ...],
    now: float,
) -> Meant:
    """Find the run, or the contender of the last run, that a value names."""
    last = _last(history, session, now)
    if last is not None and value in _names(last.run, now):
        return replace(last, only=value, words=words)
    if is_run(value):
        return Meant(run=history.run(value), words=words)
    if last is None:
        raise UsageError("there is no earlier question to go on with")
    there = ", ".join(_names(last.run, now))
    raise UsageError(
        f"{value} is no run, and nobody in run {last.run.number} is called so; "
        f"there are {there}"
    )


def _last(history: History, session: Session, now: float) -> Meant | None:
    last = find_last(history, session.process.terminal, now)
    if last is None:
        return None
    note = f"going on with {last.told}" if last.told else ""
    return Meant(run=last.run, words=(), note=note)


def _names(run: RecordedRun, now: float) -> Sequence[str]:
    return tuple(names_shown(run.run, hidden=is_hidden(run, now)).values())


def _is_name(word: str, last: RecordedRun, session: Session, now: float) -> bool:
    """Tell whether a word may be what `-c` goes on with; a letter may be a word."""
    return is_run(word) or word in _labels(last, session, now)


def _nearly_name(
    word: str, last: RecordedRun, session: Session, now: float
) -> str | None:
    """Find the contender that a word is a slip from; short names are near to many."""
    long = {each for each in _labels(last, session, now) if len(each) >= _LONG}
    return nearest_by_slip(word, long)


def _labels(last: RecordedRun, session: Session, now: float) -> set[str]:
    if is_hidden(last, now):
        return set()
    configured = session.snapshot.entries(Surface.CLI).entries
    return {*_names(last, now), *(each.label for each in configured)}


def _check_clear(words: Sequence[str]) -> None:
    """Refuse a line of which nobody can tell where its question begins."""
    name, *rest = words
    if rest and not any(map(str.isspace, rest[0])):
        raise UsageError(
            f"`{name}` may say what to go on with, or begin the question; "
            f"write -c={name} for the one, and quotes around the question or "
            "-- before it for the other"
        )
