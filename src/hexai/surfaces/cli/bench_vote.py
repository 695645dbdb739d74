"""`hexai bench vote`: which of two answers is better, blind, one pair after the other.

Each vote is in the ledger before the next pair is shown, so a kill loses none, and the
next call goes on. Whose the answers are is told only at the end.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from hexai.bench.votes import Beside, Pairs, pairs_of
from hexai.domain.bench import BenchRecord, BenchVote
from hexai.domain.record import Choice
from hexai.errors import UsageError
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.bench_vote_words import general_words, votes_words
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.keys import CTRL_C, keyboard, single_keys
from hexai.surfaces.cli.live.bench_vote_screen import (
    FLATTEST,
    LETTERS,
    NARROWEST,
    Ballot,
)
from hexai.surfaces.cli.live.header import Size
from hexai.surfaces.cli.live.rendering import load_now
from hexai.surfaces.cli.output import say, write_all
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.colour import is_colour_wanted
from hexai.text.cells import wrap

_ENTER = "\x1b[?1049h\x1b[?25l"
_LEAVE = "\x1b[?25h\x1b[m\x1b[?1049l"
_MOVES: dict[str, Callable[[Ballot], None]] = {
    "\x1b[A": lambda ballot: ballot.scroll(-1),
    "\x1bOA": lambda ballot: ballot.scroll(-1),
    "k": lambda ballot: ballot.scroll(-1),
    "\x1b[B": lambda ballot: ballot.scroll(1),
    "\x1bOB": lambda ballot: ballot.scroll(1),
    "j": lambda ballot: ballot.scroll(1),
    "\x1b[5~": lambda ballot: ballot.scroll_page(-1),
    "\x1b[6~": lambda ballot: ballot.scroll_page(1),
    " ": lambda ballot: ballot.scroll_page(1),
    "\x1b[H": lambda ballot: ballot.scroll_far(down=False),
    "\x1b[1~": lambda ballot: ballot.scroll_far(down=False),
    "\x1bOH": lambda ballot: ballot.scroll_far(down=False),
    "\x1b[F": lambda ballot: ballot.scroll_far(down=True),
    "\x1b[4~": lambda ballot: ballot.scroll_far(down=True),
    "\x1bOF": lambda ballot: ballot.scroll_far(down=True),
    "\t": lambda ballot: ballot.jump(),
    "w": lambda ballot: ballot.turn(),
}
_VOTES: dict[str, Choice] = {
    **dict.fromkeys(LETTERS, Choice.TAKEN),
    "t": Choice.TIE,
    "b": Choice.BAD,
}
_LAST = "That was the last pair: Enter or q ends, u takes it back."
_ENOUGH = ("\r", "\n")
_ENDS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGTSTP)
"""What ends or stops a process; the screen is given back before that."""


def vote_bench(invocation: Invocation, bench: str | None) -> int:
    """Ask which answers of a bench are better."""
    process = invocation.process
    with open_benches(folders_of(process)) as records:
        meant = records.find(bench) if bench else _newest(records)
        return vote_on(process, records, meant)


def _newest(records: BenchRecords) -> BenchRecord:
    """Find the newest bench on questions, or where there is none, the newest."""
    asking = (each for each in records.listed() if each.plan.asks_questions)
    return next(asking, None) or records.find(None)


def check_can_vote(process: Process, contenders: int) -> None:
    """Raise `UsageError` where nobody could vote once the answers are there."""
    if contenders < 2:
        raise UsageError(
            "only one entry is asked; a vote takes two, by -m or below [models] in "
            "the configuration"
        )
    with keyboard(process.stdin, process.stdout) as keys:
        if keys is None:
            raise UsageError("a vote takes a terminal: keys are read there, unseen")
    columns, lines = _size(process)
    if columns < NARROWEST or lines < FLATTEST:
        raise UsageError(
            f"the terminal has {columns}x{lines} cells; a vote takes "
            f"{NARROWEST}x{FLATTEST} at least: enlarge it"
        )


def vote_on(process: Process, records: BenchRecords, bench: BenchRecord) -> int:
    """Ask about all pairs of answers that were not voted on yet."""
    said = {(text.task, text.contender): text for text in records.texts(bench).read()}
    pairs = _pairs(bench, said)
    check_can_vote(process, len(bench.plan.contenders))
    sitting = _Sitting(process, records, bench, pairs, said)
    if not sitting.is_over:
        with keyboard(process.stdin, process.stdout) as keys:
            assert keys is not None
            sitting.hold(keys)
    ended = records.find(str(bench.number))
    say(process, votes_words(ended, pairs, sitting.count, columns=process.columns))
    say(process, general_words(process, ended))
    return 0


def _pairs(bench: BenchRecord, said: "Said") -> Pairs:
    """Find what can be voted on; raises `UsageError` if that is nothing."""
    number = bench.number
    if not bench.plan.asks_questions:
        raise UsageError(
            f"bench {number} is one on code, whose answers are held against what was "
            f"really written; hexai bench show {number}"
        )
    if len(bench.plan.contenders) < 2:
        raise UsageError(f"bench {number} asked one entry alone; a vote takes two")
    answers = {
        (task, contender): text.text
        for (task, contender), text in said.items()
        if contender is not None
    }
    pairs = pairs_of(bench, answers)
    if pairs.pairs:
        return pairs
    if pairs.same:
        raise UsageError(f"bench {number}: all answers to each question are the same")
    if not answers:
        why = "was not asked yet, or its texts are not kept (ledger.store_text)"
        raise UsageError(f"bench {number} has no answers: it {why}")
    raise UsageError(f"bench {number}: no question was answered by two entries")


Said = dict[tuple[str, int | None], Text]


class _Sitting:
    """Pairs shown one after the other, and what was said of them."""

    def __init__(
        self,
        process: Process,
        records: BenchRecords,
        bench: BenchRecord,
        pairs: Pairs,
        said: Said,
    ) -> None:
        self._process, self._records, self._bench = process, records, bench
        self._said = said
        self._all = len(pairs.pairs)
        self._waiting = [
            each
            for each in pairs.pairs
            if not any(each.is_of(vote) for vote in bench.votes)
        ]
        self._done: list[tuple[Beside, BenchVote | None]] = []
        """What was shown in this sitting, with the votes; None: skipped."""
        self._message = ""
        self._make = load_now(colour=is_colour_wanted(process.environ))
        self._ballot: Ballot | None = None
        self._is_drawing = self._is_resized = False

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to vote on."""
        return not self._waiting

    @property
    def count(self) -> int:
        """The votes that were given in this sitting."""
        return sum(vote is not None for _, vote in self._done)

    def hold(self, keys: int) -> None:
        """Show pairs until somebody has enough, or says so after the last one.

        It does not end by itself: the last vote can be taken back, and what is typed
        ahead reaches no shell.
        """
        with self._screen(), single_keys(keys) as next_key:
            while True:
                self._draw()
                piece = next_key()
                if piece in (None, CTRL_C, "q"):
                    return
                if self._waiting:
                    self._handle(piece)
                elif piece == "u":
                    self._undo()
                elif piece in _ENOUGH:
                    return

    def _handle(self, piece: str) -> None:
        self._message = ""
        ballot = self._shown()
        if (moves := _moves(piece)) is not None:
            for move in moves:
                move(ballot)
        elif piece == "u":
            self._undo()
        elif piece == "s":
            self._go_on(None)
        elif piece in _VOTES:
            self._vote(piece)
        elif piece in ("a", "\r", "\n"):
            self._message = (
                f"press a capital {' or '.join(LETTERS)}, so that b can mean both bad"
            )
        else:
            self._message = (
                f"that is no answer; press {', '.join(LETTERS)}, t, b, s, u or q"
            )

    def _vote(self, key: str) -> None:
        """Write a vote before anything else happens."""
        pair, choice = self._waiting[0], _VOTES[key]
        winner = None
        if choice is Choice.TAKEN:
            winner = pair.first if key == LETTERS[0] else pair.second
        now = wall_clock()
        vote = pair.voted(choice, winner, now)
        self._records.vote(self._bench, vote)
        self._go_on(vote)

    def _go_on(self, vote: BenchVote | None) -> None:
        self._done.append((self._waiting.pop(0), vote))
        self._ballot = None

    def _undo(self) -> None:
        """Take the last vote of this sitting back, and show its pair again."""
        if not self._done:
            self._message = "nothing was voted on in this sitting yet"
            return
        pair, vote = self._done.pop()
        if vote is not None:
            self._records.take_back(self._bench, vote)
        self._waiting.insert(0, pair)
        self._ballot = None
        self._message = "taken back" if vote is not None else ""

    def _shown(self) -> Ballot:
        if self._ballot is None:
            pair = self._waiting[0]
            asked = self._said.get((pair.task.id, None))
            answers = tuple(
                self._said[pair.task.id, each].text
                for each in (pair.first, pair.second)
            )
            question = "(not kept)" if asked is None else asked.text
            self._ballot = Ballot(question, (answers[0], answers[1]), self._make)
        return self._ballot

    def _draw(self) -> None:
        """Draw the screen, and once more if its size has changed meanwhile."""
        if self._is_drawing:
            self._is_resized = True
            return
        self._is_drawing = True
        size = Size(*_size(self._process))
        done = self._all - len(self._waiting)
        skipped = len(self._done) - self.count
        place = f"pair {done + 1} of {self._all}" if self._waiting else "no more pairs"
        progress = f"bench {self._bench.number} · {place}"
        if self.count:
            progress += f" · {self.count} voted in this sitting"
        if skipped:
            progress += f" · {skipped} skipped"
        if self._waiting:
            lines = self._shown().lines(size, progress, self._message)
        else:
            told = (progress, "", _LAST)
            lines = [row for each in told for row in wrap(each, size.columns)]
            lines = lines[: size.lines]
        drawn = "\r\n".join(f"{line}\x1b[K" for line in lines)
        write_all(self._process.stdout, f"\x1b[?2026h\x1b[H{drawn}\x1b[J\x1b[?2026l")
        self._is_drawing = False
        if self._is_resized:
            self._is_resized = False
            self._draw()

    @contextmanager
    def _screen(self) -> Iterator[None]:
        """Have the whole screen, and give it back however this ends."""
        stdout = self._process.stdout
        before = {number: signal.getsignal(number) for number in _ENDS}

        def step_aside(number: int, _frame: FrameType | None) -> None:
            write_all(stdout, _LEAVE)
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)  # who is only stopped goes on from here
            signal.signal(number, step_aside)
            write_all(stdout, _ENTER)
            self._draw()

        for number, handler in before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, step_aside)
        resized = signal.signal(signal.SIGWINCH, lambda *_: self._draw())
        write_all(stdout, _ENTER)
        try:
            yield
        finally:
            write_all(stdout, _LEAVE)
            signal.signal(signal.SIGWINCH, resized)
            for number, handler in before.items():
                signal.signal(number, handler)


def _moves(piece: str) -> list[Callable[[Ballot], None]] | None:
    """Give what keys that move do; None if there is another key among them.

    Keys that are held come several in a piece.
    """
    moves = []
    while piece:
        found = next((key for key in _MOVES if piece.startswith(key)), None)
        if found is None:
            return None
        moves.append(_MOVES[found])
        piece = piece[len(found) :]
    return moves


def _size(process: Process) -> tuple[int, int]:
    try:
        size = os.get_terminal_size(process.stdout)
    except OSError:
        return 80, 24
    return size.columns, size.lines
