"""What a model is asked in a chat within a document."""

import pytest

from hexai.config.schema import General, Settings
from hexai.config.schema_prompts import ChatPrompts, CompletionPrompts, Prompts
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.prompts.chat import Exchange, chat_request
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.templates import built_in
from tests.support.marked import unmark_span


def _cursor(marked: str) -> Cursor:
    document, span = unmark_span(marked)
    return Cursor(document=document, span=span, path="notes.md", identifier="markdown")


def test_the_question_comes_last_and_once() -> None:
    """After the text around it, from which its line is left out."""
    cursor = _cursor("Hexai is a tool.\n«what is it?>»\nThe end.")

    request = chat_request(cursor, "what is it?", (), Settings())

    system, context, question = request.messages
    assert request.surface is Surface.CHAT
    assert system == Message(Role.SYSTEM, built_in("chat.system"))
    assert context.content.endswith("notes.md:\n\nHexai is a tool.\n\nThe end.")
    assert question == Message(Role.USER, "what is it?")


def test_earlier_exchanges_are_a_conversation() -> None:
    """Each a question and its answer, in their order."""
    earlier = (
        Exchange(question="one?", answer="1"),
        Exchange(question="two?", answer="2"),
    )

    messages = chat_request(
        _cursor("«three?>»"), "three?", earlier, Settings()
    ).messages

    assert [(each.role, each.content) for each in messages[1:]] == [
        (Role.USER, "one?"),
        (Role.ASSISTANT, "1"),
        (Role.USER, "two?"),
        (Role.ASSISTANT, "2"),
        (Role.USER, "three?"),
    ]


@pytest.mark.parametrize(
    ("marked", "general"),
    [
        ("text\n«what?>»\n", General(context_mode="minimal")),
        ("\n  \n«what?>»\n", General()),
    ],
)
def test_without_a_context_there_is_no_message_for_it(
    marked: str, general: General
) -> None:
    """In the mode `minimal`, and where there is only the question."""
    request = chat_request(_cursor(marked), "what?", (), Settings(general=general))

    assert [each.role for each in request.messages] == [Role.SYSTEM, Role.USER]


def test_the_users_prompts_win() -> None:
    """A name that only completion knows is blank in a chat."""
    prompts = Prompts(
        chat=ChatPrompts(system="About {{file}}"),
        completion=CompletionPrompts(additional_context="{{function}}[{{context}}]"),
    )

    messages = chat_request(
        _cursor("text\n«what?>»"), "what?", (), Settings(prompts=prompts)
    ).messages

    assert [each.content for each in messages] == [
        "About notes.md",
        "[text\n]",
        "what?",
    ]
