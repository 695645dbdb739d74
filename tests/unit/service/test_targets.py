"""The clients of a process, leased to races."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from hexai.config.schema import Fanout, Settings
from hexai.config.schema_providers import OpenAI, Profile, ProviderSettings
from hexai.domain.entry import Budgets, RequestSpec
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import Call, Chunk, Progress, Usage
from hexai.errors import Authentication
from hexai.providers.prices import PriceList, load_prices
from hexai.providers.registry import Client
from hexai.service.targets import Clients, Targets, client_key


class Fake:
    """A client that only knows whether it was closed."""

    proxy = ""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self.drops = self.closes = 0

    def stream(self, call: Call, progress: Progress) -> AsyncGenerator[Chunk, None]:
        """Nobody asks."""
        raise NotImplementedError

    async def drop_idle(self) -> None:
        """Count."""
        self.drops += 1

    async def aclose(self) -> None:
        """Count."""
        await asyncio.sleep(0)
        self.closes += 1


class Maker:
    """Makes clients, and remembers them."""

    def __init__(self) -> None:
        self.made: list[Fake] = []

    def __call__(self, settings: ProviderSettings) -> Fake:
        """Make one."""
        if settings.name == "impossible":
            raise Authentication("no")
        self.made.append(Fake(settings))
        return self.made[-1]


def provider(**changes: object) -> ProviderSettings:
    """Give the settings of a provider."""
    fields = {"name": "p", "type": "openai", "built_in": False, **changes}
    return ProviderSettings(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "q"},
        {"type": "anthropic"},
        {"built_in": True},
        {"base_url": "http://127.0.0.1:1"},
        {"api_key_env": "KEY"},
        {"api_key_command": ("pass", "key")},
        {"headers": (("x-key", "1"),)},
        {"allow_http": True},
        {"ca_file": "/ca.pem"},
        {"local": True},
    ],
    ids=str,
)
def test_clients_differ_by_origin_and_credential(changes: dict[str, object]) -> None:
    """Whatever could make one entry's request look like another's keeps them apart.

    So does whose server it is: one's own is asked whether it takes images.
    """
    clients = Clients(Maker())
    lease = clients.lease()

    assert lease.client(provider()) is not lease.client(provider(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "m"},
        {"temperature": 0.0},
        {"budgets": Budgets(idle=1)},
        {"timeout": 1.0},
        {"max_concurrency": 1},
    ],
    ids=str,
)
def test_what_belongs_to_a_request_makes_no_other_client(
    changes: dict[str, object],
) -> None:
    """And the client cannot even see it."""
    maker = Maker()
    lease = Clients(maker).lease()

    assert lease.client(provider(**changes)) is lease.client(provider())
    assert [each.settings for each in maker.made] == [client_key(provider())]


def settings(url: str, *, timeout: float = 1.0) -> Settings:
    """Configure the built-in OpenAI at an address, and a profile."""
    profile = Profile(type="openai", base_url="http://127.0.0.1:9")
    return Settings(
        openai=OpenAI(base_url=url),
        providers={"p": profile},
        fanout=Fanout(timeout=timeout),
    )


def openai(url: str) -> ProviderSettings:
    """Give what these settings say of OpenAI."""
    return provider(name="openai", built_in=True, base_url=url)


def on_clients(scene: Callable[[Clients, Maker], Awaitable[None]]) -> None:
    """Play a scene on the clients of one process, which close at its end."""

    async def run() -> None:
        maker = Maker()
        async with Clients(maker) as clients:
            await scene(clients, maker)

    asyncio.run(run())


A, B = "http://127.0.0.1:1", "http://127.0.0.1:2"


def test_a_replaced_client_closes_when_its_last_race_leaves() -> None:
    """Races that began with it end with it; later ones have the new one."""

    async def run() -> None:
        maker = Maker()
        async with Clients(maker) as clients:
            async with clients.lease() as first:
                old = first.client(openai(A))
                async with clients.lease() as second:
                    assert second.client(openai(A)) is old
                    await clients.replace([settings(B)])
                    async with clients.lease() as third:
                        assert third.client(openai(B)) is not old
                    assert first.client(openai(A)) is old
                assert maker.made[0].closes == 0
            assert [each.closes for each in maker.made] == [1, 0]
            assert len(clients) == 1
        assert [each.closes for each in maker.made] == [1, 1]

    asyncio.run(run())


def test_a_replaced_client_that_nobody_holds_closes_at_once() -> None:
    """A reload that needs it again makes it anew."""

    async def scene(clients: Clients, maker: Maker) -> None:
        async with clients.lease() as lease:
            lease.client(openai(A))
        await clients.replace([settings(B)])
        assert (len(clients), maker.made[0].closes) == (0, 1)
        async with clients.lease() as lease:
            lease.client(openai(A))
        assert len(maker.made) == 2

    on_clients(scene)


def test_what_any_of_the_settings_needs_is_kept() -> None:
    """Documents of different projects have settings of their own."""

    async def scene(clients: Clients, maker: Maker) -> None:
        async with clients.lease() as lease:
            lease.client(openai(A))
            lease.client(openai(B))
        await clients.replace([settings(A), settings(B, timeout=9)])
        assert [each.closes for each in maker.made] == [0, 0]
        await clients.replace([settings(B)])
        assert [each.closes for each in maker.made] == [1, 0]

    on_clients(scene)


def test_a_client_that_is_needed_again_before_it_closed_stays() -> None:
    """As when a reload is taken back while a race runs."""

    async def scene(clients: Clients, maker: Maker) -> None:
        async with clients.lease() as lease:
            lease.client(openai(A))
            await clients.replace([settings(B)])
            await clients.replace([settings(A)])
        assert (len(clients), maker.made[0].closes) == (1, 0)

    on_clients(scene)


def test_a_client_that_cannot_be_made_is_told_and_not_held() -> None:
    """The next race tries again."""

    async def run() -> None:
        async with Clients(Maker()) as clients:
            async with clients.lease() as lease:
                for _ in range(2):
                    with pytest.raises(Authentication):
                        lease.client(provider(name="impossible"))
            assert len(clients) == 0

    asyncio.run(run())


def test_idle_connections_of_all_clients_are_dropped() -> None:
    """After a sleep of the machine they are dead."""

    async def run() -> None:
        maker = Maker()
        async with Clients(maker) as clients, clients.lease() as lease:
            lease.client(openai(A))
            lease.client(openai(B))
            await clients.drop_idle()
            assert [each.drops for each in maker.made] == [1, 1]

    asyncio.run(run())


def test_a_lease_may_end_after_everything_was_closed() -> None:
    """As when the process ends while a race is being left."""

    async def run() -> None:
        maker = Maker()
        clients = Clients(maker)
        lease = clients.lease()
        async with clients:
            lease.client(openai(A))
        async with lease:
            pass
        assert maker.made[0].closes == 1

    asyncio.run(run())


def _no_client(settings: ProviderSettings) -> Client:
    raise AssertionError(f"nobody is asked, and {settings.name} least of all")


def _targets(prices: PriceList | None = None) -> Targets:
    def read() -> PriceList:
        assert prices is not None, "the list was read"
        return prices

    return Targets(
        Settings(),
        Clients(_no_client).lease(),
        prices=read,
        now=lambda: datetime(2026, 6, 1, tzinfo=UTC),
    )


def _answer(cost: Decimal | None) -> Outcome:
    usage = Usage(input=1000, output=1000, source="reported", cost_usd=cost)
    return Outcome(
        index=0,
        label="a",
        status=Status.ANSWERED,
        provider="openrouter",
        model="openai/gpt-4.1",
        usage=usage,
    )


def test_what_the_upstream_charged_counts_before_the_list() -> None:
    """It knows of caches and discounts; the list is not even read."""
    charged = Decimal("0.00011")

    assert _targets().cost_usd(_answer(charged), local=False) == charged
    assert _targets().cost_usd(_answer(Decimal(0)), local=False) == 0


def test_without_its_word_the_list_counts() -> None:
    """As it does for every upstream that names no price."""
    cost = _targets(load_prices()).cost_usd(_answer(None), local=False)

    assert cost is not None
    assert cost > 0


def test_what_stayed_here_is_free() -> None:
    """Whatever anybody says."""
    assert _targets().cost_usd(_answer(Decimal(1)), local=True) == 0


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4.1-mini"),
        ("anthropic", "claude-sonnet-4-5"),
        ("openrouter", "openai/gpt-4.1"),
    ],
)
@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_an_attempt_never_costs_more_than_its_bound(
    provider: str, model: str, share: float
) -> None:
    """Whatever of it is read from a cache, written to one, or reasoning."""
    targets = _targets(load_prices())
    spec = RequestSpec(provider=provider, model=model)
    most = targets.most_usd(spec, tokens_in=3000, tokens_out=256)
    least = targets.least_usd(spec, tokens_in=1500)
    part = int(2500 * share)
    usages = [
        Usage(input=2500, output=200, source="reported"),
        Usage(input=2500, output=200, cached=part, source="reported"),
        Usage(input=2500, output=200, written=part, source="reported"),
        Usage(input=2500, output=200, reasoning=int(200 * share), source="reported"),
    ]

    assert most is not None
    assert least is not None
    for usage in usages:
        answered = replace(_answer(None), provider=provider, model=model, usage=usage)
        cost = targets.cost_usd(answered, local=False)
        assert cost is not None
        assert least <= cost <= most


def test_what_has_no_limit_or_no_price_has_no_bound() -> None:
    """So that nobody reserves for it."""
    targets = _targets(load_prices())
    known = RequestSpec(provider="openai", model="gpt-4.1-mini")
    unknown = RequestSpec(provider="openai", model="somebody's")

    assert targets.most_usd(known, tokens_in=1, tokens_out=None) is None
    assert targets.most_usd(unknown, tokens_in=1, tokens_out=1) is None
