"""Which models take images, as far as that is known before one is sent.

An Ollama shows it of each of its models, and a llama.cpp of the one that it has; of
services there are rows of data (`config/vendors.py`). Where nobody says, the images
are sent: an upstream that refuses them says so itself.
"""

from hexai.config.addresses import is_loopback
from hexai.config.schema_providers import ProviderSettings
from hexai.config.vendors import traits
from hexai.domain.provider import Call
from hexai.errors import NotSent
from hexai.providers.formats.format import Asked
from hexai.providers.readiness.servers import sees, show

ADVICE = "leave the image out, or ask a model that takes some (-m PROVIDER:MODEL)"


async def check_images(call: Call, settings: ProviderSettings, asked: Asked) -> None:
    """Raise `NotSent` where it is known that the model of a call takes no images."""
    if await _sees(call, settings, asked) is False:
        raise unseen(call)


def unseen(call: Call) -> NotSent:
    """Say that a model takes no images."""
    images = [image.name for message in call.messages for image in message.images]
    more = f" and {len(images) - 1} more" if len(images) > 1 else ""
    return NotSent(
        f"not sent: {call.model} takes no images, and {images[0]}{more} would be sent",
        advice=ADVICE,
    )


async def _sees(call: Call, settings: ProviderSettings, asked: Asked) -> bool | None:
    if settings.type == "ollama":
        shown = await show(call.model, asked)
        return None if shown is None else shown.sees
    if not traits(settings.base_url, call.model).images:
        return False
    if settings.local or is_loopback(settings.base_url):
        return await sees(asked)
    return None
