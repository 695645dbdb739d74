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
from typing import Literal

from hexai.text.brackets import (
    PREPROCESSED,
    PROSE,
    Weighed,
    opens_more,
    writes_backticks,
)
from hexai.text.indent import depth, fit_indent, indent_of
from hexai.text.quotes import without_closing_brace
from hexai.text.repetition import covered, may_echo, without_echo, without_suffix
from hexai.text.snippets import fragment_of, is_in_a_pair

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
    answer = without_closing_brace(answer, before, after, language)
    answer = without_suffix(answer, before, after, language, infilled=infilled)
    answer = _within_line(answer, before, after, language)
    trimmed = _trimmed(answer, before, after, infilled=infilled)
    if infilled or covered(trimmed, before, after, language):
        return trimmed
    return trimmed + _break_before_closing(trimmed, before, after)


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
    if _lacks_break(answer, before, after):
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


def _lacks_break(answer: str, before: str, after: str) -> bool:
    """Tell whether an indented line is to go below one that opens a block."""
    if not answer.startswith(("  ", "\t")):
        return False
    at_end = not after.partition("\n")[0].strip()
    opens = before.rpartition("\n")[2].rstrip().endswith((":", "{"))
    return (at_end and opens) or is_in_a_pair(before, after)


def _within_line(answer: str, before: str, after: str, language: str) -> str:
    """Cut what closes brackets that the rest of the line still stands in.

    `{"a": |, "b": 2}` answered with `1}`, and by further lines: the first is right.
    """
    rest = after.partition("\n")[0].strip()
    if not rest or not answer.strip():
        return answer
    weighed = Weighed(before, after, language)
    least = weighed.weigh("")
    if weighed.weigh(answer) <= least:
        return answer
    taken = covered(answer, before, after, language)
    if taken and weighed.weigh(answer, skip=taken) <= least:
        return answer
    head, line_break, _ = answer.partition("\n")
    text = head.rstrip()
    if rest.startswith(","):
        text = text.removesuffix(",")
    elif line_break and text.endswith(","):
        return answer  # it goes on below
    while text.endswith((")", "]", "}")) and weighed.weigh(text) > least:
        text = text[:-1]
    return text if text.strip() and weighed.weigh(text) <= least else answer


def _trimmed(answer: str, before: str, after: str, *, infilled: bool) -> str:
    if not answer.strip():
        return ""
    if not after.partition("\n")[0].strip():
        return answer.rstrip()
    starts_line = not before.rpartition("\n")[2].strip()
    if infilled or starts_line or after.startswith(("  ", "\t")):
        return answer
    return answer.rstrip("\n")


def _break_before_closing(answer: str, before: str, after: str) -> str:
    """Give the break before the closing one, if behind the opening one there is one.

    Chat models stop before it, or it was cut from what they said.
    """
    begins_line = answer.lstrip(" \t").startswith("\n")
    is_there = not answer.rpartition("\n")[2].strip()
    if not begins_line or is_there or not is_in_a_pair(before, after):
        return ""
    return "\n" + indent_of(before.rpartition("\n")[2])


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


# Small models do not stop. They finish the function, write the next three, and repeat
# the last one until their tokens are spent. So an answer ends before the first line
# that is no deeper than the head of the definition around the cursor (a function,
# method or class; leaving an `if` or a loop is well within what was asked for), or
# after the line that closes that definition. Loops are cut to their first round.

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


_CLOSING = " \t)]}>\"'`;:,"
"""What may stand right of the cursor and belong to what an editor closed by itself."""
_OPENING = ("{", "[", "(", ":")
"""What ends a line that goes on below."""


def is_closed_in(after: str) -> bool:
    """Tell whether text right of the cursor leaves room for the line's end alone."""
    return bool(after.partition("\n")[0].strip(_CLOSING))


def ends_with_line(before: str, after: str) -> bool:
    """Tell whether what is begun most likely ends with its line.

    A new line, and one that opens a block, go on to the block's end.
    """
    current = before.rpartition("\n")[2].strip()
    if is_closed_in(after):
        return True
    return bool(current) and not current.endswith(_OPENING)
