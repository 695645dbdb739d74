"""Whether a file parses as well with an answer as with what was really written; pure.

The grammars of the editor's prompts count what does not parse, in the part of the file
that they read around the hole: the lines around it are the same for every answer, so
only the answer makes a difference. For Python the interpreter's own parser is asked as
well, since the grammar takes missing bodies and wrong indentation for right. It gets
the statement of the module that the hole is in: lines around it may be thousands, and
an answer that breaks what follows breaks the end of this one.

What has no grammar, and a truth that does not parse itself, is not judged.
"""

import re
import warnings

from msgspec import Struct

from hexai.domain.bench import Task
from hexai.prompts.code.grammars import parse
from hexai.prompts.code.languages import Language, language_of
from hexai.prompts.code.parsed_lines import fold
from hexai.prompts.code.tree import count_errors, encode
from hexai.text.lines import Lines, with_newlines
from hexai.text.python_trees import tree_of
from hexai.text.repetition import covered, is_telling

_REACH = 4_000
"""Characters of a repetition."""
_BEGINS = re.compile(r"(?!(?:else|elif|except|finally)\b)[@\w]")
"""What begins a statement of a module: a line that is not indented."""


class Surroundings(Struct, frozen=True, kw_only=True):
    """What stands around a hole as far as it is parsed, and how well that goes."""

    language: Language
    above: str
    below: str
    errors: int | None
    """What does not parse with the truth; None where nobody knows."""
    python: tuple[str, str] | None
    """What Python's own parser is given, around the hole; None if nothing."""

    @classmethod
    def of(cls, task: Task) -> "Surroundings":
        """Read what stands around a hole."""
        texts = (task.before, task.truth, task.after)
        return cls.around(language_of(task.language, task.path), *texts)

    @classmethod
    def around(
        cls, language: Language, before: str, truth: str, after: str
    ) -> "Surroundings":
        """Read what stands around a text that parses."""
        before, truth, after = map(with_newlines, (before, truth, after))
        near = _near(before, truth, after)
        above, below = near or (before, after)
        is_python = language.id == "python"
        return cls(
            language=language,
            above=above,
            below=below,
            errors=_errors(language, above + truth + below) if near else None,
            python=_statement(before, truth, after) if is_python else None,
        )

    def parses(self, answer: str) -> bool:
        """Tell whether it parses with an answer no worse than with the truth."""
        taken = covered(answer, self.above, self.below, self.language.id)
        if self.errors is not None:
            text = self.above + answer + self.below[taken:]
            errors = _errors(self.language, text)
            if errors is None or errors > self.errors:
                return False
        if self.python is None:
            return True
        head, tail = self.python
        return _is_python(head + answer + tail[taken:])


def _near(before: str, truth: str, after: str) -> tuple[str, str] | None:
    """Give the text on both sides that a grammar is to read, with the rest left blank.

    None if that is too much.
    """
    first = before.count("\n")
    last = first + truth.count("\n")
    window = fold(Lines.of(before + truth + after), first, last)
    if window is None:
        return None
    above = window.lines[: first - window.first]
    below = window.lines[last + 1 - window.first :]
    left, right = before.rpartition("\n")[2], after.partition("\n")[0]
    return "\n".join((*above, left)), "\n".join((right, *below))


def _errors(language: Language, text: str) -> int | None:
    tree = parse(language, encode(text.split("\n")))
    return None if tree is None else count_errors(tree)


def _statement(before: str, truth: str, after: str) -> tuple[str, str] | None:
    """Cut out the module's statement with the hole; None if that is no Python.

    It is looked for by its indentation, since reading a whole file takes ten times as
    long. Where what was found is no Python, as in the middle of a string, the
    whole file is asked.
    """
    above, below = before.split("\n"), after.split("\n")
    head = "\n".join(above[_begin(above) :])
    tail = "\n".join(below[: _end(below)])
    for texts in ((head, tail), (before, after)):
        if _is_python(truth.join(texts)):
            return texts
    return None


def _begin(lines: list[str]) -> int:
    """Give the line at which the statement begins that the last line is in."""
    for number in range(len(lines) - 1, 0, -1):
        is_decorated = lines[number - 1].startswith("@")
        if _BEGINS.match(lines[number]) and not is_decorated:
            return number
    return 0


def _end(lines: list[str]) -> int:
    """Give the first line after the hole's own at which a statement begins."""
    return next(
        (n for n in range(1, len(lines)) if _BEGINS.match(lines[n])), len(lines)
    )


def _is_python(text: str) -> bool:
    """Tell whether a text is a module for Python's interpreter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of escapes that strings do not know
        try:
            tree_of(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def repeats(answer: str, after: str) -> bool:
    """Tell whether an answer ends with what follows it anyhow, and that is a lot."""
    text, following = _folded(answer), _folded(after[: 2 * _REACH])
    for size in range(min(len(text), len(following), _REACH), 0, -1):
        if text[-1] == following[size - 1] and text.endswith(following[:size]):
            begins = size == len(text) or not (
                text[-size - 1].isalnum() and text[-size].isalnum()
            )
            if begins and is_telling([following[:size]]):
                return True
    return False


def _folded(text: str) -> str:
    return " ".join(text.split())
