"""What an answer repeats of the text after the cursor.

A chat model goes on into what follows the cursor, and endpoints for filling in the
middle do so at times. A repetition that goes on for lines is cut by that. For what
remains, brackets decide (`brackets.py`): of two ways to join an answer with what
follows it, the one that leaves fewer of them unmatched is right.
"""

from itertools import islice

from hexai.text.brackets import Weighed
from hexai.text.echo import is_telling

_LONGEST = 4_000
"""Characters of a repetition."""
_TRIED = 12
"""Places to cut of which the brackets are counted."""
_BELOW = 64
"""Lines below the cursor that are compared."""


def without_suffix(
    answer: str, before: str, after: str, language: str, *, infilled: bool
) -> str:
    """Cut what an answer repeats of the text after the cursor."""
    if not answer.strip() or not after.strip():
        return answer
    weighed = Weighed(before, after, language)
    answer = _without_tail(answer, after, weighed, infilled=infilled)
    answer = _without_lines_below(answer, before, after, weighed, infilled=infilled)
    if covered(answer, before, after, language):
        return answer
    return _up_to_rest(answer, after, weighed)


def covered(answer: str, before: str, after: str, language: str) -> int:
    """Count the characters right of the cursor whose place an answer takes.

    `func f(|)` answered with `a int) {` and a body holds the `)` in its middle, where
    it cannot be cut. So the one that stands there has to go.
    """
    rest = after.partition("\n")[0]
    sizes = _ends_of_closers(rest)
    if not sizes or not answer.strip() or _is_within_a_mark(answer, rest):
        return 0
    weighed = Weighed(before, after, language)
    least = weighed.weigh(answer)
    if least <= weighed.weigh(""):
        return 0
    best = 0
    for size in sizes:
        weight = weighed.weigh(answer, skip=size)
        if weight < least:
            best, least = size, weight
    return best


def _ends_of_closers(rest: str) -> list[int]:
    """Give where each bracket and quote ends of those that a line begins with."""
    closing = rest[: len(rest) - len(rest.lstrip(")]}\"'`;, "))][:8]
    return [
        size
        for size, mark in enumerate(closing, 1)
        if mark != " " and not (mark in "\"'`" and rest[size : size + 1] == mark)
    ]


def _is_within_a_mark(answer: str, rest: str) -> bool:
    """Tell whether the cursor stands in the middle of three quotes, as `""|"`."""
    quote = rest[0]
    if quote not in "\"'`":
        return False
    left = len(answer) - len(answer.rstrip(quote))
    return left in (1, 2) and rest.startswith(quote * (3 - left))


def _without_tail(answer: str, after: str, weighed: Weighed, *, infilled: bool) -> str:
    """Cut the end of an answer that is the beginning of what follows."""
    rest = after.partition("\n")[0]
    if not rest.strip():
        return answer
    text = answer.rstrip()
    target = after if text.endswith(after[:1]) else after.lstrip(" \t")
    best, least = answer, weighed.weigh(answer)
    tried = 0
    for size in range(min(len(text), len(target), _LONGEST), 0, -1):
        if text[-1] != target[size - 1] or not text.endswith(target[:size]):
            continue
        cut = text[:-size].rstrip(" \t") if rest[0] in " \t" else text[:-size]
        if not infilled and _goes_on(target[:size], rest.strip(), cut):
            return cut
        if tried == _TRIED:
            break
        tried += 1
        weight = weighed.weigh(cut)
        if weight < least:
            best, least = cut, weight
    return best


def _goes_on(repeated: str, rest: str, cut: str) -> bool:
    """Tell whether a repetition is long enough to be one by its length."""
    if not cut.strip():
        return False
    if repeated.strip() in (";", ","):
        return repeated.strip() == rest
    whole = repeated.strip().startswith(rest)
    return whole and is_telling([repeated])


def _without_lines_below(
    answer: str, before: str, after: str, weighed: Weighed, *, infilled: bool
) -> str:
    """Cut an answer before the first line that follows the cursor already."""
    below = [line.rstrip() for line in after.split("\n")[1:_BELOW] if line.strip()]
    if not below:
        return answer
    current = before.rpartition("\n")[2]
    lines = answer.split("\n")
    least = weighed.weigh(answer)
    wholes = (line if number else current + line for number, line in enumerate(lines))
    found = (n for n, whole in enumerate(wholes) if whole.rstrip() == below[0])
    for number in islice(found, _TRIED):
        line = lines[number]
        same, ends = _run(lines[number:], below)
        cut = "\n".join(lines[:number]).rstrip("\n ")
        enough = 2 if ends else 3
        if same >= enough or (ends and not infilled and is_telling([line])):
            return cut
        if weighed.weigh(cut) < least:
            return cut
    return answer


def _run(lines: list[str], below: list[str]) -> tuple[int, bool]:
    """Count the lines that are the same, and tell whether these are all."""
    mine = [line.rstrip() for line in lines if line.strip()]
    same = 1
    while same < min(len(mine), len(below)) and mine[same] == below[same]:
        same += 1
    return same, same == len(mine)


def _up_to_rest(answer: str, after: str, weighed: Weighed) -> str:
    """Cut the first line where the rest of the cursor's line begins in it."""
    rest = after.partition("\n")[0].strip()
    head = answer.partition("\n")[0]
    if not rest or rest not in head or weighed.weigh(answer) <= weighed.weigh(""):
        return answer
    cut = head[: head.rindex(rest)]
    return cut if weighed.weigh(cut) <= weighed.weigh("") else answer
