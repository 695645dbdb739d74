"""What the newest bench said, beside what the choices of the same surface say; pure.

A bench asks what was really written, a choice whom somebody took: where they disagree
beyond chance, neither is wrong, and a person should know.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from hexai.bench.known import Known
from hexai.bench.standing import Decision, Pair
from hexai.domain.bench import BenchContender, BenchRecord
from hexai.domain.ranking import Leaderboard, Model, Verdict
from hexai.surfaces.cli.bench_cheapest import cheapest_words
from hexai.surfaces.cli.bench_words import (
    has_tests,
    planned_words,
    tests_words,
)
from hexai.surfaces.cli.leaderboard_words import day_of
from hexai.surfaces.contender_names import board_names
from hexai.surfaces.words import counted


def bench_words(bench: BenchRecord, board: Leaderboard | None) -> list[str]:
    """Say what a bench came to, and where the choices of a board say otherwise."""
    known = Known.of(bench)
    labels = [contender.label for contender in bench.plan.contenders]
    pairs = known.comparison.standing().pairs
    by = counted(max((pair.tasks for pair in pairs), default=0), "task")
    if bench.plan.asks_questions:
        commits = max((pair.commits for pair in pairs), default=0)
        by = f"the checks of {counted(commits, 'question')}"
    which = f"{bench.number} of {day_of(bench.started_at)}"
    newest = f"the newest bench of {bench.plan.surface}, {which}, by {by}"
    lines = [f"{newest}: {planned_words(pair, bench.plan)}" for pair in pairs]
    if has_tests(bench.plan):
        lines += tests_words(known, bench.plan)
    lines += cheapest_words(known, labels)
    does = "saves more of what was really written"
    if bench.plan.asks_questions:
        does = "passes more of the checks"
    for each in _disagreements(pairs, bench.plan.contenders, board):
        lines.append(
            f"choices and bench disagree beyond chance: you choose {each.chosen}, "
            f"while {each.better} {does}"
        )
    return lines


class Disagreement(Struct, frozen=True, kw_only=True):
    """Two of whom the choices name the one better, and a bench the other."""

    chosen: str
    better: str
    """By their names on the board."""


def disagreements(bench: BenchRecord, board: Leaderboard | None) -> list[Disagreement]:
    """Say where a bench and the choices of a board disagree beyond chance."""
    pairs = Known.of(bench).comparison.standing().pairs
    return list(_disagreements(pairs, bench.plan.contenders, board))


def _disagreements(
    pairs: Sequence[Pair],
    contenders: Sequence[BenchContender],
    board: Leaderboard | None,
) -> Iterator[Disagreement]:
    if board is None:
        return
    models = models_of(contenders, board)
    names = board_names(board)
    chosen = {
        (comparison.better, comparison.worse)
        for ranking in board.rankings
        for comparison in ranking.comparisons
        if comparison.verdict is Verdict.OVER and comparison.until is None
    }
    for pair in pairs:
        better, worse = models.get(pair.better), models.get(pair.worse)
        if better is None or worse is None or pair.verdict is not Decision.OVER:
            continue
        if (worse, better) in chosen:
            yield Disagreement(chosen=names[worse], better=names[better])


def models_of(
    contenders: Sequence[BenchContender], board: Leaderboard
) -> Mapping[int, Model]:
    """Find the contenders of a bench among those of a board, by who they are."""
    identities = {
        (rated.provider, rated.upstream, rated.model, rated.fingerprint): model
        for model, rated in board.models.items()
    }
    return {
        place: identities[contender.identity]
        for place, contender in enumerate(contenders)
        if contender.identity in identities
    }
