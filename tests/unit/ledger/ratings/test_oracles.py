"""The bet, held against a second implementation of it."""

from collections.abc import Sequence

import pytest

from benchmarks.crowd import Crowd, Step
from benchmarks.lives import Life, blind, steady
from hexai.ledger.ratings.evidence import Bets
from hexai.ledger.ratings.trials import Pattern, Trial, Trials
from hexai.ledger.ratings.verdicts import decide

USERS, CHOICES = 8, 400


def trials_of(user: int, steps: Sequence[Step]) -> list[Trial]:
    """Give what one of a crowd chose."""
    found: list[Trial] = []
    for step in steps:
        items = (("a",), ("b",)) if step.upright[user] else (("b",), ("a",))
        file = int(step.file[user])
        if step.counts[user]:
            found.append(
                Trial(
                    Pattern("list", items, drawn=bool(step.drawn[user])),
                    int(not step.first[user]),
                    f"file {file}" if file >= 0 else "",
                    f"sitting {step.sitting[user]}",
                )
            )
    return found


@pytest.mark.parametrize(
    "life",
    [
        Life(name="choices", preference=0.5, habit=steady(0.8)),
        Life(name="half blind", habit=blind(0.82, 0.55), drawn=0.5, ties=0.3),
        Life(name="sittings", sitting=10, topics=0.8, preference=0.6),
        Life(name="files", file=20, files=0.5, preference=0.6),
        Life(name="both", sitting=12, file=4, large=0.3, topics=0.5, preference=0.8),
    ],
    ids=lambda life: life.name,
)
def test_two_implementations_bet_alike(life: Life) -> None:
    """The same capital in the end, and a winner after the same choice."""
    steps = [*life.steps(USERS, CHOICES, seed=3)]
    crowd = Crowd(USERS, CHOICES)
    for step in steps:
        crowd.take(step)

    for user in range(USERS):
        trials = trials_of(user, steps)
        [bet] = Bets(Trials(trials)).pairs.values()
        assert bet.capital == pytest.approx(float(crowd.capital[user]), rel=1e-9)
        needed = int(crowd.decided[user])
        assert bool(decide(Bets(Trials(trials)).born)) is (needed <= CHOICES)
        if 20 < needed <= len(trials):
            assert not decide(Bets(Trials(trials[: needed - 1])).born)
            assert decide(Bets(Trials(trials[:needed])).born)
