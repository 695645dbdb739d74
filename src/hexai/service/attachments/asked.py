"""Attachments put into what is asked, where the guard looks at them by their names."""

from collections.abc import Sequence

from msgspec.structs import replace

from hexai.domain.attachments import Attachment
from hexai.domain.messages import Message
from hexai.prompts.attached import images_of, with_attachments
from hexai.service.guard.guard import GuardedText
from hexai.text.lines import Lines


def messages_with(
    messages: Sequence[Message], attachments: Sequence[Attachment]
) -> tuple[Message, ...]:
    """Put attachments into the last message."""
    *others, last = messages
    said = replace(
        last,
        content=with_attachments(last.content, attachments),
        images=images_of(attachments),
    )
    return (*others, said)


def guarded(attachments: Sequence[Attachment]) -> tuple[GuardedText, ...]:
    """Give the guard their texts, each by its own name."""
    return tuple(
        GuardedText(uri=each.uri, lines=Lines.of(each.text), title=each.name)
        for each in attachments
    )
