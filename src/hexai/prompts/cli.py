"""From a task and its texts to the messages of a request; pure."""

import re

from hexai.domain.messages import Message, Role

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


def cli_messages(system: str, prompt: str) -> tuple[Message, ...]:
    """Compose a question from the command line; a blank system prompt is left out."""
    question = Message(Role.USER, prompt)
    if not system.strip():
        return (question,)
    return (Message(Role.SYSTEM, system), question)
