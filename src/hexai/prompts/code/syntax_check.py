"""Why a suggestion is not offered: it is no code in its place.

Small models answer with sentences about the code, with what stands there already, or
with text that breaks what was whole. Such a row costs its reader more than none. What
is refused is counted by its reason, so that statistics tell what became of a model
whose answers nobody sees.

A text is judged as the document would read with it, to the line's end: where something
stands right of the cursor, it has to join that.

A reason has to be sure. Text in a comment or a string may be prose, a document of text
always is; what cannot be parsed well enough beforehand is not judged by its grammar,
and neither is, at the end of a line, what opens a block that the user is to fill.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from hexai.prompts.code.constructs import Context, Syntax
from hexai.prompts.code.cursor import read
from hexai.prompts.code.languages import Language
from hexai.prompts.code.plain_check import (
    breaks_json,
    breaks_line,
    breaks_yaml,
    is_json,
)
from hexai.prompts.code.python_check import Surroundings
from hexai.text.chatter import goes_in_circles, is_talk
from hexai.text.indent import begins_definition
from hexai.text.lines import Lines, Position, Span
from hexai.text.repetition import covered
from hexai.text.rest_of_line import begins_with_word, joins_words

Misfit = Literal["empty", "chatter", "prose", "echo", "broken"]

_SENTENCE = re.compile(r"(?:[A-Za-z][a-z']*|I)(?:,?\s[a-z][a-z'-]*){4,}[,.:;!?]?\s*\Z")
"""Five words in a row and nothing else; no language is written like that."""
_BEGINS_CODE = re.compile(
    r"(?:if|elif|else|for|while|with|async|await|def|class|except|return|raise|assert"
    r"|import|from|yield|del|case|match|global|nonlocal|when|unless|until|let|use|mod"
    r"|public|private|static|const|type|extends|implements|throw|new|go|defer)\b"
)
"""Words that begin lines of code in which only words follow."""
_WORDY = frozenset({"sql", "cobol", "cucumber", "gherkin", "applescript", "inform7"})
"""Languages that are."""
_FEW = 12
"""Characters of an echo that may well stand there twice."""
_OPENS = (":", "{", "(", "[", ",", "\\")
_NEAR = 6
"""Lines of which some may be blank."""
_REACH = 200
"""Lines on each side of the cursor that say which brackets are whose."""
_WORDS = re.compile(r"\W+")
_TELLING = 5
"""Characters of words in the rest of a line that a text has not twice by chance."""


class Judge:
    """Judges suggestions for one place; what it reads, it reads once."""

    def __init__(self, language: Language, document: Lines, position: Position) -> None:
        """Judge what is to go in at a position."""
        self._language = language
        self._document = document
        self._position = position
        self._known: dict[str, int] = {}

    def misfit(self, text: str) -> Misfit | None:
        """Say why a text is not to be offered; None: it is."""
        if not text.strip() or goes_in_circles(text):
            return "empty"
        is_code = self._language.kind == "code" and self._is_code
        if is_talk(text, in_code=is_code):
            return "chatter"
        if self._language.kind == "text":
            return None
        if is_code and self._is_sentence(text):
            return "prose"
        if self._is_echo(text) or self._repeats_rest(text):
            return "echo"
        return "broken" if self._breaks(text) else None

    @cached_property
    def _is_code(self) -> bool:
        return self._before.context_at(self._position) is Context.CODE

    def _is_sentence(self, text: str) -> bool:
        if self._language.id in _WORDY:
            return False
        current = self._line[0].strip()
        first, *others = (line.strip() for line in text.strip().split("\n"))
        lines = [f"{current} {first}" if current else first, *others]
        return any(
            _SENTENCE.match(line) and not _BEGINS_CODE.match(line) for line in lines[:3]
        )

    def _is_echo(self, text: str) -> bool:
        """Tell whether whole lines say what the lines above or below say.

        And whether a definition is to be begun that the line above has begun.
        """
        before, after = self._line
        said = _stripped(text.split("\n"))
        if before.strip() or after.strip() or len("".join(said)) < _FEW:
            return False
        line, reach = self._position.line, 2 * text.count("\n") + _NEAR
        above = self._document.between(line - reach, line)
        below = self._document.between(line + 1, line + 1 + reach)
        opens = begins_definition(said[0]) and said[0].endswith((":", "{"))
        if opens and said[:1] == _stripped(above)[-1:]:
            return True
        return said in (_stripped(above)[-len(said) :], _stripped(below)[: len(said)])

    def _repeats_rest(self, text: str) -> bool:
        """Tell whether the rest of the line, or of the word, is said once more.

        What could be cut of it was cut.
        """
        left, right = self._line
        rest = right[self._taken(text) :]
        if begins_with_word(left, text, rest):
            return True
        rest = rest.strip()
        if len(_WORDS.sub("", rest)) < _TELLING:
            return False
        # A name alone may well be said on the way: `value or default if value else`.
        end = r"\s*\Z" if rest.isidentifier() else r"(?!\w)"
        return re.search(rf"(?<!\w){re.escape(rest)}{end}", text) is not None

    def _breaks(self, text: str) -> bool:
        taken = self._taken(text)
        left, right = self._line
        rest = right[taken:]
        if not rest.strip() and text.rstrip().endswith(_OPENS):
            return False
        if is_json(self._language.id):
            return self._breaks_json(text, taken)
        if joins_words(text, left, rest):
            return True
        if self._language.id == "yaml" and self._breaks_yaml(text, rest):
            return True
        if self._errors is not None:
            found = self._read(text, taken).count_errors()
            if found is not None:
                most = self._beside if rest.strip() else self._errors
                return found > most or self._breaks_python(text, taken)
        return bool(rest.strip()) and breaks_line(
            left, text, rest, right, self._language.id
        )

    def _breaks_python(self, text: str, taken: int) -> bool:
        is_python = self._language.id == "python"
        return is_python and self._python.breaks(text, taken)

    @cached_property
    def _python(self) -> Surroundings:
        return Surroundings(self._document, self._position)

    def _breaks_json(self, text: str, taken: int) -> bool:
        start, end = Position(0, 0), self._document.end
        before = self._document.slice(Span(start, self._position))
        after = self._document.slice(Span(self._position, end))
        return breaks_json(before, text, after[taken:], after)

    def _breaks_yaml(self, text: str, rest: str) -> bool:
        left, right = self._line
        line = self._position.line
        above = self._document.between(max(0, line - _REACH), line)
        new = f"{left}{text}{rest}".partition("\n")[0]
        return breaks_yaml(new, left + right, above)

    @cached_property
    def _before(self) -> Syntax:
        return self._read("")

    @cached_property
    def _errors(self) -> int | None:
        return self._before.count_errors()

    @property
    def _beside(self) -> int:
        """Count the errors that may stay where a line goes on behind the cursor.

        If that line is all that is broken, a part of it has to be mended.
        """
        assert self._errors is not None
        others = self._before.count_errors(beside=self._position.line)
        return self._errors if others else max(0, self._errors - 1)

    def _taken(self, text: str) -> int:
        """Count the characters right of the cursor whose place a text takes."""
        if not self._line[1].strip():
            return 0
        if text not in self._known:
            before, after = self._around
            self._known[text] = covered(text, before, after, self._language.id)
        return self._known[text]

    @cached_property
    def _around(self) -> tuple[str, str]:
        line = self._position.line
        top, below = max(0, line - _REACH), line + 1 + _REACH
        above = "".join(f"{one}\n" for one in self._document.between(top, line))
        lines = self._document.between(line + 1, min(below, len(self._document)))
        left, right = self._line
        return above + left, "\n".join((right, *lines))

    @property
    def _line(self) -> tuple[str, str]:
        """Give the cursor's line on both sides of it."""
        line = self._document.line(self._position.line)
        return line[: self._position.character], line[self._position.character :]

    def _read(self, text: str, taken: int = 0) -> Syntax:
        raw, line = self._document.raw, self._position.line
        at = self._position.character
        middle = Lines.of(raw[line][:at] + text + raw[line][at + taken :]).raw
        below = raw[line + 1 :]
        # What ends with a break leaves a blank piece: there the next line begins.
        whole = (*raw[:line], *(middle[:-1] if below else middle), *below)
        return read(self._language, Lines(whole), line, line + text.count("\n"))


def _stripped(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]
