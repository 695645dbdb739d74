"""`hexai stats`: what every model did; its options, and its JSON and CSV."""

import time
from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import asdict

from hexai.domain.entry import Surface
from hexai.domain.estimates import Estimate
from hexai.domain.figures import Filter, Quantile
from hexai.service.projects import project_meant
from hexai.service.recorded_runs import open_history
from hexai.service.statistics import Comparison, Row, make_rows, with_savings
from hexai.surfaces.cli.arguments import check_moment, read_moment
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.output import complain, csv_of, say
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.stats_tables import tables

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
    """Two models in the lists in which both stood."""

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
    cut: int
    """Answers to prompts that were cut: in no times, lists or comparisons."""
    ttft_p50_ms: int | None
    ttft_p90_ms: int | None
    total_p50_ms: int | None
    total_p90_ms: int | None
    beyond: list[str]
    """The times that are longer than that: nobody was waited for any longer."""
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


def stats_record(row: Row) -> StatsRecord:
    """Make the record of one row."""
    figures, subject = row.figures, row.subject
    speed = figures.tokens_per_s
    times = _times(row)
    kept = [*map(_estimate, row.kept)]
    price = None if figures.shown_unpriced else row.cost_per_accepted
    return StatsRecord(
        surface=subject.surface,
        provider=subject.provider,
        model=subject.model,
        upstream=subject.upstream,
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
        comparisons=[*map(_comparison, row.comparisons)],
    )


def to_csv(rows: Iterable[Row]) -> str:
    """Write rows as CSV; each has its first comparison, the one with most lists."""
    names = [*_flat_names(StatsRecord), *_flat_names(ComparisonRecord, _COMPARED)]
    return csv_of(names, (_flat(stats_record(row)) for row in rows))


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
        elif name == "beyond":
            columns[f"{before}{name}"] = " ".join(value)
        elif name == "refused":
            counts = (f"{reason}={count}" for reason, count in value.items())
            columns[f"{before}{name}"] = " ".join(counts)
        elif name != "comparisons":
            columns[f"{before}{name}"] = value
    return columns


def _flat_names(kind: type[Struct], before: str = "") -> list[str]:
    from typing import get_type_hints

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


def _comparison(compared: Comparison) -> ComparisonRecord:
    against = compared.against
    return ComparisonRecord(
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


def parser() -> click.Command:
    """Make the parser of `hexai stats`."""
    return make_parser(
        "stats",
        _stats,
        params=[*filters(), *formats()],
        explanation="Show what every model did: how often it answered, how fast, for "
        "how much money, and what of it was taken and stayed. Answers from the cache "
        "do not count.",
    )


def filters() -> list[click.Parameter]:
    """Make the options that say which runs count."""
    return [
        click.Option(
            ["--since"],
            metavar="WHEN",
            callback=check_moment,
            help="Runs since a date (2026-11-22) or of the last while (30d).",
        ),
        click.Option(
            ["--surface"],
            type=click.Choice([each.value for each in Surface]),
            help="Runs of this surface.",
        ),
        click.Option(
            ["--language"], metavar="NAME", help="Runs in documents of this language."
        ),
        click.Option(
            ["--project"],
            metavar="FOLDER",
            help="Runs of this project, or of its name.",
        ),
        click.Option(
            ["--model"], metavar="TEXT", help="Models whose provider:model has this."
        ),
    ]


def formats() -> list[click.Parameter]:
    """Make the options for machines."""
    return [
        click.Option(["--json"], is_flag=True, help="Print one JSON object."),
        click.Option(["--csv"], is_flag=True, help="Print CSV with a heading."),
    ]


def read_filter(options: dict[str, Any], folder: str, now: float) -> Filter:
    """Say which runs the options mean, to a user who stands in `folder`."""
    since = options["since"]
    return Filter(
        since=0.0 if since is None else read_moment(since, now),
        surface=options["surface"] or "",
        language=options["language"] or "",
        project=project_meant(folder, options["project"] or ""),
        model=options["model"] or "",
    )


def _stats(invocation: Invocation, **options: Any) -> int:
    process = invocation.process
    now = time.time()  # noqa: TID251 - the edge
    chosen = read_filter(options, process.folder, now)
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        counted = make_rows(history.figures(chosen), history.together(chosen))
    rows = with_savings(counted, now)
    if options["json"]:
        say(process, to_json({"models": [*map(stats_record, rows)]}) + "\n")
    elif options["csv"]:
        say(process, to_csv(rows))
    elif rows:
        say(process, tables(rows, columns=process.columns))
    else:
        complain(process, "nothing is recorded that fits")
    return 0
