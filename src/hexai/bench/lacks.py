"""Who of a bench cannot be asked, as far as that shows before anything is sent."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from msgspec import Struct

from hexai.bench.asker import Asker, T

_LOOKS = 0.5
"""Seconds that a look at servers of the user's takes at most."""


class Lacks(Struct, frozen=True, kw_only=True):
    """Who cannot be asked, and why, by contender."""

    aside: Mapping[int, str] = {}
    """Nothing is sent to them, whatever happens: `local_only`, or no key."""
    silent: Mapping[int, str] = {}
    """Their servers do not answer now, but may by the time they are asked."""


async def find_lacks(
    asker: Asker[T], environ: Mapping[str, str], home: str, *, looks: bool
) -> Lacks:
    """Say who cannot be asked; runs no command for a key.

    Ollamas are looked at, since each is asked where its models run anyway; with `looks`
    so are all servers that are the user's.
    """
    aside = await asker.lacks(environ, home)
    whose: dict[str, list[int]] = {}
    for index, target in enumerate(asker.targets):
        is_own = target.upstream.kind == "ollama" or (looks and asker.locals[index])
        by_proxy = bool(target.upstream.proxy)
        if index not in aside and is_own and not by_proxy:
            whose.setdefault(target.upstream.origin, []).append(index)
    silent = await _silent(whose)
    return Lacks(
        aside=aside,
        silent={
            index: f"nothing answers at {origin}"
            for origin in silent
            for index in whose[origin]
        },
    )


async def _silent(origins: Iterable[str]) -> list[str]:
    """Give those that take no connection; each is closed at once."""
    async with asyncio.TaskGroup() as group:
        looks = {each: group.create_task(_answers(each)) for each in origins}
    return [each for each, look in looks.items() if not look.result()]


async def _answers(origin: str) -> bool:
    where = urlsplit(origin)
    if where.scheme not in ("http", "https"):
        return True  # it is run by us
    port = where.port or (443 if where.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_LOOKS):
            _, writer = await asyncio.open_connection(where.hostname, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
