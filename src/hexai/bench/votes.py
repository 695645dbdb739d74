"""Which answers of a bench are put beside each other, and what votes on them say; pure.

The order of the pairs and which of two stands first are drawn by hashes of the bench's
random id: the same again after a kill, and nobody can know them beforehand.

A vote pays the better one 1 and the other 0, a tie half to each. Votes on one question
are alike, so their mean is one bet (`bench.duel`). That says something about these
questions and this person today; what holds in general the leaderboard tells, which has
one bet a sitting.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import combinations

from msgspec import Struct

from hexai.bench.compare import Comparison
from hexai.bench.figures import Block, Figures, Row
from hexai.bench.known import SHARES
from hexai.domain.bench import BenchRecord, BenchVote, State, TaskRecord
from hexai.domain.record import Choice

_VOTED_ON = frozenset({State.ANSWERED, State.CUT_OFF})

Texts = Mapping[tuple[str, int], str]
"""The answers of a bench by task and contender."""


class Beside(Struct, frozen=True, kw_only=True):
    """Two answers to one question, in the order in which they are shown."""

    task: TaskRecord
    first: int
    second: int

    def voted(self, choice: Choice, winner: int | None, at: float) -> BenchVote:
        """Make a vote on them."""
        return BenchVote(
            task=self.task.id,
            question=self.task.commit,
            first=self.first,
            second=self.second,
            choice=choice,
            winner=winner,
            at=at,
        )

    def is_of(self, vote: BenchVote) -> bool:
        """Tell whether a vote is one on them."""
        return self.task.id == vote.task and {self.first, self.second} == {
            vote.first,
            vote.second,
        }


class Pairs(Struct, frozen=True, kw_only=True):
    """All that can be voted on."""

    pairs: tuple[Beside, ...]
    """In the order in which they are shown."""
    same: int = 0
    """Pairs that are left out, since both said the same."""


def pairs_of(bench: BenchRecord, texts: Texts) -> Pairs:
    """Put the answers of a bench beside each other."""
    tasks = {task.id: task for task in bench.plan.tasks}
    able: dict[str, list[int]] = {}
    for cell in bench.cells:
        is_there = bool(texts.get((cell.task, cell.contender), "").strip())
        if cell.task in tasks and cell.state in _VOTED_ON and is_there:
            able.setdefault(cell.task, []).append(cell.contender)
    drawn: list[tuple[bytes, Beside]] = []
    same = 0
    for task, contenders in able.items():
        for one, other in combinations(sorted(contenders), 2):
            if texts[task, one].strip() == texts[task, other].strip():
                same += 1
                continue
            noise = sha256(f"{bench.id} {task} {one} {other}".encode()).digest()
            first, second = (other, one) if noise[-1] & 1 else (one, other)
            beside = Beside(task=tasks[task], first=first, second=second)
            drawn.append((noise[:-1], beside))
    ordered = sorted(drawn, key=lambda each: each[0])
    return Pairs(pairs=tuple(beside for _, beside in ordered), same=same)


def compare_votes(
    votes: Sequence[BenchVote], contenders: int, margin: float
) -> Comparison:
    """Compare contenders by the votes on their answers."""
    comparison = Comparison(contenders, margin=margin, span=SHARES)
    by_question: dict[str, list[BenchVote]] = {}
    for vote in votes:
        by_question.setdefault(vote.question, []).append(vote)
    for question, some in by_question.items():
        rows = tuple(_row(vote, contenders) for vote in some)
        comparison.add(Block(commit=question, rows=rows))
    return comparison


def _row(vote: BenchVote, contenders: int) -> Row:
    figures: list[Figures | None] = [None] * contenders
    for each in (vote.first, vote.second):
        figures[each] = Figures(saved=_points(vote, each))
    return Row(figures=tuple(figures))


def _points(vote: BenchVote, contender: int) -> float:
    if vote.choice is Choice.TAKEN:
        return float(vote.winner == contender)
    return 0.5 if vote.choice is Choice.TIE else 0.0


class Tally(Struct, frozen=True, kw_only=True):
    """How often a contender was voted on, and how."""

    votes: int = 0
    won: int = 0
    lost: int = 0
    tied: int = 0
    bad: int = 0


def tallies(votes: Iterable[BenchVote], contenders: int) -> tuple[Tally, ...]:
    """Count the votes by contender."""
    counts = [Counter[str]() for _ in range(contenders)]
    for vote in votes:
        for each in (vote.first, vote.second):
            counts[each]["votes"] += 1
            counts[each][_outcome(vote, each)] += 1
    return tuple(Tally(**count) for count in counts)


def _outcome(vote: BenchVote, contender: int) -> str:
    match vote.choice:
        case Choice.TAKEN:
            return "won" if vote.winner == contender else "lost"
        case Choice.TIE:
            return "tied"
        case _:
            return "bad"
