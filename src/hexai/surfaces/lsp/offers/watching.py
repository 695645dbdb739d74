"""What becomes of suggestions once they are out: on its way to the ledger.

Holds the clocks and the documents; what a change means is said by `ledger.accept`, and
how much is left of what was taken by `ledger.survival`.
"""

import asyncio
from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from hexai.domain.choice import Choice, Chosen, Method, Shown, Survived
from hexai.domain.record import Fact
from hexai.ledger.accept import OLD, Done, Item, Listed, Watch, cut_tail
from hexai.ledger.survival import SAMPLED_AFTER, Tracked
from hexai.service.branch import head_of
from hexai.service.sleep import SleepWatch
from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.editor.document import Document
from hexai.surfaces.lsp.editor.uris import to_path
from hexai.surfaces.lsp.offers.insertion import Insertion
from hexai.surfaces.lsp.offers.offer import Offer, Suggestion
from hexai.surfaces.lsp.offers.rows import Rows
from hexai.text.lines import Lines, TextChange

_REMEMBERED = 64
"""Runs; more are not offered again."""
_STANDS_WITHIN = 5.0
"""Seconds until a text that was taken is in the document as it was given."""


class Watching:
    """Follows the documents, and records what the user does with suggestions."""

    def __init__(
        self,
        client: Client,
        record: Callable[[Fact], None],
        *,
        now: Callable[[], float],
    ) -> None:
        """`now` is the wall clock; call it inside the event loop."""
        self._client = client
        self._record = record
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._watches: dict[str, _Watched] = {}
        self._taken: dict[str, list[_Taken]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._decided: dict[str, Done] = {}
        """Runs of which something was taken, the newest last."""

    def offered(self, offer: Offer, language: str, *, inline: bool) -> None:
        """Take note of a list that goes out now."""
        if not offer.suggestions:
            return
        listed = _listed(offer, language, self._loop.time())
        old = self._watches.get(offer.uri)
        if old is not None and old.run_id == offer.run_id and old.watch.relist(listed):
            old.rows = self._rows(offer)
            self._look(offer.uri)
            return
        self._leave(offer.uri)
        watch = Watch(listed, commands=self._client.runs_commands, parts=inline)
        watched = _Watched(offer.run_id, watch, self._rows(offer))
        self._watches[offer.uri] = watched
        self._look(offer.uri)

    def taken(self, offer: Offer, index: int, language: str) -> None:
        """Take note that the editor ran the command of a suggestion."""
        listed = _listed(offer, language, self._loop.time())
        item = listed.items[index]
        earlier = self._decided.get(offer.run_id)
        if earlier is not None and (earlier.text, earlier.start) == (
            item.text,
            listed.position,
        ):
            self._choose(offer.run_id, replace(earlier, method=Method.COMMAND))
            return
        watched = self._watches.get(offer.uri)
        if watched is None or watched.run_id != offer.run_id:
            self._leave(offer.uri)
            watch = Watch(listed, commands=True, parts=False)
            watched = self._watches[offer.uri] = _Watched(offer.run_id, watch)
        watched.watch.command(item, listed.position)
        self._look(offer.uri)

    def opened(self, document: Document) -> None:
        """Do nothing: nothing has been offered in it."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document."""
        at = self._loop.time()
        if document.uri in self._watches:
            self._watches[document.uri].watch.edited_again(at)
            self._look(document.uri)
        for taken in self._taken.get(document.uri, ()):
            self._cut(taken, change, at)
            taken.follow(change, at)
        watched = self._watches.get(document.uri)
        if watched is not None:
            watched.lines = change.after
            watched.watch.follow(change, at, browsed=watched.shows_row())
            self._look(document.uri)

    def closed(self, uri: str) -> None:
        """Take note that a document was closed: what is left nobody will know."""
        self._leave(uri)
        for taken in self._taken.pop(uri, ()):
            self._censor(taken)

    def shutdown(self) -> None:
        """End all that is followed."""
        for uri in (*self._watches, *self._taken):
            self.closed(uri)

    def _rows(self, offer: Offer) -> Rows | None:
        return Rows(offer) if self._client.shows_rows else None

    def _leave(self, uri: str) -> None:
        watched = self._watches.get(uri)
        if watched is not None:
            watched.watch.leave(self._loop.time())
            self._look(uri)

    def _look(self, uri: str) -> None:
        """See what is decided about a list, and when to look again."""
        if uri in self._timers:
            self._timers.pop(uri).cancel()
        watched = self._watches[uri]
        watched.watch.look(self._loop.time())
        if watched.watch.done is None:
            due = max(watched.watch.due, self._loop.time() + 0.001)
            self._timers[uri] = self._loop.call_at(due, self._look, uri)
            return
        del self._watches[uri]
        self._tell(uri, watched, watched.watch.done)

    def _tell(self, uri: str, watched: "_Watched", done: Done) -> None:
        if not watched.watch.seen:
            return
        if done.choice is Choice.NONE and watched.run_id in self._decided:
            return  # the rest of what was taken from was offered again, and left
        watch = watched.watch
        at = self._now() - (self._loop.time() - watch.listed.at)
        self._record(Shown(run_id=watched.run_id, at=at, items=watch.seen))
        self._choose(watched.run_id, done)
        if done.choice is not Choice.NONE and done.start is not None:
            self._track(uri, watched, done)

    def _choose(self, run_id: str, done: Done) -> None:
        if done.choice is not Choice.NONE:
            self._decided[run_id] = done
            if len(self._decided) > _REMEMBERED:
                self._decided.pop(next(iter(self._decided)))
        self._record(
            Chosen(
                run_id=run_id,
                at=self._now(),
                choice=done.choice,
                method=done.method,
                indexes=done.by,
                characters=len(done.text),
            )
        )

    def _track(self, uri: str, watched: "_Watched", done: Done) -> None:
        path = to_path(uri)
        taken = _Taken(
            watched.run_id, done, watched.lines, str(path or ""), self._loop.time()
        )
        taken.slept = SleepWatch(self._now, self._loop.time)
        self._taken.setdefault(uri, []).append(taken)
        for after in SAMPLED_AFTER:
            due = taken.at + after
            sample = partial(self._sample, uri, taken, after)
            taken.timers[after] = self._loop.call_at(due, sample)

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


class _Watched:
    def __init__(self, run_id: str, watch: Watch, rows: Rows | None = None) -> None:
        self.run_id = run_id
        self.watch = watch
        self.rows = rows
        self.lines = watch.listed.lines

    def shows_row(self) -> bool:
        return self.rows is not None and self.rows.show_in(self.lines)


class _Taken:
    """A text that was taken, and what is known of its document."""

    slept: SleepWatch

    def __init__(
        self, run_id: str, done: Done, lines: Lines, path: str, at: float
    ) -> None:
        self.run_id = run_id
        self.done = done
        self.lines = lines
        self.at = at
        self.is_untouched = True
        self.tracked: Tracked | None = None
        self.timers: dict[int, asyncio.TimerHandle] = {}
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
        self._is_cut_off = self._is_cut_off or another or self.slept.slept()
        return self._is_cut_off or self.tracked is None

    def _find(self, at: float) -> None:
        assert self.done.start is not None
        tracked = Tracked(self.done.text, self.done.start)
        if at - self.at <= _STANDS_WITHIN and (
            tracked.standing(self.lines) == self.done.text
        ):
            self.tracked = tracked


def _listed(offer: Offer, language: str, at: float) -> Listed:
    return Listed(
        lines=offer.lines,
        position=offer.position,
        items=tuple(_item(offer, each, language) for each in offer.suggestions),
        at=at,
    )


def _item(offer: Offer, suggestion: Suggestion, language: str) -> Item:
    insertion = Insertion.of(offer, suggestion, language=language)
    return Item(
        by=tuple(credit.outcome.index for credit in suggestion.credits),
        text=insertion.text,
        after=insertion.into(offer.lines),
    )
