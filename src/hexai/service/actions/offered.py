"""The code actions that are offered for a selection, and how it is looked at for that.

The editor and the tmux action share this. What is offered is found out from the text
alone and looks at 200 lines of the selection at most, so that it may be asked for with
every move of the cursor. A selection of one character is none, since some editors
always have one; the function around the cursor takes its place where that makes sense.
"""

from collections.abc import Sequence
from itertools import accumulate
from textwrap import dedent

from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.prompts.code.constructs import Syntax
from hexai.prompts.code.cursor import Cursor, read
from hexai.prompts.code.languages import language_of
from hexai.prompts.instruction import find_instruction, markers_for
from hexai.service.actions.action import (
    Action,
    Report,
    built_in,
    custom_action,
    rewriting,
)
from hexai.service.actions.unit_test_plan import has_subject, may_test
from hexai.text.lines import Lines, Position, Span

LOOKED_AT = 200
"""Lines of a selection."""
_LOOKED_AT = 6_000
"""Characters of a selection."""
_ABOVE = 120
_LARGE = 10_000
"""Characters of the lines around; more are not parsed."""
_TRIED = 30
"""Lines that are parsed first, to see how well that goes."""
_ERRORS = 4


def glance(cursor: Cursor) -> Cursor:
    """Give the beginning of a selection, to be read in a way that takes no time.

    The list goes out with each move of the cursor, and a parser holds the interpreter's
    lock for 20 ms where lines are very long, or hardly parse: none is asked there.
    """
    start, document = cursor.span.start, cursor.document
    lines = document.between(start.line, start.line + LOOKED_AT)
    sizes = accumulate(len(line) for line in lines)
    seen = sum(size <= _LOOKED_AT for size in sizes)
    last = min(cursor.span.end, Position(start.line + max(1, seen), 0))
    clipped = replace(cursor, span=Span(start, max(start, last)))
    around = document.between(start.line - _ABOVE, start.line + LOOKED_AT)
    is_large = sum(map(len, around)) > _LARGE
    return replace(clipped, is_glance=is_large or not _parses(cursor))


def _parses(cursor: Cursor) -> bool:
    first = cursor.span.start.line
    lines = cursor.document.between(first, first + _TRIED)
    errors = read(cursor.language, Lines.of("\n".join(lines)), 0).count_errors()
    return errors is not None and errors <= _ERRORS


_SEEN = 390
"""Lines of a function of which the end is found without a grammar."""


def function_at(cursor: Cursor) -> Span | None:
    """Give the innermost named function at the cursor, as far as it was looked at."""
    start = cursor.span.start
    here = replace(cursor, span=Span(start, start))
    functions = here.read().functions_at(start)
    return functions[0].span if functions else None


def function_span(cursor: Cursor) -> Span | None:
    """Give the innermost named function at the cursor, whole, however long it is.

    It begins with its line, if only blanks stand before it there. None too if its end
    is too far away to be seen: half a function is no function.
    """
    at = cursor.span.start
    found = function_at(cursor)
    while found is not None:
        syntax = replace(cursor, span=found).read()
        functions = syntax.functions_at(at)
        again = functions[0].span if functions else found
        if again.end <= found.end:
            is_cut = syntax.count_errors() is None and _height(found) >= _SEEN
            return None if is_cut else _whole_lines(cursor.document, found)
        found = again
    return None


def _whole_lines(document: Lines, span: Span) -> Span:
    """Let a span begin with its line, if only blanks stand before it there."""
    start = span.start
    if document.line(start.line)[: start.character].strip():
        return span
    return Span(Position(start.line, 0), span.end)


def _height(span: Span) -> int:
    return span.end.line - span.start.line


def offered(
    cursor: Cursor, settings: Settings, reports: Sequence[Report] = ()
) -> tuple[Action, ...]:
    """List the actions for what is pointed at, in the order in which they are shown."""
    touching = tuple(each for each in reports if _touches(each.span, cursor.span))
    seen = glance(cursor)
    selected = _is_selection(seen)
    testable = may_test(cursor.identifier, cursor.path)
    within = not selected and function_at(seen) is not None
    span = cursor.span if selected else None
    reported = span if selected or within else _lines_of(cursor, touching)
    actions = []
    if selected and (asked := _rewriting(seen, cursor.span, settings)) is not None:
        actions.append(asked)
    if touching:
        actions.append(built_in("diagnostics", reported, reports=touching))
    if selected or within:
        actions += [built_in("document", span), built_in("simplify", span)]
    if selected:
        actions.append(built_in("fix_typos", span))
    if testable and has_subject(seen):
        actions.append(built_in("unit_test", None))
    for custom in settings.prompts.code_action.custom:
        target = reported if custom.scope == "diagnostics" else span
        if touching if custom.scope == "diagnostics" else selected:
            actions.append(custom_action(custom, target, touching))
    return tuple(actions)


def _rewriting(cursor: Cursor, span: Span, settings: Settings) -> Action | None:
    markers = markers_for(settings, cursor.identifier, cursor.path)
    found = find_instruction(cursor, markers)
    if found is None or not found.text.strip():
        return None
    return rewriting(found.text, span, found)


def _is_selection(cursor: Cursor) -> bool:
    """Tell whether more than one character, and not only blanks, is selected."""
    text = cursor.document.slice(cursor.span)
    return bool(text.strip()) and len(text.replace("\r\n", "\n")) > 1


def _touches(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _lines_of(cursor: Cursor, reports: Sequence[Report]) -> Span:
    """Give the whole lines that reports are about."""
    if not reports:
        return cursor.span
    first = min(each.span.start.line for each in reports)
    last = max(each.span.end.line for each in reports)
    return Span(Position(first, 0), Position(last, len(cursor.document.line(last))))


_LINES = 200
_CHARACTERS = 10_000
_CANDIDATES = (
    "python",
    "go",
    "rust",
    "javascript",
    "typescript",
    "c",
    "cpp",
    "java",
    "csharp",
    "ruby",
    "lua",
)
"""The likelier first. Not the shell's, in which every prose parses."""


def guess_language(text: str) -> str:
    """Give the identifier of the language that a text is in; empty if nobody knows.

    It has to parse, and to hold a function or a comment with words, as only code does.
    """
    lines = Lines.of(dedent("\n".join(text.splitlines()[:_LINES])))
    if len(lines.text) > _CHARACTERS:
        return ""
    commented = ""
    for candidate in _CANDIDATES:
        syntax = read(language_of(candidate, ""), lines, 0, len(lines) - 1)
        if syntax.count_errors() != 0:
            continue
        if _holds_function(syntax, lines):
            return candidate
        if not commented and syntax.comments(0, len(lines) - 1):
            commented = candidate
    return commented


def _holds_function(syntax: Syntax, lines: Lines) -> bool:
    return any(
        syntax.functions_at(Position(number, len(line) - len(line.lstrip())))
        for number, line in enumerate(lines.between(0, len(lines)))
        if line.strip()
    )
