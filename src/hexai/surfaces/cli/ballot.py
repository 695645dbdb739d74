"""The answers of one run that can be voted for, and what keys and words mean; pure."""

from collections.abc import Mapping

from msgspec import Struct

from hexai.domain.outcome import Status
from hexai.domain.record import (
    Choice,
    Chosen,
    ContenderRecord,
    Method,
    RecordedRun,
    RunRecord,
)
from hexai.errors import UsageError
from hexai.surfaces.cli.recorded import candidates, shown_order
from hexai.surfaces.words import letter
from hexai.text.sanitise import shorten, visible_line

_ESCAPE = "\x1b"
_KEYS: Mapping[str, Choice | None] = {
    "t": Choice.TIE,
    "b": Choice.BAD,
    "s": None,
    _ESCAPE: None,
    "\r": None,
    "\n": None,
}
_WORDS = {"tie": Choice.TIE, "bad": Choice.BAD}


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

    def __init__(self, run: RunRecord, *, hidden: bool = False) -> None:
        """Nobody may know who is who while names are `hidden`."""
        self._shown = {letter(i): each for i, each in enumerate(shown_order(run))}
        able = candidates(run)
        self.candidates = {n: each for n, each in self._shown.items() if each in able}
        """By the letter of their place in the order shown."""
        self._blind, self._hidden = run.blind, hidden
        self._run_id = run.run_id

    @property
    def is_open(self) -> bool:
        """Whether there is anything to compare."""
        return len(self.candidates) > 1

    def command(self, *, terminal: bool) -> str:
        """Give the command that votes; at a terminal its last question is meant."""
        run = "" if terminal else f"{self._run_id} "
        return f"hexai vote {run}WINNER, which is {self.known}"

    @property
    def known(self) -> str:
        """What can be said, by the names that were shown.

        Blind, answers have letters above them; once they are named, both are known.
        """
        names = (self._called(name, each) for name, each in self.candidates.items())
        return f"{', '.join((*names, 'tie'))} or bad"

    def _called(self, name: str, each: ContenderRecord) -> str:
        if self._hidden:
            return name
        return f"{name} or {each.label}" if self._blind else each.label

    @property
    def why_closed(self) -> str:
        """Why there is nothing to compare."""
        if len(self._shown) == 1:
            return (
                "only one entry was asked; a vote takes two, by -m or below "
                "[models] in the configuration"
            )
        whole = "a vote takes two whole answers"
        if any(each.cached for each in self._shown.values()):
            return f"{whole} that do not come from the cache; --fresh asks anew"
        given = "only one was given" if self.candidates else "nobody gave one"
        stopped = any(e.status is Status.CANCELLED for e in self._shown.values())
        return f"{whole}, and {given}" + (", as they were stopped" * stopped)

    def question(self) -> str:
        """Ask for one key."""
        names = (
            name if self._hidden else f"{name} {each.label}"
            for name, each in self.candidates.items()
        )
        return f"Best? Capital {', '.join(names)}; t tie, b both bad, s skip: "

    def unknown(self, piece: str) -> str:
        """Answer what was typed and means nothing."""
        is_key = piece.startswith(_ESCAPE)  # of an arrow, as its terminal writes it
        typed = "" if is_key else piece.strip()
        shown = visible_line(shorten(typed or "that", 12))
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
        """Say what the last word of `hexai vote` means; raises `UsageError`.

        While names are hidden they are no answer: such a vote would not be blind.
        """
        if not self.is_open:
            raise UsageError(f"there is nothing to vote on: {self.why_closed}")
        if (name := self._find(word)) is not None:
            if name not in self.candidates:
                raise UsageError(f"{word} gave no answer that can win a vote")
            return self._for(name)
        if word in _WORDS:
            return Vote(choice=_WORDS[word])
        why = "; names stay hidden until you vote" if self._hidden else ""
        raise UsageError(f"there is no answer {word}{why}; say {self.known}")

    def _find(self, word: str) -> str | None:
        """Find the letter that is meant; labels go first where they are shown."""
        shown = {} if self._hidden else self._shown
        labels = [name for name, each in shown.items() if each.label == word]
        letters = [name for name in self._shown if name == word.upper()]
        meant = letters + labels if self._blind else labels + letters
        return meant[0] if meant else None

    def _for(self, name: str) -> Vote:
        return Vote(choice=Choice.TAKEN, indexes=(self.candidates[name].index,))


def how_named(recorded: RecordedRun) -> str:
    """Say of a run whose names are hidden how they come out."""
    if Ballot(recorded.run).is_open:
        return f"undecided, hexai vote {recorded.number} WINNER names them"
    if recorded.run.thread:
        return "names stay hidden until a vote in its thread"
    return f"names are hidden, hexai show {recorded.number} says who is who"
