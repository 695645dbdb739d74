"""What `--json` prints of recorded runs; pure.

A recorded run has the shape of a run that was just asked, and more beside it. What a
blind run must not tell before the choice is null here too.
"""

from msgspec import Struct

from hexai.domain.record import ContenderRecord, RecordedRun
from hexai.surfaces.cli.ledger.recorded import (
    in_order,
    is_hidden,
    names_shown,
    prompt_of,
)
from hexai.surfaces.cli.records import (
    EntryRecord,
    ErrorRecord,
    GivenRecord,
    UsageRecord,
    milliseconds,
    rounded,
    without_names,
)


class ChoiceRecord(Struct, kw_only=True):
    """What was chosen."""

    choice: str
    method: str
    at: float
    labels: list[str]
    characters: int
    settles_at: float | None
    """Until when it may still change; None if it is settled."""


class RecordedEntryRecord(EntryRecord, kw_only=True):
    """What became of a contender, as it was stored."""

    masked: int
    """Keys in the text that were masked before it was stored."""


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
    entries: list[RecordedEntryRecord]


def recorded_run_record(recorded: RecordedRun, now: float) -> RecordedRunRecord:
    """Make the object of one run: entries in their order, if blind in that shown."""
    run = recorded.run
    hidden = is_hidden(recorded, now)
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
            for place, each in enumerate(in_order(run) if run.blind else run.contenders)
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
        settles_at=chosen.settles_at,
    )


def _entry(
    each: ContenderRecord, place: int, name: str, *, hidden: bool
) -> RecordedEntryRecord:
    timings, fresh = each.timings, not each.cached
    record = RecordedEntryRecord(
        index=place,
        label=name,
        provider=each.provider,
        model=each.model,
        status=each.status,
        late=each.late,
        text=each.text,
        error=_error(each),
        given=GivenRecord.of(each.given),
        queued_ms=milliseconds(timings.queued) if fresh else None,
        loading_ms=milliseconds(timings.loading) if fresh else None,
        ttft_ms=milliseconds(timings.ttft) if fresh else None,
        total_ms=milliseconds(timings.total) if fresh else None,
        usage=UsageRecord.of(each.usage),
        tokens_per_s=rounded(each.tokens_per_s),
        cost_usd=None if each.cost_usd is None else float(each.cost_usd),
        cached=each.cached,
        masked=each.masked,
    )
    return without_names(record) if hidden else record


def _error(each: ContenderRecord) -> ErrorRecord | None:
    if each.error_kind is None:
        return None
    return ErrorRecord(
        kind=each.error_kind, message=each.error, http_status=each.http_status
    )
