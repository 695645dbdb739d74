"""An answer scored beside what was really written; pure.

`saved` is what a person gains who takes the answer: the characters that stay, less one
key for taking it and one for each word or sign to be deleted from its end, as a share
of what had to be typed. It is not floored at 0, since a score without harm pays for
brevity: an answer cut to its first word would beat the whole one. What is right in
other words scores low by it; `similar` sees some of that, and tests see the rest.

Blanks at the ends of lines, and the way that lines end, are nobody's doing.
"""

import re
from functools import lru_cache

from hexai.bench.soundness import Surroundings, repeats
from hexai.domain.bench import Kind, Score, State, Task
from hexai.text.lines import with_newlines

LONGEST = 10_000
"""Characters of a text that are compared; what takes 3 ms then takes seconds of ten
times as many."""
_TRAILING = re.compile(r"[^\S\n]+$", re.MULTILINE)
_KEYS = re.compile(r"\w+|[^\w\s]")
"""What a key deletes: a word or a sign."""
_WORD = re.compile(r"\w")
_OF_LINES = (Kind.TAIL, Kind.LINE)
"""Kinds of holes that are full when their lines are."""

NOTHING = Score(
    saved=0.0,
    similar=0.0,
    kept=0.0,
    exact=False,
    first_line=False,
    sound=False,
    ran_on=False,
)
"""The score of a model that gave nothing to be taken."""


def score_cell(task: Task, state: State, answer: str) -> Score | None:
    """Score how a cell ended; None for what is not the model's doing.

    Of one that reached its limit of tokens, what there is counts.
    """
    if not state.counts:
        return None
    if state in (State.ANSWERED, State.CUT_OFF):
        return score(task, answer)
    return NOTHING


def score(task: Task, answer: str) -> Score:
    """Score a text that would go in at the hole of a task."""
    truth, whole = _plain(task.truth[:LONGEST]), _plain(answer[:LONGEST])
    if not whole.strip():
        return NOTHING
    answer = _cut(whole, truth) if task.kind in _OF_LINES else whole
    kept = count_kept(answer, truth)
    return Score(
        saved=_saved(answer, kept, truth),
        similar=similarity(answer, truth),
        kept=kept / len(truth),
        exact=answer == truth,
        first_line=_first_line(answer) == _first_line(truth),
        sound=_is_sound(task, answer, truth),
        ran_on=bool(whole[len(answer) :].strip()),
    )


def similarity(one: str, other: str) -> float:
    """Say how similar two texts are but for blanks, from 0 to 1."""
    from rapidfuzz.distance import Levenshtein  # 5 ms, at the first answer

    folded = (" ".join(text.split()) for text in (one, other))
    return Levenshtein.normalized_similarity(*folded)


def count_kept(answer: str, truth: str) -> int:
    """Count the characters of an answer that stay, from its beginning to a word's end.

    Where the answer ends, its last word does: what is typed on needs nothing deleted.
    """
    count = 0
    for one, other in zip(answer, truth, strict=False):
        if one != other:
            break
        count += 1
    while 0 < count < len(answer) and _splits_word(answer, count):
        count -= 1
    return count


def _splits_word(text: str, at: int) -> bool:
    return bool(_WORD.match(text, at - 1) and _WORD.match(text, at))


def _saved(answer: str, kept: int, truth: str) -> float:
    deleted = len(_KEYS.findall(answer, kept))
    return min(1.0, max(-1.0, (kept - deleted - 1) / len(truth)))


def _plain(text: str) -> str:
    """Leave out blanks at the ends of lines and at the end, and make breaks alike."""
    return _TRAILING.sub("", with_newlines(text)).rstrip()


def _cut(answer: str, truth: str) -> str:
    """Cut an answer to as many lines as the truth has."""
    lines = answer.split("\n")[: truth.count("\n") + 1]
    return "\n".join(lines).rstrip()


def _first_line(text: str) -> str:
    return next((line for line in text.split("\n") if line), "")


def _is_sound(task: Task, answer: str, truth: str) -> bool:
    """Tell whether the file is as well with an answer as with the truth.

    An answer that repeats what follows makes it no better if the truth does so too.
    """
    if repeats(answer, task.after) and not repeats(truth, task.after):
        return False
    end = task.truth[len(task.truth.rstrip()) :]
    return _around(task).parses(answer + with_newlines(end))


@lru_cache(maxsize=64)
def _around(task: Task) -> Surroundings:
    """Read what stands around a hole once for all contenders."""
    return Surroundings.of(task)
