#!/usr/bin/env bash
# Guess: the strengths that `bradley_terry` finds put a model that never lost first, far
#   ahead; where the estimate does not exist it raises, or its iterations reach the limit.
# Seen: one model that never lost, or never won, and all strengths are the same: the
#   iteration falls to nothing at once and is taken for settled after 2 of 100 rounds. The
#   order of the others is lost with it, however many votes they have. And models of two
#   groups that never met get strengths on one scale, the best of both the same, as if
#   votes had said so. (choix raises for both.)
# Version: evalica 0.4.2, choix 0.4.1.
# Concerns: whoever ranks few models by few votes: one that never lost is no rare case.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check evalica==0.4.2 choix==0.4.1
env/bin/python - <<'PYTHON'
import warnings

import choix
from evalica import Winner, bradley_terry

BEST, MIDDLE, WORST, OTHER = range(4)


def votes(*pairs):
    return [(w, x) for (w, x), times in pairs for _ in range(times)]


def rated(results):
    found = bradley_terry(
        [winner for winner, _ in results],
        [loser for _, loser in results],
        [Winner.X] * len(results),
    )
    return found.scores.to_dict(), found.iterations


def refused(results):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            choix.ilsr_pairwise(len({*sum(results, ())}), results)
    except (ValueError, RuntimeError) as error:
        return f"{type(error).__name__}: {error}"
    raise SystemExit("choix gave strengths")


BEATEN_ONCE = votes(
    ((BEST, MIDDLE), 40), ((MIDDLE, BEST), 1), ((MIDDLE, WORST), 30), ((WORST, MIDDLE), 9)
)
NEVER_LOST = [each for each in BEATEN_ONCE if each != (MIDDLE, BEST)]
APART = votes(
    ((BEST, MIDDLE), 9), ((MIDDLE, BEST), 3), ((WORST, OTHER), 9), ((OTHER, WORST), 3)
)

scores, rounds = rated(BEATEN_ONCE)
print(f"beaten once in 41: {scores}, after {rounds} rounds")
assert scores[BEST] > 10 * scores[MIDDLE] > 10 * scores[WORST]

scores, rounds = rated(NEVER_LOST)
print(f"never lost in 40: {scores}, after {rounds} rounds")
assert scores[BEST] == scores[MIDDLE] == scores[WORST]
assert rounds == 2
print("  choix:", refused(NEVER_LOST))

scores, rounds = rated(APART)
print(f"two groups that never met: {scores}, after {rounds} rounds")
assert scores[BEST] == scores[WORST] > scores[MIDDLE] == scores[OTHER]
print("  choix:", refused(APART))
PYTHON
