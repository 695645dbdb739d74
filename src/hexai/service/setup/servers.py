"""Servers on this machine that speak OpenAI's format, found on their usual ports."""

import asyncio
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from hexai.service.setup.probe import fetch

USUAL: tuple[tuple[str, int], ...] = (
    ("llamacpp", 8080),
    ("lmstudio", 1234),
    ("vllm", 8000),
    ("jan", 1337),
    ("koboldcpp", 5001),
)
"""What is likely to listen where; the names are those of the profiles to be made."""

_HOST = "127.0.0.1"


class Server(Struct, frozen=True, kw_only=True):
    """A server that was found."""

    name: str
    """By its port; who really listens there nobody knows."""
    port: int
    models: tuple[str, ...]
    """At least one."""

    @property
    def base_url(self) -> str:
        """Where its API begins."""
        return f"http://{_HOST}:{self.port}/v1"


class _Model(Struct):
    id: str


class _Models(Struct):
    data: list[_Model]


async def find_servers(
    places: Iterable[tuple[str, int]] = USUAL, *, patience: float = 0.5
) -> tuple[Server, ...]:
    """Ask each port of this machine for its models, all at once and without a key."""
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(_ask(name, port, patience)) for name, port in places]
    return tuple(server for task in asked if (server := task.result()) is not None)


async def _ask(name: str, port: int, patience: float) -> Server | None:
    body = await fetch((_HOST, port), "/v1/models", patience=patience)
    try:
        listed = msgspec.json.decode(body or b"", type=_Models)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    models = tuple(model.id for model in listed.data if model.id)
    return Server(name=name, port=port, models=models) if models else None
