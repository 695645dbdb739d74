"""What `--json` and `--jsonl` print: shapes that scripts rely on; pure.

A blind run gives letters in the order shown, and nothing that names, prices or times
a contender: neither the figures nor the upstream's words.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Loading,
    Outcome,
    Queued,
    Ready,
    Settled,
    Started,
    TakenBackEvent,
)
from hexai.domain.provider import Given, Usage
from hexai.service.guard.options import masked
from hexai.surfaces.words import DisplayOrder, Run

_UNSAFE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


class ErrorRecord(Struct, kw_only=True):
    """Why a contender did not answer."""

    kind: str
    message: str | None
    http_status: int | None


class UsageRecord(Struct, kw_only=True):
    """The tokens of a contender."""

    input: int
    output: int
    reasoning: int
    cached: int | None
    written: int | None
    source: str
    unbelieved: int | None

    @classmethod
    def of(cls, usage: Usage | None) -> "UsageRecord | None":
        """Say what was used; None where nothing was."""
        if usage is None:
            return None
        return cls(
            input=usage.input,
            output=usage.output,
            reasoning=usage.reasoning,
            cached=usage.cached,
            written=usage.written,
            source=usage.source,
            unbelieved=usage.unbelieved,
        )


class GivenRecord(Struct, kw_only=True):
    """What a contender was given of the prompt."""

    tokens: int
    held: int | None
    cut: bool

    @classmethod
    def of(cls, given: Given | None) -> "GivenRecord | None":
        """Say what was given; None where nothing was, or nobody recorded it."""
        if given is None:
            return None
        return cls(tokens=given.tokens, held=given.held, cut=given.cut)


class EntryRecord(Struct, kw_only=True):
    """What became of a contender."""

    index: int
    label: str
    provider: str | None
    model: str | None
    status: str
    late: bool
    text: str
    error: ErrorRecord | None
    given: GivenRecord | None
    queued_ms: int | None
    loading_ms: int | None
    ttft_ms: int | None
    total_ms: int | None
    usage: UsageRecord | None
    tokens_per_s: float | None
    cost_usd: float | None
    cached: bool


Entry = TypeVar("Entry", bound=EntryRecord)


class AskedRun(Struct, kw_only=True):
    """A run, whole."""

    run_id: str
    entries: list[EntryRecord]


def run_record(run: Run, cast: DisplayOrder) -> AskedRun:
    """Make the object that `--json` prints, entries in the order shown."""
    by_index = {outcome.index: outcome for outcome in run.outcomes}
    shown = [by_index[index] for index in cast.order if index in by_index]
    return AskedRun(
        run_id=run.run_id,
        entries=[entry_record(outcome, run, cast) for outcome in shown],
    )


def entry_record(outcome: Outcome, run: Run, cast: DisplayOrder) -> EntryRecord:
    """Make the record of one contender."""
    record = _full_record(outcome, run, cast)
    return without_names(record) if cast.blind else record


def event_record(event: Event, run: Run, cast: DisplayOrder) -> dict[str, Any]:
    """Make the line that `--jsonl` prints for an event."""
    is_taken_back = isinstance(event, TakenBackEvent)
    name = "taken_back" if is_taken_back else type(event).__name__.lower()
    record: dict[str, Any] = {"event": name}
    if not isinstance(event, Settled):
        record["index"] = cast.position(event.index)
        record["label"] = cast.names[event.index]
    if not cast.blind:
        record["at_ms"] = milliseconds(event.at)
    match event:
        case Delta(text=text):
            record["text"] = text
        case Ended(outcome=outcome):
            record["entry"] = entry_record(outcome, run, cast)
        case Settled(reason=reason):
            record["reason"] = reason
        case Queued() | Started() | Loading() | Ready() | TakenBackEvent():
            pass
    return record


def opening_record(run: Run, cast: DisplayOrder) -> dict[str, Any]:
    """Make the first line that `--jsonl` prints."""
    labels = [cast.names[index] for index in cast.order]
    return {"event": "run", "run_id": run.run_id, "labels": labels}


def to_json(record: object) -> str:
    """Encode a record on one line that is safe on a terminal, and loses nothing."""
    try:
        text = msgspec.json.encode(record).decode("utf-8")
    except UnicodeEncodeError:  # it names a path whose bytes are no UTF-8
        import json

        text = json.dumps(msgspec.to_builtins(record), separators=(",", ":"))
    return _UNSAFE.sub(_escape, text)


def without_names(record: Entry) -> Entry:
    """Take out what names, prices or times a contender."""
    error = record.error
    return msgspec.structs.replace(
        record,
        provider=None,
        model=None,
        error=error and ErrorRecord(kind=error.kind, message=None, http_status=None),
        given=None,
        queued_ms=None,
        loading_ms=None,
        ttft_ms=None,
        total_ms=None,
        usage=None,
        tokens_per_s=None,
        cost_usd=None,
    )


def milliseconds(seconds: float | None) -> int | None:
    """Write a duration."""
    return None if seconds is None else round(seconds * 1000)


def rounded(value: float | None) -> float | None:
    """Write a rate: a tenth is more than it means."""
    return None if value is None else round(value, 1)


def _full_record(outcome: Outcome, run: Run, cast: DisplayOrder) -> EntryRecord:
    error, usage, timings = outcome.error, outcome.usage, outcome.timings
    fresh = outcome.cached_age is None
    cost = run.cost_usd(outcome)
    return EntryRecord(
        index=cast.position(outcome.index),
        label=cast.names[outcome.index],
        provider=outcome.provider,
        model=masked(outcome.model, ()),
        status=outcome.status.value,
        late=outcome.late,
        text=outcome.text,
        error=None
        if error is None
        else ErrorRecord(
            kind=error.kind, message=str(error), http_status=error.http_status
        ),
        given=GivenRecord.of(outcome.given),
        queued_ms=milliseconds(timings.queued) if fresh else None,
        loading_ms=milliseconds(timings.loading) if fresh else None,
        ttft_ms=milliseconds(timings.ttft) if fresh else None,
        total_ms=milliseconds(timings.total) if fresh else None,
        usage=UsageRecord.of(usage),
        tokens_per_s=rounded(outcome.tokens_per_s) if fresh else None,
        cost_usd=None if cost is None or not fresh else float(cost),
        cached=not fresh,
    )


def iso_time(moment: float) -> str:
    """Write a moment of the wall clock, in UTC, to the second."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds")


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    pairs = (units[at : at + 2] for at in range(0, len(units), 2))
    return "".join(f"\\u{int.from_bytes(pair, 'big'):04x}" for pair in pairs)


Write = Callable[[str], None]


class JsonView:
    """Prints one object when the run is over."""

    def __init__(self, run: Run, cast: DisplayOrder, write: Write) -> None:
        self._run, self._cast, self._write = run, cast, write

    def handle(self, event: Event) -> None:
        """Wait for the end."""

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give nobody: texts are printed at the end."""
        return ()

    def close(self) -> None:
        """Print the object."""
        self._write(to_json(run_record(self._run, self._cast)) + "\n")


class JsonLines:
    """Prints every event on a line of its own, as it comes."""

    def __init__(self, run: Run, cast: DisplayOrder, write: Write) -> None:
        self._run, self._cast, self._write = run, cast, write
        write(to_json(opening_record(run, cast)) + "\n")

    def handle(self, event: Event) -> None:
        """Print the event."""
        self._write(to_json(event_record(event, self._run, self._cast)) + "\n")

    def keeping_thoughts(self) -> tuple[int, ...]:
        """Give nobody: an event says it."""
        return ()

    def close(self) -> None:
        """Do nothing: every event is printed."""
