"""How arguments, piped text and the system prompt become messages."""

import pytest

from hexai.domain.messages import Message, Role
from hexai.prompts.cli import cli_messages, join_input, wants_explanation


@pytest.mark.parametrize(
    ("arguments", "piped", "prompt"),
    [
        ("why", "", "why"),
        ("", "log", "log"),
        ("why", "log", "why:\n\nlog"),
        ("", "", ""),
    ],
)
def test_arguments_come_before_piped_text(
    arguments: str, piped: str, prompt: str
) -> None:
    """Both are joined by a colon and a blank line; one alone stands alone."""
    assert join_input(arguments, piped) == prompt


@pytest.mark.parametrize("words", ["explain", "Explain this", "please EXPLAIN, now"])
def test_the_word_explain_asks_for_an_explanation(words: str) -> None:
    """The whole word counts, in any case and next to punctuation."""
    assert wants_explanation(words)


@pytest.mark.parametrize("words", ["", "explained", "unexplainable", "ex plain"])
def test_parts_of_words_ask_for_none(words: str) -> None:
    """A longer word that holds it is another word."""
    assert not wants_explanation(words)


def test_a_question_has_a_system_prompt_and_the_prompt() -> None:
    """The system prompt comes first."""
    assert cli_messages("short", "why") == (
        Message(Role.SYSTEM, "short"),
        Message(Role.USER, "why"),
    )


def test_a_blank_system_prompt_is_left_out() -> None:
    """`-s ""` asks with the prompt alone."""
    assert cli_messages(" \n", "why") == (Message(Role.USER, "why"),)
