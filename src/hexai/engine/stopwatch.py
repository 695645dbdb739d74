"""The time a contender takes, with its waits for slots and for its model kept apart."""

from math import inf

from hexai.domain.outcome import Timings
from hexai.domain.provider import Finished


class Stopwatch:
    """Runs from the first slot on; `now` is always the loop's time, in seconds.

    It stands still while the contender queues again or loads its model, so that
    neither enters any figure but its own.
    """

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._first_slot_at: float | None = None
        self._queued_since: float | None = None
        self._queued = 0.0
        self._queued_again = 0.0
        self._waiting_since: float | None = None
        self._loading_since: float | None = None
        self._loading = 0.0
        self._ttft: float | None = None
        self._first_token_at: float | None = None
        self._stopped_at: float | None = None
        self._slot_at = 0.0
        self._stood_still = 0.0
        self._told = (0.0, 0.0)
        self._made = (0.0, 0.0)

    def resume(self) -> None:
        """Go on after an attempt that was not the last, and forget its tokens."""
        self._stopped_at = None
        self._first_token_at = None
        self._told = self._made = (0.0, 0.0)

    def queue(self, now: float) -> None:
        """Begin to wait for a slot."""
        self._queued_since = now

    def leave_queue(self, now: float) -> None:
        """End the wait for a slot, granted or not."""
        waited = now - (now if self._queued_since is None else self._queued_since)
        self._queued_since = None
        self._queued += waited
        if self._first_slot_at is not None:
            self._queued_again += waited

    def take_slot(self, now: float) -> None:
        """Start, with the first slot."""
        self._slot_at = now
        self._stood_still = self._queued_again + self._loading
        if self._first_slot_at is None:
            self._first_slot_at = now

    def start_waiting(self, now: float) -> None:
        """Stand still: the upstream has to be done with others first."""
        self._waiting_since = now

    def stop_waiting(self, now: float) -> None:
        """Run again."""
        if self._waiting_since is not None:
            self._queued += now - self._waiting_since
            self._queued_again += now - self._waiting_since
            self._waiting_since = None

    def start_loading(self, now: float) -> None:
        """Stand still: the model is being loaded."""
        self._loading_since = now

    def stop_loading(self, now: float) -> None:
        """Run again."""
        if self._loading_since is not None:
            self._loading += now - self._loading_since
            self._loading_since = None

    def see_token(self, now: float) -> None:
        """Note a token, of reasoning or of the answer: the model is loaded."""
        if self._loading_since is not None:
            self.stop_loading(now)
        if self._first_token_at is None:
            self._first_token_at = now

    def see_text(self, now: float) -> None:
        """Note a piece of the answer."""
        if self._ttft is None:
            self._ttft = self._elapsed(now)

    def be_told(self, end: Finished) -> None:
        """Take in how long the upstream says it loaded, waited and generated.

        What it loaded and waited was before its first token, so no more than passed
        between slot and token can have been that. Tokens that came faster than it says
        it made them were held back on the way: these were made since the slot as well.
        """
        if self._first_token_at is not None:
            stood = self._queued_again + self._loading - self._stood_still
            passed = max(0.0, self._first_token_at - self._slot_at - stood)
            loading = min(end.loading, passed)
            queued = min(end.queued, passed - loading)
            self._told = (loading, queued)
            self._made = (end.generating, passed - loading - queued)

    def forget_text(self) -> None:
        """Take note that what was taken for the answer was none."""
        self._ttft = None

    def stop(self, now: float) -> None:
        """Note the end, of an answer or an attempt; what closing takes is left out."""
        if self._stopped_at is None:
            self.stop_waiting(now)
            self.stop_loading(now)
            self._stopped_at = now

    @property
    def saw_token(self) -> bool:
        """Whether the current attempt has brought a token."""
        return self._first_token_at is not None

    def due(self) -> float:
        """Give the loop's time at which `timeout` is spent; loading puts it off."""
        if self._first_slot_at is None:
            return inf
        return self._first_slot_at + self._timeout + self._loading

    def timings(self, now: float) -> Timings:
        """Give the figures: up to the end, or to now if it was not stopped."""
        self.stop(now)
        end = now if self._stopped_at is None else self._stopped_at
        loading, queued = self._told
        told = loading + queued
        return Timings(
            queued=self._queued + queued,
            loading=self._loading + loading,
            ttft=None if self._ttft is None else max(0.0, self._ttft - told),
            generating=self._generating(end),
            total=max(0.0, self._elapsed(end) - told),
        )

    def _generating(self, end: float) -> float | None:
        if self._first_token_at is None:
            return None
        seen = end - self._first_token_at
        made, before = self._made
        return max(seen, min(made, seen + before))

    def _elapsed(self, now: float) -> float:
        began = now if self._first_slot_at is None else self._first_slot_at
        return max(0.0, now - began - self._queued_again - self._loading)
