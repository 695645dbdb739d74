"""What is left of texts that were taken: on its way to the ledger.

Each is followed through all changes of its document, and looked at a few times; how
much is left is said by `ledger.survival`. Where nobody can know, that is recorded.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from hexai.domain.record import SAMPLED_AFTER, Choice, Fact, Survived
from hexai.ledger.accept import OLD
from hexai.ledger.survival import Done, Tracked, cut_tail
from hexai.service.ignore.git import head_of
from hexai.service.runtime import SleepWatch
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.uris import to_path
from hexai.text.lines import Lines, TextChange

_STANDS_WITHIN = 5.0
"""Seconds until a text that was taken is in the document as it was given."""

FOLLOWED = 100
"""Texts that are followed in one document: each costs a little at every keystroke.

Who takes one every six seconds comes to as many within the ten minutes that each is
followed. A thousand cost 30 ms at each keystroke.
"""

Choose = Callable[[str, Done], None]
"""Takes note of what was taken from a run after all."""


class TakenTexts:
    """Follows what was taken, and records how much of it survives."""

    def __init__(
        self,
        record: Callable[[Fact], None],
        *,
        choose: Choose,
        now: Callable[[], float],
    ) -> None:
        """`now` is the wall clock; call it inside the event loop.

        `choose` is called if only a part stays of what was taken.
        """
        self._record = record
        self._choose = choose
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._taken: dict[str, list[_Taken]] = {}

    @property
    def uris(self) -> tuple[str, ...]:
        """The documents in which something is followed."""
        return tuple(self._taken)

    def follow(self, uri: str, run_id: str, done: Done, lines: Lines) -> None:
        """Begin to follow what was taken from a run, in a document as it is now."""
        path = str(to_path(uri) or "")
        slept = SleepWatch(self._now, self._loop.time)
        taken = _Taken(run_id, done, lines, path, slept, self._loop.time())
        followed = self._taken.setdefault(uri, [])
        followed.append(taken)
        if len(followed) > FOLLOWED:
            self._censor(followed.pop(0))
        for after in SAMPLED_AFTER:
            due = taken.at + after
            sample = partial(self._sample, uri, taken, after)
            taken.timers[after] = self._loop.call_at(due, sample)

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document."""
        at = self._loop.time()
        for taken in self._taken.get(document.uri, ()):
            self._cut(taken, change, at)
            taken.follow(change, at)

    def closed(self, uri: str) -> None:
        """Take note that a document was closed: what is left nobody will know."""
        for taken in self._taken.pop(uri, ()):
            self._censor(taken)

    def _cut(self, taken: "_Taken", change: TextChange, at: float) -> None:
        """See whether the next edit cuts the tail of what was taken."""
        is_first, taken.is_untouched = taken.is_untouched, False
        if taken.tracked is None:
            taken.is_untouched = is_first
            return
        done = taken.done
        if is_first and done.choice is Choice.TAKEN and at - taken.at <= OLD:
            partly = cut_tail(done, taken.lines, change)
            if partly is not None:
                self._choose(taken.run_id, partly)

    def _sample(self, uri: str, taken: "_Taken", after: int) -> None:
        taken.timers.pop(after, None)
        if taken.is_lost():
            self._censor(taken, after)
        elif taken.tracked is not None:
            share = taken.tracked.share(taken.lines)
            self._record(Survived(run_id=taken.run_id, after=after, share=share))
        if not taken.timers and taken in self._taken.get(uri, ()):
            self._taken[uri].remove(taken)

    def _censor(self, taken: "_Taken", *more: int) -> None:
        for after in sorted((*more, *taken.timers)):
            if after in taken.timers:
                taken.timers.pop(after).cancel()
            self._record(Survived(run_id=taken.run_id, after=after, share=None))


class _Taken:
    """A text that was taken, and what is known of its document."""

    def __init__(
        self,
        run_id: str,
        done: Done,
        lines: Lines,
        path: str,
        slept: SleepWatch,
        at: float,
    ) -> None:
        self.run_id = run_id
        self.done = done
        self.lines = lines
        self.at = at
        self.is_untouched = True
        self.tracked: Tracked | None = None
        self.timers: dict[int, asyncio.TimerHandle] = {}
        self._slept = slept
        self._path = path
        self._head = head_of(path) if path else ""
        self._is_cut_off = False
        self._find(at)

    def follow(self, change: TextChange, at: float) -> None:
        """Move with a change; an editor may still be putting the text in."""
        self.lines = change.after
        if self.tracked is not None:
            self.tracked.follow(change)
        else:
            self._find(at)

    def is_lost(self) -> bool:
        """Tell whether nobody can say how much is left."""
        another = bool(self._path) and head_of(self._path) != self._head
        self._is_cut_off = self._is_cut_off or another or self._slept.slept()
        return self._is_cut_off or self.tracked is None

    def _find(self, at: float) -> None:
        assert self.done.start is not None
        tracked = Tracked(self.done.text, self.done.start)
        if at - self.at <= _STANDS_WITHIN and (
            tracked.standing(self.lines) == self.done.text
        ):
            self.tracked = tracked
