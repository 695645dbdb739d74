"""Code fences and code spans, around what a model says and around what we show."""

import re

from hexai.text.languages import PROSE

_FENCE = re.compile(r"^ {0,3}(`{3,}+|~{3,}+)[ \t]*+([^\n`]*+)$", re.MULTILINE)
_RUN = re.compile(r"`+")
_SPAN = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1", re.DOTALL)


def unfence(answer: str, *, finished: bool) -> str:
    """Give what stands in the first fence, without the talk around it.

    Without a fence, the answer. A fence that is not closed ends with the answer, so
    that it works on the beginning of an answer too.
    """
    opening = _FENCE.search(answer)
    if opening is None:
        return answer if finished else _before_opening(answer)
    inner = answer[opening.end() + 1 :]
    for closing in _FENCE.finditer(inner):
        if closing[1].startswith(opening[1]) and not closing[2].strip():
            return inner[: closing.start()].removesuffix("\n")
    return inner


def unfence_whole(answer: str, languages: frozenset[str] = PROSE | {"md"}) -> str:
    """Give what stands in a fence around all of an answer and named for Markdown."""
    opening = _FENCE.match(answer.lstrip())
    if opening is None or opening[2].strip().lower() not in languages:
        return answer
    inner = answer.strip()[opening.end() + 1 :]
    closing = inner.rstrip().removesuffix(opening[1])
    return closing.removesuffix("\n") if closing.endswith("\n") else inner


def unspan(answer: str) -> str:
    """Give what stands in a code span that is the whole answer; else the answer."""
    span = _SPAN.fullmatch(answer.strip())
    if span is None or "\n" in span[2] or span[1] in _RUN.findall(span[2]):
        return answer
    return span[2].strip() if span[2].strip().startswith("`") else span[2]


def fence(text: str, info: str = "") -> str:
    """Put a text into a fence that nothing in it can close."""
    longest = max((len(run) for run in _RUN.findall(text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{info}\n{text}\n{marks}"


def _before_opening(answer: str) -> str:
    """Leave out a last line that may become a fence when it is finished."""
    head, _, last = answer.rpartition("\n")
    return (
        head if last.strip() in ("`", "``") and not last.startswith("    ") else answer
    )
