"""Measures how long a cell takes, by three of each entry that runs on this machine."""

from collections.abc import Container, Sequence
from statistics import median

from hexai.bench.asker import Asker, T
from hexai.bench.replies import Answer

CELLS = 3


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
        for task in tasks[:CELLS]:
            began = asker.now()
            if isinstance(await asker.ask(task, index), Answer):
                taken.append(asker.now() - began)
        if taken:
            found[index] = median(taken)
    return found
