"""One code action: what it asks of a model, and what comes of the answer."""

from typing import Literal

from msgspec import Struct

from hexai.config.schema_prompts import CustomAction, Prompts
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.domain.request import Request
from hexai.prompts.actions import (
    ActionKind,
    ActionSubject,
    action_request,
    custom_request,
)
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.instruction import Instruction, without
from hexai.service.actions.fitting import Frame, Unfit, fit
from hexai.service.ask import Run
from hexai.service.cut_prompts import cut_words
from hexai.text.lines import Lines, Span

_LONGEST_TITLE = 60

Key = ActionKind | Literal["unit_test", "custom"]
_KINDS: dict[Key, str] = {
    "rewrite": "refactor.rewrite",
    "diagnostics": "quickfix",
    "document": "refactor.rewrite",
    "simplify": "refactor.rewrite",
    "fix_typos": "refactor.rewrite",
    "unit_test": "refactor.unitTest",
}
"""Editors sort by kind: Helix shows fixes first, then what rewrites, then what is of no
kind that it knows, such as a bare `refactor`. What comes first is preselected, so what
writes another file comes last. `source` would do too, but VS Code hides it.
https://github.com/helix-editor/helix/blob/25.07.1/helix-term/src/commands/lsp.rs"""
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


def built_in(
    key: Key, span: Span | None, *, reports: tuple[Report, ...] = ()
) -> Action:
    """Make an action that Hexai knows, but for those that take words."""
    return Action(
        key=key, title=_TITLES[key], kind=_KINDS[key], span=span, reports=reports
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


def shown_text(action: Action, document: Lines, span: Span) -> str:
    """Give what the model sees of what is replaced."""
    if action.written is None:
        return document.slice(span)
    return without(document, span, action.written)


def compose(action: Action, cursor: Cursor, span: Span, prompts: Prompts) -> Request:
    """Ask for what takes the place of a span; not for unit tests."""
    subject = ActionSubject(
        selection=shown_text(action, cursor.document, span),
        path=cursor.path,
        identifier=cursor.identifier,
        instruction=action.instruction,
        diagnostics=_listed(action),
    )
    if action.custom is not None:
        return custom_request(action.custom, subject, prompts)
    assert action.key != "custom"
    assert action.key != "unit_test"
    return action_request(action.key, subject, prompts)


def _listed(action: Action) -> str:
    if action.custom is not None:
        return "\n".join(each.message for each in action.reports)
    named = (
        f"[{each.source}] {each.message}" if each.source else each.message
        for each in action.reports
    )
    return "\n".join(f"{n}. {each}" for n, each in enumerate(named, 1))


_NEAR = 100
"""Lines on each side that show a document's style."""


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
    return fit(outcome.text, frame_of(action, cursor, span))


def frame_of(action: Action, cursor: Cursor, span: Span) -> Frame:
    """Say where an answer goes that takes the place of a span."""
    document, start = cursor.document, span.start
    first, last = max(0, start.line - _NEAR), span.end.line + _NEAR
    above = document.between(first, start.line)
    below = document.between(span.end.line + 1, last)
    return Frame(
        replaced=document.slice(span),
        shown=shown_text(action, document, span),
        near=_break_of(document).join((*above, *below)),
        language=cursor.language.id,
        code=cursor.language.kind != "text",
        mid_line=bool(document.line(start.line)[: start.character].strip()),
    )


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
    if outcome.is_cut:
        return Unfit(cut_words(outcome))
    if outcome.finish is FinishReason.FILTERED:
        return Unfit("the upstream cut the answer off for what it said")
    return None


def _break_of(document: Lines) -> str:
    first = document.raw[0]
    return first[len(document.line(0)) :] or "\n"
