"""What votes on the answers of a bench come to: on its questions, and in general."""

from collections.abc import Iterator, Sequence

from hexai.bench.votes import Pairs, compare_votes, tallies
from hexai.domain.bench import BenchRecord
from hexai.domain.entry import Surface
from hexai.domain.figures import Filter
from hexai.domain.ranking import Comparison, Counted, Leaderboard, Verdict
from hexai.errors import LedgerError
from hexai.service.recorded_runs import open_history
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.bench_beside import models_of
from hexai.surfaces.cli.bench_units import interval, share
from hexai.surfaces.cli.bench_words import pairs_words
from hexai.surfaces.cli.leaderboard_words import comparison_words
from hexai.surfaces.cli.output import table, wrapped_lines
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.contender_names import board_names
from hexai.surfaces.words import counted

_HEADER = ("ENTRY", "VOTES", "WON", "TIED", "LOST", "BAD", "POINTS", "95 %")
_POINTS = (
    "POINTS: 1 for a vote that was won, half for a tie, on average over questions."
)
_SEVERAL = (
    "votes of one sitting are alike, so in general they count as one; a verdict takes "
    "several sittings, with other questions too"
)


def votes_words(
    bench: BenchRecord, pairs: Pairs | None, count: int, *, columns: int
) -> str:
    """Say how far the votes are, and what they say of these questions.

    `count` votes were given just now; without `pairs` nothing is said of that.
    """
    lines = []
    if pairs is not None:
        voted = sum(any(p.is_of(v) for v in bench.votes) for p in pairs.pairs)
        lines.append(_progress(bench.number, voted, pairs, count))
    return wrapped_lines(lines, columns) + vote_tables(bench, columns=columns)


def _progress(number: int, voted: int, pairs: Pairs, count: int) -> str:
    told = f"bench {number}: {voted} of {len(pairs.pairs)} pairs are voted on"
    if count:
        told += f", {count} of them just now"
    if voted < len(pairs.pairs):
        told += f"; hexai bench vote {number} goes on"
    if pairs.same:
        told += f"; left out: {pairs.same} with the same answer twice"
    return told


def vote_tables(bench: BenchRecord, *, columns: int) -> str:
    """Draw the votes by contender, and what they say of these questions."""
    if not bench.votes:
        return ""
    plan = bench.plan
    labels = [each.label for each in plan.contenders]
    compared = compare_votes(bench.votes, len(labels), plan.margin)
    standing = compared.standing()
    rows = []
    for label, tally, mean in zip(
        labels, tallies(bench.votes, len(labels)), standing.means, strict=True
    ):
        counts = (tally.votes, tally.won, tally.tied, tally.lost, tally.bad)
        points = "" if mean is None else share(mean.figures.saved)
        within = "" if mean is None else interval(mean.saved, signed=False)
        rows.append((label, *map(str, counts), points, within))
    words = pairs_words(standing.pairs, labels, plan.margin, what="vote")
    told = [f"by your votes on these questions: {line}" for line in words]
    drawn = table(_HEADER, rows, columns=columns)
    return f"\n{drawn}" + wrapped_lines([*told, _POINTS], columns)


def general_words(process: Process, bench: BenchRecord) -> str:
    """Say what all votes of the ledger say of these contenders, sitting by sitting."""
    if not bench.votes:
        return ""
    now = wall_clock()
    try:
        with open_history(folders_of(process), wall_clock) as history:
            chosen = Filter(surface=Surface.CLI)
            boards = history.leaderboard(chosen, Counted(now=now))
    except LedgerError as error:
        return wrapped_lines([f"how they stand in general is not known: {error}"], 0)
    lines = [line for board in boards for line in _of_board(bench, board)]
    return wrapped_lines(lines, process.columns)


def _of_board(bench: BenchRecord, board: Leaderboard) -> Iterator[str]:
    models = {*models_of(bench.plan.contenders, board).values()}
    names = board_names(board)
    found: list[Comparison] = []
    for ranking in board.rankings:
        for each in ranking.comparisons:
            if {each.better, each.worse} <= models:
                found.append(each)
                for words in comparison_words(each, board, names):
                    yield f"in general, by all your votes: {words}"
    if _is_open(found):
        sittings = len({vote.sitting for vote in bench.votes})
        yield f"{counted(sittings, 'sitting')} on this bench: {_SEVERAL}"


def _is_open(found: Sequence[Comparison]) -> bool:
    return any(each.verdict is not Verdict.OVER for each in found)
