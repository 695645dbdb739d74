"""What `hexai stats --json` and `--csv` print: shapes for scripts; pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any, get_type_hints

from msgspec import Struct
from msgspec.structs import asdict

from hexai.domain.estimates import Estimate
from hexai.domain.figures import Quantile, Subject
from hexai.service.statistics import Comparison, Row
from hexai.surfaces.cli.json_records import iso_time
from hexai.surfaces.cli.output import csv_of

_COMPARED = "compared_"
"""Before the columns of a row's first comparison."""


class EstimateRecord(Struct, kw_only=True):
    """A figure that may be off; the true one is in the interval in 95 of 100 cases."""

    value: float | None
    low: float | None
    high: float | None
    """None where nothing limits it."""
    rough: bool
    """Sittings are too few, or were not recorded: the interval may be wider."""


class ComparisonRecord(Struct, kw_only=True):
    """Two contenders in the lists in which both stood."""

    name: str
    provider: str
    model: str
    upstream: str
    lists: int
    above: float
    even: bool
    accepted_share: EstimateRecord
    other_share: EstimateRecord
    difference: EstimateRecord


class StatsRecord(Struct, kw_only=True):
    """One contender, or model, on one surface; null where nothing is known."""

    surface: str
    name: str
    """What it is called in the tables: its label, and what tells it apart."""
    label: str | None
    """None for a model, and for who is asked only as another entry's fallback."""
    provider: str
    model: str
    upstream: str
    options: str | None
    """The options that change an answer; None if they were not recorded."""
    since: str | None
    """When it was asked first; None where no other has its label."""
    prompts_changed: list[str]
    """When an update had changed the built-in prompts that it is asked by."""
    runs: int
    answered: int
    failed: int
    timed_out: int
    cancelled: int
    late: int
    cut: int
    """Answers to prompts that were cut: in no times, lists or comparisons."""
    ttft_p50_ms: int | None
    ttft_p90_ms: int | None
    total_p50_ms: int | None
    total_p90_ms: int | None
    beyond: list[str]
    """The times that are longer than that: nobody was waited for any longer."""
    loads: int
    loading_ms: int
    """How often it waited for its model to be loaded, and how long in all; in no other
    figure. What took less than 0.1 s does not count."""
    waits: int
    queued_ms: int
    """The same of slots: ours, or its upstream's."""
    tokens_per_s: float | None
    cost_usd: float | None
    """None if no price but that of free answers is known, and some are not."""
    unpriced: int
    """Answers whose price nobody knows; their cost is missing in `cost_usd`."""
    estimated: int
    cached_input_share: float | None
    written_input_share: float | None
    """None where no upstream said what it read from its cache, or wrote there."""
    cache_saved_usd: float | None
    """What that saved less what the writing cost, by the prices of today."""
    shown: int
    """Lists in which it stood, and votes."""
    first_share: float | None
    accepted: float
    accepted_share: EstimateRecord | None
    accepted_characters: int
    followed_characters: int
    retained_characters: int
    kept_30s: EstimateRecord | None
    kept_2min: EstimateRecord | None
    kept_5min: EstimateRecord | None
    kept_10min: EstimateRecord | None
    shown_cost_usd: float | None
    cost_per_accepted_usd: float | None
    cost_per_accepted: EstimateRecord | None
    refused: dict[str, int]
    """Answers that were not offered, by the reason."""
    comparisons: list[ComparisonRecord]


def stats_record(row: Row, names: Mapping[Subject, str]) -> StatsRecord:
    """Make the record of one row."""
    figures = row.figures
    speed = figures.tokens_per_s
    times = _times(row)
    kept = [*map(_estimate, row.kept)]
    price = None if figures.shown_unpriced else row.cost_per_accepted
    return StatsRecord(
        **_whose(row, names),
        runs=figures.runs,
        answered=figures.answered,
        failed=figures.failed,
        timed_out=figures.timed_out,
        cancelled=figures.cancelled,
        late=figures.late,
        cut=figures.cut,
        ttft_p50_ms=_ms(times["ttft_p50_ms"]),
        ttft_p90_ms=_ms(times["ttft_p90_ms"]),
        total_p50_ms=_ms(times["total_p50_ms"]),
        total_p90_ms=_ms(times["total_p90_ms"]),
        beyond=[name for name, each in times.items() if each and each.at_least],
        loads=figures.loads,
        loading_ms=figures.loading_ms,
        waits=figures.waits,
        queued_ms=figures.queued_ms,
        tokens_per_s=None if speed is None else round(speed, 1),
        cost_usd=_cost(figures.cost_usd, figures.unpriced),
        unpriced=figures.unpriced,
        estimated=figures.estimated,
        cached_input_share=_rounded(row.cached_share),
        written_input_share=_rounded(row.written_share),
        cache_saved_usd=None if row.saved_usd is None else float(row.saved_usd),
        shown=figures.shown,
        first_share=_rounded(row.first_share),
        accepted=round(figures.accepted, 6),
        accepted_share=_estimate(row.accepted_share),
        accepted_characters=figures.characters,
        followed_characters=figures.followed,
        retained_characters=figures.retained,
        kept_30s=kept[0],
        kept_2min=kept[1],
        kept_5min=kept[2],
        kept_10min=kept[3],
        shown_cost_usd=_cost(row.shown_cost_usd, figures.shown_unpriced),
        cost_per_accepted_usd=None if price is None else price.value,
        cost_per_accepted=_estimate(price, digits=12),
        refused=dict(figures.refused.most_common()),
        comparisons=[_comparison(each, names) for each in row.comparisons],
    )


def _whose(row: Row, names: Mapping[Subject, str]) -> dict[str, Any]:
    """Say whose figures these are."""
    subject, title = row.subject, row.title
    return {
        "surface": subject.surface,
        "name": names[subject],
        "label": title.label or None,
        "provider": subject.provider,
        "model": subject.model,
        "upstream": subject.upstream,
        "options": subject.fingerprint or None,
        "since": None if title.since is None else iso_time(title.since),
        "prompts_changed": [*map(iso_time, title.updated)],
    }


def to_csv(rows: Iterable[Row], subjects: Mapping[Subject, str]) -> str:
    """Write rows as CSV; each has its first comparison, the one with most lists."""
    names = [*_flat_names(StatsRecord), *_flat_names(ComparisonRecord, _COMPARED)]
    return csv_of(names, (_flat(stats_record(row, subjects)) for row in rows))


def _flat(record: StatsRecord) -> dict[str, Any]:
    columns = _columns(record)
    for first in record.comparisons[:1]:
        columns |= _columns(first, _COMPARED)
    return columns


def _columns(record: Struct, before: str = "") -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for name, value in asdict(record).items():
        if isinstance(value, EstimateRecord):
            columns |= {f"{before}{name}": value.value}
            columns |= {
                f"{before}{name}_{part}": getattr(value, part)
                for part in ("low", "high", "rough")
            }
        elif name in ("beyond", "prompts_changed"):
            columns[f"{before}{name}"] = " ".join(value)
        elif name == "refused":
            counts = (f"{reason}={count}" for reason, count in value.items())
            columns[f"{before}{name}"] = " ".join(counts)
        elif name != "comparisons":
            columns[f"{before}{name}"] = value
    return columns


def _flat_names(kind: type[Struct], before: str = "") -> list[str]:
    names: list[str] = []
    for name, hint in get_type_hints(kind).items():
        if name == "comparisons":
            continue
        names.append(f"{before}{name}")
        if EstimateRecord in (hint, *getattr(hint, "__args__", ())):
            names += [f"{before}{name}_{part}" for part in ("low", "high", "rough")]
    return names


def _times(row: Row) -> dict[str, Quantile | None]:
    names = ("ttft_p50_ms", "ttft_p90_ms", "total_p50_ms", "total_p90_ms")
    return dict(zip(names, (*row.first_token, *row.total), strict=True))


def _comparison(compared: Comparison, names: Mapping[Subject, str]) -> ComparisonRecord:
    against = compared.against
    return ComparisonRecord(
        name=names[against],
        provider=against.provider,
        model=against.model,
        upstream=against.upstream,
        lists=compared.lists,
        above=round(compared.above, 4),
        even=compared.is_even,
        accepted_share=_sure(compared.own),
        other_share=_sure(compared.other),
        difference=_sure(compared.difference),
    )


def _estimate(estimate: Estimate | None, *, digits: int = 6) -> EstimateRecord | None:
    return None if estimate is None else _sure(estimate, digits=digits)


def _sure(estimate: Estimate, *, digits: int = 6) -> EstimateRecord:
    figures = (estimate.value, estimate.low, estimate.high)
    value, low, high = (round(x, digits) if isfinite(x) else None for x in figures)
    return EstimateRecord(value=value, low=low, high=high, rough=estimate.is_rough)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _ms(quantile: Quantile | None) -> int | None:
    return None if quantile is None else round(quantile.seconds * 1000)


def _cost(known: Decimal, unpriced: int) -> float | None:
    return None if unpriced and not known else float(known)
