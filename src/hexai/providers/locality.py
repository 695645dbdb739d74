"""Whether what a target is sent stays on this machine.

Most targets are known from their configuration. An Ollama on loopback is not: it may
pass a model on to a host of its own choosing, and says so when asked to show it.
"""

import asyncio
import re
from contextlib import suppress

from hexai.config.addresses import is_loopback
from hexai.config.schema_providers import ProviderSettings
from hexai.domain.request import Target
from hexai.providers.formats.format import Asked
from hexai.providers.readiness.servers import ShownModels

_NAME = re.compile(r"[A-Za-z0-9._/:@+-]+")

LEARN_WITHIN = 10.0
"""Seconds for an answer that no race waits for, so that no budget limits it."""


class OllamaLocality:
    """Implements `domain.request.Locality` by asking each Ollama what it does.

    Before text goes out that must stay here it is asked anew: its name may be another
    model's by now, one that is passed on. One that could not be asked counts as cloud.
    What was answered last serves those who send nothing by it, as for a price.
    """

    def __init__(self, shown: ShownModels) -> None:
        """Share with others what was asked."""
        self._shown = shown
        self._learning: set[tuple[str, str]] = set()

    def known(self, target: Target) -> bool | None:
        """Answer by what was said last; None if only the upstream can tell.

        Too old an answer to send anything by that must stay here.
        """
        if (told := _told_beforehand(target)) is not None:
            return told
        shown = self._shown.known(target.upstream.origin, target.spec.model)
        return None if shown is None else not shown.is_remote

    async def is_local(self, target: Target) -> bool:
        """Answer for one target; what cannot be found out counts as cloud."""
        if (told := _told_beforehand(target)) is not None:
            return told
        client: object = target.client
        if not isinstance(client, Asked):
            return False  # nobody who could tell, so it counts as cloud
        origin, model = target.upstream.origin, target.spec.model
        shown = await self._shown.find_anew(origin, model, client)
        return shown is not None and not shown.is_remote

    async def learn(self, target: Target) -> None:
        """Find out about one target beside its races, so that the next one knows.

        An Ollama that does not answer is asked by one of them at a time, and not for
        ever: with each race another would wait, and those of the races behind them.
        """
        key = target.upstream.origin, target.spec.model
        if key in self._learning:
            return
        self._learning.add(key)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(LEARN_WITHIN):
                    await self.is_local(target)
        finally:
            self._learning.discard(key)


def local_as_configured(settings: ProviderSettings) -> bool | None:
    """Say whether text stays here; None: ask the Ollama.

    The user's word settles it, but for an Ollama: that one can pass a model on to a
    host of its own choosing wherever it runs.
    """
    if not settings.over_http:
        return True
    if settings.local is False:
        return False
    if settings.type == "ollama" and (settings.local or is_loopback(settings.base_url)):
        return None
    return settings.local or False


def _told_beforehand(target: Target) -> bool | None:
    """Answer by configuration and name; None if the upstream has to be asked."""
    if target.local is not None:
        return target.local
    return False if may_be_cloud(target.spec.model) else None


def may_be_cloud(model: str) -> bool:
    """Tell whether a model's name, as Ollama has them, says cloud or cannot be judged.

    Ollama leaves out blanks around the parts of a name, so one with anything that a
    name has no use for may be another name there.
    """
    named = _NAME.fullmatch(model) is not None
    return not named or model.lower().endswith(("-cloud", ":cloud"))
