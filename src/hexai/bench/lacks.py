"""Who of a bench cannot be asked, as far as that shows before anything is sent."""

from collections.abc import Mapping

from msgspec import Struct

from hexai.bench.asker import Asker, T
from hexai.service.inventory import find_silent


class Lacks(Struct, frozen=True, kw_only=True):
    """Who cannot be asked, and why, by contender."""

    aside: Mapping[int, str] = {}
    """Nothing is sent to them, whatever happens: `local_only`, or no key."""
    silent: Mapping[int, str] = {}
    """Their servers do not answer now, or lack the model, but may have it by then."""


async def find_lacks(
    asker: Asker[T], environ: Mapping[str, str], home: str, *, looks: bool
) -> Lacks:
    """Say who cannot be asked; runs no command for a key.

    Ollamas are looked at, since each is asked where its models run anyway; with `looks`
    so are all servers that are the user's.
    """
    aside = await asker.lacks(environ, home)
    looked_at = [
        index
        for index, target in enumerate(asker.targets)
        if target.upstream.kind == "ollama" or (looks and asker.locals[index])
        if index not in aside and not target.upstream.proxy
    ]
    silent = await find_silent([asker.targets[index] for index in looked_at])
    return Lacks(
        aside=aside, silent={looked_at[place]: why for place, why in silent.items()}
    )
