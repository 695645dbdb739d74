"""From what was said in a thread to the messages of a request that goes on; pure."""

from collections.abc import Iterable

from msgspec.structs import replace

from hexai.domain.messages import Message, Role
from hexai.domain.thread import Turn
from hexai.prompts.cli import cli_messages


def thread_messages(
    system: str, turns: Iterable[Turn], question: Message
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
    *instruction, _ = cli_messages(system, "")
    asked = "\n\n".join((*unanswered, question.content))
    return (*instruction, *messages, replace(question, content=asked))
