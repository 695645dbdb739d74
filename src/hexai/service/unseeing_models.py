"""Images: who takes none is known before its model is loaded for nothing."""

import asyncio
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.request import Contender, Request
from hexai.errors import NotSent
from hexai.providers.readiness.model_order import who_to_ask
from hexai.providers.readiness.servers import ASKED_FOR
from hexai.providers.vision import check_images
from hexai.service.targets import failing

SettingsOf = Callable[[str], ProviderSettings | None]


async def let_unseeing_fail(
    contenders: Sequence[Contender], request: Request, settings_of: SettingsOf
) -> list[Contender]:
    """Have those fail at once whose model is known to take no images.

    An Ollama would load it first, and perhaps push out one that does.
    """
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(_looked_at(each, request, settings_of))
            for each in contenders
        ]
    return [task.result() for task in asked]


async def _looked_at(
    contender: Contender, request: Request, settings_of: SettingsOf
) -> Contender:
    target = contender.target
    settings, client = settings_of(target.spec.provider), who_to_ask(target)
    if settings is None or client is None:
        return contender
    try:
        async with asyncio.timeout(ASKED_FOR):
            await check_images(request.call(target.spec), settings, client)
    except NotSent as error:
        return replace(contender, target=failing(target, error))
    except TimeoutError:
        return contender  # its own attempt asks again, and has more time
    return contender
