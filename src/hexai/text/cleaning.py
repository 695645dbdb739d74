"""What a model said made into what goes in at the cursor.

Models are asked for the text between a prefix and a suffix. What they say may come in a
fence, begin before the cursor, be indented as if it stood alone, not stop, and end with
what follows the cursor already. Each step here mends one of these and leaves alone what
does not show it: the right text goes through unchanged. The endpoints made for filling
in the middle give the text as it goes in, so for them only its end is looked at.

Not mended is what no rule can tell: the blank that a model left out (`return` answered
with `x`), and a word in the wrong case, of which the user's letters stay.
"""

import re

from hexai.text.echo import may_echo, without_echo
from hexai.text.fences import unfence, unfence_whole, unspan
from hexai.text.indent import fit_indent
from hexai.text.languages import PROSE, writes_backticks
from hexai.text.overlap import without_suffix
from hexai.text.scope import end_loop, end_with_scope
from hexai.text.words import fragment_of

LONGEST = 12_000
"""Characters of an answer that are looked at; no list shows more."""
_BREAK = re.compile(r"\r\n?")


def clean(
    answer: str,
    *,
    before: str,
    after: str,
    infilled: bool,
    finished: bool,
    language: str = "",
) -> str:
    """Give the text to insert between `before` and `after`; blank if there is none.

    Both are best the whole text on their side, at least some hundred lines. An answer
    that is not `finished` gives what is certain so far: the beginning, nearly always,
    of what the whole of it will give. Line breaks come out as newlines.
    """
    if len(answer) > LONGEST:
        answer, finished = _whole_lines(answer[:LONGEST]), False
    answer, before, after = (_BREAK.sub("\n", one) for one in (answer, before, after))
    if not infilled:
        answer = _as_continuation(answer, before, after, language, finished=finished)
    answer = end_loop(end_with_scope(answer, before, after, language))
    if not finished:
        return answer.rstrip()
    answer = without_suffix(answer, before, after, language, infilled=infilled)
    return _trimmed(answer, before, after, infilled=infilled)


def _whole_lines(text: str) -> str:
    """Leave out the line that a text breaks off in, if there is another one."""
    return text[: text.rfind("\n") + 1] or text


def _as_continuation(
    answer: str, before: str, after: str, language: str, *, finished: bool
) -> str:
    """Turn what a chat model said into what comes after `before`."""
    answer = _without_wrapping(answer, before, language, finished=finished)
    if not finished and may_echo(answer, before):
        return ""
    current = before.rpartition("\n")[2]
    if not current.strip() or current[-1:].isspace():
        answer = re.sub(r"\A(?:[ \t]*\n)+", "", answer)
    answer = without_echo(answer, before, after, language)
    if current.strip() and current[-1:].isspace():
        answer = answer.lstrip(" \t")
    if _lacks_break(answer, current, after):
        answer = "\n" + answer
    return fit_indent(answer, before, after, language)


def _without_wrapping(
    answer: str, before: str, language: str, *, finished: bool
) -> str:
    if language in PROSE:
        return unfence_whole(answer)
    answer = unfence(answer, finished=finished)
    span = unspan(answer)
    path = re.search(r"[\w.]*\Z", before[-200:])
    begun = (path[0] if path else "", fragment_of(before))
    repeats = any(part and span.startswith(part) for part in begun)
    return span if repeats or not writes_backticks(language) else answer


def _lacks_break(answer: str, current: str, after: str) -> bool:
    """Tell whether an indented line is to go below one that opens a block."""
    at_end = not after.partition("\n")[0].strip()
    opens = current.rstrip().endswith((":", "{"))
    return at_end and opens and answer.startswith(("  ", "\t"))


def _trimmed(answer: str, before: str, after: str, *, infilled: bool) -> str:
    if not answer.strip():
        return ""
    if not after.partition("\n")[0].strip():
        return answer.rstrip()
    starts_line = not before.rpartition("\n")[2].strip()
    if infilled or starts_line or after.startswith(("  ", "\t")):
        return answer
    return answer.rstrip("\n")
