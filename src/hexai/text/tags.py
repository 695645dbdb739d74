"""Closing tags, which editors type by themselves, as they do with brackets.

Behind `<ul>` an editor puts `</ul>`, and a model writes another one. Which one is too
many is told as with brackets: by what is open there. Only the tag that follows the
cursor is counted, so nothing else about the text needs to be understood. Within a tag,
or types in angles, an answer ends where it brings the `>` that stands there already.
"""

import re
from collections.abc import Iterator

_CLOSING = re.compile(r"\s*</([\w.:-]*)>")
_REACH = 20_000
"""Characters on either side of the cursor that are looked at."""
_BRACES = r"\{(?:[^{}]|\{[^{}]*\})*+\}"
_PART = rf"[^<>\"'{{}}]|\"[^\"]*\"|'[^']*'|{_BRACES}"
"""What stands in a tag; in braces may be anything, as in `onClick={() => x}`."""
_WITHIN = rf"(?:{_PART})*+"
_BEGUN = re.compile(rf"<(?:[A-Za-z][\w.:-]*+(?:\s{_WITHIN})?)?\Z")
_END = re.compile(r"\s*/?>")
_INNER = re.compile(rf"((?:{_PART}|(?<=[-=])>)*+)>")
"""To the `>` that ends it, which is none of an arrow's."""


def without_closing_tag(answer: str, before: str, after: str) -> str:
    """Cut an answer where it closes the tag that is closed right behind the cursor."""
    closing = _CLOSING.match(after)
    if closing is None or f"</{closing[1]}" not in answer:
        return answer
    around = (before[-_REACH:], after[:_REACH])
    is_open = sum(step for text in around for _, step in _steps(text, closing[1]))
    depth = max(0, is_open)  # less than none is open where the window cuts
    for start, step in _steps(answer, closing[1]):
        depth += step
        if depth < 0:
            return _cut(answer[:start], after)
    return answer


def without_tag_end(answer: str, before: str, after: str) -> str:
    """Cut an answer where it ends the tag that ends right behind the cursor."""
    begun = before.rfind("<", max(0, len(before) - _REACH))
    if begun < 0 or not _END.match(after) or not _BEGUN.match(before, begun):
        return answer
    if before[begun + 1 :]:
        answer = answer.removeprefix(before[begun:])
    inner = _INNER.match(answer)
    return inner[1].rstrip().removesuffix("/").rstrip() if inner else answer


def _cut(answer: str, after: str) -> str:
    is_below = not after.partition("\n")[0].strip()
    return answer.rstrip() if is_below else answer


def _steps(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Give where tags of a name stand, and by how many more are open behind each."""
    ahead = r"[\s/>]" if name else ">"
    for tag in re.finditer(rf"<(/?){re.escape(name)}(?={ahead})([^<]*)", text):
        if tag[1]:
            yield tag.start(), -1
        elif "/>" not in tag[2]:
            yield tag.start(), 1
