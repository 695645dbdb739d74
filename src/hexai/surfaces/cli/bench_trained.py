"""Which tasks are of code that a model cannot have been trained on, in words; pure."""

from collections.abc import Iterator

from hexai.bench.cut_offs import cut_off, is_later
from hexai.domain.bench import Plan, TaskRecord
from hexai.surfaces.words import counted


def trained_words(plan: Plan) -> Iterator[str]:
    """Say of each model how much of the code is later than its training, if known.

    Models of which the same is to be said have one line; questions have no date.
    """
    if plan.asks_questions:
        return
    known: dict[str, str] = {}
    unknown: list[str] = []
    for contender in plan.contenders:
        row = cut_off(contender.model)
        if row is None:
            unknown.append(contender.label)
            continue
        later = sum(is_later(task.committed_at, row) for task in plan.tasks)
        known[contender.label] = (
            f"{later} of {counted(len(plan.tasks), 'task')} later than "
            f"{_ends(row.says)}, {row.last:%d %b %Y}"
        )
    for said in dict.fromkeys(known.values()):
        yield f"{', '.join(k for k, v in known.items() if v == said)}: {said}"
    if unknown:
        yield (
            f"{', '.join(unknown)}: until when training reaches is not known, so that "
            "it cannot be ruled out that this code was part of it"
        )


def _ends(says: str) -> str:
    return "the data it was trained on" if says == "training" else "what it knows of"


def later_than(plan: Plan, task: TaskRecord) -> tuple[str, ...]:
    """Name the contenders whose training is known to end before a task's code."""
    if plan.asks_questions:
        return ()
    return tuple(
        contender.label
        for contender in plan.contenders
        if (row := cut_off(contender.model)) is not None
        and is_later(task.committed_at, row)
    )
