"""Teams that look at their verdict every week: false winners, and how soon a true one.

Run by `scripts/bench team-verdicts`. People differ: each prefers one of two models by
an amount of his own, and what is asked is which of them these people prefer on average.
One look counts as `team publish` does: all weeks so far, in each of which each person
bets once. *False* is the share of teams without a preference on average that see a
winner in any week of half a year; the promise is 5 %.
"""

import argparse
import math
import random
import statistics
from collections.abc import Callable, Iterator

from hexai.ledger.ratings.trials import Pattern, Trials
from hexai.ledger.ratings.verdicts import decide
from hexai.team.bets import RoundBets

WEEKS, PROMISE = 26, 5.0
_FIRST = 0.85
"""How much more often what stands first is taken, in logits: 70 of 100."""
_ANY_AFTER = 20
_PAIR = (("a",), ("b",))
_BEGAN = 4 * 86_400.0
"""A Monday."""

Draw = Callable[[random.Random], float]
"""Gives what one person prefers the first model by, in logits."""


def alike(dice: random.Random) -> float:
    """Nobody prefers anything."""
    del dice
    return 0.0


def spread(mean: float, deviation: float) -> Draw:
    """People differ around a mean."""
    return lambda dice: dice.gauss(mean, deviation)


def camps(dice: random.Random) -> float:
    """Half of all people prefer one, half the other, in three of four cases."""
    return dice.choice((-1.1, 1.1))


def weekly(
    dice: random.Random, people: int, choices: int, draw: Draw, *, even: bool
) -> Iterator[Trials]:
    """Give all trials of a team so far, week after week; the same, with more in it.

    `even`: its people prefer nothing on average.
    """
    tastes = [draw(dice) for _ in range(people)]
    if even:
        tastes = [taste - statistics.mean(tastes) for taste in tastes]
    paces = [dice.expovariate(1.0) + 0.1 for _ in range(people)]
    trials = Trials()
    for week in range(WEEKS):
        for person in range(people):
            for number in range(round(choices * paces[person])):
                first = dice.random() < 0.5
                logit = (tastes[person] if first else -tastes[person]) + _FIRST
                won_first = dice.random() < 1 / (1 + math.exp(-logit))
                items = _PAIR if first else _PAIR[::-1]
                pattern = Pattern(kind="list", items=items, drawn=True)
                outcome = trials.number(pattern, 0 if won_first else 1)
                seat = f"{person} {week} {number // 5}"
                trials.add(outcome, str(person), seat, _BEGAN + week * 7 * 86_400.0)
        yield trials


def decided(trials: Trials) -> str:
    """Name the winner; empty if there is none yet."""
    if len(trials.numbers) < _ANY_AFTER:
        return ""
    return next(iter(decide(RoundBets(trials).born).values()), "")


def look(
    dice: random.Random, people: int, draw: Draw, *, even: bool
) -> tuple[int, str]:
    """Give the week in which a team sees its first winner, and who that is."""
    weeks = weekly(dice, people, 5, draw, even=even)
    for week, trials in enumerate(weeks, start=1):
        if winner := decided(trials):
            return week, winner
    return WEEKS + 1, ""


def run(teams: int) -> None:
    """Simulate and print."""
    print(f"{teams} teams each, {WEEKS} weeks, about 5 choices a person and week")
    for name, draw in (
        ("nobody prefers anything", alike),
        ("people differ, by 0.5", spread(0.0, 0.5)),
        ("people differ, by 1.5", spread(0.0, 1.5)),
        ("two camps", camps),
    ):
        for people in (10, 40):
            dice = random.Random(f"{name} {people}")
            found = [look(dice, people, draw, even=True) for _ in range(teams)]
            share = 100 * sum(winner != "" for _, winner in found) / teams
            print(f"  {name:<26}{people:4} people: {share:5.1f} % false", flush=True)
    for mean, share in ((0.41, 60), (0.85, 70), (1.39, 80)):
        for people in (5, 10, 40):
            dice = random.Random(f"{mean} {people}")
            found = [
                look(dice, people, spread(mean, 0.5), even=False) for _ in range(teams)
            ]
            weeks = [week for week, _ in found]
            right = 100 * sum(winner == "a" for _, winner in found) / teams
            print(
                f"  preferred by {share} of 100      {people:4} people: median "
                f"{_weeks(statistics.median(weeks))}, decided {right:5.1f} %",
                flush=True,
            )


def _weeks(median: float) -> str:
    return f"{median:.0f} weeks" if median <= WEEKS else f"over {WEEKS} weeks"


def main() -> None:
    """Read the arguments and simulate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hexai", metavar="BIN", help="not used")
    parser.add_argument("--teams", type=int, default=400)
    run(parser.parse_args().teams)


if __name__ == "__main__":
    main()
