"""The user's vote: at a question's end, or by `hexai vote`; who stands for it."""

import click
from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.domain.record import Chosen, Named, RecordedRun, RunRecord
from hexai.errors import LedgerError, UsageError
from hexai.service.recorded_runs import History, open_history
from hexai.service.recorder import LedgerRecorder
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.after_vote import standing_line
from hexai.surfaces.cli.arguments import is_run, vote_argument
from hexai.surfaces.cli.ballot import Ballot, Vote
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.keys import CTRL_C, keyboard, single_keys
from hexai.surfaces.cli.last_question import find_last
from hexai.surfaces.cli.output import (
    can_confirm,
    complain,
    confirm,
    say,
    say_line,
    tell,
    wrapped,
)
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.recorded import (
    choice_words,
    is_hidden,
    names_shown,
    recorded_lines,
    shown_order,
)
from hexai.surfaces.cli.views import Show
from hexai.text.cells import truncate


def parser() -> click.Command:
    """Make the parser of `hexai vote`."""
    return make_parser(
        "vote",
        _vote,
        params=[
            click.Option(
                ["--yes"], is_flag=True, help="Change what is decided without asking."
            ),
            vote_argument(),
        ],
        explanation="Say which answer of a run is the best: its label, its letter, "
        "`tie` or `bad`; of a blind run no label until a vote names who was who. "
        "Without RUN it is the last question. "
        "Before a run that is decided is changed, it asks; in a script, say --yes.",
    )


def vote_at_the_end(
    process: Process,
    show: Show,
    recorder: LedgerRecorder,
    *,
    hidden: bool,
    before: Chosen | None = None,
) -> Chosen | None:
    """Ask for a vote where somebody can give it, then say what was held back.

    At last it says how those who answered stand now. Gives the vote, if there is one.
    While names are `hidden`, only letters are offered. One that says what was said
    `before` changes nothing.
    """
    record = show.record
    if record is None or show.signal_code is not None:
        return None
    ballot, chosen = Ballot(record, hidden=hidden), None
    if ballot.is_open:
        with keyboard(process.stdin, process.stdout) as keys:
            if keys is None:
                complain(process, f"to vote: {_command(process, ballot)}")
                return None
            vote = _ask(process, keys, ballot)
            show.left_vote = vote is None
            vote = vote or Vote(choice=None)
        if (chosen := vote.about(record.run_id, at=wall_clock())) is not None:
            chosen = _recorded(process, record, recorder, chosen, before)
    else:
        complain(process, f"nothing to vote on: {ballot.why_closed}")
    _name(process, show, recorder)
    if chosen is not None:
        recorder.flush()
        _say_standing(process, record, chosen)
    return chosen


def can_be_voted_on(show: Show) -> bool:
    """Tell whether there is anything to compare."""
    return show.record is not None and Ballot(show.record).is_open


def vote_by_word(
    process: Process,
    show: Show,
    recorder: LedgerRecorder,
    word: str,
    *,
    hidden: bool,
    before: Chosen | None = None,
) -> Chosen:
    """Vote as the word says, then say how they stand; raises `UsageError`.

    A name is no answer while names are `hidden`. One that says what was said `before`
    changes nothing.
    """
    assert show.record is not None
    ballot, now = Ballot(show.record, hidden=hidden), wall_clock()
    chosen = ballot.read_word(word).about(show.record.run_id, at=now)
    assert chosen is not None
    chosen = _recorded(process, show.record, recorder, chosen, before)
    _name(process, show, recorder)
    recorder.flush()
    _say_standing(process, show.record, chosen)
    return chosen


def say_how_to_vote(process: Process, show: Show, recorder: LedgerRecorder) -> None:
    """Say how the names of a blind run come out, which nobody was asked to vote on."""
    record = show.record
    if record is None or show.signal_code is not None:
        return
    ballot = Ballot(record, hidden=True)
    if ballot.is_open:
        how = _command(process, ballot)
        complain(process, f"names stay hidden until you vote: {how}")
    else:
        complain(process, f"nothing to vote on: {ballot.why_closed}")
        _name(process, show, recorder)


def _recorded(
    process: Process,
    run: RunRecord,
    recorder: LedgerRecorder,
    chosen: Chosen,
    before: Chosen | None,
) -> Chosen:
    """Record a vote, unless it was said before; gives what is recorded now."""
    if before is None or not chosen.repeats(before):
        recorder.record(chosen)
        return chosen
    recorded = RecordedRun(number=0, run=run, chosen=before)
    say_line(process, f"it is {choice_words(recorded, chosen.at)} already")
    return before


def _name(process: Process, show: Show, recorder: LedgerRecorder) -> None:
    """Say what was held back, and keep that it was said: see `Named`."""
    if show.held_back and show.record is not None:
        recorder.record(Named(run_id=show.record.run_id, at=wall_clock()))
        tell(process, *show.held_back)
        show.held_back, show.is_named = (), True


def _command(process: Process, ballot: Ballot) -> str:
    return ballot.command(terminal=bool(process.terminal))


def _say_standing(process: Process, run: RunRecord, chosen: Chosen) -> None:
    """Say how those of a run stand, after a vote that was just recorded."""
    try:
        with open_history(folders_of(process), wall_clock) as history:
            recorded = history.run(run.run_id)
            line = standing_line(run, chosen, history.standing(recorded))
    except (LedgerError, UsageError) as error:
        complain(process, f"the vote is kept, but how they stand is not known: {error}")
    else:
        say_line(process, line)


def _ask(process: Process, keys: int, ballot: Ballot) -> Vote | None:
    """Ask until a key says it; None for Ctrl-C."""
    asked = wrapped(ballot.question().rstrip(), process.columns)

    def ask() -> None:
        say(process, f"\n{asked} ")

    def tell_dropped() -> None:
        say(process, "\n")
        say_line(process, "what was typed meanwhile is dropped: a vote is a key")

    with single_keys(keys, ask, tell_dropped) as next_key:
        ask()
        vote = None
        while vote is None:
            key = next_key()
            if key == CTRL_C:
                break
            vote = Vote(choice=None) if key is None else ballot.read_key(key)
            if vote is None and key is not None:
                say(process, f"\n{ballot.unknown(key)}")
        say(process, f"{ballot.words(vote or Vote(choice=None))}\n")
    return vote


def _vote(invocation: Invocation, words: tuple[str, ...], *, yes: bool) -> int:
    process = invocation.process
    *run, winner = words
    with open_history(folders_of(process), wall_clock) as history:
        recorded = history.run(run[0]) if run else _meant(process, history, winner)
        at = _newer_than(recorded.chosen, recorded.named)
        was_hidden = is_hidden(recorded, at)
        vote = Ballot(recorded.run, hidden=was_hidden).read_word(winner)
        chosen = vote.about(recorded.run.run_id, at=at)
        assert chosen is not None
        is_new = not chosen.repeats(recorded.chosen)
        if is_new:
            if not yes and not _may_change(process, recorded, chosen, winner):
                return 0
            history.choose(chosen)
        voted = history.run(str(recorded.number))
        standing = standing_line(voted.run, chosen, history.standing(voted))
    said, number = choice_words(voted, at), voted.number
    told = f"run {number}: {said}" if is_new else f"run {number} is {said} already"
    say_line(process, told)
    say_line(process, standing)
    if was_hidden:
        _reveal(process, voted)
    return 0


def _may_change(
    process: Process, recorded: RecordedRun, chosen: Chosen, word: str
) -> bool:
    """Ask before what was decided is changed.

    Raises `UsageError` where nobody can be asked.
    """
    before, number = recorded.chosen, recorded.number
    if before is None or before.may_change(chosen.at):
        return True
    decided = choice_words(recorded, chosen.at)
    changed = choice_words(replace(recorded, chosen=chosen, named=None), chosen.at)
    if not can_confirm(process):
        raise UsageError(
            f"run {number} is decided: {decided}. Nothing was changed, as nobody can "
            f"be asked here; hexai vote --yes {number} {word} changes it to {changed}"
        )
    if confirm(process, f"run {number} is decided: {decided}. Change it to {changed}?"):
        return True
    say(process, "nothing was changed\n")
    return False


def _meant(process: Process, history: History, word: str) -> RecordedRun:
    """Give the run that a vote without one is about; raises `UsageError`.

    A word that names a run is no vote, unless somebody in the last one is called so.
    """
    if is_run(word):
        now = wall_clock()
        last = find_last(history, process.terminal, now)
        if last is None or word not in (e.label for e in last.run.run.contenders):
            recorded = history.run(word)
            hidden, number = is_hidden(recorded, now), recorded.number
            ballot = Ballot(recorded.run, hidden=hidden)
            if not ballot.is_open:
                raise UsageError(
                    f"run {number} cannot be voted on: {ballot.why_closed}"
                )
            raise UsageError(
                f"say who won: hexai vote {number} WINNER, which is {ballot.known}"
            )
    return _last_open(process, history)


def _last_open(process: Process, history: History) -> RecordedRun:
    """Give the last question; raises `UsageError` where it cannot be voted on.

    No older one is taken in its place: whoever votes means what was just seen.
    """
    now = wall_clock()
    last = find_last(history, process.terminal, now)
    if last is None:
        raise UsageError("there is nothing to vote on: nothing was asked yet")
    if Ballot(last.run.run).is_open:
        if last.told:
            complain(process, f"note: voting on {last.told}")
        return last.run
    for recorded in history.newest(surface=Surface.CLI):
        if Ballot(recorded.run).is_open:
            prompt = truncate(" ".join(recorded.run.prompt.split()), 40)
            raise UsageError(
                f"{_why_not(last.run)}; the last run that can be voted on is "
                f"{recorded.number}, {prompt!r}: hexai vote {recorded.number} WINNER"
            )
    raise UsageError(_why_not(last.run))


def _why_not(last: RecordedRun) -> str:
    why = Ballot(last.run).why_closed
    return f"the last question, run {last.number}, cannot be voted on: {why}"


def _newer_than(*earlier: Chosen | Named | None) -> float:
    """Give the time of a choice that comes after others, whatever the clock says."""
    return max((wall_clock(), *(each.at + 0.001 for each in earlier if each)))


def _reveal(process: Process, recorded: RecordedRun) -> None:
    """Say who was who and how each ended, as at the end of a question."""
    letters = names_shown(recorded.run, hidden=True)
    names = (
        f"{letters[each.index]} = {each.label}" for each in shown_order(recorded.run)
    )
    columns = process.columns if process.stdout_is_terminal else None
    for line in (*names, *recorded_lines(shown_order(recorded.run), columns=columns)):
        say_line(process, line)
