"""Simulated benches on questions: false winners, and how many questions it takes.

Run by `scripts/bench bench-questions`. Each contender passes each of two checks of a
question with a chance that is its own and the question's, so that questions differ and
contenders are alike; somebody looks after every question. The bets are the shipped
ones.
"""

import argparse
import random
from pathlib import Path

from hexai.bench.compare import Comparison
from hexai.bench.figures import Block, Figures, Row
from hexai.bench.known import SHARES
from hexai.bench.standing import Decision

_CHECKS = 2
_LOOKS_FROM = 10
"""Questions before which nothing is named."""
_FALSE = 0.05
_NEVER = 10_000


def decided_after(
    drawn: random.Random, gaps: tuple[float, ...], questions: int, repeat: int
) -> int:
    """Give after how many questions a winner is named first."""
    comparison = Comparison(len(gaps), span=SHARES)
    for number in range(questions):
        chance = drawn.betavariate(2, 1.2)
        rows = tuple(_row(drawn, chance, gaps) for _ in range(repeat))
        comparison.add(Block(commit=str(number), rows=rows))
        if number + 1 >= _LOOKS_FROM:
            pairs = comparison.standing().pairs
            if any(pair.verdict is Decision.OVER for pair in pairs):
                return number + 1
    return _NEVER


def _row(drawn: random.Random, chance: float, gaps: tuple[float, ...]) -> Row:
    passed = (
        sum(drawn.random() < max(0.0, chance + gap) for _ in range(_CHECKS))
        for gap in gaps
    )
    return Row(figures=tuple(Figures(saved=count / _CHECKS) for count in passed))


def main() -> None:
    """Simulate equals, then others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, help="not used")
    parser.add_argument("--runs", type=int, default=500)
    runs = parser.parse_args().runs
    for name, equals, questions, repeat in (
        ("two equals", 2, 100, 1),
        ("four equals", 4, 100, 1),
        ("two equals, each question three times", 2, 60, 3),
    ):
        drawn = random.Random(1)
        gaps = (0.0,) * equals
        after = [decided_after(drawn, gaps, questions, repeat) for _ in range(runs)]
        false = sum(each < _NEVER for each in after) / runs
        held = "holds" if false <= _FALSE else "DOES NOT HOLD"
        print(f"{name}: {100 * false:.1f} of 100 had a winner: {held}")
    for gap in (0.1, 0.2, 0.3, 0.4):
        drawn = random.Random(2)
        few = max(20, runs // 5)
        after = sorted(decided_after(drawn, (0.0, -gap), 400, 1) for _ in range(few))
        half, most = after[few // 2], after[few * 4 // 5]
        print(f"{100 * gap:.0f} points apart: {half} questions, {most} in four of five")


if __name__ == "__main__":
    main()
