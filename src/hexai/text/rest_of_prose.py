"""What an answer says of the rest of a line of prose, where it says it in its middle.

A model that goes on with a sentence does not stop where the document does: it ends the
link, the emphasis or the code that ends behind the cursor, or comes to the words that
follow there, and says something else behind them. So it is cut before these.
"""

import re

from hexai.text.brackets import PROSE

_PROSE = PROSE | frozenset({"plaintext", "latex", "org", "git-commit", "gitcommit"})
_MARKS = re.compile(r"\*+|~+|`+|(?<![^\W_])_+|_+(?![^\W_])")
"""What begins and ends emphasis and code; within a word `_` is none."""
_BULLET = re.compile(r"\s*[*+-]\s")
_OPENERS = {")": "(", "]": "["}
_WORDS = 3
_TELLING = 8
"""Letters of these words that are not said twice by chance."""


def without_rest_of_prose(answer: str, before: str, after: str, language: str) -> str:
    """Cut an answer at the mark that follows the cursor, or the words that do."""
    if language not in _PROSE:
        return answer
    left, line = before.rpartition("\n")[2], after.partition("\n")[0]
    ends = [_mark(answer, left, line), _closer(answer, left, line)]
    cut = answer[: min((end for end in ends if end >= 0), default=len(answer))]
    said = _said(cut, line)
    if said < 0:
        return cut
    return cut[:said].rstrip(" \t") if line[0].isspace() else cut[:said]


def _mark(answer: str, left: str, line: str) -> int:
    """Give where an answer has the mark that ends at the cursor; -1: nowhere."""
    mark = _MARKS.match(line)
    if mark is None or _MARKS.findall(_BULLET.sub("", left, 1)).count(mark[0]) % 2 == 0:
        return -1
    found = (one.start() for one in _MARKS.finditer(answer) if one[0] == mark[0])
    return next(found, -1)


def _closer(answer: str, left: str, line: str) -> int:
    """Give where an answer closes the bracket that is closed there; -1: nowhere."""
    closer = line[:1]
    opener = _OPENERS.get(closer)
    if opener is None or left.count(opener) <= left.count(closer):
        return -1
    depth = 0
    for place, one in enumerate(answer):
        depth += (one == opener) - (one == closer)
        if depth < 0:
            return place
    return -1


def _said(answer: str, line: str) -> int:
    """Give where an answer says the next words of the line; -1: it does not."""
    words = line.split()[:_WORDS]
    told = " ".join(words).rstrip(".,;:!?")
    if len(words) < 2 or sum(map(str.isalpha, told)) < _TELLING:
        return -1
    again = r"\s+".join(map(re.escape, told.split()))
    found = re.search(rf"(?<!\w){again}(?!\w)", answer)
    return found.start() if found else -1
