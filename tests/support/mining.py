"""Tasks mined from a made repository, with the guard and ignore rules as they are."""

import os
from pathlib import Path

from hexai.bench.mining.keeping import refusals
from hexai.bench.mining.mine import Mined, Wanted, mine
from hexai.config.folders import find_folders
from hexai.config.schema import Ignore
from hexai.domain.bench import Kind, Task


def mined(
    folder: Path,
    *,
    now: int,
    tasks: int = 1000,
    since: int = 0,
    languages: frozenset[str] = frozenset(),
    kinds: frozenset[Kind] = frozenset(Kind),
    seed: str = "seed",
    ignore: Ignore | None = None,
) -> Mined:
    """Mine with everything as a user has it; all of the history unless said."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    return mine(
        folder,
        Wanted(tasks=tasks, since=since, languages=languages, kinds=kinds, seed=seed),
        refusals=refusals(
            find_folders(environ, Path(environ["HOME"])), environ, ignore or Ignore()
        ),
        now=now,
    )


def truths(found: Mined) -> set[str]:
    """Give what was really written in all holes."""
    return {task.truth for task in found.tasks}


def whole(task: Task) -> str:
    """Give a task's document with the hole filled."""
    return task.before + task.truth + task.after


def function(name: str, *, lines: int = 3) -> str:
    """Write a function whose lines are its own."""
    body = "".join(
        f"    {name}_{n} = measure_{name}({n * 7}, width_of_{name}{n})\n"
        for n in range(lines)
    )
    return f"def {name}(first_{name}, second_{name}):\n{body}    return {name}_0\n"


def module(*names: str) -> str:
    """Write a module of such functions."""
    return "import math\n\n\n" + "\n\n".join(map(function, names))
