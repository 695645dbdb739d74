"""The clients of a process: one for each origin and credential, leased to races.

Two entries share connections and a key only if nothing that a client is made of
differs between them. So a client is made from its key in the pool and from nothing
else: it cannot depend on what is not part of the key (the model, budgets, limits), and
a reload that changes only that keeps it, with its connections and what its key command
printed.

A race holds a lease from its beginning to its end. When a reload replaces a client, the
races that have leased it finish on it, and the last one to leave closes it.
"""

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from msgspec.structs import replace

from hexai.config.profiles import provider_names, provider_settings
from hexai.config.provider_settings import ProviderSettings
from hexai.config.schema import Settings
from hexai.domain.entry import Budgets
from hexai.providers.registry import Client

Make = Callable[[ProviderSettings], Client]
"""Makes the client of a provider; raises `ProviderError` where that is impossible."""


def client_key(settings: ProviderSettings) -> ProviderSettings:
    """Keep what a client is made of: name, format, origin and credential."""
    return replace(
        settings,
        model="",
        temperature=None,
        budgets=Budgets(),
        timeout=0.0,
        max_concurrency=None,
        local=None,
    )


class _Pooled:
    """A client with the number of leases that hold it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.leases = 0
        self.is_replaced = False


class Clients:
    """All clients of a process. Leave the context when no race runs any more."""

    def __init__(self, make: Make) -> None:
        """Make each client when the first race needs it."""
        self._make = make
        self._pool: dict[ProviderSettings, _Pooled] = {}

    def __len__(self) -> int:
        return len(self._pool)

    def lease(self) -> "Lease":
        """Begin a lease, which holds nothing yet."""
        return Lease(self)

    async def replace(self, in_use: Iterable[Settings]) -> None:
        """Keep what these settings need; the rest closes when no race holds it."""
        needed = {key for settings in in_use for key in _keys(settings)}
        idle = []
        for key, pooled in tuple(self._pool.items()):
            pooled.is_replaced = key not in needed
            if pooled.is_replaced and not pooled.leases:
                idle.append(self._pool.pop(key))
        for pooled in idle:
            await pooled.client.aclose()

    async def drop_idle(self) -> None:
        """Close the connections that no attempt is using."""
        for pooled in tuple(self._pool.values()):
            await pooled.client.drop_idle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._pool:
            await self._pool.popitem()[1].client.aclose()

    def take(self, key: ProviderSettings) -> Client:
        """Give a client to one more lease; for `Lease` alone."""
        if key not in self._pool:
            self._pool[key] = _Pooled(self._make(key))
        self._pool[key].leases += 1
        return self._pool[key].client

    async def give_back(self, key: ProviderSettings) -> None:
        """Take a client back from a lease; for `Lease` alone."""
        pooled = self._pool.get(key)
        if pooled is None:
            return  # the process is ending, and everything has been closed
        pooled.leases -= 1
        if pooled.is_replaced and not pooled.leases:
            del self._pool[key]
            await pooled.client.aclose()


class Lease:
    """The clients that one race uses; leave the context when it is over."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._held: dict[ProviderSettings, Client] = {}

    def client(self, settings: ProviderSettings) -> Client:
        """Give the client of a provider, and hold it until the lease ends.

        Raises `ProviderError` where none can be made.
        """
        key = client_key(settings)
        if key not in self._held:
            self._held[key] = self._clients.take(key)
        return self._held[key]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._held:
            key, _ = self._held.popitem()
            await self._clients.give_back(key)


def _keys(settings: Settings) -> Iterable[ProviderSettings]:
    for name in provider_names(settings):
        provider = provider_settings(settings, name)
        if provider is not None:
            yield client_key(provider)
