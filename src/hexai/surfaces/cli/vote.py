"""The user's vote: at a question's end, or by `hexai vote`; who stands for it."""

import time
from collections.abc import Mapping

import click
from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.domain.record import Choice, Chosen, Method, RecordedRun, RunRecord
from hexai.errors import LedgerError, UsageError
from hexai.service.recorded_runs import History, open_history
from hexai.service.recorder import LedgerRecorder
from hexai.surfaces.cli.arguments import vote_argument
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.output import can_confirm, complain, confirm, say, tell
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.recorded import (
    candidates,
    choice_words,
    is_hidden,
    names_shown,
    recorded_line,
    shown_order,
)
from hexai.surfaces.cli.terminal import keyboard, single_keys
from hexai.surfaces.cli.views import Show
from hexai.surfaces.standing import standing_line
from hexai.surfaces.words import letter
from hexai.text.cells import truncate
from hexai.text.sanitise import shorten, visible_line

_KEYS: Mapping[str, Choice | None] = {
    "t": Choice.TIE,
    "b": Choice.BAD,
    "s": None,
    "\x1b": None,
    "\r": None,
    "\n": None,
}
_WORDS = {"tie": Choice.TIE, "bad": Choice.BAD}


_NOTHING = "it takes two answers that do not come from the cache"


class Vote(Struct, frozen=True, kw_only=True):
    """What the user said."""

    choice: Choice | None
    """None: nothing, on purpose."""
    indexes: tuple[int, ...] = ()

    def about(self, run_id: str, *, at: float) -> Chosen | None:
        """Make the fact that is recorded; None if there is none."""
        if self.choice is None:
            return None
        return Chosen(
            run_id=run_id,
            at=at,
            choice=self.choice,
            method=Method.VOTE,
            indexes=self.indexes,
        )


class Ballot:
    """The answers of one run that can be voted for."""

    def __init__(self, run: RunRecord) -> None:
        self._shown = {letter(i): each for i, each in enumerate(shown_order(run))}
        able = candidates(run)
        self.candidates = {n: each for n, each in self._shown.items() if each in able}
        """By the letter of their place in the order shown."""
        self._blind = run.blind
        self._run_id = run.run_id

    @property
    def is_open(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.candidates) > 1

    @property
    def command(self) -> str:
        """The command that votes."""
        *names, last = (*self.candidates, "tie", "bad")
        winner = f"WINNER, which is {', '.join(names)} or {last}"
        return f"hexai vote {self._run_id} {winner}"

    @property
    def why_closed(self) -> str:
        """Why there is nothing to compare."""
        if len(self._shown) == 1:
            return (
                "only one entry was asked; a vote takes two, by -m or below "
                "[models] in the configuration"
            )
        return _NOTHING

    def question(self) -> str:
        """Ask for one key."""
        names = (
            name if self._blind else f"{name} {each.label}"
            for name, each in self.candidates.items()
        )
        return f"Best? Capital {', '.join(names)}; t tie, b both bad, s skip: "

    def unknown(self, piece: str) -> str:
        """Answer what was typed and means nothing."""
        shown = visible_line(shorten(piece.strip() or "that", 12))
        keys = ", ".join((*self.candidates, "t", "b"))
        return f"{shown} is no answer; press {keys} or s: "

    def words(self, vote: Vote) -> str:
        """Say what was voted, by the names that were shown."""
        if vote.choice is Choice.TAKEN:
            [winner] = vote.indexes
            found = (n for n, e in self.candidates.items() if e.index == winner)
            return next(found)
        return {Choice.TIE: "tie", Choice.BAD: "both bad"}.get(
            vote.choice or Choice.NONE, "skipped"
        )

    def read_key(self, key: str) -> Vote | None:
        """Say what a key means; None for one that means nothing.

        Only capital letters are answers: whoever has learnt that `a` works would
        press `b` for the second. A key with a line break behind it is that key.
        """
        key = key.rstrip("\r\n") or key
        if key in self.candidates:
            return self._for(key)
        return Vote(choice=_KEYS[key]) if key in _KEYS else None

    def read_word(self, word: str) -> Vote:
        """Say what the last word of `hexai vote` means; raises `UsageError`."""
        if not self.is_open:
            raise UsageError(f"there is nothing to vote on: {_NOTHING}")
        if (name := self._find(word)) is not None:
            if name not in self.candidates:
                raise UsageError(f"{word} gave no answer that can win a vote")
            return self._for(name)
        if word in _WORDS:
            return Vote(choice=_WORDS[word])
        known = ", ".join(self.candidates)
        raise UsageError(f"there is no answer {word}; say {known}, tie or bad")

    def _find(self, word: str) -> str | None:
        """Find the letter that is meant; labels go first where they are shown."""
        labels = [name for name, each in self._shown.items() if each.label == word]
        letters = [name for name in self._shown if name == word.upper()]
        meant = letters + labels if self._blind else labels + letters
        return meant[0] if meant else None

    def _for(self, name: str) -> Vote:
        return Vote(choice=Choice.TAKEN, indexes=(self.candidates[name].index,))


def parser() -> click.Command:
    """Make the parser of `hexai vote`."""
    return make_parser(
        "vote",
        _vote,
        params=[vote_argument()],
        explanation="Say which answer of a run is the best: its label, its letter, "
        "`tie` or `bad`. Without RUN it is the last question. Names what was blind.",
    )


def vote_at_the_end(
    process: Process, show: Show, recorder: LedgerRecorder
) -> Chosen | None:
    """Ask for a vote where somebody can give it, then say what was held back.

    At last it says how those who answered stand now. Gives the vote, if there is one.
    """
    record = show.record
    if record is None or show.signal_code is not None:
        return None
    ballot, chosen = Ballot(record), None
    if ballot.is_open:
        with keyboard(process.stdin, process.stdout) as keys:
            if keys is None:
                complain(process, f"to vote: {ballot.command}")
                return None
            vote = _ask(process, keys, ballot)
        now = time.time()  # noqa: TID251 - the edge
        if (chosen := vote.about(record.run_id, at=now)) is not None:
            recorder.record(chosen)
    else:
        complain(process, f"nothing to vote on: {ballot.why_closed}")
    tell(process, *show.held_back)
    if chosen is not None:
        recorder.flush()
        _say_standing(process, record, chosen)
    return chosen


def can_be_voted_on(show: Show) -> bool:
    """Tell whether there is anything to compare."""
    return show.record is not None and Ballot(show.record).is_open


def vote_by_word(
    process: Process, show: Show, recorder: LedgerRecorder, word: str
) -> Chosen:
    """Vote as the word says, then say how they stand; raises `UsageError`."""
    assert show.record is not None
    ballot, now = Ballot(show.record), time.time()  # noqa: TID251 - the edge
    chosen = ballot.read_word(word).about(show.record.run_id, at=now)
    assert chosen is not None
    recorder.record(chosen)
    tell(process, *show.held_back)
    recorder.flush()
    _say_standing(process, show.record, chosen)
    return chosen


def say_how_to_vote(process: Process, show: Show) -> None:
    """Say how the names of a blind run come out, which nobody was asked to vote on."""
    record = show.record
    if record is None or show.signal_code is not None:
        return
    ballot = Ballot(record)
    if ballot.is_open:
        complain(process, f"names stay hidden until you vote: {ballot.command}")
    else:
        complain(process, f"nothing to vote on: {ballot.why_closed}")
        tell(process, *show.held_back)


def _say_standing(process: Process, run: RunRecord, chosen: Chosen) -> None:
    """Say how those of a run stand, after a vote that was just recorded."""
    try:
        with open_history(folders_of(process), time.time) as history:  # noqa: TID251
            recorded = history.run(run.run_id)
            line = standing_line(run, chosen, history.standing(recorded))
    except (LedgerError, UsageError) as error:
        complain(process, f"the vote is kept, but how they stand is not known: {error}")
    else:
        say(process, f"{line}\n")


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
        if not _may_change(process, recorded, chosen, at):
            return 0
        history.choose(chosen)
        voted = history.run(str(recorded.number))
        standing = standing_line(voted.run, chosen, history.standing(voted))
    say(process, f"run {voted.number}: {choice_words(voted, at)}\n{standing}\n")
    if was_hidden:
        _reveal(process, voted)
    return 0


def _may_change(
    process: Process, recorded: RecordedRun, chosen: Chosen, now: float
) -> bool:
    """Ask before what was decided is changed; a script is taken at its word."""
    before = recorded.chosen
    if before is None or before.may_change(now) or not can_confirm(process):
        return True
    if (before.choice, before.indexes) == (chosen.choice, chosen.indexes):
        return True
    decided, changed = (
        choice_words(replace(recorded, chosen=each), now) for each in (before, chosen)
    )
    question = f"run {recorded.number} is decided: {decided}. Change it to {changed}?"
    if confirm(process, visible_line(question)):
        return True
    say(process, "nothing was changed\n")
    return False


def _last_open(process: Process, history: History) -> RecordedRun:
    """Find the last run that can be voted on; say which, if that is not the last."""
    for newer, recorded in enumerate(history.newest(surface=Surface.CLI)):
        if Ballot(recorded.run).is_open:
            if newer:
                prompt = truncate(" ".join(recorded.run.prompt.split()), 60)
                complain(process, f"the last run that can be voted on asked: {prompt}")
            return recorded
    raise UsageError(f"there is nothing to vote on: {_NOTHING}")


def _newer_than(earlier: Chosen | None) -> float:
    """Give the time of a choice that replaces another, whatever the clock says."""
    now = time.time()  # noqa: TID251 - the edge
    return now if earlier is None else max(now, earlier.at + 0.001)


def _reveal(process: Process, recorded: RecordedRun) -> None:
    letters = names_shown(recorded.run, hidden=True)
    shown = shown_order(recorded.run)
    names = (f"{letters[each.index]} = {each.label}\n" for each in shown)
    lines = (f"{recorded_line(each)}\n" for each in shown)
    say(process, "".join((*names, *lines)))
