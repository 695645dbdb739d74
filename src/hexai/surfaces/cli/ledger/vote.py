"""The user's vote: by one key at the end of a question, or by `hexai vote` later."""

import time

import click

from hexai.domain.choice import Chosen
from hexai.domain.entry import Surface
from hexai.domain.record import RecordedRun, Recorder
from hexai.errors import UsageError
from hexai.service.history import History, open_history
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.keypress import keyboard, single_keys
from hexai.surfaces.cli.ledger.ballot import Ballot, Vote
from hexai.surfaces.cli.ledger.recorded import (
    choice_words,
    in_order,
    is_hidden,
    names_shown,
    prompt_of,
    recorded_line,
)
from hexai.surfaces.cli.ledger.run_words import vote_argument
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.show import Show
from hexai.surfaces.cli.speak import complain, say, tell
from hexai.text.cells import truncate


def parser() -> click.Command:
    """Make the parser of `hexai vote`."""
    return make_parser(
        "vote",
        _vote,
        params=[vote_argument()],
        explanation="Say which answer of a run is the best: its label, its letter, "
        "`tie` or `bad`. Without RUN it is the last question. Names what was blind.",
    )


def vote_at_the_end(process: Process, show: Show, recorder: Recorder) -> None:
    """Ask for a vote where somebody can give it, then say what was held back."""
    record = show.record
    if record is None or show.signal_code is not None:
        return
    ballot = Ballot(record)
    if ballot.is_open:
        with keyboard(process.stdin, process.stdout) as keys:
            if keys is None:
                *names, last = (*ballot.candidates, "tie", "bad")
                winner = f"WINNER, which is {', '.join(names)} or {last}"
                complain(process, f"to vote: hexai vote {record.run_id} {winner}")
                return
            vote = _ask(process, keys, ballot)
        now = time.time()  # noqa: TID251 - the edge
        if (chosen := vote.about(record.run_id, at=now)) is not None:
            recorder.record(chosen)
    tell(process, *show.held_back)


def _ask(process: Process, keys: int, ballot: Ballot) -> Vote:
    with single_keys(keys) as next_key:
        say(process, f"\n{ballot.question()}")
        vote = None
        while vote is None:
            key = next_key()
            vote = Vote(choice=None) if key is None else ballot.read_key(key)
            if vote is None and key is not None:
                say(process, f"\n{ballot.unknown(key)}")
        say(process, f"{ballot.words(vote)}\n")
    return vote


def _vote(invocation: Invocation, words: tuple[str, ...]) -> int:
    process = invocation.process
    *run, winner = words
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        recorded = history.run(run[0]) if run else _last_open(process, history)
        at = _newer_than(recorded.chosen)
        was_hidden = is_hidden(recorded, at)
        vote = Ballot(recorded.run).read_word(winner)
        chosen = vote.about(recorded.run.run_id, at=at)
        assert chosen is not None
        history.choose(chosen)
        voted = history.run(str(recorded.number))
    say(process, f"run {voted.number}: {choice_words(voted, at)}\n")
    if was_hidden:
        _reveal(process, voted)
    return 0


def _last_open(process: Process, history: History) -> RecordedRun:
    """Find the last run that can be voted on; say which, if that is not the last."""
    for newer, recorded in enumerate(history.newest(surface=Surface.CLI)):
        if Ballot(recorded.run).is_open:
            if newer:
                prompt = truncate(" ".join(prompt_of(recorded.run).split()), 60)
                complain(process, f"the last run that can be voted on asked: {prompt}")
            return recorded
    raise UsageError(
        "there is nothing to vote on: it takes two answers that do not come from "
        "the cache"
    )


def _newer_than(earlier: Chosen | None) -> float:
    """Give the time of a choice that replaces another, whatever the clock says."""
    now = time.time()  # noqa: TID251 - the edge
    return now if earlier is None else max(now, earlier.at + 0.001)


def _reveal(process: Process, recorded: RecordedRun) -> None:
    letters = names_shown(recorded.run, hidden=True)
    shown = in_order(recorded.run)
    names = (f"{letters[each.index]} = {each.label}\n" for each in shown)
    lines = (f"{recorded_line(each)}\n" for each in shown)
    say(process, "".join((*names, *lines)))
