"""Earlier questions and answers of a chat, as they stand in the document above it."""

from msgspec import Struct

from hexai.prompts.chat import Exchange
from hexai.text.lines import Lines
from hexai.text.quoting import unquote
from hexai.text.triggers import Markers, is_quoted

MOST = 3
"""Pairs that go along with a question."""
_REACH = 2000
"""Lines above a question that are looked at."""
_BLANKS = 2
"""Blank lines that may stand between a question and its answer."""


class History(Struct, frozen=True, kw_only=True):
    """What goes along with a question."""

    exchanges: tuple[Exchange, ...]
    """The oldest first."""
    first: int
    """The line where it begins; the question's own if there is none."""


def find_history(lines: Lines, number: int, markers: Markers) -> History:
    """Find the last pairs above a line.

    An answer is a block of quoted lines; its question is the line above, which still
    ends as questions do. A quotation of something else has no such line.
    """
    exchanges: list[Exchange] = []
    first, end = number, number
    top = max(0, number - _REACH)
    while len(exchanges) < MOST and end > top:
        last = end - 1
        if not is_quoted(lines.line(last)):
            end = last
            continue
        start = last
        while start > top and is_quoted(lines.line(start - 1)):
            start -= 1
        asked = _question_above(lines, start, markers)
        end = start
        if asked is not None:
            end = first = asked
            answer = unquote(lines.between(start, last + 1))
            question = lines.line(asked).strip()
            exchanges.append(Exchange(question=question, answer=answer))
    return History(exchanges=tuple(reversed(exchanges)), first=first)


def _question_above(lines: Lines, start: int, markers: Markers) -> int | None:
    """Give the line of the question that a block of quoted lines answers, if any."""
    for number in range(start - 1, max(-1, start - 2 - _BLANKS), -1):
        line = lines.line(number).rstrip()
        if line:
            return number if line.endswith(markers.chat_prefixes) else None
    return None
