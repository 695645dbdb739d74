"""Suggestions in the middle of lines, by holes of real code.

Without a model: what is right comes in, however it is given, and of a copied line only
what the file survives. `scripts/bench holes` asks models the same.
"""

from pathlib import Path

import pytest

from benchmarks.holes import copied
from benchmarks.mid_lines import Kind, Told, mid_lines, offered_in_process

ROOT = Path(__file__).resolve().parents[3]
CODE = [
    pytest.param(ROOT / "src", "py", id="python"),
    pytest.param(ROOT / "tests/data/code", "go", id="go"),
    pytest.param(ROOT / "tests/data/code", "ts", id="typescript"),
]
COUNT, SEED = 60, 5


@pytest.mark.parametrize(("root", "ending"), CODE)
def test_the_right_answer_is_not_refused(root: Path, ending: str) -> None:
    """Nor is it changed; one in twenty may be that ends as the line does by chance."""
    lost, lost_with_rest = [], []
    for place in mid_lines(COUNT, SEED, root, ending, "gaps"):
        whole = place.missing + place.rest
        if offered_in_process(place, place.missing) != whole:
            lost.append(place)
        if offered_in_process(place, whole) != whole:
            lost_with_rest.append(place)

    assert len(lost) <= COUNT // 60
    assert len(lost_with_rest) <= COUNT // 20


@pytest.mark.parametrize(("root", "ending"), CODE)
@pytest.mark.parametrize(("kind", "share"), [("gaps", 0.5), ("whole", 0.85)])
def test_what_is_offered_leaves_the_line_whole(
    root: Path, ending: str, kind: Kind, share: float
) -> None:
    """Most copies of another line's end do not, and are refused.

    In a line that was broken before, grammars of blocks tell less.
    """
    told = Told()
    for place in mid_lines(COUNT, SEED, root, ending, kind):
        told.add(place, offered_in_process(place, copied(place.before)))

    assert told.parses >= share * told.offered, str(told)
