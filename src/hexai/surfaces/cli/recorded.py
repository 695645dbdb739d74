"""A recorded run in words and JSON, for all commands that show one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from hexai.config.problems import listed_some
from hexai.domain.outcome import Outcome, Status
from hexai.domain.record import (
    Choice,
    Chosen,
    ContenderRecord,
    RecordedRun,
    RunRecord,
)
from hexai.errors import ProviderError
from hexai.surfaces.cli.json_records import (
    EntryRecord,
    ErrorRecord,
    GivenRecord,
    UsageRecord,
    milliseconds,
    rounded,
    without_names,
)
from hexai.surfaces.words import closing_line, in_order, letter

# A blind run keeps its names to itself until there is a choice, or they were told.

_WORDS = {
    Choice.TIE: "a tie",
    Choice.BAD: "none is good",
    Choice.NONE: "none taken",
}


def is_hidden(recorded: RecordedRun, now: float) -> bool:
    """Tell whether names must not be shown: it is blind, undecided, nobody was told.

    A list that is on somebody's screen is undecided, whatever it comes to so far.
    """
    chosen = recorded.chosen
    undecided = chosen is None or chosen.may_change(now)
    return recorded.run.blind and undecided and recorded.named is None


def candidates(run: RunRecord) -> tuple[ContenderRecord, ...]:
    """Give who can win a vote, in the order shown.

    An answer from the cache was paid for and timed in another run, and counts there.
    """
    return tuple(
        each
        for each in shown_order(run)
        if each.status is Status.ANSWERED and not each.cached
    )


def shown_order(run: RunRecord) -> tuple[ContenderRecord, ...]:
    """Give the contenders in the order shown."""
    return in_order(run.contenders, run.order)


def names_shown(run: RunRecord, *, hidden: bool) -> dict[int, str]:
    """Name the contenders: letters in the order shown if hidden, else labels."""
    return {
        each.index: letter(place) if hidden else each.label
        for place, each in enumerate(shown_order(run))
    }


def left_out(numbers: Sequence[int]) -> tuple[str, ...]:
    """Say which runs could not be read, and what to do about them."""
    if not numbers:
        return ()
    runs = "run" if len(numbers) == 1 else "runs"
    named = listed_some([str(number) for number in numbers])
    told = f"left out {runs} {named}, damaged and not to be read; "
    return (f"{told}`hexai history forget {numbers[0]}` removes one",)


def when(moment: float) -> str:
    """Write a time of the wall clock as people on this machine do."""
    return f"{datetime.fromtimestamp(moment, tz=UTC).astimezone():%Y-%m-%d %H:%M}"


def choice_words(recorded: RecordedRun, now: float) -> str:
    """Say what was chosen, in few words; empty if nothing was, or nobody may know."""
    chosen = recorded.chosen
    if chosen is None or is_hidden(recorded, now):
        return ""
    names = names_shown(recorded.run, hidden=False)
    credited = " = ".join(names[index] for index in chosen.indexes if index in names)
    words = _WORDS.get(chosen.choice) or credited + _how_much(chosen)
    if recorded.run.blind and not recorded.is_blind_choice:
        words += ", with names in sight"
    return f"{words}, so far" if chosen.may_change(now) else words


def recorded_line(contender: ContenderRecord) -> str:
    """Write the line with which a contender ended."""
    if contender.cached:
        return f"cached provider={contender.provider} model={contender.model}"
    return closing_line(as_outcome(contender), contender.cost_usd)


def recorded_lines(
    shown: Sequence[ContenderRecord], *, columns: int | None
) -> tuple[str, ...]:
    """Write how each ended: a table on a screen of `columns` cells.

    None where a script reads it: the lines that it got ever since.
    """
    if columns is None:
        return tuple(map(recorded_line, shown))
    from hexai.surfaces.cli.closing import closing_table

    costs = {each.index: each.cost_usd for each in shown}
    outcomes = [as_outcome(each) for each in shown]
    return closing_table(outcomes, lambda o: costs[o.index], columns=columns)


def _how_much(chosen: Chosen) -> str:
    if chosen.choice is Choice.PARTLY:
        return ", in part"
    return ", typed along" if chosen.choice is Choice.TYPED else ""


def as_outcome(contender: ContenderRecord) -> Outcome:
    """Give what a contender came to, as when it ended."""
    failed = contender.status in (Status.FAILED, Status.TIMED_OUT)
    reason = contender.error or contender.error_kind or "no reason is recorded"
    return Outcome(
        index=contender.index,
        label=contender.label,
        status=contender.status,
        text=contender.text,
        provider=contender.provider,
        model=contender.model,
        finish=contender.finish,
        error=ProviderError(reason) if failed else None,
        usage=contender.usage,
        timings=contender.timings,
        given=contender.given,
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
    blind: bool
    """Whether it was made while nobody was told who is who."""


class RecordedEntryRecord(EntryRecord, kw_only=True):
    """What became of a contender, as it was stored."""

    options: str | None
    """Those that change an answer; None if they were not recorded."""
    masked: int
    """Keys in the text that were masked before it was stored."""
    turns: int | None
    """Earlier turns of its thread that it was sent; None where there are none."""
    follows: str | None
    """With whose answer it goes on; None: with none, or the earlier run is not here."""


class RecordedRunRecord(Struct, kw_only=True):
    """A recorded run, whole: what one that was just asked has, and more.

    What a blind run must not tell before the choice is null here too.
    """

    run_id: str
    number: int
    surface: str
    started_at: float
    project: str
    language: str
    blind: bool
    thread: str | None
    """The id of the run that its thread began with; None: it is in none."""
    follows: str | None
    """The id of the run that it goes on with; None: with none."""
    prompt: str
    choice: ChoiceRecord | None
    entries: list[RecordedEntryRecord]
    earlier: "list[RecordedRunRecord]"
    """How it came about, the oldest first, where that is wanted."""


def recorded_run_record(
    recorded: RecordedRun, now: float, earlier: Sequence[RecordedRun] = ()
) -> RecordedRunRecord:
    """Make the object of one run: entries in their order, if blind in that shown."""
    run = recorded.run
    hidden = is_hidden(recorded, now)
    names = names_shown(run, hidden=hidden)
    before = names_shown(earlier[-1].run, hidden=hidden) if earlier else {}
    return RecordedRunRecord(
        run_id=run.run_id,
        number=recorded.number,
        surface=run.surface,
        started_at=run.started_at,
        project=run.background.project,
        language=run.background.language,
        blind=run.blind,
        thread=run.thread or None,
        follows=run.follows or None,
        prompt=run.prompt,
        choice=_choice(recorded, names),
        entries=[
            _entry(each, place, names[each.index], before, hidden=hidden)
            for place, each in enumerate(
                shown_order(run) if run.blind else run.contenders
            )
        ],
        earlier=[
            recorded_run_record(each, now, earlier[:place])
            for place, each in enumerate(earlier)
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
        blind=recorded.is_blind_choice,
    )


def _entry(
    each: ContenderRecord,
    place: int,
    name: str,
    before: Mapping[int, str],
    *,
    hidden: bool,
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
        options=None if hidden else each.fingerprint or None,
        masked=each.masked,
        turns=each.turns,
        follows=None if each.follows is None else before.get(each.follows),
    )
    return without_names(record) if hidden else record


def _error(each: ContenderRecord) -> ErrorRecord | None:
    if each.error_kind is None:
        return None
    return ErrorRecord(
        kind=each.error_kind, message=each.error, http_status=each.http_status
    )
