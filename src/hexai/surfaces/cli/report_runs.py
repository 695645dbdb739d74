"""Questions and answers for `hexai report --texts`, as `hexai show` has them."""

from collections.abc import Iterator
from itertools import islice
from operator import attrgetter

from msgspec.structs import replace

from hexai.config.folders import Folders
from hexai.domain.entry import Surface
from hexai.domain.figures import Cell, Filter, is_called
from hexai.domain.outcome import Status
from hexai.domain.record import ContenderRecord, RecordedRun
from hexai.report.bench_section import Bench
from hexai.report.page import Page
from hexai.report.texts import (
    LONGEST,
    MOST_TASKS,
    Beside,
    Side,
    side,
    tasks,
    that_fit,
)
from hexai.report.write import LARGEST
from hexai.service.recorded_runs import open_history
from hexai.surfaces.cli.ballot import how_named
from hexai.surfaces.cli.recorded import (
    choice_words,
    is_hidden,
    names_shown,
    recorded_line,
    shown_order,
    when,
)
from hexai.text.sanitise import visible, visible_line

_LOOKED_AT = 10_000
"""The newest runs of each surface that are looked at for texts."""
_SPARE = 50_000
"""Bytes of a page that stay free."""


def with_tasks(page: Page, bench: Bench | None, *, used: int) -> Page:
    """Put the tasks that differ most into a page of so many bytes, up to half of it."""
    if bench is None:
        return page
    room = (LARGEST - _SPARE - used) // 2
    fit = that_fit(tasks(bench.differing), room=room, most=MOST_TASKS)
    return replace(page, tasks=replace(fit, missing=fit.missing + bench.missing))


def with_runs(
    page: Page, folders: Folders, chosen: Filter, now: float, *, used: int
) -> Page:
    """Put the newest runs with texts into a page of so many bytes."""
    with open_history(folders, lambda: now) as history:
        surfaces = [Surface(chosen.surface)] if chosen.surface else [*Surface]
        runs = [
            run
            for surface in surfaces
            for run in islice(history.newest(surface=surface), _LOOKED_AT)
            if _fits(run, chosen, hidden=is_hidden(run, now))
        ]
    runs.sort(key=attrgetter("run.started_at"), reverse=True)
    room = LARGEST - _SPARE - used - sum(each.size for each in page.tasks.shown)
    beside = (_beside(run, now) for run in runs)
    return replace(page, runs=that_fit(beside, room=room))


def _fits(recorded: RecordedRun, chosen: Filter, *, hidden: bool) -> bool:
    """Tell whether a run is one of those that were chosen.

    Where models are chosen by their names, one whose names are hidden would tell them.
    """
    run = recorded.run
    if chosen.model and hidden:
        return False
    has_texts = bool(run.messages) or any(each.text for each in run.contenders)
    return (
        has_texts
        and run.started_at >= chosen.since
        and any(
            chosen.matches(
                Cell(
                    surface=run.surface,
                    language=run.background.language,
                    project=run.background.project,
                    provider=each.provider,
                    model=each.model,
                    upstream=each.upstream,
                    label=each.label,
                )
            )
            for each in run.contenders
            if is_called(chosen.model, each.provider, each.model, each.label)
        )
    )


def _beside(recorded: RecordedRun, now: float) -> Beside:
    run = recorded.run
    facts = [f"Run {recorded.number}", when(run.started_at), run.surface]
    if words := choice_words(recorded, now):
        facts.append(f"chosen: {words}")
    elif is_hidden(recorded, now):
        facts.append(how_named(recorded))
    return Beside(
        title=visible_line(" · ".join(facts)),
        question=visible(run.prompt[:LONGEST]),
        language=visible_line(run.background.language),
        sides=tuple(_sides(recorded, now)),
    )


def _sides(recorded: RecordedRun, now: float) -> Iterator[Side]:
    hidden = is_hidden(recorded, now)
    names = names_shown(recorded.run, hidden=hidden)
    credited = recorded.chosen.indexes if recorded.chosen and not hidden else ()
    for each in shown_order(recorded.run):
        yield side(
            names[each.index],
            each.text,
            note=_note(each, hidden=hidden),
            chosen=each.index in credited,
        )


def _note(contender: ContenderRecord, *, hidden: bool) -> str:
    if not hidden:
        return recorded_line(contender)
    return "" if contender.status is Status.ANSWERED else contender.status.value
