"""How long a contender is waited for that fails, or asks for time; pure.

Who asks for time gets it, but not an hour of it, and who keeps failing is asked no
more: somebody waits for the others. A wrong key is no matter of patience. `now` is
always the loop's time, in seconds.
"""

from hexai.bench.replies import Later, Refusal

IN_A_ROW = 10
"""Failures for one cause, one after the other, after which nothing more is asked."""
LONGEST = 600.0
"""Seconds that an upstream may ask for at once."""
IN_ALL, UNTOLD = 900.0, 240.0
"""Seconds that are waited for an answer, one wait after the other; and so many of an
upstream that does not say how long."""
_FIRST, _MOST = 10.0, 60.0
"""Seconds of the first wait and of the longest, where nobody says how long."""


class Patience:
    """What one contender has failed at, and how long it was waited for."""

    def __init__(self, *, has_answered: bool) -> None:
        """`has_answered`: it did so at least once, so that it may do so again."""
        self._has_answered = has_answered
        self._cause, self._error = "", ""
        self._failures = 0
        self._waits, self._waited = 0, 0.0
        self._until = 0.0
        self.reason = ""
        """Why it is waited for, if it is."""

    def answered(self) -> None:
        """Forget what was before."""
        self._has_answered = True
        self._failures = self._waits = 0
        self._waited = 0.0

    def is_refused(self, refusal: Refusal) -> bool:
        """Tell whether a failure is that of all that it would be asked."""
        is_first = refusal is Refusal.AT_FIRST and not self._has_answered
        return refusal is Refusal.ALWAYS or is_first

    def failed(self, cause: str, error: str) -> str | None:
        """Take a failure; gives why nothing more is asked, None if more is."""
        self._failures = self._failures + 1 if cause == self._cause else 1
        self._cause, self._error = cause, error or cause
        return self._error if self._failures >= IN_A_ROW else None

    def put_off(self, later: Later, now: float) -> str | None:
        """Wait, as is asked for; gives why nothing more is asked, None if more is."""
        fails = later.is_down and (later.was_tried or self._failures)
        if fails and not self._has_answered:
            return self._error or later.reason
        if now < self._until:
            return None  # one wait for all that is under way
        wait = later.seconds or _FIRST
        if self._waits:
            wait = max(wait, min(_MOST, _FIRST * 2.0**self._waits))
        if wait > LONGEST:
            return f"{later.reason}; it asks to be left alone for {_minutes(wait)}"
        if self._waited + wait > (IN_ALL if later.seconds else UNTOLD):
            return f"{later.reason}; so it said for {_minutes(self._waited)}"
        self._waits, self._waited = self._waits + 1, self._waited + wait
        self._until, self.reason = now + wait, later.reason
        return None

    def left(self, now: float) -> float:
        """Give the seconds after which it may be asked again."""
        return max(0.0, self._until - now)

    def is_short(self, now: float) -> bool:
        """Tell whether it failed last, or is waited for."""
        return bool(self._failures) or now < self._until


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{round(minutes / 60)} hours"
