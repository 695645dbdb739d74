"""Instructions that stand in the code: inline tags, and comments of a selection.

Both look like code that is nobody's instruction. `a>!b && c>d` is a condition, and
most comments tell readers what the code does. So a tag counts only where it cannot be
code, and a comment only if it is the selection's one comment, or stands at its head.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from hexai.config.schema import Settings
from hexai.prompts.code.constructs import Comment, Context, Syntax
from hexai.prompts.code.cursor import Cursor, read
from hexai.prompts.code.languages import Language, language_of
from hexai.text.lines import Lines, Position, Replacement, Span
from hexai.text.prompt_marks import Markers, Tag, find_tags

_MOST_LINES = 200
"""Lines of a selection that are looked at."""
_MOST_TRIED = 2
"""Tags in code for which the code is parsed without them; it takes milliseconds."""
_WORD = re.compile(r"[^\W\d_]{2}")
_DIRECTIVE = re.compile(
    r"!|go:|nolint|type: ?ignore|noqa|pylint:|mypy:|ruff:|fmt:|pragma\b|eslint-|"
    r"@ts-|prettier-|istanbul |biome-|rubocop:|shellcheck |SPDX-|Copyright\b|"
    r"-\*-|vim?:|clang-format |NOLINT|<reference |region\b|endregion\b"
)
"""Comments for programs."""


class Instruction(Struct, frozen=True, kw_only=True):
    """What a selection itself asks for."""

    text: str
    span: Span
    """Where it stands; it is taken out of what the model sees."""
    whole_line: bool
    """Nothing else stands on its lines, so they go as a whole."""


def is_tag(document: Lines, line: int, tag: Tag, language: Language) -> bool:
    """Tell whether what looks like a tag stands where code cannot.

    That is in a comment, or where it keeps its line from being parsed. Without a
    grammar, a tag in code must be alone on its line.
    """
    return _Reading(document, language, line, line).holds(line, tag)


def find_instruction(cursor: Cursor, markers: Markers) -> Instruction | None:
    """Find what the selection asks for; None if it asks for nothing."""
    document, span = cursor.document, cursor.span
    first, last = span.start.line, min(span.end.line, span.start.line + _MOST_LINES - 1)
    reading = _Reading(document, cursor.language, first, last)
    for tag in _tags(reading, span, markers):
        return tag
    comments = [
        comment
        for comment in _joined(reading.syntax.comments(first, last), document)
        if _is_meant(comment, span, document)
    ]
    if not comments:
        return None
    found = comments[0]
    above = document.between(first, found.span.start.line)
    if len(comments) > 1 and any(line.strip() for line in above):
        return None
    text = " ".join(found.text.split())
    whole = _is_alone(document, found.span)
    return Instruction(text=text, span=found.span, whole_line=whole)


def without(document: Lines, span: Span, instruction: Instruction) -> str:
    """Give the selection's text without its instruction."""
    start, end = instruction.span.start, instruction.span.end
    before = document.slice(Span(span.start, start))
    after = document.slice(Span(end, max(end, span.end)))
    if instruction.whole_line:
        head, newline, _ = before.rpartition("\n")
        rest = after.lstrip(" \t")
        for line_break in ("\r\n", "\r", "\n"):
            if rest.startswith(line_break):
                return head + newline + rest.removeprefix(line_break)
        return head + newline + rest
    if not after.partition("\n")[0].strip():
        before = before.rstrip(" \t")
    return before + after


class _Reading:
    """Some lines of a document, read once for all tags in them."""

    def __init__(
        self, document: Lines, language: Language, first: int, last: int
    ) -> None:
        self.document = document
        self.lines = range(first, last + 1)
        self._language = language
        self._tried = 0

    @cached_property
    def syntax(self) -> Syntax:
        return self._read(self.document)

    @cached_property
    def _errors(self) -> int | None:
        return self.syntax.count_errors()

    def holds(self, line: int, tag: Tag) -> bool:
        """Tell whether what looks like a tag is one."""
        if self._language.kind == "text":
            return True
        context = self.syntax.context_at(Position(line, tag.start + 1))
        if context is not Context.CODE:
            return context is Context.COMMENT
        if self._errors is None:
            text = self.document.line(line)
            return not (text[: tag.start] + text[tag.end :]).strip()
        return self._is_in_the_way(line, tag, self._errors)

    def _is_in_the_way(self, line: int, tag: Tag, errors: int) -> bool:
        """Tell whether code parses better without a tag; few are tried."""
        if self._tried == _MOST_TRIED or not self.syntax.is_broken_near(line):
            return False
        self._tried += 1
        span = Span(Position(line, tag.start), Position(line, tag.end))
        return any(self._errors_with(span, filler) < errors for filler in ("", "x"))

    def _errors_with(self, span: Span, filler: str) -> int:
        edit = Replacement(span=span, text=filler)
        return self._read(self.document.change([edit]).after).count_errors() or 0

    def _read(self, document: Lines) -> Syntax:
        first, last = self.lines[0], self.lines[-1]
        return read(self._language, document, first, last)


def _tags(reading: _Reading, span: Span, markers: Markers) -> Iterator[Instruction]:
    for number in reading.lines:
        line = reading.document.line(number)
        for tag in find_tags(line, markers):
            where = Span(Position(number, tag.start), Position(number, tag.end))
            inside = span.start <= where.start and where.end <= span.end
            if inside and reading.holds(number, tag):
                alone = not (line[: tag.start] + line[tag.end :]).strip()
                yield Instruction(text=tag.text, span=where, whole_line=alone)


def _joined(comments: Sequence[Comment], document: Lines) -> list[Comment]:
    """Join line comments that make up one text, each alone on the next line."""
    joined: list[Comment] = []
    for comment in comments:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.span.end.line + 1 == comment.span.start.line
            and last.span.start.character == comment.span.start.character
            and _is_alone(document, last.span)
            and _is_alone(document, comment.span)
        ):
            span = Span(last.span.start, comment.span.end)
            joined[-1] = Comment(span=span, text=f"{last.text}\n{comment.text}")
        else:
            joined.append(comment)
    return joined


def _is_meant(comment: Comment, span: Span, document: Lines) -> bool:
    """Tell whether a comment of the selection may be meant for a model."""
    if comment.span.start < span.start or comment.span.end > _end(document, span):
        return False
    return _WORD.search(comment.text) is not None and not _DIRECTIVE.match(comment.text)


def _end(document: Lines, span: Span) -> Position:
    """Give the selection's end; one that ends at a line's beginning ends above it."""
    if span.end.character or span.end.line <= span.start.line:
        return span.end
    line = span.end.line - 1
    return Position(line, len(document.line(line)))


def _is_alone(document: Lines, span: Span) -> bool:
    left = document.line(span.start.line)[: span.start.character]
    right = document.line(span.end.line)[span.end.character :]
    return not (left + right).strip()


def markers_for(settings: Settings, identifier: str, path: str = "") -> Markers:
    """Give the markers for documents of a language, by the editor's name for it."""
    off = settings.chat.triggers_off
    language = language_of(identifier, path).id
    return Markers(
        chat_suffix=settings.chat.chat_suffix,
        chat_prefixes=settings.chat.chat_prefixes,
        inline_open=settings.inline.inline_open,
        inline_close=settings.inline.inline_close,
        off=(*off.get(identifier, ()), *off.get(language, ())),
    )
