"""Code actions: which there are for a selection, what is asked, and what comes of it.

The editor and the tmux action share this. What is offered is found out from the text
alone and looks at 200 lines of the selection at most, so that it may be asked for with
every move of the cursor. A selection of one character is none, since some editors
always have one; the function around the cursor takes its place where that makes sense.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.config.tables.prompts import CustomAction, Prompts
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.domain.request import Request
from hexai.prompts.actions import ActionKind, Subject, action_request, custom_request
from hexai.prompts.cursor import Cursor
from hexai.prompts.instruction import Instruction, find_instruction, without
from hexai.prompts.markers import markers_for
from hexai.service.actions.fitting import Frame, Unfit, fit
from hexai.service.actions.glance import glance
from hexai.service.ask import Run
from hexai.service.unit_test.subject import has_subject, may_test
from hexai.text.lines import Lines
from hexai.text.positions import Position, Span

_NEAR = 100
"""Lines on each side that show a document's style."""
_LONGEST_TITLE = 60
_SEEN = 390
"""Lines of a function of which the end is found without a grammar."""

Key = Literal[
    "rewrite",
    "diagnostics",
    "document",
    "simplify",
    "fix_typos",
    "unit_test",
    "custom",
]
_KINDS: dict[Key, str] = {
    "rewrite": "refactor.rewrite",
    "diagnostics": "quickfix",
    "document": "refactor.rewrite",
    "simplify": "refactor",
    "fix_typos": "refactor.rewrite",
    "unit_test": "quickfix",
}
_TITLES: dict[Key, str] = {
    "diagnostics": "resolve diagnostics",
    "document": "document code",
    "simplify": "simplify and improve",
    "fix_typos": "fix typos",
    "unit_test": "implement unit test",
}


class Report(Struct, frozen=True, kw_only=True):
    """What a compiler or linter says about a place."""

    message: str
    span: Span
    source: str = ""
    """Who says it."""


class Action(Struct, frozen=True, kw_only=True):
    """Something that a model can do with a selection."""

    key: Key
    title: str
    kind: str
    """As the protocol names kinds."""
    span: Span | None
    """What is replaced; None: the function at the cursor."""
    instruction: str = ""
    """What the user asks for."""
    written: Instruction | None = None
    """The instruction in the selection, which the model is not shown again."""
    reports: tuple[Report, ...] = ()
    custom: CustomAction | None = None


def offered(
    cursor: Cursor, settings: Settings, reports: Sequence[Report] = ()
) -> tuple[Action, ...]:
    """List the actions for what is pointed at, in the order in which they are shown."""
    touching = tuple(each for each in reports if _touches(each.span, cursor.span))
    seen = glance(cursor)
    selected = _is_selection(seen)
    testable = may_test(cursor.identifier, cursor.path)
    within = not selected and _function(seen) is not None
    span = cursor.span if selected else None
    reported = span if selected or within else _lines_of(cursor, touching)
    actions = []
    if selected and (asked := _rewriting(seen, cursor.span, settings)) is not None:
        actions.append(asked)
    if touching:
        actions.append(_built_in("diagnostics", reported, reports=touching))
    if selected or within:
        actions += [_built_in("document", span), _built_in("simplify", span)]
    if selected:
        actions.append(_built_in("fix_typos", span))
    if testable and has_subject(seen):
        actions.append(_built_in("unit_test", None))
    for custom in settings.prompts.code_action.custom:
        target = reported if custom.scope == "diagnostics" else span
        if touching if custom.scope == "diagnostics" else selected:
            actions.append(custom_action(custom, target, touching))
    return tuple(actions)


def custom_action(
    custom: CustomAction, span: Span | None, reports: tuple[Report, ...] = ()
) -> Action:
    """Make an action of the user's own."""
    usual = "quickfix" if custom.scope == "diagnostics" else "refactor"
    return Action(
        key="custom",
        title=custom.title.strip(),
        kind=custom.kind.strip() or usual,
        span=span,
        reports=reports,
        custom=custom,
    )


def rewriting(
    instruction: str, span: Span, written: Instruction | None = None
) -> Action:
    """Make the action that does what the user says in words."""
    text = " ".join(instruction.split())
    short = text if len(text) <= _LONGEST_TITLE else text[: _LONGEST_TITLE - 1] + "…"
    return Action(
        key="rewrite",
        title=f"rewrite: {short}",
        kind=_KINDS["rewrite"],
        span=span,
        instruction=text,
        written=written,
    )


def function_span(cursor: Cursor) -> Span | None:
    """Give the innermost named function at the cursor, whole, however long it is.

    It begins with its line, if only blanks stand before it there. None too if its end
    is too far away to be seen: half a function is no function.
    """
    at = cursor.span.start
    found = _function(cursor)
    while found is not None:
        syntax = replace(cursor, span=found).read()
        functions = syntax.functions_at(at)
        again = functions[0].span if functions else found
        if again.end <= found.end:
            is_cut = syntax.count_errors() is None and _height(found) >= _SEEN
            return None if is_cut else whole_lines(cursor.document, found)
        found = again
    return None


def whole_lines(document: Lines, span: Span) -> Span:
    """Let a span begin with its line, if only blanks stand before it there."""
    start = span.start
    if document.line(start.line)[: start.character].strip():
        return span
    return Span(Position(start.line, 0), span.end)


def shown_text(action: Action, document: Lines, span: Span) -> str:
    """Give what the model sees of what is replaced."""
    if action.written is None:
        return document.slice(span)
    return without(document, span, action.written)


def compose(action: Action, cursor: Cursor, span: Span, prompts: Prompts) -> Request:
    """Ask for what takes the place of a span; not for unit tests."""
    subject = Subject(
        selection=shown_text(action, cursor.document, span),
        path=cursor.path,
        identifier=cursor.identifier,
        instruction=action.instruction,
        diagnostics=_listed(action),
    )
    if action.custom is not None:
        return custom_request(action.custom, subject, prompts)
    kinds: dict[Key, ActionKind] = {
        "rewrite": "rewrite",
        "diagnostics": "diagnostics",
        "document": "document",
        "simplify": "simplify",
        "fix_typos": "fix_typos",
    }
    return action_request(kinds[action.key], subject, prompts)


async def answer_of(run: Run) -> Outcome:
    """Ask the run's only entry, and wait for what becomes of it."""
    async with run:
        async for _ in run:
            pass
    return run.outcomes[0]


def fitted(outcome: Outcome, action: Action, cursor: Cursor, span: Span) -> str | Unfit:
    """Give the text that takes the place of a span, or why nothing does."""
    if (objection := objection_to(outcome)) is not None:
        return objection
    document, start = cursor.document, span.start
    first, last = max(0, start.line - _NEAR), span.end.line + _NEAR
    above = document.between(first, start.line)
    below = document.between(span.end.line + 1, last)
    frame = Frame(
        replaced=document.slice(span),
        shown=shown_text(action, document, span),
        near=_break_of(document).join((*above, *below)),
        language=cursor.language.id,
        code=cursor.language.kind != "text",
        mid_line=bool(document.line(start.line)[: start.character].strip()),
    )
    return fit(outcome.text, frame)


def objection_to(outcome: Outcome) -> Unfit | None:
    """Say why an outcome can change nothing, whatever its text."""
    if outcome.status is Status.CANCELLED:
        return Unfit("stopped")
    if outcome.status is not Status.ANSWERED:
        return Unfit(str(outcome.error) if outcome.error else outcome.status.value)
    if outcome.finish is FinishReason.LENGTH:
        return Unfit(
            "the answer was cut off at the token limit; raise max_tokens of the entry, "
            "or select less"
        )
    if outcome.finish is FinishReason.FILTERED:
        return Unfit("the upstream cut the answer off for what it said")
    return None


def _built_in(
    key: Key, span: Span | None, *, reports: tuple[Report, ...] = ()
) -> Action:
    return Action(
        key=key, title=_TITLES[key], kind=_KINDS[key], span=span, reports=reports
    )


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


def _function(cursor: Cursor) -> Span | None:
    start = cursor.span.start
    here = replace(cursor, span=Span(start, start))
    functions = here.read().functions_at(start)
    return functions[0].span if functions else None


def _height(span: Span) -> int:
    return span.end.line - span.start.line


def _touches(one: Span, other: Span) -> bool:
    return one.start <= other.end and other.start <= one.end


def _lines_of(cursor: Cursor, reports: Sequence[Report]) -> Span:
    """Give the whole lines that reports are about."""
    if not reports:
        return cursor.span
    first = min(each.span.start.line for each in reports)
    last = max(each.span.end.line for each in reports)
    return Span(Position(first, 0), Position(last, len(cursor.document.line(last))))


def _listed(action: Action) -> str:
    if action.custom is not None:
        return "\n".join(each.message for each in action.reports)
    named = (
        f"[{each.source}] {each.message}" if each.source else each.message
        for each in action.reports
    )
    return "\n".join(f"{n}. {each}" for n, each in enumerate(named, 1))


def _break_of(document: Lines) -> str:
    first = document.raw[0]
    return first[len(document.line(0)) :] or "\n"
