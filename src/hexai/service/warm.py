"""Prompts that our own worker reads before anybody asks for what follows.

A small model reads a hundred tokens in a second and needs several hundred, so the
first completion at a place is slow, though all but the last word of it was there long
before. Where a worker of ours is idle, it may as well read.

Nobody else is ever sent anything before a question: a cloud bills it, and another
server may have better to do. What is read is what a question at that place would hold;
it stays on this machine, whatever the guard or ignore rules would say of it.
"""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from hexai.config.schema import Settings
from hexai.domain.entry import Entry
from hexai.domain.provider import Call
from hexai.domain.request import Request
from hexai.service.services import Services


@runtime_checkable
class Warms(Protocol):
    """A client of a model of our own."""

    async def warm(self, call: Call) -> None:
        """Have a prompt read, if nobody else asks the model; raises nothing expected.

        Cancelling it ends the reading.
        """


def is_warmed(entries: Iterable[Entry]) -> bool:
    """Tell whether any entry may have a worker of ours; costs nothing."""
    return any(entry.spec.provider == "local" for entry in entries)


async def warm(
    services: Services,
    settings: Settings,
    entries: Iterable[Entry],
    request: Request,
) -> None:
    """Have the workers of some entries read a request's prompt, one after the other."""
    async with services.lease() as lease:
        targets = services.targets(settings, lease)
        for entry in entries:
            if entry.spec.provider != "local":
                continue
            client: object = targets.find(entry, entry.spec).client
            if isinstance(client, Warms):
                await client.warm(request.call(entry.spec))
