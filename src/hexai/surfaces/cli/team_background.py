"""The push that an editor server starts by itself: quiet, alone, and not too often.

It is a process of its own, so that neither what it loads nor what it waits for is in an
editor's way. Of several at once one works, and the others end.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hexai.config.folders import Folders
from hexai.config.schema_team import PUSHED_EVERY, Team
from hexai.errors import SetupError, TeamError
from hexai.service.private_files import make_private_folder, open_private_append
from hexai.service.recorded_runs import open_history
from hexai.service.team_secret import secret_file
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.process import Process
from hexai.team.address import address
from hexai.team.pending import has_news
from hexai.team.push import Pusher, noted
from hexai.team.server import connect

_NICE = 10
_TRIED = "tried"


def push_quietly(process: Process, folders: Folders, team: Team) -> int:
    """Push what is new, unless that was tried a moment ago; raises `HexaiError`."""
    if not (team.is_named(process.environ) and team.background):
        return 0
    with suppress(OSError):
        os.nice(_NICE)
    now = wall_clock()
    with _alone(secret_file(folders.state).with_name(_TRIED), now) as is_due:
        if is_due:
            _push(process, folders, team, now)
    return 0


def _push(process: Process, folders: Folders, team: Team, now: float) -> None:
    words = address(team, process.environ, Path(process.home))
    with open_history(folders, wall_clock) as history:
        changes = history.changes
        if not has_news(changes, folders.state):
            return
        try:
            with noted(folders.state, now), connect(words) as connection:
                done = Pusher.open(
                    connection, changes, folders.state, team.projects
                ).run(now)
        except SetupError as error:
            raise TeamError(str(error)) from None
        if done.full:
            raise TeamError(f"the team's server takes no more today: {done.full}")


@contextmanager
def _alone(mark: Path, now: float) -> Iterator[bool]:
    """Tell whether a push is due, and let nobody else find so meanwhile.

    The mark's time is that of the last try; another process holds it while it pushes.
    """
    try:
        make_private_folder(mark.parent)
        descriptor = open_private_append(mark)
    except OSError as error:
        reason = error.strerror or str(error)
        raise TeamError(f"{mark} cannot be written: {reason}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.fstat(descriptor)
        is_due = found.st_size == 0 or not 0 <= now - found.st_mtime < PUSHED_EVERY
        if is_due:
            os.write(descriptor, b"." if found.st_size == 0 else b"")
            os.utime(descriptor, (now, now))
        yield is_due
    except BlockingIOError:
        yield False
    finally:
        os.close(descriptor)
