"""How a run ended, for a person at a terminal: a row each, and what failed; pure."""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.service.guard.options import masked
from hexai.surfaces.cli.output import GAP, table
from hexai.surfaces.words import from_cache, is_estimated, seconds, usd
from hexai.text.sanitise import visible_line

Price = Callable[[Outcome], Decimal | None]

_LEAST_WAIT = 0.05
"""Seconds in line or for a model's load from which on they are told."""


def closing_table(
    outcomes: Sequence[Outcome], price: Price, *, columns: int = 0, short: bool = False
) -> tuple[str, ...]:
    """Make the lines of a table in the order of `outcomes`, and why some failed.

    A column in which nobody has anything is left out. Where `short`, so are those that
    keep a contender from having one row, if leaving them out helps: `hexai show` has
    them.
    """
    if not outcomes:
        return ()
    told = {
        heading: [tell(each) for each in outcomes]
        for heading, tell in (
            ("", lambda each: each.label),
            ("STATE", _state),
            ("WAITED", lambda each: _wait(each.timings.queued)),
            ("LOADED", lambda each: _wait(each.timings.loading)),
            ("FIRST", lambda each: _seconds(each, each.timings.ttft)),
            ("TOTAL", lambda each: _seconds(each, each.timings.total)),
            ("IN", _input),
            ("CACHED", _cached),
            ("OUT", _output),
            ("TOK/S", _speed),
            ("COST", lambda each: _cost(each, price(each))),
        )
    }
    told = {heading: cells for heading, cells in told.items() if any(cells)}
    if short and columns:
        told = _in_one_row(told, columns)
    drawn = table(list(told), list(zip(*told.values(), strict=True)), columns=columns)
    return (*drawn.splitlines(), *_reasons(outcomes), *_unbelieved(outcomes))


_LESS_WANTED = ("IN", "CACHED", "WAITED", "LOADED", "OUT", "TOK/S", "FIRST")
"""Columns in the order in which a narrow screen does without them."""


def _in_one_row(told: dict[str, list[str]], columns: int) -> dict[str, list[str]]:
    """Leave out what a row has no room for; nothing where it would have none anyway."""
    from hexai.text.cells import width

    wanted = {
        heading: max(map(width, map(visible_line, (heading, *cells)))) + GAP
        for heading, cells in told.items()
    }
    for heading in _LESS_WANTED:
        if sum(wanted.values()) - GAP <= columns:
            break
        wanted.pop(heading, None)
    if sum(wanted.values()) - GAP > columns:
        return told
    return {heading: told[heading] for heading in wanted}


def _reasons(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Say each reason once, with who failed for it; it says what to do."""
    failed: dict[str, list[str]] = {}
    for each in outcomes:
        if each.error is not None:
            failed.setdefault(str(each.error), []).append(each.label)
    return tuple(f"{', '.join(labels)}: {why}" for why, labels in failed.items())


def _unbelieved(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for each in outcomes:
        if each.usage is not None and each.usage.unbelieved is not None:
            yield (
                f"{each.label}: its upstream told {each.usage.unbelieved:,} tokens, "
                "which cannot be; they are estimated"
            )


def _state(outcome: Outcome) -> str:
    if outcome.cached_age is not None:
        return from_cache(outcome.cached_age)
    if outcome.status is not Status.ANSWERED:
        return str(outcome.status)
    words = [_ending(outcome)]
    if outcome.is_cut:
        words.append("prompt cut")
    if outcome.fell_back:
        words.append(f"by {masked(outcome.model, ())}")
    return ", ".join(words)


def _ending(outcome: Outcome) -> str:
    match outcome.finish:
        case FinishReason.LENGTH if outcome.usage is not None:
            return f"cut off at {_mark(outcome)}{outcome.usage.output} tokens"
        case FinishReason.LENGTH:
            return "cut off"
        case FinishReason.FILTERED:
            return "cut off by a filter"
        case _:
            return "done"


def _wait(waited: float) -> str:
    return seconds(waited) if waited >= _LEAST_WAIT else ""


def _seconds(outcome: Outcome, value: float | None) -> str:
    if value is None or outcome.cached_age is not None:
        return ""
    return seconds(value)


def _input(outcome: Outcome) -> str:
    return "" if outcome.usage is None else f"{_mark(outcome)}{outcome.usage.input}"


def _cached(outcome: Outcome) -> str:
    """Say how much of the prompt was read from a cache, and written there."""
    if outcome.usage is None:
        return ""
    usage = outcome.usage
    read = str(usage.cached or "")
    return f"{read} +{usage.written}".strip() if usage.written else read


def _output(outcome: Outcome) -> str:
    return "" if outcome.usage is None else f"{_mark(outcome)}{outcome.usage.output}"


def _speed(outcome: Outcome) -> str:
    if outcome.tokens_per_s is None or outcome.cached_age is not None:
        return ""
    return f"{_mark(outcome)}{outcome.tokens_per_s:.0f}"


def _cost(outcome: Outcome, cost: Decimal | None) -> str:
    if outcome.usage is None or outcome.cached_age is not None:
        return ""
    return usd(cost, estimated=is_estimated(outcome))


def _mark(outcome: Outcome) -> str:
    return "~" if is_estimated(outcome) else ""
