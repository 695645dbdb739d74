"""How an answer's lines are indented, and how the document wants them.

What is inserted after the cursor keeps its line breaks, so its second line must carry
the whole indentation of the document. A model asked in chat does as it likes: it
repeats the indentation that stands left of the cursor already, leaves it out on the
first line only, or begins at the margin and indents all else relative to that. The
first two are told by the first line. The third is told by what cannot be: a line that
opens a block is followed by a deeper one, and a plain statement within a block is not
followed by one at the margin, unless that begins a new definition.
"""

import re
from math import gcd

from hexai.text.brackets import opens_more, without_comment

_TAB = 4
"""Columns of a tab, where only depths are compared."""

_NEARBY = 300
"""Lines on either side that show a document's style."""

_CLOSES = (")", "]", "}", "end", "case ", "default:", "else", "elif ", "except")
_BEGINS = re.compile(
    r"(@|#\[|(export |pub(\(\w+\))? |async |public |private |static )*"
    r"(def|class|func|fn|function|impl|trait|struct|enum|interface|mod|module|type"
    r"|package|import|from|use|if __name__)\b)"
)


def indent_of(line: str) -> str:
    """Give the blanks and tabs that a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def depth(indent: str) -> int:
    """Give the columns of an indentation, for comparing."""
    return len(indent.expandtabs(_TAB))


def begins_definition(line: str) -> bool:
    """Tell whether a line begins what stands at the margin of a file."""
    return _BEGINS.match(line.lstrip()) is not None


def fit_indent(answer: str, before: str, after: str, language: str) -> str:
    """Indent an answer so that it goes in after `before`."""
    if "\n" not in answer and answer[:1] not in (" ", "\t"):
        return answer
    answer = in_style(answer, before, after)
    current = before.rpartition("\n")[2]
    if current.strip():
        return _deepened(answer, current, language)
    return _on_blank_line(answer, current, before, language)


def _on_blank_line(answer: str, indent: str, before: str, language: str) -> str:
    own = indent_of(answer)
    if not own:
        return _deepened(answer, indent, language)
    if not indent or _is_within(indent, own, before, language):
        return answer
    if own.startswith(indent):
        return answer[len(indent) :]
    return _shifted(answer[len(own) :], indent[len(own) :])


def _is_within(indent: str, own: str, before: str, language: str) -> bool:
    """Tell whether the cursor is within an indentation that the answer goes on with."""
    joined = _reaches(indent + own, before, language)
    if joined != _reaches(own, before, language):
        return joined
    steps = [depth(each) for each in _indents(before.split("\n")[-_NEARBY:-1])]
    return bool(steps) and depth(indent) % min(steps) != 0


def _reaches(indent: str, before: str, language: str) -> bool:
    """Tell whether an indentation is one that the lines above call for."""
    wanted = depth(indent)
    above = [line for line in before.split("\n")[-2::-1] if line.strip()]
    if above and _opens(above[0], language):
        here = depth(indent_of(above[0]))
        return here < wanted <= here + 2 * _TAB
    for line in above:
        here = depth(indent_of(line))
        if here == wanted:
            return True
        if here < wanted:
            return False
    return False


def _deepened(answer: str, current: str, language: str) -> str:
    """Add the line's indentation to the others if they were written without it."""
    indent = indent_of(current)
    if indent and is_relative(answer, current, language):
        return _shifted(answer, indent)
    return answer


def is_relative(answer: str, current: str, language: str) -> bool:
    """Tell whether all but the first line lack the indentation of the current one."""
    head, *others = answer.split("\n")
    others = [line for line in others if line.strip()]
    if not others:
        return False
    there, here = depth(indent_of(others[0])), depth(indent_of(current))
    closes = others[0].lstrip().startswith(_CLOSES)
    if _opens(current + head, language):
        return there == 0 if closes else 0 < there <= here
    if "\n\n\n" in answer:
        return False
    margin = [line for line in others if not indent_of(line)]
    return there == 0 and not closes and not any(map(begins_definition, margin))


def _opens(line: str, language: str) -> bool:
    code = without_comment(line, language).rstrip()
    return code.endswith((":", "{", "(", "[")) or opens_more(code, language)


def _shifted(answer: str, indent: str) -> str:
    head, *others = answer.split("\n")
    return "\n".join((head, *(indent + one if one.strip() else one for one in others)))


def in_style(answer: str, before: str, after: str) -> str:
    """Write tabs for blanks, or blanks for tabs, where the document does."""
    mine = _indents(answer.split("\n"))
    above, below = before.rsplit("\n", _NEARBY), after.split("\n", _NEARBY)
    near = (*above[-_NEARBY:], *below[:_NEARBY])
    theirs = _indents([line for line in near if line.strip()])
    if not mine or not theirs:
        return answer
    tabbed = sum(indent.startswith("\t") for indent in theirs)
    if tabbed == len(theirs) and all(set(indent) == {" "} for indent in mine):
        return _replaced(answer, " " * _unit(mine), "\t")
    if tabbed == 0 and all(indent.startswith("\t") for indent in mine):
        return _replaced(answer, "\t", " " * _unit(theirs))
    return answer


def _indents(lines: list[str]) -> list[str]:
    return [indent for indent in map(indent_of, lines) if indent]


def _unit(indents: list[str]) -> int:
    """Give the number of blanks that make one step."""
    steps = gcd(*map(len, indents))
    return steps if steps in (2, 3, 4, 8) else _TAB


def _replaced(answer: str, old: str, new: str) -> str:
    lines = []
    for line in answer.split("\n"):
        indent = indent_of(line)
        lines.append(indent.replace(old, new) + line[len(indent) :])
    return "\n".join(lines)
