"""`hexai bench run --test`: whether a project's code may be run, and what it takes."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from hexai.bench.mining.repository import Repository
from hexai.bench.passes import LONGEST, Passing, Surroundings
from hexai.config.narrowing.project import FILE_NAME
from hexai.domain.bench import Kind, Plan
from hexai.errors import UsageError
from hexai.surfaces.cli.bench_units import duration
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.words import counted
from hexai.text.sanitise import visible_line


class CodeTests:
    """Runs a command of the user's on answers, for a project that is trusted."""

    def __init__(self, session: Session, plan: Plan, folder: str) -> None:
        """`folder` is the repository's. Raises `UsageError` if it may not be run."""
        check_trust(session, folder)
        around = Surroundings(
            environ=session.process.environ,
            home=session.process.home,
            folders=session.folders,
        )
        self._plan = plan
        self.passing = Passing(plan.test, Repository(Path(folder)), around)

    @property
    def beforehand(self) -> str:
        """What will be run, how often, and where."""
        plan = self._plan
        bodies = sum(task.kind == Kind.BODY for task in plan.tasks)
        most = bodies * (2 + len(plan.contenders))
        return (
            f"--test runs {visible_line(plan.test)} at most {counted(most, 'time')}, "
            f"on {counted(bodies, 'function body', 'function bodies')}.\n"
            "This runs the code of the repository, and what the models write, on this "
            "machine: in a copy, without network, with a home of its own and no "
            f"credentials, for at most {duration(LONGEST)} each; it can read what you "
            "can read, but for the usual places of keys.\n"
        )

    @property
    def doing(self) -> str:
        """What is run now, and for how long already; empty for nothing."""
        if self.passing.since is None:
            return ""
        took = asyncio.get_running_loop().time() - self.passing.since
        return f"the tests run, for {duration(took)} now"

    async def check(self) -> None:
        """Make sure that a command can be confined here; raises `SetupError`."""
        await self.passing.check()

    def afterwards(self) -> Iterator[str]:
        """Say of how many tasks the tests say nothing, and why."""
        for reason, count in self.passing.unfit.items():
            yield f"--test says nothing of function bodies which {reason}: {count}"
        for number, line in enumerate(self.passing.failed):
            yield line if number else f"--test, where it first failed so, {line}"

    def close(self) -> None:
        """Let go of the copy."""
        self.passing.close()


def check_trust(session: Session, folder: str) -> None:
    """Refuse a project whose own file is not trusted as it is."""
    root = os.path.realpath(folder)
    for file in session.snapshot.project:
        if file.is_trusted and os.path.dirname(file.real_path) == root:  # noqa: PTH120
            return
    raise UsageError(
        f"--test runs the code of a project that you trust: `hexai config trust "
        f"{folder}` says so, of a {FILE_NAME} there, which may be empty"
    )
