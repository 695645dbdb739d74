"""What a bench has found, for `hexai report`: as `hexai bench show` has it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import quantiles

from msgspec.structs import replace

from hexai.bench.known import Known
from hexai.bench.sequences import Bounds
from hexai.bench.standing import Mean
from hexai.config.locate import Folders
from hexai.domain.bench import BenchRecord, Cell, TaskRecord
from hexai.domain.estimates import Estimate
from hexai.report.bench_section import Answered, Bench, Differing, Halves, Scored
from hexai.report.names import shown_names
from hexai.report.texts import MOST_TASKS
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.surfaces.cli.bench_trained import trained_words
from hexai.surfaces.cli.bench_words import has_tests, sentences
from hexai.text.sanitise import visible_line

_WHY = "hexai bench show says why"
"""Instead of a reason, which may quote a text."""
_BEFORE = 600
"""Characters of the text before a hole."""


def read_bench(folders: Folders, word: str | None, *, with_texts: bool) -> Bench | None:
    """Read the bench that a word means, or the newest; None if there is none at all.

    Raises `UsageError` if the word means none.
    """
    with open_benches(folders) as records:
        if word is None and not any(records.listed()):
            return None
        record = records.find(word)
        if not with_texts:
            record = replace(record, aside=dict.fromkeys(record.aside, _WHY))
        known = Known.of(record)
        differing = [*_differing(records, record, known)] if with_texts else []
        missing = max(0, len(_spreads(known)) - MOST_TASKS)
    return Bench(
        number=record.number,
        name=visible_line(record.name) if with_texts else "",
        scored=tuple(_scored(record, known)),
        verdicts=tuple(map(visible_line, _said(record, known))),
        differing=tuple(differing),
        missing=missing if with_texts else 0,
    )


def _scored(record: BenchRecord, known: Known) -> Iterator[Scored]:
    means, prices = known.comparison.standing().means, known.prices()
    labels = dict(enumerate(each.label for each in record.plan.contenders))
    for index, label in shown_names(labels).items():
        mean, price = means[index], prices[index]
        cells = known.cells_of(index)
        timed = [cell for cell in cells if not cell.warm.overlapped]
        cold = [cell.cold.total for cell in cells if not cell.cold.overlapped]
        yield Scored(
            label=label,
            tasks=mean.tasks if mean else 0,
            saved=_saved(mean),
            useful=mean.figures.useful if mean else None,
            costs=mean.figures.costs if mean else None,
            kept=mean.figures.kept if mean else None,
            similar=mean.figures.similar if mean else None,
            sound=mean.figures.sound if mean else None,
            in_time=mean.figures.in_time if mean else None,
            passed=known.passed(index) if has_tests(record.plan) else None,
            first_token=_halves([cell.warm.first_token for cell in timed]),
            total=_halves([cell.warm.total for cell in timed]),
            cold=_halves(cold).p50,
            usd_for_1000=None if price is None else price * 1000,
            estimated=any(cell.estimated for cell in cells),
            usd_for_1000_saved=None if price is None else _for_saved(cells, known),
        )


def _for_saved(cells: Sequence[Cell], known: Known) -> Decimal | None:
    saved = known.characters_saved(cells)
    cost = sum((cell.cost_usd or Decimal(0) for cell in cells), Decimal(0))
    return cost / Decimal(saved) * 1000 if saved > 0 else None


def _said(record: BenchRecord, known: Known) -> list[str]:
    return [*sentences(record, known), *trained_words(record.plan)]


def _saved(mean: Mean | None) -> Estimate | None:
    bounds: Bounds | None = mean.saved if mean else None
    if mean is None or bounds is None:
        return None
    return Estimate(value=mean.figures.saved, low=bounds.low, high=bounds.high)


def _halves(values: Sequence[float | None]) -> Halves:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Halves(p50=known[0] if known else None)
    tenths = quantiles(known, n=10, method="inclusive")
    return Halves(p50=tenths[4], p90=tenths[8])


def _spreads(known: Known) -> list[tuple[float, TaskRecord, list[Cell]]]:
    """Give the tasks by how much what was saved differs, the most first."""
    found = []
    for place, task in enumerate(known.tasks):
        there = (known.cells.get((place, i)) for i in range(known.contenders))
        cells = [cell for cell in there if cell and cell.score]
        saved = [cell.score.saved for cell in cells if cell.score]
        if saved and max(saved) > min(saved):
            found.append((max(saved) - min(saved), task, cells))
    return sorted(found, key=lambda each: (-each[0], each[1].id))


def _differing(
    records: BenchRecords, record: BenchRecord, known: Known
) -> Iterator[Differing]:
    """Give the tasks that differ most, with their texts as far as those are kept."""
    most = _spreads(known)[:MOST_TASKS]
    wanted = {task.id for _, task, _ in most}
    texts = {
        (text.task, text.contender): text
        for text in records.texts(record).read()
        if text.task in wanted
    }
    for _, task, cells in most:
        about = texts.get((task.id, None))
        if about is None:  # no texts were to be kept, or a kill has cut them
            continue
        yield Differing(
            id=task.id,
            kind=task.kind,
            language=task.language,
            path=about.path,
            before=about.before[-_BEFORE:],
            truth=about.text,
            answers=tuple(_answered(record, cell, texts) for cell in cells),
        )


def _answered(
    record: BenchRecord, cell: Cell, texts: dict[tuple[str, int | None], Text]
) -> Answered:
    said = texts.get((cell.task, cell.contender))
    return Answered(
        label=record.plan.contenders[cell.contender].label,
        text=said.text if said else "",
        saved=cell.score.saved if cell.score else None,
    )
