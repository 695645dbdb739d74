"""Who is judged by a bench, and what it will take, as far as that is known.

Nobody is asked here but by `measure`.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from statistics import median

from msgspec import Struct
from msgspec.structs import replace

from hexai.bench.asker import Asker, T
from hexai.bench.lacks import Lacks
from hexai.bench.replies import Answer
from hexai.bench.schedule import Lane, lanes_of
from hexai.bench.spending import Estimate, estimate
from hexai.config.schema import Settings
from hexai.domain.bench import BenchContender, BenchRecord, Cell
from hexai.domain.entry import Entry
from hexai.service.fingerprints import fingerprint_of

_UNKNOWN = 3.0
"""Seconds that a cell elsewhere is taken to take, where nobody knows."""
_MEASURED = 3
"""Cells by which a time is measured."""
_FEWEST = 3
"""Cells by which a time is told."""


def contenders_of(
    entries: Sequence[Entry], asker: Asker[T], settings: Settings
) -> tuple[BenchContender, ...]:
    """Say who is judged: entries as they are configured."""
    return tuple(
        BenchContender(
            label=entry.label,
            provider=entry.spec.provider,
            model=entry.spec.model,
            upstream=target.upstream.origin,
            fingerprint=fingerprint_of(settings, entry.surface, entry.spec),
            local=local,
        )
        for entry, target, local in zip(
            entries, asker.targets, asker.locals, strict=True
        )
    )


def as_begun(
    before: Sequence[BenchContender], entries: Sequence[Entry], settings: Settings
) -> tuple[Entry, ...]:
    """Take the entries with which a bench was begun, in its order, and no others.

    They are told by what they are, and else by their labels, since their options may
    have changed. All stay as they are if one is found by neither.
    """
    rest, found = list(entries), dict[int, Entry]()

    def is_same(old: BenchContender, entry: Entry) -> bool:
        spec = entry.spec
        fingerprint = fingerprint_of(settings, entry.surface, spec)
        asked = spec.provider, spec.model, fingerprint
        return asked == (old.provider, old.model, old.fingerprint)

    def is_called(old: BenchContender, entry: Entry) -> bool:
        return entry.label == old.label

    def is_both(old: BenchContender, entry: Entry) -> bool:
        return is_same(old, entry) and is_called(old, entry)

    for fits in (is_both, is_same, is_called):
        for place, old in enumerate(before):
            entry = next((each for each in rest if fits(old, each)), None)
            if place not in found and entry is not None:
                found[place] = entry
                rest.remove(entry)
    if len(found) < len(before):
        return tuple(entries)
    return tuple(found[place] for place in range(len(before)))


async def measure(
    tasks: Sequence[T], asker: Asker[T], without: Container[int] = ()
) -> dict[int, float]:
    """Ask three tasks of each local entry; gives the seconds of a cell of each.

    Nothing of it counts, and nothing is sent to a cloud, or to those it is to go
    `without`.
    """
    found: dict[int, float] = {}
    for index in range(len(asker.targets)):
        if index in asker.clouds or index in without:
            continue
        taken = []
        for task in tasks[:_MEASURED]:
            began = asker.now()
            if isinstance(await asker.ask(task, index), Answer):
                taken.append(asker.now() - began)
        if taken:
            found[index] = median(taken)
    return found


class Outlook(Struct, frozen=True, kw_only=True):
    """What a bench will take, as far as it is known."""

    estimates: tuple[Estimate, ...]
    """By contender."""
    seconds: tuple[float | None, ...]
    """Of a cell, by contender; None: nobody knows."""
    a_task: float | None
    """Seconds that a task takes all contenders; None: nobody knows."""
    lacks: Lacks = Lacks()
    """Who cannot be asked."""
    left: int | None = None
    """Cells that a resumed bench has still to ask; None: it begins."""
    seconds_left: float | None = None
    """What those take; None: nobody knows, or it begins."""


def outlook(
    tasks: Sequence[T],
    asker: Asker[T],
    contenders: Sequence[BenchContender],
    earlier: Sequence[BenchRecord],
    measured: Mapping[int, float] | None = None,
    lacks: Lacks | None = None,
) -> Outlook:
    """Say what a bench will take, by bounds and by what benches before it took."""
    seconds = [
        (measured or {}).get(index, _of_benches(contender, earlier))
        for index, contender in enumerate(contenders)
    ]
    lacks = lacks or Lacks()
    return Outlook(
        estimates=estimate(tasks, asker),
        seconds=tuple(seconds),
        a_task=_until_done(lanes_of(asker.seats()), _taken(seconds, asker, lacks)),
        lacks=lacks,
    )


def rest_of(
    view: Outlook, tasks: Sequence[T], asker: Asker[T], before: BenchRecord
) -> Outlook:
    """Say it of what is left of a bench that was begun."""
    done = {(cell.task, cell.contender) for cell in before.cells}
    taken = _taken(view.seconds, asker, view.lacks)
    left = [
        0 if i in view.lacks.aside else sum((task.id, i) not in done for task in tasks)
        for i in range(len(taken))
    ]
    seconds = [
        0.0 if not count else None if each is None else count * each
        for count, each in zip(left, taken, strict=True)
    ]
    return replace(
        view,
        estimates=estimate(tasks, asker, done),
        left=sum(left),
        seconds_left=_until_done(lanes_of(asker.seats()), seconds),
    )


def _taken(
    seconds: Sequence[float | None], asker: Asker[T], lacks: Lacks
) -> list[float | None]:
    return [
        0.0
        if index in lacks.aside
        else _UNKNOWN
        if known is None and index in asker.clouds
        else known
        for index, known in enumerate(seconds)
    ]


def _of_benches(
    contender: BenchContender, benches: Iterable[BenchRecord]
) -> float | None:
    """Give the seconds of a cell by the newest bench that has enough of them."""
    for bench in benches:
        for place, each in enumerate(bench.plan.contenders):
            if each.identity == contender.identity:
                cells = (cell for cell in bench.cells if cell.contender == place)
                known = [s for cell in cells if (s := _seconds_of(cell)) is not None]
                if len(known) >= _FEWEST:
                    return median(known)
    return None


def _seconds_of(cell: Cell) -> float | None:
    """Give what both requests of a cell took together, about."""
    warm, cold = cell.warm, cell.cold
    if warm.total is None or warm.overlapped:
        return None
    beforehand = cold.total if cold.total is not None else warm.first_token
    return warm.total + (beforehand or 0.0)


def _until_done(lanes: Sequence[Lane], seconds: Sequence[float | None]) -> float | None:
    """Give the seconds until all contenders are done; None if nobody knows.

    `seconds` are those that each takes alone, by contender. Lanes go on beside each
    other, so the slowest counts.
    """
    longest = 0.0
    for lane in lanes:
        known = [s for i in lane.contenders if (s := seconds[i]) is not None]
        if len(known) < len(lane.contenders):
            return None
        longest = max(longest, sum(known) / lane.at_once)
    return longest
