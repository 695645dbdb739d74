"""How often the first of two places is taken, learnt as one goes; pure."""

_USUAL, _USUAL_COUNT = 0.7, 5
"""The share of first places taken before any is known, and how much it counts for."""
_LEAST, _MOST = 0.05, 0.95
"""The share of first places taken that a bet reckons with, at least and at most."""


class Habit:
    """How often the first of two places was taken so far."""

    def __init__(self) -> None:
        self._firsts = 0
        self._all = 0

    @property
    def first(self) -> float:
        """The share, of what was noted before."""
        share = (self._firsts + _USUAL * _USUAL_COUNT) / (self._all + _USUAL_COUNT)
        return min(_MOST, max(_LEAST, share))

    def note(self, *, first: bool) -> None:
        """Take a choice between the two places."""
        self._firsts += first
        self._all += 1
