"""A recorded run in words, for every command that shows or names one; pure.

A blind run keeps its names to itself until there is a choice.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from hexai.config.problems import listed_some
from hexai.domain.choice import Choice, Chosen
from hexai.domain.messages import Role
from hexai.domain.outcome import Outcome, Status
from hexai.domain.record import ContenderRecord, RecordedRun, RunRecord
from hexai.errors import ProviderError
from hexai.surfaces.cli.closing import closing_line
from hexai.surfaces.words import letter

_WORDS = {
    Choice.TIE: "a tie",
    Choice.BAD: "none is good",
    Choice.NONE: "none taken",
}


def is_hidden(recorded: RecordedRun, now: float) -> bool:
    """Tell whether names must not be shown: the run is blind and still undecided.

    A list that is on somebody's screen is, whatever it comes to so far.
    """
    chosen = recorded.chosen
    undecided = chosen is None or chosen.may_change(now)
    return recorded.run.blind and undecided and len(candidates(recorded.run)) > 1


def candidates(run: RunRecord) -> tuple[ContenderRecord, ...]:
    """Give who can win a vote, in the order shown.

    An answer from the cache was paid for and timed in another run, and counts there.
    """
    return tuple(
        each
        for each in in_order(run)
        if each.status is Status.ANSWERED and not each.cached
    )


def in_order(run: RunRecord) -> tuple[ContenderRecord, ...]:
    """Give the contenders in the order shown."""
    by_index = {each.index: each for each in run.contenders}
    return tuple(by_index[index] for index in run.order if index in by_index)


def names_shown(run: RunRecord, *, hidden: bool) -> dict[int, str]:
    """Name the contenders: letters in the order shown if hidden, else labels."""
    return {
        each.index: letter(place) if hidden else each.label
        for place, each in enumerate(in_order(run))
    }


def prompt_of(run: RunRecord) -> str:
    """Give what the user asked; empty if it is not kept."""
    return "\n\n".join(m.content for m in run.messages if m.role is Role.USER)


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
    return f"{words}, so far" if chosen.may_change(now) else words


def recorded_line(contender: ContenderRecord) -> str:
    """Write the line with which a contender ended."""
    if contender.cached:
        return f"cached provider={contender.provider} model={contender.model}"
    return closing_line(_as_outcome(contender), contender.cost_usd)


def _how_much(chosen: Chosen) -> str:
    if chosen.choice is Choice.PARTLY:
        return ", in part"
    return ", typed along" if chosen.choice is Choice.TYPED else ""


def _as_outcome(contender: ContenderRecord) -> Outcome:
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
