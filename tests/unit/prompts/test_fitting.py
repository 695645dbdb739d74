"""Requests made anew in fewer tokens."""

from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.prompts.chat import Exchange, chat_within
from hexai.prompts.cursor import Cursor
from hexai.prompts.fitting import fitted
from tests.support.marked import unmark_span

OVERHEAD = "o" * 400


def compose(settings: Settings) -> Request:
    """Compose a request of 100 tokens, and as many of a document as it may have."""
    document = "d" * 4 * min(settings.general.max_context_tokens, 5_000)
    message = Message(Role.USER, OVERHEAD + document)
    return Request(surface=Surface.COMPLETION, messages=(message,))


def test_a_request_that_fits_stays_as_it_is() -> None:
    """So does every one where nobody knows the room."""
    settings = Settings()
    request = compose(settings)

    assert fitted(request, None, settings, compose) is request
    assert fitted(request, request.tokens, settings, compose) is request


def test_what_is_too_much_is_taken_from_the_document() -> None:
    """All else stays, and nearly all of the room is used."""
    settings = Settings()
    short = fitted(compose(settings), 1_000, settings, compose)

    assert 950 <= short.tokens <= 1_000
    assert OVERHEAD in short.messages[0].content


def test_what_never_fits_is_as_short_as_it_gets() -> None:
    """The upstream says what it makes of it."""
    settings = Settings()

    assert fitted(compose(settings), 50, settings, compose).tokens < 130


def test_a_chat_forgets_the_oldest_first() -> None:
    """Then what is far from the question in the document; never the question."""
    earlier = [
        Exchange(question=f"question {n}?", answer=f"answer {n} " * 100)
        for n in range(3)
    ]
    settings = Settings()
    general = replace(settings.general, context_mode="minimal")
    settings = replace(settings, general=general)
    document, span = unmark_span("«why?>»\n")
    cursor = Cursor(document=document, span=span, path="a.md", identifier="markdown")

    whole = chat_within(10_000, cursor, "why?", earlier, settings)
    short = chat_within(whole.tokens - 1, cursor, "why?", earlier, settings)
    least = chat_within(1, cursor, "why?", earlier, settings)

    assert "question 0?" in str(whole.messages)
    assert "question 0?" not in str(short.messages)
    assert "question 1?" in str(short.messages)
    assert "question 2?" not in str(least.messages)
    assert least.messages[-1].content == "why?"
