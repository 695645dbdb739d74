"""What was chosen among what, as one word on its way to a team's ratings; pure.

`ldw 1f…:2a…*` is a list whose order was drawn, of two items from first to last, and the
second was taken. An item is the cells of all who gave its text, each of 16 hex digits.
"""

from collections.abc import Mapping, Sequence

from hexai.domain.outcome import Status
from hexai.domain.record import Choice, Method
from hexai.ledger.changes import ChangedContender, ChangedRun
from hexai.ledger.ratings.trials import Instead, Outcome, Pattern

_INSTEAD: Mapping[str, str] = {Choice.NONE: "n", Choice.BAD: "n", Choice.TIE: "t"}
_WON = "w"
_READ = {"n": Instead.NONE, "t": Instead.TIE}
_WHOLE = (1 << 64) - 1
_MOST = 26
"""Contenders of one trial: how many pairs a word has grows with their square."""
LONGEST_WORD = 4 + _MOST * len("0123456789abcdef*,")
"""Letters of a word; who sends a longer one does not mean to be counted."""


def trial_of(run: ChangedRun, cells: Mapping[int, int]) -> str | None:
    """Write what a run tells; None if that is nothing.

    What was late, cut or cached is in no trial, and neither is a list that an older
    version recorded in part, or one of more than 26 contenders.
    """
    is_vote = run.method == Method.VOTE
    if run.narrowed and not is_vote:
        return None
    there = [each for each in run.contenders if _stood(each, is_vote=is_vote)]
    said = _INSTEAD.get(str(run.choice), _WON)
    if not 2 <= len(there) <= _MOST:
        return None
    if said == _WON and all(each.taken is None for each in there):
        return None
    words = ",".join(
        "+".join(sorted({f"{cells[e.index] & _WHOLE:016x}" for e in item}))
        + "*" * any(each.taken is not None for each in item)
        for item in _items(there, run.same)
    )
    return f"{'v' if is_vote else 'l'}{'d' if run.is_drawn else 'f'}{said} {words}"


def _stood(each: ChangedContender, *, is_vote: bool) -> bool:
    if each.cached or each.cut:
        return False
    if is_vote:
        return each.status == Status.ANSWERED and not each.late
    return each.position is not None


def _items(
    there: Sequence[ChangedContender], same: Sequence[tuple[int, int]]
) -> list[list[ChangedContender]]:
    """Group what is one item, from first to last: one place, or one text."""
    place = {e.index: e.ordinal if e.position is None else e.position for e in there}
    for one, other in same:
        if one in place and other in place:
            place[one] = place[other] = min(place[one], place[other])
    found: dict[int, list[ChangedContender]] = {}
    for each in sorted(there, key=lambda e: (place[e.index], e.index)):
        found.setdefault(place[each.index], []).append(each)
    return [*found.values()]


def read_trial(word: str, models: Mapping[int, str]) -> Outcome | None:
    """Read what a word tells, as ratings count it, with cells called by `models`.

    None where it is of a cell that has no name there, or of one model alone, or no word
    of ours: it was written by somebody else's program.
    """
    head, _, items = word.partition(" ")
    try:
        given = [
            [*map(_cell, item.rstrip("*").split("+"))] for item in items.split(",")
        ]
    except ValueError:
        return None
    if len(head) != 3 or any(cell not in models for item in given for cell in item):
        return None
    pattern = tuple(tuple(sorted({models[cell] for cell in item})) for item in given)
    taken = tuple(i for i, item in enumerate(items.split(",")) if item.endswith("*"))
    choice = _READ.get(head[2], taken[0] if taken else None)
    if choice is None or len({model for item in pattern for model in item}) < 2:
        return None
    shown = Pattern(
        kind="vote" if head[0] == "v" else "list",
        items=pattern,
        drawn=head[1] == "d",
        together=taken if len(taken) > 1 else (),
    )
    return shown, choice


def cells_of(word: str) -> frozenset[int]:
    """Give the cells that a word names; none if it is no word of ours."""
    _, _, items = word.partition(" ")
    names = items.replace("*", "").replace("+", ",").split(",")
    try:
        return frozenset(map(_cell, names))
    except ValueError:
        return frozenset()


def _cell(name: str) -> int:
    if len(name) != 16:
        raise ValueError(name)
    return int.from_bytes(bytes.fromhex(name), "big", signed=True)
