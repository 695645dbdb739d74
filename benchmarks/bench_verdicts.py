"""Verdicts of a bench: false winners, tasks it takes, intervals that hold.

Run by `scripts/bench bench-verdicts`. Simulated contenders answer the tasks of commits,
and somebody looks after every commit; of contenders that are equal, at most 5 % of runs
may ever name a better one. Verdicts are those of `benchmarks.bench_crowd`, which a test
holds together with Hexai's own code; intervals of means are by that code itself.
`--long` takes 2,000 runs, the default 500; parts are run by their names.
"""

import argparse
from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.bench_crowd import Crowd
from benchmarks.bench_models import (
    EQUAL,
    USUAL,
    Answers,
    Life,
    gambling,
    seldom,
    steady,
    usual,
)
from benchmarks.crowd import Bools, Floats, Ints
from benchmarks.verdicts import interval as wilson
from hexai.bench.bets import CERTAIN
from hexai.bench.commits_missing import smallest_gap
from hexai.bench.intervals import interval, student_interval

_PART = 250
"""Runs that are simulated at once."""
_COMMITS = 500
_LONG = 2000
_FALSE = 0.05
_COVERED = 0.92, 0.98


def parts_of(life: Life, runs: int, commits: int, seed: int) -> Iterator[Answers]:
    """Let contenders answer in so many runs, some at a time."""
    for number, begin in enumerate(range(0, runs, _PART)):
        yield life.answers(min(_PART, runs - begin), commits, seed + number)


def looks(answers: Answers, crowd: Crowd) -> Iterator[int]:
    """Take commit by commit, and give the number of each for a look."""
    means, tasks = answers.means, answers.tasks
    for number in range(tasks.shape[1]):
        crowd.take(means[:, number], tasks[:, number])
        yield number


def falsely_named(life: Life, answers: Answers) -> Bools:
    """Tell which runs ever name a better one that is not, on average until then."""
    crowd = Crowd(len(answers.asked), len(life.models))
    wrong: Bools = np.zeros(len(answers.asked), dtype=bool)
    true = np.cumsum(life.wave(answers.asked.shape[1]))
    for number in looks(answers, crowd):
        lies = true[number] <= 0, true[number] >= 0
        wrong |= (crowd.over & np.where(crowd.ahead, lies[1], lies[0])).any(1)
    return wrong


def false_winners(runs: int, seed: int) -> bool:
    """Print how many of 100 runs ever name a better one of equals."""
    print(f"\nFalse winners within {_COMMITS} commits, % of {runs:,} runs")
    holds = True
    for number, life in enumerate(EQUAL):
        found = sum(
            int(falsely_named(life, answers).sum())
            for answers in parts_of(life, runs, _COMMITS, seed + 1000 * number)
        )
        holds &= _report(life.name, found, runs)
    return holds


def order(runs: int, seed: int) -> bool:
    """Print what becomes of equals whose wrong answers come late."""
    print("\nThe same if one's wrong answers take 20 times as long")
    life = Life(name="", models=(usual(0.35),) * 2)
    drawn = finished = 0
    for number, answers in enumerate(parts_of(life, runs, 200, seed)):
        drawn += int(falsely_named(life, answers).sum())
        late = answers.as_finished(seed + number)
        finished += int(falsely_named(life, late).sum())
    holds = _report("commits in the order that was drawn", drawn, runs)
    print(f"  {'in the order in which they end, which is not done':<52}", end="")
    print(f"{finished / runs:>7.1%}")
    return holds


def _report(name: str, found: int, runs: int) -> bool:
    low, high = wilson(found, runs)
    holds = low <= _FALSE
    word = "holds" if holds else "OVER"
    print(f"  {name:<52}{found / runs:>7.1%}   {low:.1%} to {high:.1%}, {word}")
    return holds


MINED = (0.9, 0.08, 0.02)
"""The share of commits that give one task, two, and three, where there are enough."""
SIZES = {
    "one task a commit": (1.0,),
    "as mined": MINED,
    "one to three": USUAL,
    "three": (0.0, 0.0, 1.0),
}


def power(runs: int, seed: int) -> bool:
    """Print after how many tasks a difference between four is decided."""
    print("\nTasks until the best of four is decided over one other, median / four of")
    print("five; contenders are alike by 0.5")
    gaps = (0.05, 0.1, 0.15, 0.2, 0.3)
    print(f"  {'':<34}" + "".join(f"{gap:>14.0%}" for gap in gaps))
    median = 0.0
    for number, (name, sizes) in enumerate(SIZES.items()):
        figures = ""
        for place, gap in enumerate(gaps):
            models = (usual(0.35 + gap), *(usual(0.35),) * 3)
            life = Life(name=name, models=models, sizes=sizes)
            found = decided_after(life, runs, seed + 1000 * (10 * number + place))
            middle, most = np.quantile(found, (0.5, 0.8), method="higher")
            figures += f"{_tasks(middle)} / {_tasks(most)}".rjust(14)
            if gap == 0.1 and sizes == MINED:
                median = float(middle)
        print(f"  {name:<34}{figures}", flush=True)
    said = "".join(f"{smallest_gap(count, 4):>8.0%}" for count in (60, 200, 400, 1000))
    print(f"  smallest gap that 60, 200, 400 and 1,000 tasks decide, as said{said}")
    return median <= 400


def _tasks(found: float) -> str:
    return "…" if found == np.inf else f"{found:.0f}"


def decided_after(life: Life, runs: int, seed: int) -> Floats:
    """Give after how many tasks each run has the first over the second."""
    found: list[Floats] = []
    sizes = np.arange(1, len(life.sizes) + 1)
    commits = int(1500 / float(np.dot(sizes, life.sizes)))
    for answers in parts_of(life, runs, commits, seed):
        crowd = Crowd(len(answers.asked), len(life.models))
        after: Floats = np.full(len(answers.asked), np.inf)
        for _ in looks(answers, crowd):
            decided = crowd.over[:, 0] & (crowd.ahead[:, 0] == 0)
            after = np.where(decided, np.minimum(after, crowd.tasks), after)
        found.append(after)
    return np.concatenate(found)


def equal(runs: int, seed: int) -> bool:
    """Print what equals are called, and those that differ by more than the margin."""
    print("\nTwo contenders after so many tasks, % of runs: equal / open / one better")
    counts = (400, 1000, 2000)
    print(f"  {'':<42}" + "".join(f"{count:>18,}" for count in counts))
    holds = True
    lives = (
        Life(name="equal", models=(usual(0.35),) * 2),
        Life(name="equal, alike by 0.8", models=(usual(0.35),) * 2, shared=0.85),
        Life(name="equal, 93 % zeros", models=(seldom(0.07),) * 2),
        Life(name="2 points apart", models=(usual(0.37), usual(0.35))),
        Life(name="6 points apart", models=(usual(0.41), usual(0.35)), shared=0.85),
    )
    for number, life in enumerate(lives):
        said, ever = called(life, runs, counts, seed + 1000 * number)
        figures = "".join(
            f"{e / runs:.0%} / {1 - (e + o) / runs:.0%} / {o / runs:.0%}".rjust(18)
            for e, o in said
        )
        apart = abs(life.means[0] - life.means[1]) > 0.05
        holds &= not apart or wilson(ever, runs)[0] <= _FALSE
        note = f"   ever called equal {ever / runs:.1%}" if apart else ""
        print(f"  {life.name:<42}{figures}{note}", flush=True)
    return holds


def called(
    life: Life, runs: int, counts: tuple[int, ...], seed: int
) -> tuple[list[tuple[int, int]], int]:
    """Count runs that say equal and better after so many tasks, and ever say equal."""
    said = {count: [0, 0] for count in counts}
    ever = 0
    for answers in parts_of(life, runs, counts[-1], seed):
        crowd = Crowd(len(answers.asked), 2)
        equals: Bools = np.zeros(len(answers.asked), dtype=bool)
        waiting = [*counts]
        for _ in looks(answers, crowd):
            equals |= crowd.equal[:, 0]
            if waiting and crowd.tasks.mean() >= waiting[0]:
                found = said[waiting.pop(0)]
                found[0] += int(crowd.equal[:, 0].sum())
                found[1] += int(crowd.over[:, 0].sum())
        ever += int(equals.sum())
    return [(equals_, better) for equals_, better in said.values()], ever


SEEN = (30, 60, 120, 200, 400, 1000)
INTERVALS = (
    Life(name="usual", models=(usual(0.35),)),
    Life(name="strong", models=(usual(0.75),)),
    Life(name="three tasks a commit", models=(usual(0.35),), sizes=(0.0, 0.0, 1.0)),
    Life(
        name="three, alike by half", models=(usual(0.35),), sizes=(0, 0, 1), commits=0.5
    ),
    Life(name="steady", models=(steady(0.3),)),
    Life(name="rare disasters", models=(gambling(0.3, 0.03),)),
    Life(name="79 % zeros", models=(seldom(0.21),)),
    Life(name="93 % zeros", models=(seldom(0.07),)),
)


def intervals(runs: int, seed: int) -> bool:
    """Print how often a 95 % interval of a mean holds the true one."""
    print(
        f"\n95 % intervals of a mean that hold the true one, % of {runs:,} runs, after"
    )
    print("tasks; in brackets by Student's t where ours is that of a sequence")
    print(
        f"  {'':<28}" + "".join(f"{count:>16,}" for count in SEEN) + "   at all looks"
    )
    holds = True
    for number, life in enumerate(INTERVALS):
        found = [
            each
            for answers in parts_of(life, runs, SEEN[-1], seed + 1000 * number)
            for each in held(life, answers)
        ]
        figures = ""
        for place in range(len(SEEN)):
            kinds = [each[place] for each in found]
            figures += _coverage(kinds).rjust(16)
            holds &= _covers(kinds)
        always = sum(each[-1][0] for each in found)
        holds &= wilson(always, runs)[1] >= 1 - _FALSE
        print(f"  {life.name:<28}{figures}{always / runs:>14.1%}", flush=True)
    return holds


Held = tuple[bool, bool, bool]
"""Whether ours holds the truth, whether Student's does, and whether these are one."""


def _coverage(kinds: list[Held]) -> str:
    ours, students = (np.mean([each[i] for each in kinds]) for i in (0, 1))
    same = all(each[2] for each in kinds)
    return f"{ours:.1%}" if same else f"{ours:.1%} ({students:.0%})"


def _covers(kinds: list[Held]) -> bool:
    """Tell whether so many may be 92 to 98 %, but for chance; sequences hold more."""
    low, high = wilson(sum(each[0] for each in kinds), len(kinds))
    most = _COVERED[1] if all(each[2] for each in kinds) else 1.0
    return low <= most and high >= _COVERED[0]


def held(life: Life, answers: Answers) -> Iterator[list[Held]]:
    """Tell of each run whether intervals held the truth at each number of tasks.

    The last one tells whether the sequence held it at all looks.
    """
    truth = float(life.means[0])
    means, counts = answers.means[..., 0], np.cumsum(answers.tasks, axis=1)
    for run in range(len(means)):
        found: list[Held] = []
        for seen in SEEN:
            commits = int(np.searchsorted(counts[run], seen)) + 1
            asked = answers.asked[run, :commits]
            tasks = Counter(answers.saved[run, :commits, :, 0][asked].tolist())
            found.append(_held(means[run, :commits].tolist(), tasks, truth))
        always = _always(means[run], truth)
        yield [*found, (always, always, False)]


def _held(commits: list[float], tasks: Counter[float], truth: float) -> Held:
    ours, students = interval(commits, tasks), student_interval(commits)
    assert ours is not None
    holds = [each.low <= truth <= each.high for each in (ours, students)]
    return holds[0], holds[1], ours == students


def _always(values: Floats, truth: float) -> bool:
    """Tell whether neither bet on the true mean ever reaches its limit."""
    highest = max(_highest(values, truth), _highest(-values, -truth))
    return highest < CERTAIN


def _highest(values: Floats, above: float) -> float:
    """Give the highest capital of a bet that the mean lies above a value."""
    from benchmarks.bench_crowd import PARTS, STAKES

    paid = (values - above) / (1 + above)
    grown = np.cumprod(1 + STAKES[:, np.newaxis] * paid, axis=1)
    return float((PARTS[:, np.newaxis] * grown).sum(0).max())


def cheapest(runs: int, seed: int) -> bool:
    """Print how often a cheap contender is named that is worse by over 5 points."""
    print(
        "\nNamed the cheapest that is not worse, % of runs, ever within tasks: by us,"
    )
    print("and in brackets by 'not decided worse'; the margin is 5 points")
    counts = (60, 150, 1000)
    print(f"  {'':<46}" + "".join(f"{count:>16,}" for count in counts))
    worse, best = usual(0.3), usual(0.36)
    lives = (
        Life(name="two, the cheap one 6 points worse", models=(worse, best)),
        Life(name="10 points worse", models=(usual(0.26), best)),
        Life(
            name="four, three cheap ones 6 points worse", models=(*(worse,) * 3, best)
        ),
        Life(name="eight, seven of them", models=(*(worse,) * 7, best)),
        Life(name="alike by 0.8, four", models=(*(worse,) * 3, best), shared=0.85),
        Life(name="equal (right to be named)", models=(best,) * 2),
        Life(name="equal, alike by 0.8", models=(best,) * 2, shared=0.85),
    )
    holds = True
    for number, life in enumerate(lives):
        ours, peers = named(life, runs, counts, seed + 1000 * number)
        figures = "".join(
            f"{mine / runs:.1%} ({other / runs:.0%})".rjust(16)
            for mine, other in zip(ours, peers, strict=True)
        )
        is_wrong = life.means[0] < life.means[-1] - 0.05
        holds &= not is_wrong or wilson(ours[-1], runs)[0] <= _FALSE
        print(f"  {life.name:<46}{figures}", flush=True)
    return holds


def named(
    life: Life, runs: int, counts: tuple[int, ...], seed: int
) -> tuple[list[int], list[int]]:
    """Count runs that have ever named another one than the last, by both rules."""
    count = len(life.models)
    ours, peers = [0] * len(counts), [0] * len(counts)
    prices: Ints = np.arange(count)
    for answers in parts_of(life, runs, 600, seed):
        crowd = Crowd(len(answers.asked), count)
        mine: Bools = np.zeros(len(answers.asked), dtype=bool)
        other, place = mine.copy(), 0
        for _ in looks(answers, crowd):
            chosen = crowd.named(prices)
            mine |= (chosen >= 0) & (chosen < count - 1)
            if place < len(counts) and crowd.tasks.mean() >= counts[place]:
                last = (crowd.over & (crowd.ahead == 1))[
                    :, crowd.pairs[:, 1] == count - 1
                ]
                other = ~last.all(1)
                ours[place] += int(mine.sum())
                peers[place] += int(other.sum())
                place += 1
    return ours, peers


PARTS_OF_ALL: dict[str, Callable[[int, int], bool]] = {
    "false": false_winners,
    "order": order,
    "power": power,
    "equal": equal,
    "intervals": intervals,
    "cheapest": cheapest,
}


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", help=argparse.SUPPRESS)
    parser.add_argument(
        "parts", nargs="*", metavar="part", help=", ".join(PARTS_OF_ALL)
    )
    parser.add_argument("--long", action="store_true", help=f"with {_LONG:,} runs")
    parser.add_argument("--runs", type=int, help="with so many instead")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if unknown := {*given.parts} - {*PARTS_OF_ALL}:
        parser.error(
            f"no part {', '.join(unknown)}; there are {', '.join(PARTS_OF_ALL)}"
        )
    runs = given.runs or (_LONG if given.long else 500)
    names = given.parts or PARTS_OF_ALL
    found = [PARTS_OF_ALL[name](runs, given.seed) for name in names]
    print("\nAll settings hold." if all(found) else "\nNot all settings hold.")


if __name__ == "__main__":
    main()
