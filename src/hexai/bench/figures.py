"""What a cell counts for in a comparison, and blocks of them; pure."""

from collections.abc import Callable, Sequence
from itertools import groupby

from msgspec import Struct
from msgspec.structs import astuple, replace

from hexai.domain.bench import Score, Times

AT_ONCE, WITH_PATIENCE = 0.5, 4.0
"""Seconds: what nobody notices, and what some wait for."""


class Figures(Struct, frozen=True, kw_only=True):
    """What a cell counts for, or many on average; None where nobody knows."""

    saved: float
    """What is compared, from -1 to 1: keys saved, or another figure of a cell."""
    useful: float | None = None
    """What was saved, and 0 if it came too late."""
    similar: float | None = None
    kept: float | None = None
    exact: float | None = None
    first_line: float | None = None
    costs: float | None = None
    """Whether taking it costs more keys than it saves."""
    sound: float | None = None
    passes: float | None = None
    """Whether the user's tests pass with it in place."""
    ran_on: float | None = None
    in_time: float | None = None
    """Whether it was complete within the editor's deadline."""
    at_once: float | None = None
    """Whether it was complete within half a second."""
    with_patience: float | None = None
    """Whether it was complete within four seconds."""


class Row(Struct, frozen=True, kw_only=True):
    """One task with what all contenders made of it."""

    figures: tuple[Figures | None, ...]
    """By contender; None for a cell that leaves the comparison."""
    language: str = ""
    kind: str = ""


class Block(Struct, frozen=True, kw_only=True):
    """What one commit gave, or one question that was asked repeatedly."""

    commit: str
    rows: tuple[Row, ...]


def figures_of(
    score: Score, times: Times, deadline: float, *, passes: bool | None = None
) -> Figures:
    """Give what a cell counts for with so many seconds until the popup goes out."""
    return Figures(
        saved=score.saved,
        useful=useful(score, times, deadline),
        similar=score.similar,
        kept=score.kept,
        exact=float(score.exact),
        first_line=float(score.first_line),
        costs=float(score.costs),
        sound=float(score.sound),
        passes=None if passes is None else float(passes),
        ran_on=float(score.ran_on),
        in_time=is_in_time(times, deadline),
        at_once=is_in_time(times, AT_ONCE),
        with_patience=is_in_time(times, WITH_PATIENCE),
    )


def is_in_time(times: Times, deadline: float) -> bool | None:
    """Tell whether a text was complete in time; None if its times do not count."""
    if times.overlapped:
        return None
    return times.total is not None and times.total <= deadline


def useful(score: Score, times: Times, deadline: float) -> float | None:
    """Give what was saved, as the popup has it: 0 if it came too late."""
    in_time = is_in_time(times, deadline)
    return None if in_time is None else score.saved * in_time


def average(several: Sequence[Figures]) -> Figures:
    """Average each figure over those in which it is known."""
    if len(several) == 1:
        return several[0]
    columns = zip(*map(astuple, several), strict=True)
    means = [_mean([each for each in column if each is not None]) for column in columns]
    return replace(several[0], **dict(zip(_NAMES, means, strict=True)))


_NAMES = Figures.__struct_fields__


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def blocks_by(
    blocks: Sequence[Block], key: Callable[[Row], str]
) -> dict[str, tuple[Block, ...]]:
    """Part blocks by language or kind, each in the order of all.

    What is compared within a part is exploratory: of many parts one is bound to look
    different.
    """
    parts: dict[str, list[Block]] = {}
    for block in blocks:
        for name, rows in groupby(sorted(block.rows, key=key), key):
            part = Block(commit=block.commit, rows=tuple(rows))
            parts.setdefault(name, []).append(part)
    return {name: tuple(parts[name]) for name in sorted(parts)}
