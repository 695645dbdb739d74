"""`hexai bench ask --test`: whether commands of a file may be run, and where."""

from collections.abc import Iterable, Mapping

from hexai.bench.passes import Surroundings
from hexai.bench.questions.running import SECONDS, Running
from hexai.errors import UsageError
from hexai.service.projects import project_of
from hexai.surfaces.cli.bench_tests import check_trust
from hexai.surfaces.cli.bench_units import duration
from hexai.surfaces.cli.loaded_config import Session
from hexai.text.sanitise import visible_line

_SHOWN = 5
"""Commands that are shown before anything is run."""


class QuestionTests:
    """Runs the commands of a file of questions on answers."""

    def __init__(
        self, session: Session, commands: Mapping[str, int], folder: str
    ) -> None:
        """`commands` are those of the file with their lines; `folder` is its own.

        Raises `UsageError` if they may not be run: what lies in a project is run only
        if the project is trusted.
        """
        project = project_of(folder)
        if project and project != project_of(session.process.folder):
            raise UsageError(
                f"--test runs the code of the project in {project}; run it from there"
            )
        if project:
            check_trust(session, project)
        around = Surroundings(
            environ=session.process.environ,
            home=session.process.home,
            folders=session.folders,
        )
        self._commands = commands
        self._folder = folder
        self.running = Running(tuple(commands), folder, around)

    @property
    def beforehand(self) -> str:
        """What will be run, and where."""
        some = [*self._commands][:_SHOWN]
        more = len(self._commands) - len(some)
        lines = [f"  {visible_line(each)}" for each in some]
        lines += [f"  and {more} more"] if more else []
        listed = "\n".join(lines)
        return (
            f"--test runs on each answer to a question that says so:\n{listed}\n"
            "This runs programs of this machine on what models say: in a copy of "
            f"{visible_line(self._folder)}, without network, with a home of its own "
            f"and no credentials, for at most {duration(SECONDS)} each; it can read "
            "what you can read, but for the usual places of keys.\n"
        )

    async def check(self) -> None:
        """Make sure that a command can be confined here; raises `SetupError`."""
        await self.running.check()

    def afterwards(self) -> Iterable[str]:
        """Say nothing more."""
        return ()

    def close(self) -> None:
        """Let go of the copy."""
        self.running.close()
