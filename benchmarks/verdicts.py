"""Verdicts in a person's life: false winners, choices it takes, intervals that hold.

Run by `scripts/bench verdicts`. Simulated users look after every choice; with equal
models at most 5 % may ever see a winner. Beside each figure stands that of the rule of
version 0.1 on the same choices. Two models are judged by `benchmarks.crowd`, which a
test holds together with Hexai's own code; three models, intervals and changes by that
code itself. `--long` takes 4,000 users, the default 1,000.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from math import log, sqrt
from random import Random

import numpy as np

from benchmarks.crowd import Crowd, Ints, Matching
from benchmarks.lives import EQUAL, WANDERING, Life, preferring
from hexai.ledger.ratings.changes import find_change
from hexai.ledger.ratings.choice_model import fit
from hexai.ledger.ratings.evidence import Bets
from hexai.ledger.ratings.trials import Pattern, Trial, Trials
from hexai.ledger.ratings.verdicts import decide

LOOKS = (200, 500, 1000, 3000)
SHARES = (0.55, 0.6, 0.65, 0.7, 0.8)
ITEMS = {True: (("a",), ("b",)), False: (("b",), ("a",))}
Series = Iterator[Trial]


def judge(life: Life, users: int, choices: int, seed: int) -> tuple[Ints, Ints]:
    """Give after how many choices each user sees a winner, by both rules."""
    crowd, peer = Crowd(users, choices), Matching(users, choices)
    for step in life.steps(users, choices, seed):
        crowd.take(step)
        peer.take(step)
    return crowd.decided, peer.decided


def interval(wrong: int, users: int) -> tuple[float, float]:
    """Give Wilson's 95 % interval of a share."""
    share, z = wrong / users, 1.96
    middle = (share + z * z / (2 * users)) / (1 + z * z / users)
    width = z * sqrt(share * (1 - share) / users + z * z / (4 * users * users))
    width /= 1 + z * z / users
    return max(0.0, middle - width), middle + width


def false_winners(users: int, choices: int) -> bool:
    """Print how many of 100 see a winner though the models are equal."""
    print("\nFalse winners, % of users; in brackets by matching, as before")
    looks = [look for look in LOOKS if look <= choices]
    print(f"  {'':<50}" + "".join(f"{look:>14,}" for look in looks) + "   95 %")
    holds = True
    for number, life in enumerate(EQUAL):
        ours, peers = judge(life, users, choices, number)
        figures = "".join(
            f"{(ours <= look).mean():>7.1%} ({(peers <= look).mean():.0%})".rjust(14)
            for look in looks
        )
        low, high = interval(int((ours <= looks[-1]).sum()), users)
        fits = high <= 0.06
        holds = holds and fits
        word = "holds" if fits else "OVER"
        print(
            f"  {life.name:<50}{figures}   {low:.1%} to {high:.1%}, {word}", flush=True
        )
    return holds


def power(users: int) -> None:
    """Print how many choices it takes, as a median and for four of five users."""
    print("\nChoices until it decides, median / four of five; in brackets as before")
    print(f"  {'':<44}" + "".join(f"{share:>26.0%}" for share in SHARES))
    kinds: tuple[tuple[str, float, dict[str, float]], ...] = (
        ("no habit", 0.5, {}),
        ("first 70%", 0.7, {}),
        ("first 82%", 0.82, {}),
        ("sittings of 10", 0.5, {"sitting": 10}),
        ("sittings of 10 that differ (0.5)", 0.5, {"sitting": 10, "topics": 0.5}),
        ("files of 20 that differ (0.5)", 0.5, {"file": 20, "files": 0.5}),
        ("sittings of 30 that differ (0.5)", 0.5, {"sitting": 30, "topics": 0.5}),
    )
    for name, first, facts in kinds:
        figures = ""
        for number, share in enumerate(SHARES):
            life = preferring(share, first, **facts)
            choices = (4000, 2500, 1200, 900, 600)[number]
            ours, peers = judge(life, users, choices, number)
            figures += f"{_middle(ours, choices)} ({_middle(peers, choices)})".rjust(26)
        print(f"  {name:<44}{figures}", flush=True)


def _middle(decided: Ints, choices: int) -> str:
    median, most = np.quantile(decided.astype(float), (0.5, 0.8))
    return "/".join(
        f"{found:.0f}" if found <= choices else "…" for found in (median, most)
    )


def three_models(users: int, choices: int) -> None:
    """Print false winners of three equal models, by Hexai's own code."""
    print(f"\nThree equal models, {users} users, {choices:,} lists; % who see a winner")
    kinds: dict[str, Callable[[Random], Series]] = {
        "lists of three": three_lists,
        "one often late": lambda dice: three_lists(dice, late=0.5),
        "two often say the same": lambda dice: three_lists(dice, same=0.5),
        "the first place helps one": lambda dice: three_lists(dice, helps=0.6),
        "a third comes after 300": late_third,
    }
    for number, (name, series) in enumerate(kinds.items()):
        wrong = 0
        for user in range(users):
            trials = islice(series(Random(user * 99 + number)), choices)
            wrong += bool(decide(Bets(Trials(trials)).born))
        low, high = interval(wrong, users)
        print(
            f"  {name:<50}{wrong / users:>7.1%}   {low:.1%} to {high:.1%}", flush=True
        )


def three_lists(
    dice: Random, late: float = 0.0, same: float = 0.0, helps: float = 0.0
) -> Series:
    """Choose from lists in a drawn order, of which the first place is taken most."""
    while True:
        order = dice.sample("abc", 3)
        if dice.random() < late:
            order.remove("c")
        items: list[tuple[str, ...]] = [(name,) for name in order]
        if "a" in order and "b" in order and dice.random() < same:
            upper = min(order.index("a"), order.index("b"))
            items = [(name,) for name in order if name not in "ab"]
            items.insert(upper, ("a", "b"))
        weights = [
            np.exp(-0.8 * place + helps * (item == ("a",)) * ((place == 0) - 1 / 3))
            for place, item in enumerate(items)
        ]
        if len(items) > 1:
            [choice] = dice.choices(range(len(items)), weights)
            yield Trial(Pattern("list", tuple(items), drawn=True), choice)


def late_third(dice: Random) -> Series:
    """Compare two for a while, then all three."""
    for number in range(10**9):
        names = dice.sample("ab" if number < 300 else "abc", 2)
        items = tuple((name,) for name in names)
        yield Trial(Pattern("vote", items, drawn=True), int(dice.random() > 0.7))


def as_trials(life: Life, choices: int, seed: int) -> list[Trial]:
    """Give one user's choices to Hexai's own code, a choice every eight hours."""
    return [
        Trial(
            Pattern("list", ITEMS[bool(step.upright[0])], drawn=bool(step.drawn[0])),
            int(not step.first[0]),
            f"{step.file[0]}" if step.file[0] >= 0 else "",
            f"{step.sitting[0]}",
            number * 28800.0,
        )
        for number, step in enumerate(life.steps(1, choices, seed))
        if step.counts[0]
    ]


def intervals(users: int) -> None:
    """Print how often a 95 % interval holds the true difference."""
    sizes = (20, 50, 100, 400)
    print(f"\n95 % intervals that hold the truth, % of {users} users")
    print(f"  {'choices':<50}" + "".join(f"{size:>8}" for size in sizes))
    lives = (
        Life(name="choices that stand alone, first 82%", habit=lambda _n, _d: 0.82),
        Life(name="sittings of 10 votes (0.8)", sitting=10, topics=0.8),
        Life(name="sittings of 30 over 3 files (0.8)", sitting=30, topics=0.8, file=10),
        Life(
            name="sittings of 30 over 3 files (0.5; 0.3)",
            sitting=30,
            topics=0.5,
            file=10,
            files=0.3,
        ),
        Life(name="sittings of 30, a file a choice", sitting=30, topics=0.8, file=1),
        next(life for life in EQUAL if life.name.startswith("A1")),
    )
    for life in lives:
        figures = "".join(f"{held(life, size, users):>8.1%}" for size in sizes)
        print(f"  {life.name:<50}{figures}", flush=True)


def held(life: Life, choices: int, users: int) -> float:
    """Give the share of users whose interval holds that there is no difference."""
    inside = 0
    for user in range(users):
        found = fit(Trials(as_trials(life, choices, 1000 + user)))
        error = sqrt(found.variance({"a": 1.0, "b": -1.0}))
        ahead = found.strengths.get("a", 0.0) - found.strengths.get("b", 0.0)
        inside += abs(ahead) <= 1.96 * error
    return inside / users


def changes(users: int) -> None:
    """Print how often a change is told, of users who look every day for a year."""
    print("\nTold that a preference has changed, within a year of three choices a day")
    steady = (
        Life(name="never changes, equal"),
        preferring(0.7, 0.7),
        Life(name="a habit that changes", habit=lambda n, _d: 0.5 + 0.3 * (n > 500)),
        Life(name="sittings of 10 (0.8)", sitting=10, topics=0.8),
    )
    turns = (
        Life(name="from 70 to 30 of 100 after half a year", moves=_turn),
        *WANDERING,
    )
    for life in (*steady, *turns):
        told = sum(
            any(_alarms(as_trials(life, 1095, 50 + user))) for user in range(users)
        )
        low, high = interval(told, users)
        print(
            f"  {life.name:<50}{told / users:>7.1%}   {low:.1%} to {high:.1%}",
            flush=True,
        )


def _turn(number: int) -> float:
    return log(7 / 3) * (1 if number < 547 else -1)


def _alarms(trials: list[Trial]) -> Iterable[bool]:
    """Look every third day: a day more or less is three choices."""
    for count in range(90, len(trials) + 1, 9):
        [bet] = Bets(Trials(trials[:count])).pairs.values()
        yield find_change(bet) is not None


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", help=argparse.SUPPRESS)
    parser.add_argument("--long", action="store_true", help="with 4,000 users")
    parser.add_argument("--choices", type=int, default=3000)
    given = parser.parse_args()
    users = 4000 if given.long else 1000
    holds = false_winners(users, given.choices)
    three_models(users // 10, given.choices)
    power(users // 2)
    intervals(users // 4)
    changes(users // 50)
    print("\nAll settings hold." if holds else "\nNot all settings hold.")


if __name__ == "__main__":
    main()
