"""What an answer is charged, and by whose word."""

from datetime import UTC, datetime
from decimal import Decimal

from hexai.config.provider_settings import ProviderSettings
from hexai.config.schema import Settings
from hexai.domain.outcome import Outcome, Status
from hexai.domain.usage import Usage
from hexai.providers.prices import PriceList, load_prices
from hexai.providers.registry import Client
from hexai.service.clients import Clients
from hexai.service.targets import Targets


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
