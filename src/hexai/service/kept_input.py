"""What input that upstreams kept has saved, by the prices of today."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from hexai.providers.prices import PriceList, load_prices
from hexai.service.statistics import Row


def with_savings(rows: Iterable[Row], now: float) -> list[Row]:
    """Add to rows what was saved by kept input, less what writing it cost.

    The list of prices is read only where anything was kept.
    """
    found, prices, at = [], None, datetime.fromtimestamp(now, UTC)
    for row in rows:
        if row.figures.cached_input or row.figures.written_input:
            prices = prices or load_prices()
            found.append(_priced(row, prices, at))
        else:
            found.append(row)
    return found


def _priced(row: Row, prices: PriceList, at: datetime) -> Row:
    subject, figures = row.subject, row.figures
    saved = prices.saving(
        subject.upstream,
        subject.model,
        cached=int(figures.cached_input),
        written=int(figures.written_input),
        at=at,
    )
    return replace(row, saved_usd=saved)
