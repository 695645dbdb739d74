"""One code action: what it is called, what it replaces, and what it is told."""

from typing import Literal

from msgspec import Struct

from hexai.config.tables.prompts import CustomAction
from hexai.prompts.actions import ActionKind
from hexai.prompts.instruction import Instruction, without
from hexai.text.lines import Lines
from hexai.text.positions import Span

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
