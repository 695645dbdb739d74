"""What an answer repeats of the text around the cursor.

Asked to go on from where the cursor is, a chat model likes to begin some way before
it: with the word, the line, or all that it was shown. And it goes on into what follows
the cursor. Both are cut, and the difficulty is to cut nothing else: in `print(a, |)`
the answer `a, b` repeats nothing, although `a, ` stands there twice.

So a repetition at the beginning counts if it begins where a token does, and covers the
line, the word at the cursor, or the head of an assignment. One at the end counts if it
goes on for lines. For what remains, brackets decide (`brackets.py`): it is cut if it
takes fewer unmatched ones that way. What fill-in-the-middle endpoints say is a
continuation by construction, so its beginning is left alone.
"""

import re

from hexai.text.brackets import Weighed

_FRAGMENT = re.compile(r"\w*\Z")
_WORD = re.compile(r"\w")
_HEAD = re.compile(r"[\w.\[\]\"']+\s*(?::=|[-+*/|&]?=)\s*")

_REACH = 20_000
"""Characters on either side of the cursor that are looked at."""
_HEADER = re.compile(r"\w.*[:{(]\Z")
"""Opens a block, which the next line does not do again."""
_CALL = re.compile(r"[\w.]+\(")

_LONGEST = 4_000
"""Characters of a repetition."""
_TELLING = 8
"""Characters without blanks that make a line too special to stand there twice."""


def fragment_of(text: str) -> str:
    """Give the letters, digits and underscores that a text ends with."""
    match = _FRAGMENT.search(text, max(0, len(text) - 200))
    return match[0] if match else ""


def without_echo(answer: str, before: str, after: str, language: str) -> str:
    """Cut what an answer repeats of the text before the cursor."""
    before = before[-_REACH:]
    current = before.rpartition("\n")[2]
    for text in dict.fromkeys((answer, answer.lstrip())):
        end = _overlap_end(text, before, after, language)
        if end:
            return text[end:]
    if current.strip():
        return _without_line(answer, before, current)
    return _without_lines(answer, before)


def may_echo(answer: str, before: str) -> bool:
    """Tell whether an answer that is still coming may all be repetition."""
    text = answer.strip()
    return not text or text in before[-_LONGEST:]


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
    sizes = _ends_of_closers(after.partition("\n")[0])
    if not sizes or not answer.strip():
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


def _overlap_end(answer: str, before: str, after: str, language: str) -> int:
    """Give the end of the longest repetition that counts, as an exact text."""
    current = before.rpartition("\n")[2]
    fragment = fragment_of(current)
    for size in range(min(len(answer), len(before), _LONGEST), 0, -1):
        if answer[size - 1] != before[-1] or not before.endswith(answer[:size]):
            continue
        echo = answer[:size]
        joins = _WORD.match(echo) and _WORD.match(before[-size - 1 : -size])
        if joins or not echo.strip():
            continue
        if _counts(echo, current, fragment):
            return size
        if not fragment and not _WORD.search(echo[-1]):
            weighed = Weighed(before, after, language)
            if weighed.weigh(answer[size:]) < weighed.weigh(answer):
                return size
            if _is_call(echo, answer, after, weighed):
                return size
    return 0


def _is_call(echo: str, answer: str, after: str, weighed: Weighed) -> bool:
    """Tell whether an answer is the call whose brackets the cursor is in, whole."""
    inner = answer.rstrip()[len(echo) : -1]
    closes = after.startswith(")") and answer.rstrip().endswith(")")
    return (
        _CALL.fullmatch(echo) is not None
        and closes
        and weighed.weigh(inner) <= weighed.weigh(answer)
    )


def _counts(echo: str, current: str, fragment: str) -> bool:
    line = current.strip()
    if fragment:
        return len(echo) >= len(fragment)
    if len(echo) >= len(current.lstrip()) and (line or "\n" in echo.strip()):
        return _WORD.search(echo) is not None
    return _HEAD.fullmatch(echo) is not None


def _without_line(answer: str, before: str, current: str) -> str:
    """Cut lines that end with the current one, however they are indented."""
    line, blank = current.strip(), current[-1:].isspace()
    lines, above = answer.split("\n"), before.split("\n")[-2::-1]
    for number, one in enumerate(lines[:_LONGEST]):
        text = one.lstrip()
        if text.startswith(line) and _WORD.search(line) and len(line) > 1:
            upper = [each.strip() for each in lines[:number]]
            lower = [each.strip() for each in above[:number][::-1]]
            if upper != lower:
                continue
            left = text[len(line) :]
            if blank and _WORD.match(left) and _WORD.match(line[-1]):
                continue
            left = left.lstrip(" \t") if blank else left
            deeper = _indent(current)[len(_indent(one)) :] if number else ""
            return "\n".join((left, *_indented(lines[number + 1 :], deeper)))
    fragment = fragment_of(current)
    text = answer.lstrip()
    if len(fragment) > 1 and text[: len(fragment)].lower() == fragment.lower():
        return text[len(fragment) :]
    return answer


def _without_lines(answer: str, before: str) -> str:
    """Cut whole lines that end with the one above a blank one."""
    lines = answer.split("\n")
    above = [line.strip() for line in before.split("\n")[:-1]]
    while above and not above[-1]:
        above.pop()
    for number in range(min(len(lines), len(above)), 0, -1):
        head = [line.strip() for line in lines[:number]]
        if head == above[-number:] and (_tells(head) or _HEADER.match(head[-1])):
            below = [line for line in before.split("\n")[:-1] if line.strip()][-1]
            deeper = _indent(below)[len(_indent(lines[number - 1])) :]
            return "\n".join(_indented(lines[number:], deeper)).lstrip("\n")
    return answer


def _tells(lines: list[str]) -> bool:
    """Tell whether lines are too many or too special to be there twice."""
    return sum(len(re.sub(r"\W", "", line)) for line in lines) >= _TELLING


def _without_tail(answer: str, after: str, weighed: Weighed, *, infilled: bool) -> str:
    """Cut the end of an answer that is the beginning of what follows."""
    rest = after.partition("\n")[0]
    if not rest.strip():
        return answer
    text = answer.rstrip()
    target = after if text.endswith(after[:1]) else after.lstrip(" \t")
    best, least = answer, weighed.weigh(answer)
    for size in range(min(len(text), len(target), _LONGEST), 0, -1):
        if text[-1] != target[size - 1] or not text.endswith(target[:size]):
            continue
        cut = text[:-size]
        if not infilled and _goes_on(target[:size], rest.strip(), cut):
            return cut
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
    return whole and _tells([repeated])


def _without_lines_below(
    answer: str, before: str, after: str, weighed: Weighed, *, infilled: bool
) -> str:
    """Cut an answer before the first line that follows the cursor already."""
    below = [
        line.rstrip() for line in after.split("\n")[1 : _TELLING * 8] if line.strip()
    ]
    if not below:
        return answer
    current = before.rpartition("\n")[2]
    lines = answer.split("\n")
    least = weighed.weigh(answer)
    for number, line in enumerate(lines):
        whole = line if number else current + line
        if whole.rstrip() != below[0]:
            continue
        same, ends = _run(lines[number:], below)
        cut = "\n".join(lines[:number]).rstrip("\n ")
        enough = 2 if ends else 3
        if same >= enough or (ends and not infilled and _tells([line])):
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


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _indented(lines: list[str], indent: str) -> list[str]:
    return [indent + line if line.strip() else line for line in lines]
