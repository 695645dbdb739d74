"""Messages with images, as each wire format writes them."""

from base64 import b64encode

from hexai.domain.messages import Image, Message


def openai_parts(message: Message) -> list[dict[str, object]]:
    """Write what a message says for chat completions: its text, then its images."""
    images: list[dict[str, object]] = [
        {
            "type": "image_url",
            "image_url": {"url": f"data:{image.type};base64,{in_base64(image)}"},
        }
        for image in message.images
    ]
    return [{"type": "text", "text": message.content}, *images]


def anthropic_blocks(message: Message) -> list[dict[str, object]]:
    """Write the images of a message as blocks; they go before its text."""
    return [
        {
            "type": "image",
            "source": {
                "type": "base64",
                "media_type": image.type,
                "data": in_base64(image),
            },
        }
        for image in message.images
    ]


def in_base64(image: Image) -> str:
    """Write the bytes of an image as text."""
    return b64encode(image.data).decode("ascii")
