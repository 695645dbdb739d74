"""What an answer repeats of the rest of the cursor's line, and of the word there.

Where text stands right of the cursor, models that fill gaps like to say it once more:
behind `ZERO_OR|_MORE:` they say `_MORE:`. What an answer ends with, and what stands
there already, is left to what stands there: all of it, or the call or index that it
begins with. That changes nothing about what the answer says, for the line then reads as
the answer did; only a bracket that would lose its partner shows that it was meant
twice, as in `f(|, x)` answered `g(a, x)`. Where a header is there, as in `if (|) {`,
the body that an answer goes on with has no place, and is cut as well.
"""

import re
from collections.abc import Iterator

from hexai.text.brackets import Weighed
from hexai.text.snippets import CLOSERS

_WORD = re.compile(r"\w+")
_OTHER = re.compile(r"\W+")
_CLOSING = " \t)]}>\"'`"
_OPENING = ("{", ":")
"""What ends a header."""
_TELLING = 3
"""Characters of a word's end that no word has twice by chance."""


def without_rest(answer: str, before: str, after: str, language: str) -> str:
    """Cut an answer where it repeats the rest of the line, or of the word there."""
    line = after.partition("\n")[0]
    if not line.strip(_CLOSING):
        return answer  # brackets and quotes decide by themselves
    for cut in _cuts(answer, line, after[len(line) + 1 :].partition("\n")[0]):
        repeated = answer[len(cut) :].partition("\n")[0]
        if _begins(repeated, cut, before):
            left = cut.rstrip(" \t") if line[0].isspace() else cut
            weighed = Weighed(before, after, language)
            return left if weighed.weigh(left) <= weighed.weigh(answer) else answer
    return answer


def _cuts(answer: str, line: str, below: str) -> Iterator[str]:
    """Give an answer up to where it may begin to repeat a line, the likeliest first."""
    text, group = answer.rstrip(), _group(line)
    head, *others = (one.rstrip() for one in text.split("\n", 2)[:2])
    whole = line.strip()
    goes_on = others in ([], [below.rstrip()]) or whole.endswith(_OPENING)
    for rest in dict.fromkeys((whole, whole.rstrip(";,") or whole)):
        if head.endswith(rest) and (goes_on or group or _WORD.search(rest)):
            yield head.removesuffix(rest)
        if text.endswith(rest):
            yield text.removesuffix(rest)
    if whole.startswith(")") and whole.endswith(_OPENING) and whole in head:
        yield head[: head.index(whole)]
    again = [g for g in (group, group[:1] + group[-1:]) if g and text.endswith(g)]
    yield from map(text.removesuffix, again)
    word = _WORD.match(line)
    if word is not None:
        for size in range(min(len(line), len(text)), word.end() - 1, -1):
            if text.endswith(line[:size]):
                yield text[: len(text) - size]


def _begins(repeated: str, cut: str, before: str) -> bool:
    """Tell whether a repetition begins where a word does, or as the cursor's word does.

    Some letters in the middle of a word are there twice by chance.
    """
    if not _WORD.match(repeated):
        return True
    left = (before[-1:] + cut)[-1:]
    if not _WORD.match(left):
        return True
    letters = len(_OTHER.sub("", repeated))
    return _WORD.match(before[-1:]) is not None and letters >= _TELLING


def _group(line: str) -> str:
    """Give the brackets, with what is in them, that a line begins with; or nothing."""
    closer = CLOSERS.get(line[:1], "")
    if closer not in (")", "]"):
        return ""
    depth = 0
    for size, mark in enumerate(line, 1):
        depth += (mark == line[0]) - (mark == closer)
        if not depth:
            return line[:size]
    return ""


def joins_words(text: str, left: str, right: str) -> bool:
    """Tell whether a text makes one word with what follows that nobody would write.

    Who stands in a word may be given its middle, and who stands before one its
    beginning; but the end of something longer does not go on in it.
    """
    if not (_WORD.match(text[-1:]) and _WORD.match(right)):
        return False
    if text.endswith("_") or right[0] == "_":
        return False
    if right[0].isupper() and not text[-1].isupper():
        return False
    is_within = _WORD.match(left[-1:]) is not None
    return not (is_within and _WORD.fullmatch(text))


def begins_with_word(left: str, text: str, right: str) -> bool:
    """Tell whether a text in a word is, or begins with, what follows of that word."""
    word = _WORD.match(right)
    if word is None or not _WORD.match(left[-1:]) or len(word[0]) < 2:
        return False
    said = _WORD.match(text)
    return said is not None and said[0] == word[0]
