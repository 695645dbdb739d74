"""What `hexai stats --json` and `--csv` print: shapes that scripts rely on; pure."""

from decimal import Decimal

from msgspec import Struct

from hexai.domain.figures import Quantile
from hexai.service.statistics import Row


class StatsRecord(Struct, kw_only=True):
    """One model on one surface; null where nothing is known."""

    surface: str
    provider: str
    model: str
    upstream: str
    runs: int
    answered: int
    failed: int
    timed_out: int
    cancelled: int
    late: int
    ttft_p50_ms: int | None
    ttft_p90_ms: int | None
    total_p50_ms: int | None
    total_p90_ms: int | None
    tokens_per_s: float | None
    cost_usd: float | None
    """None if no price but that of free answers is known, and some are not."""
    unpriced: int
    """Answers whose price nobody knows; their cost is missing in `cost_usd`."""
    estimated: int
    accepted: int
    accepted_characters: int
    followed_characters: int
    retained_characters: int
    cost_per_accepted_usd: float | None


def stats_record(row: Row) -> StatsRecord:
    """Make the record of one row."""
    figures = row.figures
    speed = figures.tokens_per_s
    return StatsRecord(
        surface=row.surface,
        provider=row.provider,
        model=row.model,
        upstream=row.upstream,
        runs=figures.runs,
        answered=figures.answered,
        failed=figures.failed,
        timed_out=figures.timed_out,
        cancelled=figures.cancelled,
        late=figures.late,
        ttft_p50_ms=_ms(row.first_token[0]),
        ttft_p90_ms=_ms(row.first_token[1]),
        total_p50_ms=_ms(row.total[0]),
        total_p90_ms=_ms(row.total[1]),
        tokens_per_s=None if speed is None else round(speed, 1),
        cost_usd=_cost(figures.cost_usd, figures.unpriced),
        unpriced=figures.unpriced,
        estimated=figures.estimated,
        accepted=figures.accepted,
        accepted_characters=figures.characters,
        followed_characters=figures.followed,
        retained_characters=figures.retained,
        cost_per_accepted_usd=_each(row),
    )


def _ms(quantile: Quantile | None) -> int | None:
    return None if quantile is None else round(quantile.seconds * 1000)


def _cost(known: Decimal, unpriced: int) -> float | None:
    return None if unpriced and not known else float(known)


def _each(row: Row) -> float | None:
    each: Decimal | None = row.cost_per_accepted
    return None if each is None or row.figures.unpriced else float(each)
