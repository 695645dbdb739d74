"""How attachments stand in a prompt; pure."""

from collections.abc import Iterable

from hexai.domain.attachments import Attachment
from hexai.domain.messages import Image
from hexai.text.cleaning import fence


def with_attachments(words: str, attachments: Iterable[Attachment]) -> str:
    """Put attachments below the words of a question, which may be empty.

    Each has its name, and a text a fence that nothing in it can close. An image goes
    along with the message; here stands which of them it is.
    """
    parts, images = [words], 0
    for each in attachments:
        if each.image is not None:
            images += 1
            parts.append(f"{each.name}: image {images}")
        else:
            parts.append(f"{each.name}:\n{fence(each.text.removesuffix(chr(10)))}")
    return "\n\n".join(filter(None, parts))


def images_of(attachments: Iterable[Attachment]) -> tuple[Image, ...]:
    """Give the images among some attachments, in their order."""
    return tuple(each.image for each in attachments if each.image is not None)
