"""Why a suggestion is not offered: it is no code in its place.

Small models answer with sentences about the code, with what stands there already, or
with text that breaks what was whole. Such a row costs its reader more than none. What
is refused is counted by its reason, so that statistics tell what became of a model
whose answers nobody sees.

A reason has to be sure. Text in a comment or a string may be prose, a document of text
always is; what cannot be parsed well enough beforehand is not judged by its grammar,
and neither is an answer that opens a block which the user is to fill.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from hexai.prompts.code.constructs import Context, Syntax
from hexai.prompts.code.cursor import read
from hexai.prompts.code.languages import Language
from hexai.text.lines import Lines, Position

Misfit = Literal["empty", "chatter", "prose", "echo", "broken"]

_CHATTER = re.compile(
    r"""
    \s* (?:
        (?:sure|certainly|of\ course|okay|great) \s* [,!.]
      | here(?:'s|\ is|\ are) \s (?:the|a|an|your|how|my) \b
      | (?:begin|start|end) \s your \s (?:reply|answer|response) \b
      | (?:i|you|we) (?:'ll|'m|'ve|\ will|\ can|\ am|\ have|\ would|\ should|\ need)
        \s [a-z]+ \s
      | (?:the|this) \s (?:code|function|method|class|following|above|line|text|answer)
        \s (?:is|are|will|should|you|that|provided|does|has|snippet|above|below) \b
      | (?:to|in\ order\ to) \s [a-z]+ \s (?:the|this|a) \s [a-z]+ .* [,:] \s* $
      | as \s an \s ai \b
    )
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
"""How models begin to talk to whoever asked."""

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


class Judge:
    """Judges suggestions for one place; what it reads, it reads once."""

    def __init__(self, language: Language, document: Lines, position: Position) -> None:
        """Judge what is to go in at a position."""
        self._language = language
        self._document = document
        self._position = position

    def misfit(self, text: str) -> Misfit | None:
        """Say why a text is not to be offered; None: it is."""
        if not text.strip():
            return "empty"
        if self._language.kind == "text":
            return None
        if self._is_code:
            if _CHATTER.match(text):
                return "chatter"
            if self._is_sentence(text):
                return "prose"
        if self._is_echo(text):
            return "echo"
        return "broken" if self._breaks(text) else None

    @cached_property
    def _is_code(self) -> bool:
        return self._read("").context_at(self._position) is Context.CODE

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
        """Tell whether whole lines say what the lines above or below say."""
        before, after = self._line
        said = _stripped(text.split("\n"))
        if before.strip() or after.strip() or len("".join(said)) < _FEW:
            return False
        line, reach = self._position.line, 2 * text.count("\n") + _NEAR
        above = self._document.between(line - reach, line)
        below = self._document.between(line + 1, line + 1 + reach)
        return said in (_stripped(above)[-len(said) :], _stripped(below)[: len(said)])

    def _breaks(self, text: str) -> bool:
        if text.rstrip().endswith(_OPENS) or self._errors is None:
            return False
        found = self._read(text).count_errors()
        return found is not None and found > self._errors

    @cached_property
    def _errors(self) -> int | None:
        return self._read("").count_errors()

    @property
    def _line(self) -> tuple[str, str]:
        """Give the cursor's line on both sides of it."""
        line = self._document.line(self._position.line)
        return line[: self._position.character], line[self._position.character :]

    def _read(self, text: str) -> Syntax:
        raw, line = self._document.raw, self._position.line
        at = self._position.character
        middle = Lines.of(raw[line][:at] + text + raw[line][at:]).raw
        below = raw[line + 1 :]
        # What ends with a break leaves a blank piece: there the next line begins.
        whole = (*raw[:line], *(middle[:-1] if below else middle), *below)
        return read(self._language, Lines(whole), line, line + text.count("\n"))


def _stripped(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]
