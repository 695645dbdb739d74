"""When a race may start: after a pause that is one for this person in this editor."""

from collections import deque
from math import inf
from statistics import median

from hexai.config.schema import Completion
from hexai.surfaces.lsp.completion.editor_request import Arrival
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import TextChange

_GAPS = 2.0
"""How many times the usual gap between keys makes a pause."""
_LONGEST = 1.0
"""Seconds, at most, that a pause is made to last for somebody who types slowly. A
longer gap between two keys is a pause, and counts as no gap."""
_KEYS, _FEWEST = 16, 4
"""By how many gaps the usual one is told: the last ones at most, and at least."""
_TOO_SOON = 0.6
"""A change that comes within this part of the time that an editor may hold changes back
was not held back."""


def behind_taken(arrival: Arrival, completion: Completion) -> float:
    """Say when models may be asked right behind a text that was taken; 0: at any time.

    Editors ask there by themselves, while most people type on. An inline request that
    is said to be by hand is answered at once. For lists that is not heeded: Helix says
    so of each.
    """
    since = arrival.trigger.since_taken
    asked_for = arrival.route == "inline" and arrival.trigger.by_hand
    if since is None or asked_for or since >= completion.accept_pause:
        return 0.0
    return arrival.at - since + completion.accept_pause


class Pace:
    """The pace of a surface's races; times are the loop's, in seconds."""

    def __init__(self, holds_back: float = 0.0) -> None:
        """`holds_back` is for how many seconds the editor may hold a change back.

        We hear of a key up to so much later, so that time is added to the pause.
        """
        self._last = -inf
        self._gaps: deque[float] = deque(maxlen=_KEYS)
        self._changed_at = -inf
        self._holds_back = holds_back
        self._is_early = False
        """The newest change came too soon for one held back, and no request came with
        it."""

    def changed(self, change: TextChange, now: float) -> None:
        """Learn from a change how fast is typed, and whether changes are held back."""
        if self._is_early:  # again unasked: this editor does not hold changes back
            self._holds_back = 0.0
        gap, self._changed_at = now - self._changed_at, now
        self._is_early = gap < _TOO_SOON * self._holds_back
        if gap <= _LONGEST:
            self._gaps.append(gap / max(1, change.pieces))

    def asked(self) -> None:
        """Take note of a request: the change before it may have come for its sake."""
        self._is_early = False

    def due(self, document: Document, completion: Completion, *, costs: bool) -> float:
        """Say when a race about a document may start, as things are now.

        `costs`: somebody is paid for being asked.
        """
        quiet_at = document.changed_at + self._pause(completion, costs=costs)
        free_at = self._last + completion.completion_throttle_ms / 1000
        return max(quiet_at, free_at)

    def start(self, now: float) -> None:
        """Count a race that starts."""
        self._last = now

    def _pause(self, completion: Completion, *, costs: bool) -> float:
        pause = completion.completion_debounce_ms / 1000
        if not pause:
            return 0.0
        # At 200 ms a key, a shorter fixed pause would end before each next key: each
        # would have a question asked and paid for, and the next one would cancel it.
        if costs and completion.pace == "own" and len(self._gaps) >= _FEWEST:
            pause = max(pause, min(_LONGEST, _GAPS * median(self._gaps)))
        return pause + self._holds_back
