"""The code actions that are offered for a selection.

The editor and the tmux action share this. What is offered is found out from the text
alone and looks at 200 lines of the selection at most, so that it may be asked for with
every move of the cursor. A selection of one character is none, since some editors
always have one; the function around the cursor takes its place where that makes sense.
"""

from collections.abc import Sequence

from hexai.config.schema import Settings
from hexai.prompts.cursor import Cursor
from hexai.prompts.instruction import find_instruction
from hexai.prompts.markers import markers_for
from hexai.service.actions.action import (
    Action,
    Report,
    built_in,
    custom_action,
    rewriting,
)
from hexai.service.actions.function import function_at
from hexai.service.actions.glance import glance
from hexai.service.unit_test.subject import has_subject, may_test
from hexai.text.positions import Position, Span


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
