"""What a model is asked in a chat within a document."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from hexai.config.schema import Settings
from hexai.config.schema_prompts import NAMES
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.excerpt import cut, fitted
from hexai.prompts.templates import find, render


class Exchange(Struct, frozen=True, kw_only=True):
    """An earlier question and its answer, as they stand in the document."""

    question: str
    answer: str
    """Without the marks of quotation."""


def chat_request(
    cursor: Cursor, question: str, earlier: Sequence[Exchange], settings: Settings
) -> Request:
    """Ask a question; the cursor's span is its line, which is left out of the text."""
    excerpt = cut(cursor.document, cursor.span, settings.general)
    around = excerpt.before + excerpt.after
    values = {
        "context": around,
        "file": cursor.path or "(no name)",
        "language": cursor.language.name,
    }
    system = find(settings.prompts, "chat", "system").text
    messages = [Message(Role.SYSTEM, render(system, values))]
    if around.strip() and settings.general.context_mode != "minimal":
        template = find(settings.prompts, "completion", "additional_context")
        known = dict.fromkeys(NAMES["completion"], "") | values
        messages.append(Message(Role.USER, render(template.text, known)))
    for exchange in earlier:
        messages.append(Message(Role.USER, exchange.question))
        messages.append(Message(Role.ASSISTANT, exchange.answer))
    messages.append(Message(Role.USER, question))
    return Request(surface=Surface.CHAT, messages=tuple(messages))


def chat_within(
    room: int,
    cursor: Cursor,
    question: str,
    earlier: Sequence[Exchange],
    settings: Settings,
) -> Request:
    """Ask the same in no more than so many tokens: with less of what was said before.

    The oldest goes first, and then what is far from the question in the document.
    """
    for forgotten in range(len(earlier)):
        request = chat_request(cursor, question, earlier[forgotten:], settings)
        if request.tokens <= room:
            return request
    alone = partial(chat_request, cursor, question, ())
    return fitted(alone(settings), room, settings, alone)
