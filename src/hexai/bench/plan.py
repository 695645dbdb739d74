"""What a bench is made of, and what has changed since it was begun; pure."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from itertools import groupby
from typing import TypeVar

from hexai.domain.bench import BenchContender, Item, Plan
from hexai.domain.fingerprint import changes

T = TypeVar("T", bound=Item)


def whole_commits(tasks: Sequence[T], most: int) -> tuple[T, ...]:
    """Take tasks of whole commits, in their order, of so many at most.

    At least those of one commit, if there are any.
    """
    taken: list[T] = []
    for _, group in groupby(tasks, key=lambda task: task.commit):
        some = list(group)
        if taken and len(taken) + len(some) > most:
            break
        taken += some
    return tuple(taken)


def digest(texts: Iterable[str]) -> str:
    """Give a digest of prompts, by which it shows that they have changed."""
    whole = "\0".join(texts).encode("utf-8", "surrogatepass")
    return sha256(whole).hexdigest()[:12]


def differences(before: Plan, now: Plan) -> tuple[str, ...]:
    """Say what is not as it was when a bench was begun; nothing if it may go on."""
    told = [
        f"{name} was {_shown(old)}, and is {_shown(new)}"
        for name, old, new in (
            ("the repository", before.project, now.project),
            ("the file of questions", before.file, now.file),
            ("HEAD", before.head[:12], now.head[:12]),
            ("the version of hexai", before.product, now.product),
            ("the test command", before.test, now.test),
            ("completion.deadline", before.deadline, now.deadline),
        )
        if old != new
    ]
    if before.prompts != now.prompts:
        told.append("the built-in prompts, or their order, are others")
    told += _contenders(before.contenders, now.contenders)
    if [task.id for task in before.tasks] != [task.id for task in now.tasks]:
        told.append(_tasks(before, now))
    return tuple(told)


def _shown(value: object) -> str:
    return str(value) if value != "" else "none"


def _contenders(
    before: Sequence[BenchContender], now: Sequence[BenchContender]
) -> list[str]:
    if len(before) != len(now):
        labels = [", ".join(each.label for each in some) for some in (before, now)]
        return [f"the entries were {labels[0]}, and are {labels[1] or 'none'}"]
    return [
        _contender(old, new)
        for old, new in zip(before, now, strict=True)
        if old.identity != new.identity
    ]


def _contender(old: BenchContender, new: BenchContender) -> str:
    if old.identity[:3] == new.identity[:3]:
        return f"{old.label} has changed: {changes(old.fingerprint, new.fingerprint)}"
    asked = [f"{each.provider}:{each.model} at {each.upstream}" for each in (old, new)]
    return f"{old.label} was {asked[0]}, and is {asked[1]}"


def _tasks(before: Plan, now: Plan) -> str:
    same = {task.id for task in before.tasks} & {task.id for task in now.tasks}
    missing = len(before.tasks) - len(same)
    if not missing:
        return "there are other tasks"
    return f"not there any more: {missing} of its {len(before.tasks)} tasks"
