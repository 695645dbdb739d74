"""From a task and its texts to the messages of a request; pure."""

import re
from collections.abc import Iterable

from hexai.domain.messages import Message, Role
from hexai.domain.thread import Turn

_EXPLAIN = re.compile(r"\bexplain\b", re.IGNORECASE)


def wants_explanation(words: str) -> bool:
    """Tell whether the user's own words ask to explain something.

    Piped text is no argument here: a log that says "explain" asks for nothing.
    """
    return _EXPLAIN.search(words) is not None


def join_input(arguments: str, piped: str) -> str:
    """Make one prompt of the arguments and of what was piped in, either may be ''."""
    if arguments and piped:
        return f"{arguments}:\n\n{piped}"
    return arguments or piped


def thread_messages(
    system: str, turns: Iterable[Turn], question: str
) -> tuple[Message, ...]:
    """Compose a question that goes on with earlier ones.

    What got no answer goes along in front of the next question: some models' templates
    take no two messages of one role after each other.
    """
    messages: list[Message] = []
    unanswered: list[str] = []
    for turn in turns:
        unanswered.append(turn.question)
        if turn.answer:
            messages.append(Message(Role.USER, "\n\n".join(unanswered)))
            messages.append(Message(Role.ASSISTANT, turn.answer))
            unanswered.clear()
    *first, last = cli_messages(system, "\n\n".join((*unanswered, question)))
    return (*first, *messages, last)


def cli_messages(system: str, prompt: str) -> tuple[Message, ...]:
    """Compose a question from the command line; a blank system prompt is left out."""
    question = Message(Role.USER, prompt)
    if not system.strip():
        return (question,)
    return (Message(Role.SYSTEM, system), question)
