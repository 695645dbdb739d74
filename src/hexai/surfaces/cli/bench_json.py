"""Benches as objects for programs: in a list, and with all that is known; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import quantiles
from typing import Any

from msgspec.structs import asdict

from hexai.bench.cut_offs import cut_off, is_later
from hexai.bench.known import Known
from hexai.bench.standing import Cheapest, Mean, Pair
from hexai.domain.bench import BenchRecord
from hexai.surfaces.cli.bench_words import has_tests


def listed(bench: BenchRecord) -> dict[str, Any]:
    """Make the object of a bench as it is listed."""
    plan = bench.plan
    return {
        "number": bench.number,
        "id": bench.id,
        "name": bench.name,
        "started_at": bench.started_at,
        "ending": bench.ending,
        "project": plan.project,
        "surface": plan.surface,
        "head": plan.head,
        "seed": plan.seed,
        "test": plan.test,
        "tasks": len(plan.tasks),
        "cells": len(bench.cells),
        "budget_usd": plan.budget,
        "cost_usd": bench.cost_usd,
        "cost_known": bench.is_cost_known,
        "lost_usd": bench.lost_usd,
        "contenders": [
            {
                "label": each.label,
                "provider": each.provider,
                "model": each.model,
                "upstream": each.upstream,
                "fingerprint": each.fingerprint,
            }
            for each in plan.contenders
        ],
    }


def shown(bench: BenchRecord) -> dict[str, Any]:
    """Make the object of a bench with all that is known of it."""
    known = Known.of(bench)
    standing, blocks = known.comparison.standing(), known.blocks
    labels = [each.label for each in bench.plan.contenders]
    whole = listed(bench)
    for index, mean in enumerate(standing.means):
        whole["contenders"][index] |= _contender(bench, known, index, mean)
    by_tests = known.passing().standing().pairs if has_tests(bench.plan) else ()
    return {
        **whole,
        "margin": bench.plan.margin,
        "deadline": bench.plan.deadline,
        "compared_tasks": sum(len(block.rows) for block in blocks),
        "compared_commits": len(blocks),
        "pairs": [_pair(pair, labels) for pair in standing.pairs],
        "pairs_by_tests": [_pair(pair, labels) for pair in by_tests],
        "cheapest": _cheapest(known, labels),
        "votes": len(bench.votes),
    }


def _contender(
    bench: BenchRecord, known: Known, index: int, mean: Mean | None
) -> dict[str, Any]:
    cells = known.cells_of(index)
    timed = [cell for cell in cells if not cell.warm.overlapped]
    price = known.prices()[index]
    passed, tried = known.passed(index)
    return {
        "aside": bench.aside.get(index),
        "cells": len(cells),
        "ends": dict(Counter(str(cell.state) for cell in cells)),
        "tasks": mean.tasks if mean else 0,
        "commits": mean.commits if mean else 0,
        **_figures(mean),
        "first_token": _halves([cell.warm.first_token for cell in timed]),
        "total": _halves([cell.warm.total for cell in timed]),
        "cold_total": _halves(
            [cell.cold.total for cell in cells if not cell.cold.overlapped]
        ),
        "usd_for_1000_tasks": None if price is None else price * 1000,
        "passed": passed,
        "tried": tried,
        **_trained(bench, index),
    }


def _figures(mean: Mean | None) -> dict[str, Any]:
    """Give what it scored on average; each None while there is nothing."""
    if mean is None:
        return {"saved": None, "saved_low": None, "saved_high": None}
    figures = asdict(mean.figures)
    del figures["passes"]  # of some tasks alone, and counted above
    low, high = (mean.saved.low, mean.saved.high) if mean.saved else (None, None)
    return {**figures, "saved_low": low, "saved_high": high}


def _halves(values: Sequence[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return {"p50": known[0] if known else None, "p90": None}
    tenths = quantiles(known, n=10, method="inclusive")
    return {"p50": tenths[4], "p90": tenths[8]}


def _trained(bench: BenchRecord, index: int) -> dict[str, Any]:
    row = cut_off(bench.plan.contenders[index].model)
    if row is None or bench.plan.asks_questions:
        return {"cut_off": None, "cut_off_says": None, "later_tasks": None}
    later = sum(is_later(task.committed_at, row) for task in bench.plan.tasks)
    return {
        "cut_off": row.last.isoformat(),
        "cut_off_says": row.says,
        "later_tasks": later,
    }


def _pair(pair: Pair, labels: Sequence[str]) -> dict[str, Any]:
    names = {"better": labels[pair.better], "worse": labels[pair.worse]}
    return {**asdict(pair), **names}


def _cheapest(known: Known, labels: Sequence[str]) -> dict[str, Any]:
    found = known.cheapest()
    named = None if found.contender is None else labels[found.contender]
    return {"entry": named, "open": list(_open(found, labels))}


def _open(found: Cheapest, labels: Sequence[str]) -> Iterator[dict[str, Any]]:
    for each in found.open:
        yield {
            "entry": labels[each.contender],
            "against": labels[each.against],
            "low": each.low,
            "high": each.high,
        }
