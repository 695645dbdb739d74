"""What a bench on questions of one's own comes to, in tables and sentences; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from hexai.bench.compare import Comparison
from hexai.bench.figures import Block
from hexai.bench.known import SHARES, Known
from hexai.bench.standing import Mean
from hexai.domain.bench import Cell, Plan, Times
from hexai.service.bench_texts import Text
from hexai.surfaces.cli.bench_units import interval, share
from hexai.surfaces.cli.bench_words import halves, mean_of
from hexai.surfaces.cli.output import table
from hexai.surfaces.words import counted, usd

_CHECKED = ("ENTRY", "ASKED", "CHECKS", "95 %", "ALL")
_SPENT = (
    *("ENTRY", "FIRST p50", "p90", "TOTAL p50", "p90", "AGAIN p50", "TOK IN"),
    *("CACHED", "TOK OUT", "COST", "$/1,000"),
)
_TAGS = 6
"""Tags that are named where all questions are counted."""
_PART = ("TAG", "ENTRY", "QUESTIONS", "CHECKS", "95 %")
_NOTES = (
    "CHECKS: the share that an answer passed, each question the same; ALL: answers "
    "that passed all of theirs."
)
_UNCHECKED = (
    "No question has a check (contains, matches, equals, json, lines_at_most, runs), "
    "so nothing is said of who is better."
)
_REPEATED = "AGAIN: what the same question took when it was asked again."


def questions_words(plan: Plan) -> str:
    """Say what is asked: how many questions, how often, of which tags."""
    questions = len({task.commit for task in plan.tasks})
    told = counted(questions, "question")
    if plan.repeat > 1:
        told += f", each {plan.repeat} times"
    tagged = {task.commit: task.tags for task in plan.tasks}
    tags = Counter(tag for some in tagged.values() for tag in some)
    if tags:
        most = sorted(tags.items(), key=lambda each: (-each[1], each[0]))[:_TAGS]
        told += ": " + ", ".join(f"{count} {tag}" for tag, count in most)
    return told


def question_notes(plan: Plan, known: Known) -> str:
    """Explain the figures that are no everyday words."""
    if all(cell.checks is None for cell in known.cells.values()):
        return ""
    notes = _NOTES if _is_checked(known) else _UNCHECKED
    return f"{notes} {_REPEATED}" if plan.repeat > 1 else notes


def _is_checked(known: Known) -> bool:
    return any(cell.checks for cell in known.cells.values())


def question_tables(known: Known, plan: Plan, *, columns: int = 0) -> str:
    """Draw which checks each contender passed, and what it took."""
    means = known.comparison.standing().means
    cells = [known.cells_of(index) for index in range(len(plan.contenders))]
    labels = [each.label for each in plan.contenders]
    checked = [
        _checked(label, mean, some)
        for label, mean, some in zip(labels, means, cells, strict=True)
    ]
    pairs = zip(labels, cells, strict=True)
    spent = [_spent(label, some) for label, some in pairs]
    header: tuple[str, ...] = _SPENT
    if plan.repeat == 1:
        header, *spent = (_without_again(row) for row in (header, *spent))
    took = table(header, spent, columns=columns)
    if not _is_checked(known):
        return took
    return f"{table(_CHECKED, checked, columns=columns)}\n{took}"


def _without_again(row: tuple[str, ...]) -> tuple[str, ...]:
    at = _SPENT.index("AGAIN p50")
    return (*row[:at], *row[at + 1 :])


def _checked(label: str, mean: Mean | None, cells: Sequence[Cell]) -> tuple[str, ...]:
    checked = [cell.checks for cell in cells if cell.checks]
    if not checked:
        return (label, str(len(cells)), "none", "", "")
    if mean is None:
        return (label, str(len(cells)), "not yet", "", "")
    return (
        label,
        str(len(cells)),
        share(mean.figures.saved),
        interval(mean.saved, signed=False),
        share(sum(map(all, checked)) / len(checked)),
    )


def _spent(label: str, cells: Sequence[Cell]) -> tuple[str, ...]:
    first, again = first_and_again(cells)
    return (
        label,
        *halves([each.first_token for each in first]),
        *halves([each.total for each in first]),
        halves([each.total for each in again])[0],
        *(mean_of(cells, name) for name in ("tokens_in", "tokens_cached")),
        mean_of(cells, "tokens_out"),
        *_prices(cells),
    )


def first_and_again(cells: Sequence[Cell]) -> tuple[list[Times], list[Times]]:
    """Give how long questions took, and how long when they were asked again.

    What nobody has asked before who shares the model counts as the first time, as long
    as there is any.
    """
    first = [cell.cold for cell in cells if not cell.cold.overlapped]
    again = [cell.warm for cell in cells if not cell.warm.overlapped]
    if not any(each.total is not None for each in first):
        first = again  # somebody who shares the model was always asked before
    return first, again


def _prices(cells: Sequence[Cell]) -> tuple[str, str]:
    """Give what all cost, and what 1,000 questions would."""
    costs = [cell.cost_usd for cell in cells if cell.state.counts]
    known = [cost for cost in costs if cost is not None]
    if not known or len(known) < len(costs):
        return "?", "?"
    total = sum(known, Decimal(0))
    estimated = any(cell.estimated for cell in cells)
    return (
        usd(total, estimated=estimated),
        usd(total / len(known) * 1000, estimated=estimated),
    )


def question_parts(known: Known, plan: Plan, *, columns: int = 0) -> str:
    """Draw the same by tag, for who wants to explore."""
    tags = {task.id: task.tags for task in plan.tasks}
    names = sorted({tag for some in tags.values() for tag in some})
    rows = [row for name in names for row in _part(name, known.blocks, plan)]
    return table(_PART, rows, columns=columns) if rows else ""


def _part(name: str, blocks: Sequence[Block], plan: Plan) -> Iterator[tuple[str, ...]]:
    tagged = {task.commit for task in plan.tasks if name in task.tags}
    comparison = Comparison(len(plan.contenders), margin=plan.margin, span=SHARES)
    for block in blocks:
        if block.commit in tagged:
            comparison.add(block)
    means = comparison.standing().means
    for contender, mean in zip(plan.contenders, means, strict=True):
        if mean is not None:
            yield (
                name,
                contender.label,
                str(mean.commits),
                share(mean.figures.saved),
                interval(mean.saved, signed=False),
            )


def question_lines(asked: Text) -> list[str]:
    """Show a question as it was asked."""
    system = [f"system: {asked.before}"] if asked.before else []
    return [*system, asked.text]


def checked_words(cell: Cell, checks: Sequence[str]) -> list[str]:
    """Say which checks an answer passed."""
    if not cell.checks:
        return []
    names = [*checks, *(f"check {n + 1}" for n in range(len(checks), len(cell.checks)))]
    return [
        f"  {'passed' if passed else 'failed'}: {name}"
        for passed, name in zip(cell.checks, names, strict=False)
    ]
