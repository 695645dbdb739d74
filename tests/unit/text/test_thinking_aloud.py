"""What reads as thinking aloud, and what does not."""

import pytest

from hexai.text.thinking_aloud import may_be_musing


@pytest.mark.parametrize(
    "text",
    [
        "The user greets me, so I",
        "Okay, the user wants a function that",
        "Okay, so the user\u2019s code",
        "\n**Thinking Process:**\n\n1.",
        "We need to complete the code after `return`.",
        "I need to fill the gap",
        "Hmm, let me think about",
        "Alright, let's see. The",
        "Let's break this down",
        "The task is to write",
        "Here's a thinking process that",
        "User wants a poem",
        "用户想要",
    ],
)
def test_thinking_aloud_is_told(text: str) -> None:
    """As models with templates that open the block begin."""
    assert may_be_musing(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "return a + b",
        "# We add the two",
        "the_user = find_user()",
        "user.is_active = True",
        "let me = 1;",
        "The users table holds one row each.",
        "We are happy to announce",
        "First, install it.",
        "Let's Encrypt gives certificates.",
        "I have two cats.",
        "Well done.",
        "so = 1",
    ],
)
def test_answers_are_not_doubted(text: str) -> None:
    """Code, and prose about anything else."""
    assert not may_be_musing(text)


def test_it_looks_no_further_than_the_beginning() -> None:
    """However long a text is."""
    assert not may_be_musing("okay, " * 200_000 + "the user asks")
