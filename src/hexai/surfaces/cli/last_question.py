"""Which question is the last one: that of this terminal, else of all.

Whoever goes on, votes or asks again means what they have just seen, and may have asked
something else in another window meanwhile (docs/decisions/0077).
"""

from msgspec import Struct

from hexai.domain.entry import Surface
from hexai.domain.record import RecordedRun
from hexai.service.recorded_runs import History
from hexai.surfaces.words import ago
from hexai.text.sanitise import shorten

_OPEN_FOR = 12 * 3600.0
"""Seconds that a terminal is known by its session: both numbers come again some day."""
_SITTING = 30 * 60.0
"""Seconds after which it is said which question is meant."""


class Last(Struct, frozen=True, kw_only=True):
    """The last question."""

    run: RecordedRun
    told: str = ""
    """Which that is, where the user may think of another one."""


def find_last(history: History, terminal: str, now: float) -> Last | None:
    """Find the last question; None if there is none.

    `terminal` is that of the process, empty where it has none.
    """
    is_here = True
    run = history.last_at(terminal, now - _OPEN_FOR) if terminal else None
    if run is None:
        run = next(history.newest(surface=Surface.CLI), None)
        is_here = not terminal
    if run is None:
        return None
    age = now - run.run.started_at
    if is_here and age < _SITTING:
        return Last(run=run)
    asked = shorten(" ".join(run.run.prompt.split()) or "its text is not kept", 60)
    where = "" if is_here else " in another terminal"
    return Last(run=run, told=f"run {run.number}, asked{where} {ago(age)}: {asked}")
