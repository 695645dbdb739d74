"""Verdicts in a person's life: false winners, choices it takes, intervals that hold.

Run by `scripts/bench verdicts`. Simulated users look after every choice; with equal
models at most 5 % may ever see a winner. Beside each figure of two models stands that
of the rule of version 0.1 on the same choices. Verdicts are those of `benchmarks.crowd`
and `benchmarks.trios`, which a test holds together with Hexai's own code; intervals and
changes are by that code itself. `--long` takes 4,000 users, the default 1,000; parts
are run by their names, and settings by a word of theirs.
"""

import argparse
from collections.abc import Callable, Sequence
from math import inf, sqrt

import numpy as np

from benchmarks.crowd import Crowd, Ints
from benchmarks.estimates import INTERVALS, SIZES, STEADY, TURNS, alarms, held
from benchmarks.lives import EQUAL, WANDERING, Life, preferring
from benchmarks.matching import Matching
from benchmarks.trios import THREE, Three, Trio

LOOKS = (200, 500, 1000, 3000)
SHARES = (0.55, 0.6, 0.65, 0.7, 0.8)
_COVERED = 0.92, 0.98
_MANY = 4000
_AGAIN = 1000
"""Seeds of settings are apart by so much: no user lives in two."""


class Asked:
    """What was asked for: how many users, and which settings."""

    def __init__(
        self, users: int, choices: int, only: Sequence[str], seed: int
    ) -> None:
        self.users, self.choices, self.seed = users, choices, seed
        self._only = [word.casefold() for word in only]

    def wants(self, name: str) -> bool:
        """Tell whether a setting is asked for."""
        return all(word in name.casefold() for word in self._only)


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


def judge_three(life: Three, asked: Asked, seed: int) -> dict[int, int]:
    """Count who has seen a winner among three models, at some looks."""
    trio, seen = Trio(asked.users), {}
    looks = {*_looks(asked)}
    for number, lists in enumerate(life.lists(asked.users, asked.choices, seed), 1):
        trio.take(lists)
        if number in looks:
            seen[number] = int(trio.decided().sum())
    return seen


def _looks(asked: Asked) -> list[int]:
    return [*(look for look in LOOKS if look < asked.choices), asked.choices]


def _count(life: Life | Three, asked: Asked, seed: int) -> tuple[list[int], list[str]]:
    """Count who has seen a winner at each look, and say it beside the peer's share."""
    looks = _looks(asked)
    if isinstance(life, Three):
        three = judge_three(life, asked, seed)
        counts = [three[look] for look in looks]
        return counts, [f"{count / asked.users:.1%}      " for count in counts]
    ours, peers = judge(life, asked.users, asked.choices, seed)
    counts = [int((ours <= look).sum()) for look in looks]
    return counts, [
        f"{count / asked.users:.1%} ({(peers <= look).mean():.0%})"
        for count, look in zip(counts, looks, strict=True)
    ]


def false_winners(asked: Asked) -> bool:
    """Print how many of 100 see a winner though the models are equal."""
    print("\nFalse winners, % of users; in brackets by matching, as before")
    looks = "".join(f"{look:>14,}" for look in _looks(asked))
    print(f"  {'':<50}{looks}   95 %")
    settings: tuple[Life | Three, ...] = (*EQUAL, *THREE)
    holds = True
    for number, life in enumerate(settings):
        if not asked.wants(life.name):
            continue
        counts, figures = _count(life, asked, asked.seed + _AGAIN * number)
        low, high = interval(counts[-1], asked.users)
        # The interval of few users is wide, whatever is true.
        fits = high < 0.06 if asked.users >= _MANY else low <= 0.05
        holds = holds and fits
        word = "holds" if fits else "OVER"
        line = "".join(each.rjust(14) for each in figures)
        print(f"  {life.name:<50}{line}   {low:.1%} to {high:.1%}, {word}", flush=True)
    return holds


def power(asked: Asked) -> bool:
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
    users = asked.users // 2
    for name, first, facts in kinds:
        if not asked.wants(name):
            continue
        figures = ""
        for number, share in enumerate(SHARES):
            life = preferring(share, first, **facts)
            choices = (4000, 2500, 1200, 900, 600)[number]
            ours, peers = judge(life, users, choices, asked.seed + number)
            figures += f"{_middle(ours, choices)} ({_middle(peers, choices)})".rjust(26)
        print(f"  {name:<44}{figures}", flush=True)
    return True


def _middle(decided: Ints, choices: int) -> str:
    median, most = np.quantile(decided.astype(float), (0.5, 0.8))
    return "/".join(
        f"{found:.0f}" if found <= choices else "…" for found in (median, most)
    )


def intervals(asked: Asked) -> bool:
    """Print how often a 95 % interval holds the true difference."""
    users = asked.users // 4
    print(f"\n95 % intervals that hold the truth, % of {users} users, after choices")
    print(f"  {'':<50}" + "".join(f"{size:>8}" for size in SIZES))
    holds = True
    for number, life in enumerate(INTERVALS):
        if asked.wants(life.name):
            inside = held(life, users, asked.seed + _AGAIN * number)
            figures = "".join(f"{inside[size] / users:>8.1%}" for size in SIZES)
            fits = all(_covers(inside[size], users) for size in SIZES[1:])
            holds = holds and fits
            word = "holds" if fits else "OUT"
            print(f"  {life.name:<50}{figures}   {word}", flush=True)
    return holds


def _covers(inside: int, users: int) -> bool:
    """Tell whether so many may be 92 to 98 %, but for chance."""
    low, high = interval(inside, users)
    return low <= _COVERED[1] and high >= _COVERED[0]


def changes(asked: Asked) -> bool:
    """Print how often a change is told, of users who look every day for a year."""
    users = asked.users // 2
    print(f"\nTold that a preference has changed, % of {users} users in a year of days")
    holds = True
    wandering = tuple((life, 3) for life in WANDERING)
    for number, (life, a_day) in enumerate((*STEADY, *TURNS, *wandering)):
        if not asked.wants(life.name):
            continue
        days = alarms(life, a_day, users, asked.seed + _AGAIN * number)
        told = int((days < inf).sum())
        low, high = interval(told, users)
        steady = number < len(STEADY)
        holds = holds and (low <= 0.05 or not steady)
        when = "" if steady else f", half of them by day {np.median(days):.0f}"
        print(
            f"  {life.name:<50}{told / users:>7.1%}   {low:.1%} to {high:.1%}{when}",
            flush=True,
        )
    return holds


PARTS: dict[str, Callable[[Asked], bool]] = {
    "false": false_winners,
    "power": power,
    "intervals": intervals,
    "changes": changes,
}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", help=argparse.SUPPRESS)
    parser.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    parser.add_argument("--long", action="store_true", help="with 4,000 users")
    parser.add_argument("--users", type=int, help="with so many instead")
    parser.add_argument("--choices", type=int, default=3000)
    parser.add_argument("--only", nargs="+", default=[], help="words of the settings")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if unknown := {*given.parts} - {*PARTS}:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    users = given.users or (4000 if given.long else 1000)
    asked = Asked(users, given.choices, given.only, given.seed)
    found = [PARTS[name](asked) for name in given.parts or PARTS]
    print("\nAll settings hold." if all(found) else "\nNot all settings hold.")


if __name__ == "__main__":
    main()
