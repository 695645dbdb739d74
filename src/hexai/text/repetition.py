"""What an answer repeats of the text before the cursor, and of the text after it.

Asked to go on from where the cursor is, a chat model likes to begin some way before
it: with the word, the line, or all that it was shown. That is cut, and the difficulty
is to cut nothing else: in `print(a, |)` the answer `a, b` repeats nothing, although
`a, ` stands there twice.

So a repetition counts if it begins where a token does, and covers the line, the word at
the cursor, or the head of an assignment. For what remains, brackets decide
(`brackets.py`): it is cut if it takes fewer unmatched ones that way. What
fill-in-the-middle endpoints say is a continuation by construction: it is not for here.
"""

import re
from itertools import accumulate, islice

from hexai.text.brackets import Weighed, without_comment
from hexai.text.indent import indent_of
from hexai.text.quotes import ends_string, open_quote, without_closing_quote
from hexai.text.rest_of_line import without_rest
from hexai.text.rest_of_prose import without_rest_of_prose
from hexai.text.snippets import fragment_of, is_in_a_pair
from hexai.text.tags import without_closing_tag, without_tag_end

_WORD = re.compile(r"\w")
_LETTER = re.compile(r"[^\W\d_]")
_OTHER = re.compile(r"\W+")
_HEAD = re.compile(r"[\w.\[\]\"']+\s*(?::=|[-+*/|&]?=)\s*")
_HEADER = re.compile(r"\w.*[:{(]\Z")
"""Opens a block, which the next line does not do again."""
_CALL = re.compile(r"[\w.]+\(")
_REACH = 20_000
"""Characters on either side of the cursor that are looked at."""
_LONGEST = 4_000
"""Characters of a repetition."""
_LINES = 200
"""Lines of a repetition."""
_TRIED = 12
"""Repetitions of which the brackets are counted, the longest first."""
_TELLING = 8
"""Characters without blanks that make a line too special to stand there twice."""


def without_echo(answer: str, before: str, after: str, language: str) -> str:
    """Cut what an answer repeats of the text before the cursor."""
    before = before[-_REACH:]
    current = before.rpartition("\n")[2]
    for text in dict.fromkeys((answer, answer.lstrip())):
        end = _overlap_end(text, before, after, language)
        if end:
            return text[end:]
    if not current.strip():
        return _without_lines(answer, before)
    if is_in_a_pair(before, after) and _opens_again(answer, current):
        return _without_first(answer, current)
    cut = _without_line(answer, before, current)
    nests = current.rstrip().endswith("(") and "\n" not in answer.rstrip()
    weighed = Weighed(before, after, language)
    return answer if nests and _gain(answer, cut, weighed, after) < 0 else cut


def may_echo(answer: str, before: str) -> bool:
    """Tell whether an answer that is still coming may all be repetition."""
    text = answer.strip()
    return not text or text in before[-_LONGEST:]


def _overlap_end(answer: str, before: str, after: str, language: str) -> int:
    """Give the end of the longest repetition that counts, as an exact text."""
    current = before.rpartition("\n")[2]
    fragment = fragment_of(current)
    tried = 0
    weighed: Weighed | None = None
    for size in range(min(len(answer), len(before), _LONGEST), 0, -1):
        if answer[size - 1] != before[-1] or not before.endswith(answer[:size]):
            continue
        echo = answer[:size]
        joins = _WORD.match(echo) and _WORD.match(before[-size - 1 : -size])
        if joins or not echo.strip():
            continue
        is_call = _CALL.fullmatch(echo.strip()) is not None
        if not is_call and _counts(echo, current, fragment):
            return size
        if tried == _TRIED:
            break
        tried += 1
        weighed = weighed or Weighed(before, after, language)
        gain = _gain(answer, answer[size:], weighed, after)
        if gain > 0 or (is_call and gain == 0):
            return size
    return 0


def _gain(answer: str, cut: str, weighed: Weighed, after: str) -> int:
    """Count the brackets that find a partner if a repetition is cut.

    An answer may end with the bracket right of the cursor, which is cut later.
    """
    least = []
    for text in (answer, cut):
        whole = text.rstrip().rstrip(";,")
        ends = whole.endswith(after[:1].strip() or "\n")
        inner = whole[:-1] if ends else text
        least.append(min(weighed.weigh(text), weighed.weigh(inner)))
    return least[0] - least[1]


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
    for number, one in enumerate(lines[:_LINES]):
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
            deeper = indent_of(current)[len(indent_of(one)) :] if number else ""
            return "\n".join((left, *_indented(lines[number + 1 :], deeper)))
    fragment = fragment_of(current)
    text = answer.lstrip()
    if len(fragment) > 1 and text[: len(fragment)].lower() == fragment.lower():
        return text[len(fragment) :]
    return answer


def _opens_again(answer: str, current: str) -> bool:
    """Tell whether an answer of several lines begins with the line of the cursor.

    A bracket alone, mostly: a line with words is found however it is repeated.
    """
    first, line_break, _ = answer.partition("\n")
    same_depth = indent_of(first) in ("", indent_of(current))
    return bool(line_break) and same_depth and first.strip() == current.strip()


def _without_first(answer: str, current: str) -> str:
    first, *others = answer.split("\n")
    deeper = indent_of(current)[len(indent_of(first)) :]
    return "\n".join(("", *_indented(others, deeper)))


def _without_lines(answer: str, before: str) -> str:
    """Cut whole lines that end with the one above a blank one."""
    lines = answer.split("\n")
    above = [line.strip() for line in before.split("\n")[:-1]]
    while above and not above[-1]:
        above.pop()
    stripped = [line.strip() for line in lines[:_LINES]]
    told = [*accumulate(map(_told, stripped))]
    for number in range(min(len(stripped), len(above)), 0, -1):
        if stripped[:number] != above[-number:]:
            continue
        if told[number - 1] >= _TELLING or _HEADER.match(stripped[number - 1]):
            below = [line for line in before.split("\n")[:-1] if line.strip()][-1]
            deeper = indent_of(below)[len(indent_of(lines[number - 1])) :]
            return "\n".join(_indented(lines[number:], deeper)).lstrip("\n")
    return answer


def _indented(lines: list[str], indent: str) -> list[str]:
    return [indent + line if line.strip() else line for line in lines]


def is_telling(lines: list[str]) -> bool:
    """Tell whether lines are too many or too special to be there twice."""
    return any(told >= _TELLING for told in accumulate(map(_told, lines)))


def _told(line: str) -> int:
    """Count the characters of a line that could make it special."""
    return len(_OTHER.sub("", line))


# A chat model goes on into what follows the cursor, and endpoints for filling in the
# middle do so at times. A repetition that goes on for lines is cut by that, and one of
# the next line where an answer ends with it. For what remains, brackets decide
# (`brackets.py`): of two ways to join an answer with what follows it, the one that
# leaves fewer of them unmatched is right.


_BELOW = 64
"""Lines below the cursor that are compared."""


def without_suffix(
    answer: str, before: str, after: str, language: str, *, infilled: bool
) -> str:
    """Cut what an answer repeats of the text after the cursor."""
    if not answer.strip() or not after.strip():
        return answer
    answer = without_rest(answer, before, after, language)
    answer = without_rest_of_prose(answer, before, after, language)
    answer = without_tag_end(answer, before, after)
    answer = without_closing_tag(answer, before, after)
    if not infilled:
        answer = without_closing_quote(answer, before, after, language)
    if is_in_a_pair(before, after):
        answer = _without_closing_line(answer, before, after)
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
    left = before.rpartition("\n")[2]
    last = (left + answer).rpartition("\n")[2]
    begun = 0 if "\n" in answer else len(left)
    is_code = not open_quote(last, language)
    if is_code and begun <= len(without_comment(last, language)) < len(last):
        answer += "\n"  # else what is right of the cursor would count as comment too
    weighed = Weighed(before, after, language)
    best, least = 0, weighed.weigh(answer)
    if ends_string(answer, before, after, language):
        best, least = 1, weighed.weigh(answer, skip=1)
    elif least <= weighed.weigh(""):
        return 0
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


def _without_closing_line(answer: str, before: str, after: str) -> str:
    """Cut a last line that closes what stands open and closed around the cursor.

    It is as deep as the line that opens it, so nothing else can be meant, whatever a
    window onto a text leaves of the brackets around.
    """
    inner, line_break, last = answer.rstrip().rpartition("\n")
    rest = after.partition("\n")[0].strip()
    indent = indent_of(before.rpartition("\n")[2])
    if line_break and indent_of(last) == indent and rest.startswith(last.strip()):
        return inner + line_break + indent
    return answer


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
        weight = weighed.weigh(cut)
        once = ends and number and _LETTER.search(line)
        if weight < least or (once and weight == least):
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
