"""What `--json` prints of recorded runs; pure.

A recorded run has the shape of a run that was just asked, and more beside it. What a
blind run must not tell before the choice is null here too.
"""

from typing import Any

from msgspec import Struct

from hexai.domain.record import ContenderRecord, RecordedRun
from hexai.surfaces.cli.ledger.recorded import (
    in_order,
    is_hidden,
    names_shown,
    prompt_of,
)
from hexai.surfaces.cli.records import EntryRecord, ErrorRecord, UsageRecord


class ChoiceRecord(Struct, kw_only=True):
    """What was chosen."""

    choice: str
    method: str
    at: float
    labels: list[str]
    characters: int


class RecordedRunRecord(Struct, kw_only=True):
    """A recorded run, whole."""

    run_id: str
    number: int
    surface: str
    started_at: float
    project: str
    language: str
    blind: bool
    prompt: str
    choice: ChoiceRecord | None
    entries: list[EntryRecord]


def recorded_run_record(recorded: RecordedRun) -> RecordedRunRecord:
    """Make the object of one run, entries in the order shown."""
    run = recorded.run
    hidden = is_hidden(recorded)
    names = names_shown(run, hidden=hidden)
    return RecordedRunRecord(
        run_id=run.run_id,
        number=recorded.number,
        surface=run.surface,
        started_at=run.started_at,
        project=run.background.project,
        language=run.background.language,
        blind=run.blind,
        prompt=prompt_of(run),
        choice=_choice(recorded, names),
        entries=[
            _entry(each, place, names[each.index], hidden=hidden)
            for place, each in enumerate(in_order(run))
        ],
    )


def _choice(recorded: RecordedRun, names: dict[int, str]) -> ChoiceRecord | None:
    chosen = recorded.chosen
    if chosen is None:
        return None
    return ChoiceRecord(
        choice=chosen.choice,
        method=chosen.method,
        at=chosen.at,
        labels=[names[index] for index in chosen.indexes if index in names],
        characters=chosen.characters,
    )


def _entry(
    each: ContenderRecord, place: int, name: str, *, hidden: bool
) -> EntryRecord:
    facts: dict[str, Any] = dict.fromkeys(_FIGURES)
    if not hidden:
        facts = _facts(each)
    kind = each.error_kind
    error = None if kind is None else _error(each, kind, hidden=hidden)
    return EntryRecord(
        index=place,
        label=name,
        status=each.status,
        late=each.late,
        text=each.text,
        error=error,
        cached=each.cached,
        **facts,
    )


def _error(each: ContenderRecord, kind: str, *, hidden: bool) -> ErrorRecord:
    if hidden:
        return ErrorRecord(kind=kind, message=None, http_status=None)
    return ErrorRecord(kind=kind, message=each.error, http_status=each.http_status)


_FIGURES = (
    *("provider", "model", "queued_ms", "ttft_ms", "total_ms"),
    *("usage", "tokens_per_s", "cost_usd"),
)


def _facts(each: ContenderRecord) -> dict[str, Any]:
    timings, speed = each.timings, each.tokens_per_s
    fresh = not each.cached
    return {
        "provider": each.provider,
        "model": each.model,
        "queued_ms": round(timings.queued * 1000) if fresh else None,
        "ttft_ms": _ms(timings.ttft) if fresh else None,
        "total_ms": round(timings.total * 1000) if fresh else None,
        "usage": UsageRecord.of(each.usage),
        "tokens_per_s": None if speed is None else round(speed, 1),
        "cost_usd": None if each.cost_usd is None else float(each.cost_usd),
    }


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
