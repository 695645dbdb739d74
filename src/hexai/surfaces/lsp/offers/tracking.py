"""What becomes of suggestions once they are out: on its way to the ledger.

Holds the clocks and the documents; what a change means is said by `ledger.accept`.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from hexai.domain.record import Choice, Chosen, Fact, Method, Named, Shown
from hexai.ledger.accept import OLD, Groups, ListItem, SuggestionList, Watch
from hexai.ledger.survival import Done
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.offers.offer import Insertion, Offer, Rows, Suggestion
from hexai.surfaces.lsp.offers.survival_tracking import TakenTexts
from hexai.text.lines import Lines, Position, TextChange

_REMEMBERED = 64
"""Runs; more are not offered again."""
_Value = TypeVar("_Value")
_TAKINGS = (Choice.TAKEN, Choice.PARTLY)
_NOTHING = Done(choice=Choice.NONE, method=Method.INFERRED)
_PROMISED = 2 * OLD
"""Seconds until what a list comes to so far counts, if nothing more is heard of it."""
_APART = 0.002
"""Seconds by which the ledger tells two choices apart, however it rounds."""


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
        self._taken = TakenTexts(record, choose=self._correct, now=now)
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._decided: dict[str, Done] = {}
        """Runs of which something was taken, the newest last."""
        self._seen: dict[str, Groups] = {}
        """What was seen of each run, the newest last."""
        self._sent: dict[str, float] = {}
        """When the newest list of each run went out, the newest run last."""
        self._ends: dict[str, tuple[Done, float]] = {}
        """What was taken last in each document, and when."""
        self._texts: dict[str, Lines] = {}
        """The newest text of each document in which something was offered."""
        self._chosen_at = 0.0

    def offered(self, offer: Offer, *, inline: bool) -> None:
        """Take note of a list that goes out now."""
        if not offer.suggestions:
            return
        self._texts[offer.uri] = offer.lines
        _keep(self._sent, offer.run_id, self._loop.time())
        old = self._watches.get(offer.uri)
        if old is not None and old.run_id == offer.run_id:
            listed = self._listed(offer)
            if old.watch.relist(listed):
                old.rows = self._rows(offer)
                self._look(offer.uri)
                return
        self._leave(offer.uri)
        self._begin(offer, commands=self._client.runs_commands, parts=inline)
        self._look(offer.uri)

    def taken(self, offer: Offer, index: int) -> None:
        """Take note that the editor ran the command of a suggestion."""
        listed = self._listed(offer)
        item = listed.items[index]
        earlier = self._decided.get(offer.run_id)
        if earlier is not None and earlier.start == listed.position:
            if earlier.text == item.text:
                self._correct(offer.run_id, replace(earlier, method=Method.COMMAND))
                return
            if earlier.choice is Choice.PARTLY and item.text.startswith(earlier.text):
                return  # its tail was cut before the command came
        watched = self._watches.get(offer.uri)
        if watched is None or watched.run_id != offer.run_id:
            self._leave(offer.uri)
            watched = self._begin(offer, commands=True, parts=False)
        watched.watch.command(item, listed.position)
        self._look(offer.uri)

    def named(self, run_id: str) -> None:
        """Take note that it was told who is who in a run."""
        self._record(Named(run_id=run_id, at=self._now()))

    def taken_before(self, document: Document, position: Position) -> float | None:
        """Give how many seconds ago that was taken which ends at a position.

        None if nothing was, or it is not what was taken last. A command may yet come.
        """
        watched = self._watches.get(document.uri)
        so_far = watched.watch.so_far if watched is not None else _NOTHING
        if so_far.choice in _TAKINGS and so_far.ends_at(document.lines, position):
            return 0.0
        last, at = self._ends.get(document.uri, (_NOTHING, 0.0))
        return (
            self._loop.time() - at if last.ends_at(document.lines, position) else None
        )

    def opened(self, document: Document) -> None:
        """Do nothing: nothing has been offered in it."""

    def changed(self, document: Document, change: TextChange) -> None:
        """Take a change of a document."""
        at = self._loop.time()
        if document.uri in self._texts:
            self._texts[document.uri] = document.lines
        if document.uri in self._watches:
            self._watches[document.uri].watch.edited_again(change, at)
            self._look(document.uri)
        self._taken.changed(document, change)
        watched = self._watches.get(document.uri)
        if watched is not None:
            watched.lines = change.after
            watched.watch.follow(change, at, browsed=watched.shows_row())
            self._look(document.uri)

    def closed(self, uri: str) -> None:
        """Take note that a document was closed: what is left nobody will know."""
        self._leave(uri)
        self._ends.pop(uri, None)
        self._texts.pop(uri, None)
        self._taken.closed(uri)

    def shutdown(self) -> None:
        """End all that is followed."""
        for uri in (*self._watches, *self._taken.uris):
            self.closed(uri)

    def _begin(self, offer: Offer, *, commands: bool, parts: bool) -> "_Watched":
        seen = self._seen.get(offer.run_id, ())
        watch = Watch(self._listed(offer), commands=commands, parts=parts, seen=seen)
        lines = self._texts.get(offer.uri, offer.lines)
        watched = _Watched(offer.run_id, watch, lines, self._rows(offer))
        self._watches[offer.uri] = watched
        return watched

    def _listed(self, offer: Offer) -> SuggestionList:
        last, _at = self._ends.get(offer.uri, (_NOTHING, 0.0))
        return SuggestionList(
            lines=offer.lines,
            position=offer.position,
            items=tuple(_item(offer, each) for each in offer.suggestions),
            at=self._sent.get(offer.run_id, self._loop.time()),
            asked=not last.ends_at(offer.lines, offer.position),
        )

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
        self._tell(watched)
        done = watched.watch.done
        if done is None:
            due = max(watched.watch.due, self._loop.time() + 0.001)
            self._timers[uri] = self._loop.call_at(due, self._look, uri)
            return
        del self._watches[uri]
        if watched.told is not None and done.choice is not Choice.NONE:
            _keep(self._decided, watched.run_id, done)
            if done.choice in _TAKINGS:
                self._ends[uri] = done, self._loop.time()
            if done.start is not None:
                self._taken.follow(uri, watched.run_id, done, watched.lines)

    def _tell(self, watched: "_Watched") -> None:
        """Record what has become true: who was shown, and what it comes to so far.

        At once, since an editor may kill its server with the window: what is recorded
        only in the end is lost unless something was taken, and so none lose.
        """
        watch, run_id = watched.watch, watched.run_id
        if watch.shown_at is None:
            return
        so_far = watch.so_far
        is_taken = watch.done is not None and so_far.choice is not Choice.NONE
        if not is_taken and (not watch.counts or run_id in self._decided):
            return  # nobody asked for it, or it is the rest of what was taken from
        if self._seen.get(run_id) != watch.seen:
            _keep(self._seen, run_id, watch.seen)
            at = self._now() - (self._loop.time() - watch.shown_at)
            self._record(Shown(run_id=run_id, at=at, items=watch.seen, whole=True))
        if watch.done is not None:
            self._choose(run_id, watch.done)
        elif not watched.has_told(so_far):
            self._choose(run_id, so_far, settles_after=_PROMISED)
            watched.settles_at = self._loop.time() + _PROMISED
        watched.told = so_far

    def _choose(
        self, run_id: str, done: Done, *, settles_after: float | None = None
    ) -> None:
        # The newest choice counts, and one keystroke may make two.
        self._chosen_at = max(self._now(), self._chosen_at + _APART)
        self._record(
            Chosen(
                run_id=run_id,
                at=self._chosen_at,
                choice=done.choice,
                method=done.method,
                indexes=done.by,
                characters=len(done.text),
                settles_at=settles_after and self._chosen_at + settles_after,
            )
        )

    def _correct(self, run_id: str, done: Done) -> None:
        """Record what was taken after all."""
        _keep(self._decided, run_id, done)
        self._choose(run_id, done)


class _Watched:
    def __init__(
        self, run_id: str, watch: Watch, lines: Lines, rows: Rows | None
    ) -> None:
        self.run_id = run_id
        self.watch = watch
        self.rows = rows
        self.lines = lines
        self.told: Done | None = None
        """What was recorded of it last."""
        self.settles_at = 0.0
        """Until when, by the loop's clock, that does not count."""

    def has_told(self, so_far: Done) -> bool:
        """Tell whether it is recorded, for as long as it may change.

        What is typed along grows by every key, and how much counts in the end.
        """
        return (
            self.told is not None
            and (self.told.choice, self.told.by) == (so_far.choice, so_far.by)
            and self.watch.decides_at <= self.settles_at
        )

    def shows_row(self) -> bool:
        return self.rows is not None and self.rows.show_in(self.lines)


def _item(offer: Offer, suggestion: Suggestion) -> ListItem:
    insertion = Insertion.of(offer, suggestion)
    return ListItem(
        by=tuple(credit.outcome.index for credit in suggestion.credits),
        text=insertion.text,
        after=insertion.into(offer.lines),
        begins=offer.position.line,
    )


def _keep(kept: dict[str, _Value], run_id: str, value: _Value) -> None:
    kept.pop(run_id, None)
    kept[run_id] = value
    if len(kept) > _REMEMBERED:
        del kept[next(iter(kept))]
