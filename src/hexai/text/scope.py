"""Where an answer should have ended: with the definition that the cursor is in.

Small models do not stop. They finish the function, write the next three, and repeat the
last one until their tokens are spent. So an answer ends before the first line that is
no deeper than the head of the definition around the cursor (a function, method or
class; leaving an `if` or a loop is well within what was asked for), or after the line
that closes that definition. Loops are cut to their first round.
"""

import re
from typing import Literal

from hexai.text.brackets import Weighed, opens_more
from hexai.text.indent import depth, indent_of
from hexai.text.languages import PREPROCESSED

_DEFINES = re.compile(
    r"\s*(?:@|(?:export|default|pub(?:\([^)]*\))?|async|unsafe|public|private|protected"
    r"|static|final|abstract|override|open|internal|virtual|inline|const)\s+)*"
    r"(?:(?:def|class|sub|trait|struct|enum|interface|mod|module|namespace|method|type"
    r"|record|union)\s+\w|(?:func|fn|fun|function|impl)(?:\s|[<(]))"
)
_CONTROL = re.compile(
    r"[\s})]*(?:if|else|elif|elseif|elsif|for|foreach|while|do|try|catch|except|finally"
    r"|with|match|switch|case|default|when|select|loop|unless|until|return|using|lock"
    r"|synchronized|guard|defer|go|await|yield|begin|rescue|ensure)\b"
)

_ROUNDS = 4
"""Rounds of the same lines at the end of an answer that make a loop."""
_LOOPED_CHARACTERS = 200
"""Length of the same words over and over that makes a loop."""
_SAME_WORDS = re.compile(r"(.{2,64}?)\1{5,}.{0,64}\Z", re.DOTALL)


def end_with_scope(answer: str, before: str, after: str, language: str) -> str:
    """Cut what goes on after the definition around the cursor.

    But not if that would leave more brackets unmatched: then the answer goes over into
    what follows it.
    """
    size = _size_in_scope(answer, before, language)
    if size == len(answer):
        return answer
    weighed = Weighed(before, after, language)
    cut = answer[:size].rstrip()
    return cut if weighed.weigh(cut) <= weighed.weigh(answer) else answer


def _size_in_scope(answer: str, before: str, language: str) -> int:
    above, _, current = before.rpartition("\n")
    head, *others = answer.split("\n")
    limit = _head_depth(above, current, head) if others else None
    if limit is None:
        return len(answer)
    size = len(head)
    strings = _Strings(before + head)
    for line in others:
        ends = None if strings.open else _end(line, limit, language)
        if ends == "before":
            return size
        size += 1 + len(line)
        if ends == "after":
            return size
        strings.feed(line)
    return size


def end_loop(answer: str) -> str:
    """Cut what only says once more what an answer ends with, over and over."""
    lines = answer.split("\n")
    for period in range(1, 9):
        again = _repeated(lines, period)
        if again >= period * (_ROUNDS - 1) and any(map(str.strip, lines[-again:])):
            return "\n".join(lines[: len(lines) - again])
    tail = lines[-1]
    if len(tail) < _LOOPED_CHARACTERS:
        return answer
    loop = _SAME_WORDS.search(tail, max(0, len(tail) - 4 * _LOOPED_CHARACTERS))
    if loop is None or not re.search(r"\w", loop[1]):
        return answer
    first = tail.index(loop[1] * 3)
    return answer[: len(answer) - len(tail) + first + len(loop[1])]


def _repeated(lines: list[str], period: int) -> int:
    """Count the lines at the end that repeat what stands `period` lines above."""
    count = 0
    for index in range(len(lines) - 1, period - 1, -1):
        line, earlier = lines[index], lines[index - period]
        cut_off = index == len(lines) - 1 and earlier.startswith(line)
        if line != earlier and not cut_off:
            break
        count += 1
    return count


def _head_depth(above: str, current: str, head: str) -> int | None:
    """Give the depth of the line that begins the definition around the cursor."""
    if current.strip() and _begins(current + head):
        return depth(indent_of(current))
    limit = depth(indent_of(current + head))
    alone = False
    for line in reversed(above.split("\n")):
        if limit == 0 and not alone:
            return None
        here = depth(indent_of(line))
        if not line.strip() or here > limit or (here == limit and not alone):
            continue
        if _begins(line + " {" if alone else line):
            return here
        alone, limit = line.strip() == "{", here
    return None


def _begins(line: str) -> bool:
    """Tell whether a line begins a definition."""
    if _CONTROL.match(line):
        return False
    if _DEFINES.match(line):
        return True
    is_call = line.rfind(")") > line.rfind(";")
    return is_call and line.rstrip().endswith("{")


def _end(line: str, limit: int, language: str) -> Literal["before", "after"] | None:
    """Say whether a definition of a depth ends before a line, or with it."""
    code = line.strip()
    if not code or depth(indent_of(line)) > limit:
        return None
    if code.startswith("#") and language in PREPROCESSED:
        return None
    if code == "{":
        return None
    if not code.startswith((")", "]", "}", "end")):
        return "before"
    goes_on = opens_more(code.lstrip(")]} "), language) or code.endswith(":")
    return None if goes_on else "after"


class _Strings:
    """Whether a line lies within a string of several lines."""

    def __init__(self, before: str) -> None:
        self.open = False
        self.feed(before)

    def feed(self, text: str) -> None:
        marks = text.count('"""') + text.count("'''")
        self.open ^= marks % 2 == 1
