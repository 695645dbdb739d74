"""What a bench has found, for `hexai report`: as `hexai bench show` has it."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from statistics import quantiles
from typing import Any

from msgspec.structs import replace

from hexai.bench.known import Known, counted
from hexai.config.folders import Folders
from hexai.domain.bench import BenchRecord, Cell, Plan, TaskRecord
from hexai.domain.estimates import Estimate
from hexai.report.bench_section import Answered, Bench, Differing, Halves, Scored
from hexai.report.names import shown_names
from hexai.report.texts import LONGEST, MOST_TASKS
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.surfaces.cli.bench_ask_words import first_and_again, question_lines
from hexai.surfaces.cli.bench_json import shown
from hexai.surfaces.cli.bench_trained import trained_words
from hexai.surfaces.cli.bench_words import has_tests, sentences
from hexai.surfaces.words import signed
from hexai.text.model_ids import without_folder
from hexai.text.sanitise import visible_line

_FIGURES = ("useful", "costs", "kept", "similar", "sound", "in_time")
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
        record = _without_folders(record)
        if not with_texts:
            record = replace(record, aside=dict.fromkeys(record.aside, _WHY))
        known = Known.of(record)
        differing = [*_differing(records, record, known)] if with_texts else []
        missing = max(0, len(_spreads(record, known)) - MOST_TASKS)
    return Bench(
        number=record.number,
        name=visible_line(record.name) if with_texts else "",
        asks_questions=record.plan.asks_questions,
        scored=tuple(_scored(record, known)),
        verdicts=tuple(map(visible_line, _said(record, known))),
        differing=tuple(differing),
        missing=missing if with_texts else 0,
    )


def _without_folders(record: BenchRecord) -> BenchRecord:
    """Name models that are files of the user's by the file alone."""
    contenders = tuple(
        replace(
            each, label=without_folder(each.label), model=without_folder(each.model)
        )
        for each in record.plan.contenders
    )
    return replace(record, plan=replace(record.plan, contenders=contenders))


def _scored(record: BenchRecord, known: Known) -> Iterator[Scored]:
    """Give what `hexai bench show --json` says of each contender, and a little more."""
    told = shown(record)["contenders"]
    names = shown_names({i: each["label"] for i, each in enumerate(told)})
    for index, each in enumerate(told):
        cells = known.cells_of(index)
        price = each["usd_for_1000_tasks"]
        yield Scored(
            label=names[index],
            saved=_saved(each),
            all_passed=_all_passed(cells),
            **{name: each.get(name) for name in ("tasks", *_FIGURES)},
            passed=known.passed(index) if has_tests(record.plan) else None,
            **_times(each, cells, record.plan),
            usd_for_1000=price,
            usd_for_1000_saved=None if price is None else _for_saved(cells, known),
            estimated=any(cell.estimated for cell in cells),
        )


def _times(told: dict[str, Any], cells: Sequence[Cell], plan: Plan) -> dict[str, Any]:
    """Give how long it took; of a question both times that it was asked may tell."""
    if plan.asks_questions:
        repeated = plan.repeat > 1
        first, again = first_and_again(cells)
        return {
            "first_token": _halves([each.first_token for each in first]),
            "total": _halves([each.total for each in first]),
            "cold": _halves([each.total for each in again]).p50 if repeated else None,
        }
    return {
        "first_token": Halves(**told["first_token"]),
        "total": Halves(**told["total"]),
        "cold": told["cold_total"]["p50"],
    }


def _all_passed(cells: Sequence[Cell]) -> float | None:
    checked = [cell.checks for cell in cells if cell.checks]
    return sum(map(all, checked)) / len(checked) if checked else None


def _for_saved(cells: Sequence[Cell], known: Known) -> Decimal | None:
    saved = known.characters_saved(cells)
    cost = sum((cell.cost_usd or Decimal(0) for cell in cells), Decimal(0))
    return cost / Decimal(saved) * 1000 if saved > 0 else None


def _said(record: BenchRecord, known: Known) -> list[str]:
    return [*sentences(record, known), *trained_words(record.plan)]


def _saved(told: dict[str, Any]) -> Estimate | None:
    if told["saved_low"] is None:
        return None
    low, high = told["saved_low"], told["saved_high"]
    return Estimate(value=told["saved"], low=low, high=high)


def _halves(values: Sequence[float | None]) -> Halves:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Halves(p50=known[0] if known else None)
    tenths = quantiles(known, n=10, method="inclusive")
    return Halves(p50=tenths[4], p90=tenths[8])


def _spreads(
    record: BenchRecord, known: Known
) -> list[tuple[float, TaskRecord, list[Cell]]]:
    """Give the tasks by how much the answers' worth differs, the most first."""
    found = []
    for place, task in enumerate(known.tasks):
        there = (known.cells.get((place, i)) for i in range(known.contenders))
        cells = [cell for cell in there if cell]
        worth = [
            figures.saved
            for cell in cells
            if (figures := counted(cell, record.plan.deadline))
        ]
        if worth and max(worth) > min(worth):
            found.append((max(worth) - min(worth), task, cells))
    return sorted(found, key=lambda each: (-each[0], each[1].id))


def _differing(
    records: BenchRecords, record: BenchRecord, known: Known
) -> Iterator[Differing]:
    """Give the tasks that differ most, with their texts as far as those are kept."""
    most = _spreads(record, known)[:MOST_TASKS]
    asks = record.plan.asks_questions
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
            before="\n".join(question_lines(about))
            if asks
            else about.before[-_BEFORE:],
            truth="" if asks else about.text,
            answers=tuple(_answered(record, cell, texts) for cell in cells),
        )


def _asked(question: Text) -> str:
    return "\n".join(question_lines(question))[:LONGEST]


def _answered(
    record: BenchRecord, cell: Cell, texts: dict[tuple[str, int | None], Text]
) -> Answered:
    said = texts.get((cell.task, cell.contender))
    return Answered(
        label=record.plan.contenders[cell.contender].label,
        text=said.text if said else "",
        note=_worth(cell),
    )


def _worth(cell: Cell) -> str:
    if cell.checks:
        return f"passed {sum(cell.checks)} of {len(cell.checks)} checks"
    return f"saved {signed(cell.score.saved)}" if cell.score else str(cell.state)
