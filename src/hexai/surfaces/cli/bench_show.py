"""Benches that were run: listed, shown, compared, exported, forgotten."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import asdict

from hexai.bench.known import Known
from hexai.domain.bench import BenchRecord, Cell, Ending, Plan, Score, TaskRecord
from hexai.errors import UsageError
from hexai.service.bench_records import BenchRecords, open_benches
from hexai.service.bench_texts import Text
from hexai.service.beside import Beside
from hexai.surfaces.cli.bench_ask_words import checked_words, question_lines
from hexai.surfaces.cli.bench_ends import ending_words, error_words
from hexai.surfaces.cli.bench_json import listed, shown
from hexai.surfaces.cli.bench_trained import later_than
from hexai.surfaces.cli.bench_units import duration, share, spent
from hexai.surfaces.cli.bench_words import (
    BY_TESTS,
    parts,
    planned_words,
    report,
)
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.output import complain, csv_of, is_sure, say, table
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.recorded import when
from hexai.surfaces.words import counted, signed, usd

_EXPLORATORY = "to explore: of so many, some differ by chance alone"
_FIGURES = ("ENTRY", "EXACT", "FIRST LINE", "RAN ON", "IN 0.5 s", "IN 4 s")
_LIST = ("BENCH", "NAME", "WHEN", "ENTRIES", "TASKS", "CELLS", "COST", "ENDED")


def list_benches(invocation: Invocation, *, json: bool) -> int:
    """List the benches, the newest last."""
    process = invocation.process
    with open_benches(folders_of(process)) as records:
        benches = [*records.listed()][::-1]
        damaged = records.missing_in(benches)
    if damaged:
        complain(process, _damaged_words(damaged))
    if json:
        say(process, to_json([listed(bench) for bench in benches]) + "\n")
    elif benches:
        beside = Beside(folders_of(process).runtime)
        rows = [_row(bench, runs=beside.is_taken(bench.id)) for bench in benches]
        say(process, table(_LIST, rows, columns=process.columns))
    elif not damaged:
        complain(process, "there is no bench yet; hexai bench run begins one")
    return 0


def _damaged_words(numbers: Sequence[int]) -> str:
    benches = "bench" if len(numbers) == 1 else "benches"
    named = ", ".join(map(str, numbers))
    return (
        f"left out {benches} {named}, damaged or written by a newer Hexai; "
        f"`hexai bench forget {numbers[0]}` removes one"
    )


def _row(bench: BenchRecord, *, runs: bool) -> tuple[str, ...]:
    plan = bench.plan
    return (
        str(bench.number),
        bench.name,
        when(bench.started_at),
        ", ".join(contender.label for contender in plan.contenders),
        str(len(plan.tasks)),
        f"{len(bench.cells)}/{len(plan.tasks) * len(plan.contenders)}",
        spent(bench.cost_usd, is_known=bench.is_cost_known),
        "is asked now" if runs else _ended(bench),
    )


def _ended(bench: BenchRecord) -> str:
    if bench.ending is Ending.DONE and not bench.answered:
        return "nobody answered"
    return bench.ending


def show_bench(
    invocation: Invocation, bench: str | None, task: str | None, *, json: bool
) -> int:
    """Print what a bench has come to, or one of its tasks."""
    process = invocation.process
    if json and task is not None:
        raise UsageError("a task has no JSON; hexai bench export has its cells")
    with open_benches(folders_of(process)) as records:
        record = records.find(bench)
        if task is not None:
            say(process, _task_words(records, record, task))
            return 0
        has_texts = any(True for _ in records.texts(record).read())
    if json:
        say(process, to_json(shown(record)) + "\n")
        return 0
    known = Known.of(record)
    title = f" ({record.name})" if record.name else ""
    say(process, f"bench {record.number}{title}, {when(record.started_at)}: ")
    say(process, report(record, known, process.columns))
    if figures := _more(known, record.plan, columns=process.columns):
        say(process, f"\n{figures}")
    exploratory = parts(known, record.plan, columns=process.columns)
    if exploratory:
        by = "by tag" if record.plan.asks_questions else "by language and kind"
        say(process, f"\n{by}, {_EXPLORATORY}\n{exploratory}")
    if record.votes:
        from hexai.surfaces.cli.bench_vote_words import vote_tables

        say(process, vote_tables(record, columns=process.columns))
    runs = Beside(folders_of(process).runtime).is_taken(record.id)
    told = (
        "is being asked just now" if runs else ending_words(record, has_texts=has_texts)
    )
    say(process, f"bench {record.number}: {told}\n")
    return 0


def _find_task(record: BenchRecord, word: str) -> TaskRecord:
    """Find a task by its place from 1, or by the beginning of its id."""
    tasks = record.plan.tasks
    if word.isdecimal() and 1 <= int(word) <= len(tasks):
        return tasks[int(word) - 1]
    found = [task for task in tasks if len(word) >= 4 and task.id.startswith(word)]
    if len(found) != 1:
        raise UsageError(f"there is no task {word}; there are 1 to {len(tasks)}")
    return found[0]


def _task_words(records: BenchRecords, record: BenchRecord, word: str) -> str:
    """Show a task: the hole, what was written there, and what each entry said."""
    task = _find_task(record, word)
    texts = [text for text in records.texts(record).read() if text.task == task.id]
    asked = next((text for text in texts if text.contender is None), None)
    lines = [_title(record, task)]
    if later := later_than(record.plan, task):
        lines.append(f"later than the training of {', '.join(later)}")
    if asked is None:
        lines.append("its texts are not kept")
    elif record.plan.asks_questions:
        lines += question_lines(asked)
    else:
        lines += [asked.path, f"{asked.before}▏{asked.after}", "really written:"]
        lines.append(asked.text)
    said = {text.contender: text for text in texts if text.contender is not None}
    cells = {cell.contender: cell for cell in record.cells if cell.task == task.id}
    for index, contender in enumerate(record.plan.contenders):
        lines += _answer_lines(contender.label, cells.get(index), said.get(index))
        if asked is not None and index in cells:
            lines += checked_words(cells[index], asked.checks)
    return "\n".join(lines) + "\n"


def _title(record: BenchRecord, task: TaskRecord) -> str:
    if record.plan.asks_questions:
        tags = f": {', '.join(task.tags)}" if task.tags else ""
        return f"question {task.id}{tags}"
    return f"task {task.id}: {task.kind}, {task.language}, commit {task.commit[:12]}"


def _answer_lines(label: str, cell: Cell | None, text: Text | None) -> list[str]:
    if cell is None:
        return [f"{label}: not asked"]
    figures = f", saved {signed(cell.score.saved)}" if cell.score else ""
    total = cell.cold.total if cell.checks is not None else cell.warm.total
    total = cell.warm.total if total is None else total
    took = "" if total is None else f", {duration(total)}"
    why = f" ({error_words(cell.error)})" if cell.error else ""
    tests = {None: "", True: ", passes", False: ", fails"}[cell.passes]
    price = "" if cell.cost_usd is None else f", {usd(cell.cost_usd)}"
    if cell.cost_usd is None and cell.state.counts:
        price = ", price unknown"
    lines = [f"{label}: {cell.state}{why}{figures}{tests}{took}{price}"]
    if text is not None:
        lines += [text.text] if text.text else []
        lines += [f"as it came:\n{text.said}"] if text.said else []
    return lines


def compare_bench(
    invocation: Invocation, bench: str | None, labels: tuple[str, ...]
) -> int:
    """Say what is known of each two entries."""
    process = invocation.process
    with open_benches(folders_of(process)) as records:
        record = records.find(bench)
    names = [each.label for each in record.plan.contenders]
    for label in labels:
        if label not in names:
            there = ", ".join(names)
            raise UsageError(f"no entry of this bench is called {label}; {there} are")
    if len({*labels}) < len(labels) or len(labels) > 2:
        raise UsageError("name two different entries, or none for all of the bench")
    known = Known.of(record)
    told = [
        f"{which}{planned_words(pair, record.plan)}"
        for which, comparison in (("", known.comparison), (BY_TESTS, known.passing()))
        for pair in comparison.standing().pairs
        if {*labels} <= {names[pair.better], names[pair.worse]}
    ]
    say(process, "".join(f"{line}\n" for line in told) or "nothing is known yet\n")
    return 0


def export_bench(
    invocation: Invocation, bench: str | None, *, json: bool, csv: bool, jsonl: bool
) -> int:
    """Write the figures of a bench, one cell a row, or all in one object."""
    process = invocation.process
    if json + csv + jsonl > 1:
        raise UsageError("say one of --json, --csv and --jsonl")
    with open_benches(folders_of(process)) as records:
        record = records.find(bench)
    rows = [*_cell_rows(record)]
    if csv:
        say(process, csv_of([*rows[0]] if rows else _KEYS, rows))
    elif jsonl:
        say(process, "".join(to_json(row) + "\n" for row in rows))
    else:
        whole: dict[str, Any] = {**listed(record), "cells": rows}
        if record.plan.asks_questions:
            whole["votes"] = [*_vote_rows(record)]
        say(process, to_json(whole) + "\n")
    return 0


_KEYS = ("task", "contender", "state")


def _cell_rows(bench: BenchRecord) -> Iterator[dict[str, Any]]:
    tasks = {task.id: task for task in bench.plan.tasks}
    for cell in sorted(bench.cells, key=lambda each: (each.task, each.contender)):
        task, score = tasks[cell.task], cell.score
        yield {
            "task": cell.task,
            "kind": task.kind,
            "language": task.language,
            "commit": task.commit,
            "characters": task.characters,
            "contender": bench.plan.contenders[cell.contender].label,
            "state": cell.state,
            **(dict.fromkeys(_SCORES) if score is None else asdict(score)),
            "checks": None if cell.checks is None else len(cell.checks),
            "checks_passed": None if cell.checks is None else sum(cell.checks),
            "cold_first_token": cell.cold.first_token,
            "cold_total": cell.cold.total,
            "first_token": cell.warm.first_token,
            "total": cell.warm.total,
            "overlapped": cell.warm.overlapped,
            "tokens_in": cell.tokens_in,
            "tokens_cached": cell.tokens_cached,
            "tokens_out": cell.tokens_out,
            "cost_usd": cell.cost_usd,
            "uncached_usd": cell.uncached_usd,
            "estimated": cell.estimated,
            "unbelieved": cell.unbelieved,
            "passes": cell.passes,
            "error": cell.error,
        }


def _vote_rows(bench: BenchRecord) -> Iterator[dict[str, Any]]:
    labels = [each.label for each in bench.plan.contenders]
    for vote in bench.votes:
        yield {
            "task": vote.task,
            "first": labels[vote.first],
            "second": labels[vote.second],
            "choice": vote.choice,
            "winner": None if vote.winner is None else labels[vote.winner],
            "at": vote.at,
            "sitting": vote.sitting,
        }


_SCORES = Score.__struct_fields__


def forget_bench(invocation: Invocation, bench: str | None, *, yes: bool) -> int:
    """Remove a bench for good, with its texts."""
    if bench is None:
        raise UsageError("say which bench; see hexai bench list")
    process = invocation.process
    with open_benches(folders_of(process)) as records:
        it = records.outline(bench)
        if Beside(folders_of(process).runtime).is_taken(it.id):
            raise UsageError(
                f"bench {it.number} is being asked just now; end that first"
            )
        words = f"Forget bench {it.number} with its {counted(it.cells, 'cell')}?"
        if not is_sure(process, words, command="bench forget", yes=yes):
            return 1
        stays = records.forget(it.number)
    say(process, f"forgot bench {it.number}\n")
    for error in stays:
        reason = error.strerror or str(error)
        complain(process, f"{error.filename}: could not be removed: {reason}")
    return 1 if stays else 0


def _more(known: Known, plan: Plan, *, columns: int = 0) -> str:
    """Draw how often answers were right to the letter, went on, and were soon there."""
    if plan.asks_questions:
        return ""
    means = known.comparison.standing().means
    rows = [
        (
            contender.label,
            share(mean.figures.exact),
            share(mean.figures.first_line),
            share(mean.figures.ran_on),
            share(mean.figures.at_once),
            share(mean.figures.with_patience),
        )
        for contender, mean in zip(plan.contenders, means, strict=True)
        if mean is not None
    ]
    return table(_FIGURES, rows, columns=columns) if rows else ""
