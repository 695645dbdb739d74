"""Puts a bench on code together: what is wanted, tasks from the history, the plan."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from hexai.bench.mining.keeping import refusals
from hexai.bench.mining.mine import Mined, Wanted, mine
from hexai.bench.plan import digest, whole_commits
from hexai.config.folders import Folders
from hexai.config.schema import Settings
from hexai.domain.bench import BenchContender, Kind, Plan, Task, TaskRecord
from hexai.prompts.templates import built_in_texts
from hexai.version import __version__

_LOOKS_BACK = 365 * 86_400
"""Seconds before now in which commits count, unless somebody says since when."""


class Asked(Struct, frozen=True, kw_only=True):
    """What somebody wants of a bench."""

    tasks: int
    most: int | None = None
    """Tasks that are asked, of those that are found; None: all."""
    seed: str
    until: int
    """Now, in seconds since 1970."""
    since: int | None = None
    """None: twelve months before `until`."""
    languages: tuple[str, ...] = ()
    below: str = ""
    """A folder or file, from the repository's folder on; empty: all of it."""
    kinds: tuple[Kind, ...] = ()
    margin: float = 0.05
    test: str = ""

    @property
    def first(self) -> int:
        """The moment from which on commits count."""
        return self.until - _LOOKS_BACK if self.since is None else self.since


def find_tasks(
    root: Path,
    asked: Asked,
    *,
    folders: Folders,
    environ: Mapping[str, str],
    settings: Settings,
) -> Mined:
    """Find the tasks of a repository; raises `NoHistory` and `SetupError`."""
    wanted = Wanted(
        tasks=asked.tasks,
        since=asked.first,
        languages=frozenset(asked.languages),
        kinds=frozenset(asked.kinds or Kind),
        seed=asked.seed,
        below=asked.below,
    )
    guarded = refusals(folders, environ, settings.ignore)
    return mine(root, wanted, refusals=guarded, now=asked.until)


def tasks_of(mined: Mined, asked: Asked) -> tuple[Task, ...]:
    """Give the tasks that are asked: of whole commits, and no more than are wanted."""
    most = asked.tasks if asked.most is None else asked.most
    return whole_commits(mined.tasks, most)


def plan_of(
    mined: Mined,
    asked: Asked,
    contenders: tuple[BenchContender, ...],
    settings: Settings,
) -> Plan:
    """Write down what makes the same bench again."""
    tasks = tasks_of(mined, asked)
    return Plan(
        project=mined.folder,
        head=mined.head,
        since=asked.first,
        until=asked.until,
        seed=asked.seed,
        wanted=asked.tasks,
        most=len(tasks) if asked.most is None else asked.most,
        languages=asked.languages,
        below=asked.below,
        kinds=tuple(map(str, asked.kinds)),
        product=__version__,
        prompts=digest(
            (settings.completion.prompt_order, *built_in_texts("completion"))
        ),
        test=asked.test,
        margin=asked.margin,
        deadline=settings.completion.deadline,
        withheld=not settings.team.enabled,
        contenders=contenders,
        tasks=tuple(map(TaskRecord.of, tasks)),
    )
