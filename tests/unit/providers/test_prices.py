"""What an answer cost, held against the package that the list was made from."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal

import msgspec
import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import data, types

from hexai.domain.provider import Usage
from hexai.providers.prices import Period, PricedProvider, PriceList, load_prices

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NIGHT = datetime(2025, 7, 1, 18, 30, tzinfo=UTC)
USAGE = Usage(input=1_000, output=2_000, source="reported")


def _models() -> Iterator[tuple[types.Provider, types.ModelInfo, str]]:
    for provider in data.providers:
        for model in provider.models:
            yield provider, model, _example(model.match, model.id)


def _example(match: object, otherwise: str) -> str:
    """Give a name that the clause matches, where the id does not do."""
    if isinstance(match, types.ClauseOr):
        return _example(match.or_[0], otherwise)
    if isinstance(match, types.ClauseEquals):
        return match.equals
    if isinstance(match, types.ClauseStartsWith):
        return match.starts_with
    return otherwise


_FOUND: dict[tuple[str, str], types.ModelInfo | None] = {}
"""What the package finds, which takes it most of the time."""


def _oracle(
    provider: types.Provider, name: str, usage: Usage, at: datetime
) -> Decimal | None:
    if (provider.id, name) not in _FOUND:
        found = provider.find_model(name, all_providers=data.providers)
        _FOUND[provider.id, name] = found
    model = _FOUND[provider.id, name]
    if model is None:
        return None
    theirs = model.get_prices(at)
    if theirs.input_mtok is None and theirs.output_mtok is None:
        return None
    asked = TheirUsage(input_tokens=usage.input, output_tokens=usage.output)
    if usage.cached and theirs.cache_read_mtok is not None:
        asked.cache_read_tokens = usage.cached
    if usage.written and theirs.cache_write_mtok is not None:
        asked.cache_write_tokens = usage.written
    if usage.reasoning and theirs.output_reasoning_mtok is not None:
        asked.output_reasoning_tokens = usage.reasoning
    text_only = types.ModelPrice(
        input_mtok=theirs.input_mtok,
        output_mtok=theirs.output_mtok,
        cache_read_mtok=theirs.cache_read_mtok,
        cache_write_mtok=theirs.cache_write_mtok,
        output_reasoning_mtok=theirs.output_reasoning_mtok,
    )
    price = text_only.calc_price(asked)["total_price"]
    per_thousand = theirs.requests_kcount or Decimal(0)
    assert isinstance(per_thousand, Decimal)
    return price + per_thousand / 1000


@pytest.mark.parametrize("at", [NOON, NIGHT], ids=["noon", "night"])
@pytest.mark.parametrize(
    "usage",
    [
        USAGE,
        Usage(input=300_000, output=500, source="reported"),
        Usage(input=10, output=500, reasoning=400, source="estimated"),
        Usage(input=900, output=5, cached=700, source="reported"),
        Usage(input=300_000, output=5, cached=7, written=250_000, source="reported"),
    ],
    ids=["plain", "second tier", "reasoning", "cached", "written"],
)
def test_every_price_agrees_with_the_oracle(usage: Usage, at: datetime) -> None:
    """Our reading of the list gives what the package's own gives, for every model."""
    ours = load_prices()
    by_id = {provider.id: provider for provider in ours.providers}
    differing = []
    for provider, _, name in _models():
        alone = PriceList(
            source=ours.source,
            taken=ours.taken,
            providers=tuple(
                PricedProvider(
                    id=each.id,
                    api="here" if each.id == provider.id else "elsewhere",
                    models=each.models,
                    fallback=each.fallback,
                )
                for each in by_id.values()
            ),
        )
        expected = _oracle(provider, name, usage, at)
        actual = alone.cost("here", name, usage, at)
        if actual != expected:
            differing.append((provider.id, name, expected, actual))

    assert differing == []


@pytest.mark.parametrize(
    ("base_url", "vendor"),
    [
        ("https://api.openai.com/v1", "openai"),
        ("https://api.anthropic.com/v1", "anthropic"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://api.groq.com/openai/v1", "groq"),
        ("https://api.mistral.ai/v1", "mistral"),
    ],
)
def test_vendors_are_found_by_their_base_url(base_url: str, vendor: str) -> None:
    """The vendors that most profiles name are in the list under their base URL."""
    provider = next(p for p in data.providers if p.id == vendor)
    name = _example(provider.models[-1].match, provider.models[-1].id)

    expected = _oracle(provider, name, USAGE, NOON)

    assert expected == load_prices().cost(base_url, name, USAGE, NOON)


def test_what_is_not_listed_is_unknown() -> None:
    """An unknown vendor or model has no price, which is not a price of 0."""
    prices = load_prices()

    assert prices.cost("https://models.example/v1", "gpt-4.1", USAGE, NOON) is None
    assert prices.cost("https://api.openai.com/v1", "no-such", USAGE, NOON) is None


def test_compact_dates_find_dashed_ones() -> None:
    """A model id with a compact date costs what the dashed one costs."""
    prices = _list(("equals", "m-2025-12-11"), Period(output=Decimal(1)))

    assert prices.cost("here", "M-20251211", USAGE, NOON) == Decimal("0.002")
    assert prices.cost("here", "m-20251399", USAGE, NOON) is None


def test_a_price_holds_from_its_day_on() -> None:
    """Before its day the first price counts, from that day on the later one."""
    prices = _list(
        ("contains", "m"),
        Period(output=Decimal(1)),
        Period(output=Decimal(5), since=date(2026, 11, 22)),
    )

    assert prices.cost("here", "m", USAGE, NIGHT) == Decimal("0.002")
    assert prices.cost("here", "m", USAGE, NOON) == Decimal("0.01")


@pytest.mark.parametrize(
    ("begin", "end", "hour", "holds"),
    [
        (time(16, 30), time(0, 30), 18, True),
        (time(16, 30), time(0, 30), 0, True),
        (time(16, 30), time(0, 30), 12, False),
        (time(8), time(12), 9, True),
        (time(8), time(12), 12, False),
    ],
)
def test_a_daily_price_may_cross_midnight(
    begin: time, end: time, hour: int, *, holds: bool
) -> None:
    """A price of certain hours holds in them, across midnight too."""
    period = Period(output=Decimal(1), daily=(begin, end))

    assert holds == period.holds(datetime(2026, 1, 1, hour, tzinfo=UTC))


def test_without_a_valid_condition_the_first_price_counts() -> None:
    """When no condition holds, the first price of the list is taken."""
    prices = _list(
        ("regex", "^m$"),
        Period(output=Decimal(1), since=date(2030, 1, 1)),
        Period(output=Decimal(2), since=date(2031, 1, 1)),
    )

    assert prices.cost("here", "m", USAGE, NOON) == Decimal("0.002")


def test_a_price_without_figures_is_unknown() -> None:
    """A model listed only for other media has no price for text."""
    prices = _list(("ends_with", "m"), Period())

    assert prices.cost("here", "m", USAGE, NOON) is None


def test_the_list_is_dated() -> None:
    """Every view can say how old the prices are."""
    prices = load_prices()

    assert date(2026, 1, 1) < prices.taken
    assert prices.source.startswith("genai-prices ")


def _list(clause: tuple[str, str], *periods: Period) -> PriceList:
    models = msgspec.json.encode([[["and", [clause]], periods]])
    provider = PricedProvider(id="v", api="here", models=msgspec.Raw(models))
    return PriceList(source="test", taken=date(2026, 1, 1), providers=(provider,))


def test_what_a_cache_saved_is_the_difference_to_no_cache() -> None:
    """Reading costs a tenth of the price at Anthropic, and writing a quarter more."""
    prices = load_prices()

    def saved(**figures: int) -> Decimal | None:
        return prices.saving(
            "https://api.anthropic.com", "claude-sonnet-4-5", **figures, at=NOON
        )

    assert saved(cached=1_000_000, written=0) == Decimal("2.7")
    assert saved(cached=0, written=1_000_000) == Decimal("-0.75")
    assert saved(cached=1_000_000, written=4_000_000) == Decimal("-0.3")
    assert prices.saving("http://127.0.0.1", "m", cached=1, written=0, at=NOON) is None


URLS = (
    *("https://api.openai.com/v1", "http://api.openai.com/v1", "https://api.x.ai/v1"),
    *("https://foo.openai.azure.com/x", "http://x.services.ai.azure.com", "", "https:"),
    *("https://api.minimaxi.com", "https://api.minimax.io", "https://api.minimax.dev"),
    *(
        "https://openrouter.ai/api",
        "https://api.openrouter.ai",
        "https://apixopenai.com",
    ),
    *("https://us-central1.googleapis.com", "https://googleapis.com", "http://[::1]"),
    *("https://api.moonshot.cn", "https://api.us.elevenlabs.io/", "http://127.0.0.1:1"),
)


@pytest.mark.parametrize("url", URLS)
def test_a_vendor_is_found_as_its_pattern_says(url: str) -> None:
    """What is looked at first, to spare compiling, leaves out none that matches."""
    for vendor in load_prices().providers:
        assert vendor.has(url) is (re.match(vendor.api, url) is not None), vendor.id


@pytest.mark.parametrize(
    ("pattern", "url"),
    [
        ("https?://a", "http://a"),
        ("https://ab*c", "https://ac"),
        (r"https://a\.?b", "https://ab"),
        ("https://a{0,2}b", "https://b"),
        ("https://a|http://b", "http://b"),
        ("(?:https://a|http://b)", "http://b"),
        ("[h]ttps://a", "https://a"),
        ("", "https://a"),
    ],
)
def test_what_may_be_missing_is_no_beginning(pattern: str, url: str) -> None:
    """Of what a repeat or an alternative leaves open nothing is asked."""
    models = msgspec.Raw(b"[]")
    assert PricedProvider(id="x", api=pattern, models=models).has(url)
