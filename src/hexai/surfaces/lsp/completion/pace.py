"""How long a race is put off: until the typing pauses, and not too often.

A pause of a fixed length is none for who types slowly: at 200 ms a key, each key would
ask everybody once more, and nearly all of it be cancelled. A local model then only
works in vain; a cloud is paid for it. So where an entry costs money, the pause follows
the person's own gap between keys.

Some editors hold changes back. Their silence begins when they speak, not when the last
key was pressed, and a change that they hand over early, because they ask for completion
with it, is followed by a silence that is none. Their row in the table of clients says
for how long; who is seen to send changes sooner, without asking, has that switched off.
"""

from collections import deque
from math import inf
from statistics import median

from hexai.config.schema import Completion
from hexai.surfaces.lsp.completion.arrival import Arrival
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.lines import TextChange

_GAPS = 2.0
"""Gaps between keys after which the typing has paused."""
_LONGEST = 1.0
"""Seconds that are waited for who types slowly; and a longer gap was a pause itself."""
_KEYS, _FEWEST = 16, 4
"""Keys that a person's gap is made of, at most and at least."""
_HELD_FOR_SURE = 0.6
"""The part of the time held back that a change must come sooner than."""


def behind_taken(arrival: Arrival, completion: Completion) -> float:
    """Say when models may be asked about a place, for what was taken right before it.

    0 is at any time.

    Editors ask there by themselves, and mostly one types on. Where they tell that
    somebody asked by hand, that is answered at once; Helix always says so of its lists.
    """
    since = arrival.trigger.since_taken
    asked_for = arrival.route == "inline" and arrival.trigger.by_hand
    if since is None or asked_for or since >= completion.accept_pause:
        return 0.0
    return arrival.at - since + completion.accept_pause


class Pace:
    """The pace of a surface's races; times are the loop's, in seconds."""

    def __init__(self, holds_back: float = 0.0) -> None:
        """`holds_back` is how long the editor may hold a change back."""
        self._last = -inf
        self._gaps: deque[float] = deque(maxlen=_KEYS)
        self._changed_at = -inf
        self._holds_back = holds_back
        self._is_early = False
        """The newest change came sooner than the editor lets it, and unasked."""

    def changed(self, change: TextChange, now: float) -> None:
        """Learn from a change how fast is typed, and whether changes are held back."""
        if self._is_early:
            self._holds_back = 0.0
        gap, self._changed_at = now - self._changed_at, now
        self._is_early = gap < _HELD_FOR_SURE * self._holds_back
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
        if costs and completion.pace == "own" and len(self._gaps) >= _FEWEST:
            pause = max(pause, min(_LONGEST, _GAPS * median(self._gaps)))
        return pause + self._holds_back
