"""What a model is asked to do with a selection."""

from hexai.config.tables.prompts import Prompts
from hexai.domain.request import Request
from hexai.prompts.actions import Subject, action_request, custom_request
from hexai.prompts.cursor import Cursor
from hexai.service.actions.action import Action, shown_text
from hexai.text.positions import Span


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
